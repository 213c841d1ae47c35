"""Every address. The analytics pages are named by string: registry never imports analytics."""

from django.urls import include, path

urlpatterns = [
    path("", include("registry.views.urls")),
    path("", include("analytics.urls")),
    path("api/v1/", include("registry.api.urls")),
]
