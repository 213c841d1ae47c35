"""What can be done to a case, in words: each act is known by one event of the history, for the story and for its filters."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registry.models import FORM_OF, REDACTED
from registry.models.base import STATES

ANY = object()
CLINICAL = tuple(FORM_OF)
NO_ANSWERS = (*STATES, REDACTED)


@dataclass(frozen=True)
class Act:
    """One act and the event by which it is known. `item` "" is any answer of a form."""

    label: object
    forms: tuple = CLINICAL
    kind: str = ""
    item: str = ""
    old: object = ANY
    new: object = ANY

    def is_known_by(self, event):
        """Whether the event shows this act."""
        return (
            event.form in self.forms
            and (not self.kind or event.kind == self.kind)
            and (event.item == self.item if self.item else event.item not in NO_ANSWERS)
            and (self.old is ANY or event.old == self.old)
            and (self.new is ANY or event.new == self.new)
        )

    @property
    def q(self):
        """The events that show this act."""
        found = Q(form__in=self.forms)
        if self.kind:
            found &= Q(kind=self.kind)
        found &= Q(item=self.item) if self.item else ~Q(item__in=NO_ANSWERS)
        if self.old is not ANY:
            found &= Q(old=self.old)
        if self.new is not ANY:
            found &= Q(new=self.new)
        return found


ROWS = ("case", *CLINICAL)
ACTS = {
    "enrolled": Act(pgettext_lazy("history", "enrolled"), ("case",), "insert", "number"),
    "entered": Act(pgettext_lazy("history", "entered"), kind="insert"),
    "changed": Act(pgettext_lazy("history", "changed"), kind="update"),
    "removed": Act(pgettext_lazy("history", "removed"), ROWS, item="is_void", new=True),
    "restored": Act(pgettext_lazy("history", "brought back"), ROWS, item="is_void", old=True),
    "withdrawn": Act(_("consent withdrawn"), ("patient",), item="consent_withdrawn", new=1),
    "completed": Act(_("marked complete"), item="is_complete", new=True),
    "incomplete": Act(_("completion withdrawn"), item="is_complete", old=True),
    "verified": Act(pgettext_lazy("history", "verified"), item="is_verified", new=True),
    "unverified": Act(_("verification withdrawn"), item="is_verified", old=True),
    "locked": Act(pgettext_lazy("history", "locked"), ROWS, item="is_locked", new=True),
    "unlocked": Act(pgettext_lazy("history", "unlocked"), ROWS, item="is_locked", old=True),
    "signed": Act(pgettext_lazy("history", "signed"), ("signature",), "insert", "digest"),
    "void": Act(_("signature void"), ("signature",), "update", "voided_at"),
    "endorsed": Act(_("data endorsed"), ("endorsement",), "insert", "digest"),
    "audit_drawn": Act(_("drawn for an audit"), ("audit_form",), "insert", "form"),
    "audit_begun": Act(_("being entered again"), ("audit_form",), "update", "began_by", old=""),
    "audit_left": Act(_("left to somebody else"), ("audit_form",), "update", "began_by", new=""),
    "audit_sealed": Act(_("entered again and sealed"), ("audit_form",), "update", "sealed_at"),
    "query_opened": Act(_("query opened"), ("query_step",), item="act", new="opened"),
    "query_answered": Act(_("query answered"), ("query_step",), item="act", new="answered"),
    "query_closed": Act(_("query closed"), ("query_step",), item="act", new="closed"),
    "query_resolved": Act(_("query closed by a correction"), ("query_step",), item="act", new="resolved"),
    "query_reopened": Act(_("query re-opened"), ("query_step",), item="act", new="reopened"),
    "exempted": Act(_("not required"), ("exemption",), "insert", "kind"),
    "required": Act(_("required again"), ("exemption",), "update", "ended_at"),
    "opening_asked": Act(_("opening of a lock asked for"), ("opening",), "insert", "reason"),
    "opening_approved": Act(_("opening of a lock agreed to"), ("opening",), item="state", new="approved"),
    "opening_declined": Act(_("opening of a lock declined"), ("opening",), item="state", new="declined"),
    "opening_withdrawn": Act(_("opening of a lock withdrawn"), ("opening",), item="state", new="withdrawn"),
    "opening_lapsed": Act(_("opening of a lock lapsed"), ("opening",), item="state", new="lapsed"),
    "name_reported": Act(_("a name to be taken out"), ("redaction",), "insert", "reason"),
    "name_removed": Act(_("a name taken out"), ("redaction",), item="state", new="done"),
    "row_redacted": Act(_("a name taken out"), item=REDACTED),
    "name_left": Act(_("a name left as it is"), ("redaction",), item="state", new="withdrawn"),
}


def acts_of(events):
    """The codes of the acts that the events of one entry show, in the order of ACTS."""
    return [code for code, act in ACTS.items() if any(act.is_known_by(event) for event in events)]
