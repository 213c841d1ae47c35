"""A line and a measurement for each request: by which route, for which role, how it ended, how long it took."""

import logging
import time

import structlog
from django.conf import settings
from django.utils.functional import SimpleLazyObject, empty

from registry import metrics
from registry.access import origin
from registry.logs.lines import write

log = logging.getLogger(__name__)
NO_ROUTE = "none"  # an address that leads nowhere: it is never written down, for it may hold anything


class RequestLogMiddleware:
    """The outermost: gives the request its id, which the history, the log and the answer's X-Request-ID hold."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.id = origin.new_id(origin.REST if request.path_info.startswith("/api/") else origin.PAGE)
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request=request.id), metrics.UNDER_WAY.track_inprogress():
            response = self.get_response(request)
            seconds = time.perf_counter() - began
            self.note(request, response.status_code, seconds)
        response["X-Request-ID"] = request.id
        return response

    def note(self, request, status, seconds):
        """Write it down; a streamed answer is timed until it begins. Static files are counted only."""
        if request.path_info.startswith(settings.STATIC_URL):
            metrics.REQUESTS.labels("static", request.method, status, "").inc()
            return
        route, role = route_of(request), role_of(request)
        method = request.method if request.method in metrics.METHODS else "other"
        metrics.REQUESTS.labels(route, method, status, role).inc()
        metrics.SECONDS.labels(route, method).observe(seconds)
        write(log, "request", route=route, method=method, role=role, status=status, ms=round(seconds * 1000, 1))


def route_of(request):
    """The name of the address, which says what was asked and not about whom."""
    match = request.resolver_match
    return (match and match.view_name) or NO_ROUTE


def role_of(request):
    """The role of who asked; nothing where nobody is known. Asks nobody who it is: what no part needed is not known."""
    user = request.__dict__.get("user")
    if user is None or (isinstance(user, SimpleLazyObject) and user._wrapped is empty):
        return ""
    return getattr(user, "role", "") if user.is_authenticated else ""
