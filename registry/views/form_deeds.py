"""What a data manager does to one stored form: verify, take that back, lock. Each says afterwards what it did."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from registry.access.permissions import Permission
from registry.actions import states
from registry.actions.forms import StaleVersionError
from registry.models import Signature
from registry.views.access import own_case, permitted
from registry.views.case_forms import row_title
from registry.views.form_address import model_or_404, row_or_404, seen_version

DONE = {
    "verify": gettext_lazy("%(form)s: verified."),
    "unverify": gettext_lazy("%(form)s: the verification is taken back."),
    "lock": gettext_lazy("%(form)s: locked."),
}
ASKS_WHY = ("unverify",)


@permitted(Permission.FORM_VERIFY, Permission.FORM_LOCK)
@require_POST
def deed(request, number, form, key, code):
    """One of the deeds; what is refused is said on the form."""
    case = own_case(request, number)
    row = row_or_404(case, model_or_404(form), key)
    why = {"reason": request.POST.get("reason", "")} if code in ASKS_WHY else {}
    signed = list(Signature.objects.filter(form=form, row_id=row.pk, voided_at=None))
    act = getattr(states, f"{code}_form")
    try:
        act(row, by=request.user, seen_version=seen_version(request), **why)
    except StaleVersionError:
        messages.error(request, _("Somebody has just changed this form. Nothing was done; look at it again."))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, " ".join([str(DONE[code] % {"form": row_title(row)}), *void_now(signed)]))
    return redirect("form", number, form, key)


def void_now(signed):
    """A sentence for each of the signatures that stands no more."""
    void = Signature.objects.filter(pk__in=[one.pk for one in signed]).exclude(voided_at=None)
    names = sorted(set(void.values_list("signer_name", flat=True)))
    return [_("The signature of %(name)s is void.") % {"name": name} for name in names]
