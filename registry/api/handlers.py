"""Django's own error answers: problem details under /api/, pages elsewhere. Named in registry/urls.py."""

import sys

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

from registry.access.outages import RETRY_AFTER, outage_of
from registry.access.unread import answer, unread_by
from registry.api.problems import KINDS, response_of


def _of_api(request):
    return request.path_info.startswith("/api/")


def bad_request(request, exception):
    """400; 413 where it is too much."""
    unread = unread_by(exception, request)
    return response_of(request, unread.kind, unread.found) if _of_api(request) else answer(request, unread)


def permission_denied(request, exception):
    """403."""
    return response_of(request, "right_missing") if _of_api(request) else defaults.permission_denied(request, exception)


def page_not_found(request, exception):
    """404."""
    return response_of(request, "not_found") if _of_api(request) else defaults.page_not_found(request, exception)


def server_error(request):
    """500; 507 and 503 where it is the database that has no room or does not answer."""
    outage = outage_of(sys.exc_info()[1])
    headers = {"Retry-After": str(RETRY_AFTER)} if outage == "unavailable" else {}
    if _of_api(request):
        return response_of(request, outage or "server_error", headers=headers)
    if not outage:
        return defaults.server_error(request)
    status = KINDS[outage][0]
    return HttpResponse(render_to_string(f"{status}.html"), status=status, headers=headers)
