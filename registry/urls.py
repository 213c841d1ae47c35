"""Every address. The analytics pages are named by string: registry never imports analytics."""

from django.urls import include, path

urlpatterns = [
    path("", include("registry.views.urls")),
    path("", include("analytics.urls")),
    path("api/v1/", include("registry.api.urls")),
    path("", include("registry.redcap.urls")),
]

# Problem details under /api/, pages elsewhere.
handler400 = "registry.api.handlers.bad_request"
handler403 = "registry.api.handlers.permission_denied"
handler404 = "registry.api.handlers.page_not_found"
handler500 = "registry.api.handlers.server_error"
