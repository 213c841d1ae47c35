"""Who asks, and which rows exist for the answer."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import JsonResponse
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from registry.access.hashing import BusyError
from registry.access.permissions import Permission
from registry.access.row_security import PAGE, READING, person_scope
from registry.access.sessions import FACTOR, note_seen
from registry.access.throttle import source_of, taken, too_many
from registry.models import Token

BEARER = re.compile(r"Bearer ([0-9a-f]{32})")


class TokenMiddleware:
    """Under /api/, an `Authorization: Bearer` header says who asks; a dead or unknown token is answered 401."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        header = request.headers.get("Authorization", "")
        if not header or not request.path_info.startswith("/api/"):
            return self.get_response(request)
        token = self.token_of(header)
        if token is None:
            seconds = taken({"dead tokens": source_of(request)})
            if seconds:
                return too_many(request, seconds)
            return JsonResponse(
                {
                    "type": "about:blank",
                    "title": "The token is not valid",
                    "status": 401,
                    "code": "dead_token",
                    "detail": "The token is unknown, expired or revoked. Make a new one under /accounts/tokens/.",
                },
                status=401,
                content_type="application/problem+json",
                headers={"WWW-Authenticate": "Bearer"},
            )
        request.token = token
        request.user = owner_by(token)
        return self.get_response(request)

    def token_of(self, header):
        """The living token that the header holds, or None."""
        found = BEARER.fullmatch(header)
        return living_token(found[1]) if found else None


def living_token(key):
    """The living token with this key, noted as used; None if there is none."""
    token = Token.objects.select_related("owner").filter(digest=Token.digest_of(key)).first()
    if not token or not token.is_alive:
        return None
    Token.objects.filter(pk=token.pk).update(last_used_at=timezone.now())
    return token


def owner_by(token):
    """The token's owner, with no more rights than the token has."""
    token.owner.came_by = token
    return token.owner


class SignInMiddleware(LoginRequiredMiddleware):
    """Sends whoever is not signed in to the login, and from there back to the page where a button was pressed.

    What was sent is lost with its session, and the address that it was sent to may show no page.
    """

    def process_view(self, request, view_func, view_args, view_kwargs):
        """A session without a second factor serves nobody where one is required, by whatever way it was made."""
        session = request.session
        has_none = settings.SECOND_FACTOR_REQUIRED and SESSION_KEY in session and not session.get(FACTOR)
        if has_none and not getattr(request, "token", None):
            logout(request)
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request, view_func):
        """The way to the login."""
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        return redirect_to_login(page_of(request), self.get_login_url(view_func))


def page_of(request):
    """The page that sent this request, as a path; home, if it is not one of ours or not known."""
    page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    parts = urlsplit(page)
    return parts._replace(scheme="", netloc="", fragment="").geturl() or "/"


class TextMiddleware:
    """Answers 400 to a form or an address with a NUL character: PostgreSQL has no place for one. REST has its own reader."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.path_info.startswith("/api/"):
            for sent in (request.GET, request.POST):
                if any("\0" in text for name in sent for text in (name, *sent.getlist(name))):
                    raise SuspiciousOperation("A NUL character was sent.")
        return self.get_response(request)


def unscoped(view):
    """A view that must answer although the database does not: it runs outside the transaction and opens a scope where it needs one."""
    view.unscoped = True
    return view


def patient(view):
    """A view that reads much on purpose: one statement of it may take a minute, not five seconds."""
    view.patient = True
    return view


def is_patient(view):
    """Whether the view is one of these."""
    return getattr(view, "patient", False)


class ScopeMiddleware:
    """Runs the view, rendering included, in one transaction in which only the person's rows exist.

    Inside process_view, so that an exception rolls back before it becomes a response. What somebody signed in reads is stored
    nowhere, so that the way back after signing out leads to no patient; a refused form is, or the way back to it would be an error.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with timezone.override(settings.DISPLAY_TIME_ZONE):
            response = self.get_response(request)
        if (
            request.method in ("GET", "HEAD")
            and request.user.is_authenticated
            and "Cache-Control" not in response.headers
        ):
            response["Cache-Control"] = "private, no-store"
        return response

    def process_view(self, request, view, args, kwargs):
        """The response of `view` inside the person's scope."""
        if request.path_info.startswith(settings.STATIC_URL) or getattr(view, "unscoped", False):
            return None
        if request.resolver_match.url_name not in settings.QUIET_PAGES and "X-Unattended" not in request.headers:
            note_seen(request.session)
        try:
            with person_scope(request.user, request=request.id, limits=READING if is_patient(view) else PAGE):
                response = self.blind(request, kwargs) or view(request, *args, **kwargs)
                if hasattr(response, "render") and callable(response.render):
                    response = response.render()
                if "number" in kwargs and request.method == "GET" and response.status_code == 200:
                    self.note_reading(request, kwargs["number"])
        except BusyError:  # rolled back: nothing was stored
            return too_many(request, 1)
        return response

    def blind(self, request, kwargs):
        """What somebody is answered at a case of which that person enters a form again, without what is stored; None for everybody else."""
        from registry.audits import is_blind

        if (
            "number" not in kwargs
            or not request.user.is_authenticated
            or not request.user.may_by_role(Permission.FORM_REKEY)
        ):
            return None
        if not is_blind(request.user, kwargs["number"]):
            return None
        if request.path_info.startswith("/api/"):
            raise PermissionDenied
        return render(request, "registry/blind.html", {"number": kwargs["number"]}, status=403)

    def note_reading(self, request, number):
        """Who was shown something of this case; the answer and its line are stored together or not at all."""
        from registry.actions.readings import note_reading  # actions rest on this package

        note_reading(request.user, number, page=request.resolver_match.url_name, request=request.id)
