"""What is done to a whole case: lock, and saying which expected forms are not required."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from registry.access.permissions import Permission
from registry.actions import states
from registry.case_state import case_state
from registry.dictionary.visits import ASSESSMENTS, CONTACTS, LATE_EFFECTS
from registry.models import FORM_OF, Exemption, ExemptionKind, HistoryEvent, Person
from registry.record import ERROR, STARTED
from registry.views.access import own_case, permitted
from registry.views.case_forms import short_title
from registry.views.form_address import model_or_404
from registry.views.form_state import Step
from registry.views.openings import waiting_in
from registry.views.schedule import slot_label
from registry.views.sent_once import sent_once
from registry.views.statuses import DATA, FORM, Status


@dataclass(frozen=True)
class CaseData:
    """What became of a case's data, and what the reader can do about the whole of it."""

    statuses: list
    words: str
    lock: Step | None
    openings: list  # of the case and its forms, that wait for a second person
    unlock_words: str
    lock_words: str
    unfinished_words: str
    sign_words: str
    exemptions: list
    sign_url: str


@dataclass(frozen=True)
class Exempt:
    """An expected form that is not required, and whether the reader may ask for it again."""

    row: object
    title: str
    who: str
    may_end: bool


def case_data(case, stored, person):
    """The CaseData of a stored case for this reader."""
    state = case_state(stored, is_locked=case.is_closed)
    unfinished = sum(stored.state_of(form) in (STARTED, ERROR) for form in stored.forms)
    to_sign = state.forms - unfinished - state.signed
    is_around = case.is_closed and not case.is_locked
    may_lock = person.may(Permission.FORM_LOCK) and state.forms and not is_around
    openings = waiting_in(case, person) if any(form.is_locked for form in stored.forms) or case.is_locked else []
    is_asked = any(not line.row.form for line in openings)
    may_sign = person.may(Permission.FORM_SIGN) and to_sign > 0
    return CaseData(
        statuses=[DATA[word] for word in state.words],
        words=_words(state),
        lock=_last_lock(case),
        openings=openings,
        unlock_words=_unlock_words(state) if may_lock and case.is_locked and not is_asked else "",
        lock_words=_lock_words() if may_lock and not case.is_locked and not unfinished else "",
        unfinished_words=_unfinished_words(unfinished) if may_lock and unfinished else "",
        sign_words=ngettext("Sign %d complete form", "Sign %d complete forms", to_sign) % to_sign if may_sign else "",
        exemptions=_exemptions(case, person),
        sign_url=reverse("case_sign", args=[case.number]),
    )


def _words(state):
    """n of m verified, n of m signed."""
    if not state.forms:
        return ""
    return pgettext("between counts", " · ").join(
        (
            _("%(n)d of %(m)d stored forms verified") % {"n": state.verified, "m": state.forms},
            _("%(n)d of %(m)d signed") % {"n": state.signed, "m": state.forms},
        )
    )


def _unfinished_words(unfinished):
    words = ngettext(
        "The whole case can be locked once every form is complete; %d is not.",
        "The whole case can be locked once every form is complete; %d are not.",
        unfinished,
    )
    return words % unfinished


def _lock_words():
    return _("No form can be added, changed or removed until two persons open the case.")


def _unlock_words(state):
    if state.signed:
        return ngettext(
            "A second person has to agree. Opening voids %d signature; the site can then change every form.",
            "A second person has to agree. Opening voids %d signatures; the site can then change every form.",
            state.signed,
        ) % (state.signed)
    return _("A second person has to agree. The site can then change every form.")


def _last_lock(case):
    """Who locked or unlocked the case last."""
    event = HistoryEvent.objects.filter(case_id=case.pk, form="case", item="is_locked").order_by("-id").first()
    if event is None:
        return None
    status = FORM["locked"] if event.new is True else Status(_("unlocked"), "ring")
    return Step(status, _name(event.actor), event.at, event.reason)


def _name(email):
    return Person.objects.filter(email=email).values_list("name", flat=True).first() or email


def _exemptions(case, person):
    found = list(Exemption.objects.filter(case=case, ended_at=None))
    names = dict(Person.objects.filter(email__in={one.actor for one in found}).values_list("email", "name"))
    return [
        Exempt(one, _title(one.form, one.slot), names.get(one.actor, one.actor), _may_end(case, one, person))
        for one in found
    ]


def _may_end(case, exemption, person):
    own = exemption.kind == ExemptionKind.ELSEWHERE and person.may(Permission.FORM_WRITE)
    return not case.is_closed and (person.may(Permission.FORM_VERIFY) or own)


def _title(form, slot):
    title = short_title(FORM_OF[form])
    return _("%(form)s, %(visit)s") % {"form": title, "visit": slot_label(slot)} if slot else title


@permitted(Permission.FORM_LOCK)
@require_POST
def case_lock(request, number):
    """Lock the case with every form."""
    case = own_case(request, number)
    try:
        states.lock_case(case, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("%(case)s: locked, with every form.") % {"case": case.number})
    return redirect(case)


@permitted(Permission.FORM_WRITE, Permission.FORM_VERIFY)
@require_http_methods(["GET", "POST"])
@sent_once()
def form_exempt(request, number, form):
    """Say that an expected form, or one planned visit of it, is not required."""
    case, model, slot = own_case(request, number), model_or_404(form), request.GET.get("slot", "")
    title = _title_or_404(model, slot)
    kinds = ExemptionKind.choices if request.user.may(Permission.FORM_VERIFY) else [_elsewhere()]
    kind = request.POST.get("kind", kinds[0][0] if len(kinds) == 1 else "")
    refused = ""
    if request.method == "POST":
        try:
            _exempt(request, case, form, slot, kind, {code for code, _label in kinds})
        except ValidationError as refusal:
            refused = " ".join(refusal.messages)
        else:
            messages.success(request, _("%(form)s: not required from now on.") % {"form": title})
            return redirect(case)
    context = {
        "case": case,
        "title": title,
        "kinds": kinds,
        "kind": kind,
        "reason": request.POST.get("reason", ""),
        "refused": refused,
        "crumbs": [(_("Cases"), reverse("cases")), (case.number, case.get_absolute_url())],
    }
    return render(request, "registry/exempt.html", context, status=422 if refused else 200)


def _elsewhere():
    return ExemptionKind.ELSEWHERE.value, ExemptionKind.ELSEWHERE.label


def _exempt(request, case, form, slot, kind, kinds):
    if kind not in kinds:
        raise ValidationError(_("Choose why it is not required."), code="kind")
    states.exempt(case, form, slot=slot, kind=kind, reason=request.POST.get("reason", ""), by=request.user)


def _title_or_404(model, slot):
    """The form and its planned visit in words; an address that names no visit is not found."""
    if slot and slot not in {visit.slot for visit in (*CONTACTS, *ASSESSMENTS, *LATE_EFFECTS)}:
        raise Http404
    return _title(model.form_name, slot)


@permitted(Permission.FORM_WRITE, Permission.FORM_VERIFY)
@require_POST
def exemption_end(request, number, pk):
    """Ask for the form again."""
    case = own_case(request, number)
    exemption = get_object_or_404(Exemption, case=case, pk=pk)
    try:
        states.end_exemption(exemption, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        title = _title(exemption.form, exemption.slot)
        messages.success(request, _("%(form)s: required again.") % {"form": title})
    return redirect(case)
