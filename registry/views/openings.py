"""Open a lock: ask for it, and decide as the second person. Each of a form, a case, a hospital or a cohort."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from registry.access.lock_sql import LAPSES_AFTER_DAYS, MAY_APPROVE
from registry.access.permissions import Permission
from registry.actions.openings import LONGEST, approve_opening, ask_opening, decline_opening, withdraw_opening
from registry.models import FORM_OF, DatabaseLock, Opening, OpeningReason, Person, Signature
from registry.models.two_persons import place_of
from registry.views.access import own_case, permitted
from registry.views.case_forms import row_title
from registry.views.form_address import model_or_404, row_or_404
from registry.views.form_deeds import void_now
from registry.views.row_titles import rows_by_place
from registry.views.simple import refuse
from registry.views.statuses import OPENING
from registry.views.story import names_of

STEPS = {"approve": approve_opening, "decline": decline_opening}
WORDS = forms.TextInput(attrs={"autocomplete": "off"})
NO_PATIENT = gettext_lazy("Without anything that says who the patient is: this is kept in the history.")


class AskForm(forms.Form):
    """Why a lock is to be opened."""

    code = forms.ChoiceField(label=gettext_lazy("Reason"), choices=[("", "—"), *OpeningReason.choices])
    reason = forms.CharField(
        label=gettext_lazy("What has to be changed, and how you know"),
        max_length=LONGEST,
        help_text=NO_PATIENT,
        widget=WORDS,
    )


class DecideForm(forms.Form):
    """Why the second person agrees, or does not."""

    reason = forms.CharField(
        label=gettext_lazy("Why you agree, or do not"), max_length=LONGEST, help_text=NO_PATIENT, widget=WORDS
    )


@dataclass(frozen=True)
class Line:
    """One request for this reader: what is to be opened and where it is, who asked, what the reader may do."""

    row: Opening
    title: str
    url: str
    asked: str
    ended: str
    is_own: bool
    may_decide: bool
    may_withdraw: bool

    @property
    def status(self):
        return OPENING[self.row.stands]


@permitted(Permission.FORM_LOCK)
@require_http_methods(["GET", "POST"])
def ask_for_form(request, number, form, key):
    """Ask that a form's lock is opened."""
    row = row_or_404(own_case(request, number), model_or_404(form), key)
    place = {"case": row.case, "form": form, "row_id": row.pk}
    words = _("The site can then change the form. Signatures under it become void.")
    title = f"{number} · {row_title(row)}"
    return _ask(request, row, place, title, words, reverse("form", args=[number, form, key]))


@permitted(Permission.FORM_LOCK)
@require_http_methods(["GET", "POST"])
def ask_for_case(request, number):
    """Ask that the lock of a whole case is opened."""
    case = own_case(request, number)
    words = _("The site can then change every form of the case. Signatures under them become void.")
    return _ask(request, case, {"case": case, "form": ""}, whole(case), words, case.get_absolute_url())


@permitted(Permission.FORM_LOCK)
@require_http_methods(["GET", "POST"])
def ask_for_lock(request, pk):
    """Ask that the lock of a hospital or cohort is opened."""
    lock = get_object_or_404(DatabaseLock, pk=pk)
    words = _(
        "Cases can then be enrolled and forms changed. Forms and cases that are locked by themselves stay locked."
    )
    return _ask(request, lock, {"lock": lock}, lock.place.name, words, reverse("locks"))


def _ask(request, what, place, title, effect, url):
    waits = Opening.objects.visible_to(request.user).waiting().filter(**place).first()
    if waits and request.method == "GET":
        return redirect("opening", waits.pk)
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = ask_opening(what, **form.cleaned_data, by=request.user)
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("Asked for. It stays locked until a second person agrees."))
            return redirect("opening", made.pk)
    context = {
        "title": title,
        "effect": effect,
        "url": url,
        "form": form,
        "seconds": seconds(request.user),
        "days": LAPSES_AFTER_DAYS,
        "crumbs": [(_("Locks"), reverse("locks"))],
    }
    return render(request, "registry/opening_ask.html", context, status=422 if form.errors else 200)


def seconds(person):
    """Names of those who could agree to what this person asks for."""
    others = Person.objects.filter(is_active=True, role__in=MAY_APPROVE).exclude(pk=person.pk)
    if person.stands_in:
        others = others.exclude(pk=person.stands_in.person_id)
    return [f"{one.name} ({one.role_label})" for one in others]


