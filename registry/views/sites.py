"""Sites, for the administrator: which hospitals take part."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from registry.access.permissions import Permission
from registry.actions.members import STATE, add_site, change_site, stamp_of
from registry.models import Site
from registry.views.access import permitted
from registry.views.sent_once import sent_once
from registry.views.simple import SeenForm, refuse, shown_now
from registry.views.statuses import Status

TAKES_PART = {
    True: Status(gettext_lazy("takes part"), "disc", "good"),
    False: Status(gettext_lazy("ended"), "ring"),
}


class NewSiteForm(forms.Form):
    """A hospital that takes part from now on."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=3,
        help_text=gettext_lazy("Three capital letters. Every case number begins with it."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)


class KnownSiteForm(SeenForm):
    """A hospital that is known."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    is_active = forms.BooleanField(label=gettext_lazy("The site takes part"), required=False)
    accepts_api_import = forms.BooleanField(
        label=gettext_lazy("Records may be brought in by REDCap clients"),
        help_text=gettext_lazy(
            "By tokens that may import, through the same checks as the pages. Off unless you turn it on."
        ),
        required=False,
    )


@permitted(Permission.PEOPLE_MANAGE)
@require_GET
def sites(request):
    """Every hospital."""
    rows = [(site, TAKES_PART[site.is_active]) for site in Site.objects.order_by("-is_active", "code")]
    return render(request, "registry/sites.html", {"rows": rows})


@permitted(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "POST"])
@sent_once()
def site_new(request):
    """Add a hospital."""
    form = NewSiteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            site = add_site(**form.cleaned_data, by=request.user)
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("%(site)s takes part now.") % {"site": site})
            return redirect("sites")
    return _form_page(request, form, _("Add a site"), _("Add"))


@permitted(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "POST"])
def site(request, pk):
    """Another name, or an end to taking part."""
    known = get_object_or_404(Site, pk=pk)
    initial = {name: getattr(known, name) for name in STATE[Site]}
    form = KnownSiteForm(request.POST or None, initial={**initial, "seen": stamp_of(known)})
    if request.method == "POST" and form.is_valid():
        try:
            change_site(known, **form.cleaned_data, by=request.user)
        except ValidationError as refusal:
            refuse(form, refusal)
            shown_now(form, get_object_or_404(Site, pk=pk))
        else:
            messages.success(request, _("%(site)s: saved.") % {"site": known})
            return redirect("sites")
    return _form_page(request, form, known.code, _("Save"), history_url=reverse("site_history", args=[pk]))


def _form_page(request, form, title, action, **words):
    context = {"form": form, "title": title, "action": action, "crumbs": [(_("Sites"), reverse("sites"))], **words}
    return render(request, "registry/simple.html", context, status=422 if form.errors else 200)
