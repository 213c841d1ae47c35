"""Who completed, verified, signed and locked a form, and when; and what the reader can do about it, with the effect said before."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from registry.access.permissions import Permission
from registry.actions.signatures import is_intact
from registry.locks import lock_around, lock_words
from registry.models import HistoryEvent, Person, Signature
from registry.record import COMPLETE, ERROR, LOCKED, STARTED
from registry.views.openings import waiting_in
from registry.views.statuses import FORM, SIGNATURE, Status

STEPS = {"is_complete": "complete", "is_verified": "verified", "is_locked": "locked"}


@dataclass(frozen=True)
class Step:
    """One step on the way of a form: what, who, when, and why it ended."""

    status: Status
    who: str
    at: object
    note: str = ""


@dataclass(frozen=True)
class Signed:
    """A signature under a form: standing, void or broken."""

    signature: object
    state: str

    @property
    def status(self):
        return SIGNATURE[self.state]


@dataclass(frozen=True)
class Deed:
    """Something the reader may do to the form: its button, what it will do, whether a reason is asked."""

    code: str
    label: str
    effect: str
    url: str
    asks_why: bool = False
    is_page: bool = False  # it leads to a page of its own


@dataclass
class FormState:
    """The steps of one form, its signatures, newest first, and the deeds that are open to the reader."""

    steps: list = field(default_factory=list)
    signatures: list = field(default_factory=list)
    deeds: list = field(default_factory=list)
    openings: list = field(default_factory=list)
    change_words: str = ""

    @property
    def standing(self):
        """The signature that counts, broken or not; None without one."""
        return next((one for one in self.signatures if one.state != "void"), None)


def form_states(case, forms):
    """(form name, row id) → FormState without deeds, of stored forms of one case. Three queries, however many the forms."""
    events = defaultdict(dict)
    told = HistoryEvent.objects.filter(case_id=case.pk, item__in=STEPS).order_by("id")
    if len(forms) == 1:
        told = told.filter(form=forms[0].form_name, row_id=forms[0].pk)
    for event in told:
        events[event.form, event.row_id][event.item] = event
    signatures = defaultdict(list)
    for one in Signature.objects.filter(case=case).order_by("-id"):
        signatures[one.form, one.row_id].append(one)
    names = dict(Person.objects.filter(email__in={event.actor for event in told}).values_list("email", "name"))
    return {
        (form.form_name, form.pk): FormState(
            [_step(item, event, names) for item in STEPS if (event := events[form.form_name, form.pk].get(item))],
            [Signed(one, _standing(one, form)) for one in signatures[form.form_name, form.pk]],
        )
        for form in forms
    }


def _step(item, event, names):
    who = names.get(event.actor, event.actor)
    if event.new is True:
        return Step(FORM[STEPS[item]], who, event.at)
    ended = {
        "is_complete": _("not complete any more"),
        "is_verified": _("not verified any more"),
        "is_locked": _("unlocked"),
    }
    return Step(Status(ended[item], "ring"), who, event.at, event.reason)


def _standing(signature, form):
    if signature.voided_at:
        return "void"
    return "standing" if is_intact(signature, form) else "broken"


def form_state(case, stored, form, person):
    """The FormState of one stored form with what `person` can do."""
    found = form_states(case, [form])[form.form_name, form.pk]
    found.openings = waiting_in(case, person, form) if form.is_locked else []
    found.deeds = list(_deeds(case, form, stored.state_of(form), found, person))
    if person.may(Permission.FORM_WRITE) and not (form.is_locked or case.is_closed):
        found.change_words = _change_words(form, found)
    return found


def locked_words(case, form, person):
    """Why a form, stored or not, can only be read, and what opens it; nothing where it is not locked."""
    around = lock_around(case)
    if around:  # those who enter read it at the head of the page
        return "" if person.may(Permission.FORM_WRITE) else lock_words(around)
    if case.is_locked:
        words = _("The whole case is locked: no form can be added or changed until two persons open it.")
    elif form.is_locked:
        words = _("This form is locked: it can be read, and changed once two persons have opened it.")
    else:
        return ""
    return words if person.may(Permission.FORM_LOCK) else " ".join((words, _("Ask a data manager.")))


def _change_words(form, found):
    """What a change will undo."""
    said = []
    if found.standing:
        said.append(_("A change voids the signature of %(name)s.") % {"name": found.standing.signature.signer_name})
    if form.is_verified:
        said.append(_("A change takes the verification back."))
    return " ".join(said)


def _deeds(case, form, state, found, person):
    is_around = case.is_closed and not case.is_locked  # nothing moves in a locked hospital or cohort
    may_verify, may_lock = (not is_around and person.may(one) for one in (Permission.FORM_VERIFY, Permission.FORM_LOCK))
    is_signed = found.standing and found.standing.state == "standing"
    if person.may(Permission.FORM_SIGN) and not is_signed and state not in (STARTED, ERROR):
        sign = reverse("case_sign", args=[case.number])
        words = _("Asks for your password. Your name, the time and what you declare are kept under the form.")
        yield Deed("sign", _("Sign"), words, f"{sign}?form={form.form_name}&key={form.key}", is_page=True)
    if may_verify and state == COMPLETE:
        words = _("Says that you have compared the form with its source. A later change takes it back.")
        yield _deed("verify", _("Verify"), words, case, form)
    if may_verify and form.is_verified and not form.is_locked:
        words = _("The form stays complete, but does not count as verified any more.")
        yield _deed("unverify", _("Take the verification back"), words, case, form, asks_why=True)
    if may_lock and state not in (STARTED, ERROR, LOCKED):
        words = _("Nobody can change the form until two persons open it.")
        yield _deed("lock", _("Lock"), words, case, form)
    if may_lock and state == LOCKED and not case.is_locked and not found.openings:
        yield _deed("unlock", _("Ask that it is opened"), _unlock_words(found), case, form, is_page=True)


def _deed(code, label, effect, case, form, **words):
    url = reverse(f"form_{code}", args=[case.number, form.form_name, form.key])
    return Deed(code, label, effect, url, **words)


def _unlock_words(found):
    if found.standing:
        name = found.standing.signature.signer_name
        words = _(
            "A second person has to agree. Opening voids the signature of %(name)s; the site can then change the form."
        )
        return words % {"name": name}
    return _("A second person has to agree. The site can then change the form.")