@permitted(Permission.LOCK_APPROVE)
@require_http_methods(["GET", "POST"])
def opening(request, pk):
    """One request: what is to be opened and why; the second person agrees or does not, whoever asked withdraws it."""
    found = Opening.objects.visible_to(request.user).select_related("case", "lock__site", "lock__cohort")
    row = get_object_or_404(found, pk=pk)
    line = opening_lines([row], request.user)[0]
    form = DecideForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        answer = _decided(request, line, form)
        if answer is not None:
            return answer
        row.refresh_from_db()
        line = opening_lines([row], request.user)[0]
    signed = list(_signed(row))
    context = {
        "line": line,
        "form": form,
        "void_words": _void_words(signed) if row.is_open else "",
        "names": ", ".join(sorted({one.signer_name for one in signed})),
        "crumbs": [(_("Locks"), reverse("locks"))],
    }
    return render(request, "registry/opening.html", context, status=422 if form.errors else 200)


def _decided(request, line, form):
    """The step that was sent; the answer, or None where the page says what is wrong."""
    step, row = request.POST.get("step"), line.row
    signed = list(_signed(row))
    try:
        if step == "withdraw":
            withdraw_opening(row, by=request.user)
            words = _("%(what)s stays locked. What was asked for is withdrawn.")
        elif step in STEPS and form.is_valid():
            STEPS[step](row, reason=form.cleaned_data["reason"], by=request.user)
            words = _("%(what)s: opened.") if step == "approve" else _("%(what)s stays locked.")
        else:
            if step not in STEPS:
                form.add_error(None, _("Choose what is to become of it."))
            return None
    except ValidationError as refusal:
        refuse(form, refusal)
        return None
    except PermissionDenied:
        form.add_error(None, _("You may not decide about this."))
        return None
    messages.success(request, " ".join([words % {"what": line.title}, *void_now(signed)]))
    return redirect("opening", row.pk)


def _signed(row):
    """The signatures that stand under what would be opened."""
    if row.lock_id:
        return Signature.objects.none()
    standing = Signature.objects.filter(case=row.case, voided_at=None)
    return standing.filter(form=row.form, row_id=row.row_id) if row.form else standing


def _void_words(signed):
    return (
        ngettext("Opening voids %d signature.", "Opening voids %d signatures.", len(signed)) % len(signed)
        if signed
        else ""
    )


def opening_lines(rows, person):
    """Lines for these requests: two queries, however many."""
    rows = list(rows)
    wanted = {}
    for row in rows:
        if row.form in FORM_OF:
            wanted.setdefault(row.form, set()).add(row.row_id)
    stored, people = (
        rows_by_place(wanted),
        names_of({one for row in rows for one in (row.asked_by, row.ended_by) if one}),
    )
    return [_line(row, stored.get((row.form, row.row_id)), people, person) for row in rows]


def _line(row, form, people, person):
    title, url = _place(row, form)
    is_own = row.is_asked_by(person)
    return Line(
        row,
        title,
        url,
        people.get(row.asked_by, row.asked_by),
        people.get(row.ended_by, row.ended_by),
        is_own,
        row.is_open and not is_own and person.may(Permission.LOCK_APPROVE),
        row.is_open and row.asked_by == person.email and person.may(Permission.FORM_LOCK),
    )


def _place(row, form):
    """(what is to be opened, its address)."""
    if row.lock_id:
        return row.lock.place.name, reverse("locks")
    if not row.form:
        return whole(row.case), row.case.get_absolute_url()
    url = reverse("form", args=[row.case.number, row.form, form.key]) if form else row.case.get_absolute_url()
    return f"{row.case.number} · {row_title(form) if form else row.form}", url


def whole(case):
    """A case as something that is locked."""
    return _("%(case)s · the whole case") % {"case": case.number}


def waiting_in(case, person, form=None):
    """What waits for a second person in a case, or about one form of it, as lines."""
    rows = Opening.objects.visible_to(person).waiting().filter(case=case).select_related("case")
    if form:
        rows = rows.filter(form=form.form_name, row_id=form.pk)
    return opening_lines(rows, person)


def waiting_for(person, cases):
    """What this person can decide as the second one, the oldest first: of these cases, and of hospitals and cohorts."""
    if not person.may(Permission.LOCK_APPROVE):
        return Opening.objects.none()
    own = [one for one in (person.email, place_of(person)) if one]
    rows = Opening.objects.visible_to(person).waiting().exclude(Q(asked_by__in=own) | Q(asked_for__in=own))
    of_these = rows.filter(Q(case__in=cases.order_by().values("pk")) | Q(case=None))
    return of_these.select_related("case", "lock__site", "lock__cohort")
