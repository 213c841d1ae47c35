"""One form of an audit: begin it, enter it again without what is stored, seal it; then, side by side, judge what differs."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from registry.access.permissions import Permission
from registry.actions.audits import begin_form, judge, leave_form, seal_form
from registry.actions.readings import note_readings
from registry.audits import model_of
from registry.entry.aloud import say_answer
from registry.entry.blind import BlindEntry, blind_sections
from registry.fields import MISSING_CHOICES
from registry.models import AuditForm, Outcome, Verdict
from registry.views.access import permitted
from registry.views.audits import READERS, state_of
from registry.views.form_page import Fault, label_of
from registry.views.row_titles import titles_of
from registry.views.statuses import AUDIT_FORM, OUTCOME
from registry.views.story import as_stored, names_of


@dataclass(frozen=True)
class Compared:
    """One item side by side. `verdict`: the judgement as it stands, or as it was sent."""

    answer: object
    label: str
    stored: str
    entered: str
    status: object
    verdict: str


@permitted(*READERS)
@require_http_methods(["GET", "POST"])
def audit_form(request, pk, form):
    """One form of an audit: POST with `step` begin, leave, seal or judge."""
    one = get_object_or_404(
        AuditForm.objects.not_withdrawn().select_related("audit", "case", "site"), pk=form, audit=pk
    )
    if request.method == "GET":
        return _shown(request, one)
    step = STEPS.get(request.POST.get("step"))
    if step is None:
        return _shown(request, one, refusal=_("Choose what is to be done."), status=422)
    return step(request, one)


def _begin(request, one):
    return _done(request, one, lambda: begin_form(one, by=request.user))


def _leave(request, one):
    return _done(request, one, lambda: leave_form(one, by=request.user), to=reverse("audit", args=[one.audit_id]))


def _done(request, one, act, to=""):
    try:
        act()
    except ValidationError as refusal:
        return _shown(request, one, refusal=" ".join(refusal.messages), status=422)
    return redirect(to or reverse("audit_form", args=[one.audit_id, one.pk]))


def _seal(request, one):
    entry = _entry(one, request.POST)
    if not entry.is_valid():
        return _shown(request, one, entry=entry, status=422)
    try:
        seal_form(one, entry.instance, by=request.user)
    except ValidationError as refusal:
        return _shown(request, one, entry=entry, refusal=" ".join(refusal.messages), status=422)
    messages.success(request, _("The re-entry is sealed. What is stored stands beside it now."))
    return redirect("audit_form", one.audit_id, one.pk)


def _judge(request, one):
    names = [key.removeprefix("verdict_") for key in request.POST if key.startswith("verdict_")]
    given = {name: verdict for name in names if (verdict := request.POST[f"verdict_{name}"])}
    try:
        changed = judge(one, given, by=request.user)
    except ValidationError as refusal:
        return _shown(request, one, refusal=" ".join(refusal.messages), status=422)
    messages.success(request, ngettext("%d judgement is kept.", "%d judgements are kept.", changed) % changed)
    return redirect("audit", one.audit_id)


STEPS = {"begin": _begin, "leave": _leave, "seal": _seal, "judge": _judge}


def _entry(one, data=None):
    """An empty form of the model, with the critical items alone. Nothing that is stored goes into it."""
    return BlindEntry(model_of(one)(case=one.case, site=one.site), data)


def _shown(request, one, *, entry=None, refusal="", status=200):
    one.refresh_from_db()
    is_mine = one.began_by == request.user.email and not one.sealed_at
    may_judge = request.user.may(Permission.AUDIT_RUN) and one.began_by != request.user.email
    lines = _compared(request, one) if one.sealed_at else []
    if lines:
        note_readings(request.user, [one.case], page="audit_form", request=request.id)
    entry = entry or (_entry(one) if is_mine else None)
    open_ones = sum(not line.answer.verdict and line.answer.outcome != Outcome.AGREED for line in lines)
    context = {
        "one": one,
        "title": _title(one),
        "status": AUDIT_FORM[state_of(one, open_ones)],
        "who": names_of({one.began_by}).get(one.began_by, one.began_by),
        "sections": blind_sections(entry) if is_mine else [],
        "faults": _faults(entry, refusal),
        "is_mine": is_mine,
        "may_begin": not one.began_by and request.user.may(Permission.FORM_REKEY),
        "lines": lines,
        "differ": sum(line.answer.outcome != Outcome.AGREED for line in lines),
        "may_judge": may_judge and any(line.answer.outcome != Outcome.AGREED for line in lines),
        "verdicts": Verdict.choices,
        "crumbs": [(_("Audits"), reverse("audits")), (str(one.audit), reverse("audit", args=[one.audit_id]))],
    }
    return render(request, "registry/audit_form.html", context, status=status)


def _title(one):
    """The form with the number of its row, by which it is found in the source."""
    place = one.form, one.row_id
    return titles_of({place}, {})[place][0]


def _faults(entry, refusal):
    found = [Fault(refusal)] if refusal else []
    if entry is None or not entry.is_bound:
        return found
    for name, texts in entry.errors.items():
        item = name.removesuffix("_mr").removesuffix("_oth") if name not in entry.items else name
        if item not in entry.items:
            found += [Fault(text) for text in texts]
            continue
        label = label_of(entry.instance._meta.get_field(item))
        found += [Fault(_("%(label)s: %(message)s") % {"label": label, "message": text}, item) for text in texts]
    return found


def _compared(request, one):
    model = model_of(one)
    order = list(model.items())
    answers = sorted(one.auditanswer_set.all(), key=lambda each: order.index(each.item))
    return [
        Compared(
            each,
            label_of(model._meta.get_field(each.item)),
            in_words(model, each.item, each.stored),
            in_words(model, each.item, each.entered),
            OUTCOME[each.outcome],
            request.POST.get(f"verdict_{each.item}", each.verdict),
        )
        for each in answers
    ]


def in_words(model, name, image):
    """One side of a comparison as one reads it."""
    image = image or {}
    if image.get("mr"):
        return str(dict(MISSING_CHOICES)[image["mr"]])
    item = model.items()[name]
    value = as_stored(item, image.get("value"))
    if value is None:
        return ""
    return say_answer(item, value, image.get("p"))
