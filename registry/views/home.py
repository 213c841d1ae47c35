"""Where each role begins, and the language of the pages."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from registry.actions.members import choose_language

BEGINNINGS = {
    "coordinator": "worklist",
    "investigator": "worklist",
    "manager": "worklist",
    "lead": "dashboards",
    "statistician": "dashboards",
    "administrator": "people",
}


@require_GET
def home(request):
    """The page that answers the role's first question of the day."""
    try:
        return redirect(reverse(BEGINNINGS[request.user.role]))
    except NoReverseMatch:
        return redirect("codebook")


@login_not_required
@require_POST
def language(request):
    """Show the pages in another language from now on, and come back."""
    code, back = request.POST.get("language", ""), request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(back if allowed else "/")
    if code in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            max_age=365 * 24 * 3600,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )
        if request.user.is_authenticated:
            choose_language(code, by=request.user)
    return response
