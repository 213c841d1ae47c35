"""Django's own error answers: problem details under /api/, pages elsewhere. Named in registry/urls.py."""

from django.views import defaults

from registry.api.problems import response_of


def _of_api(request):
    return request.path_info.startswith("/api/")


def bad_request(request, exception):
    """400."""
    return response_of(request, "malformed") if _of_api(request) else defaults.bad_request(request, exception)


def permission_denied(request, exception):
    """403."""
    return response_of(request, "right_missing") if _of_api(request) else defaults.permission_denied(request, exception)


def page_not_found(request, exception):
    """404."""
    return response_of(request, "not_found") if _of_api(request) else defaults.page_not_found(request, exception)


def server_error(request):
    """500."""
    return response_of(request, "server_error") if _of_api(request) else defaults.server_error(request)
