"""Who asks, and by which right. The token was read by TokenMiddleware, so that the site scope is open before a view runs."""

from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import BasePermission

KNOWN = "known"  # instead of a Permission: everybody who is logged in
ANYBODY = "anybody"  # instead of a Permission: also who is not


class KnownPerson(SessionAuthentication):
    """The owner of the token, or the person of the session; a session must also bring its CSRF token to change anything."""

    def authenticate(self, request):
        """(person, token) or, for a session, (person, None)."""
        token = getattr(request._request, "token", None)
        return (token.owner, token) if token else super().authenticate(request)

    def authenticate_header(self, request):
        """Makes the answer to somebody unknown a 401."""
        return "Bearer"


class Denied(BasePermission):
    """The default: a view that says nothing about rights opens to nobody."""

    def has_permission(self, request, view):
        """Never."""
        return False


class Rights(BasePermission):
    """Permits a method by what the view's `rights` say: method → Permission, KNOWN or ANYBODY. A method not named is denied."""

    def has_permission(self, request, view):
        """Whether the person has the right; a missing one is named in the refusal."""
        method = "GET" if request.method in ("HEAD", "OPTIONS") else request.method
        if method not in view.rights:  # not served by this view: 405, to whoever is known
            return bool(request.user.is_authenticated) and method.lower() not in dir(view)
        right = view.rights[method]
        if right == ANYBODY:
            return True
        if not request.user.is_authenticated:
            return False
        if right == KNOWN or request.user.may(right):
            return True
        self.code = f"right_missing:{right.name.lower()}"
        self.message = f"This needs the right to {right.value}, which {who_lacks_it(request.user, right)}."
        return False


def who_lacks_it(person, right):
    """The role or, if the role has the right, the token."""
    if not person.may_by_role(right):
        return f"the role {person.role_label} does not have"
    narrowed = " and is narrowed to some sites" if person.came_by.site_ids else ""
    return f"this token does not have: it is for {', '.join(person.came_by.scopes)}{narrowed}"
