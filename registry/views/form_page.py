"""What the page of a case report form shows around its questions."""

import uuid
from dataclasses import dataclass, field
from functools import cached_property

from django.core.exceptions import NON_FIELD_ERRORS
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from registry.access.permissions import Permission
from registry.actions.drafts import draft_names
from registry.edit_checks.base import HARD, MISSING, REFUSED, SOFT
from registry.edit_checks.case import Record
from registry.entry import sections
from registry.entry.as_typed import caused_elsewhere
from registry.entry.questions import label_of
from registry.models import Infusion
from registry.record import consent_in, row_of, said
from registry.views.case_forms import form_lines, row_title, short_title
from registry.views.consent import consent_notice
from registry.views.derived_section import derivations
from registry.views.form_address import form_url, live_url
from registry.views.form_notices import notices_of
from registry.views.form_queries import asked_here
from registry.views.form_state import form_state, locked_words
from registry.views.log_rows import log_link
from registry.views.statuses import FORM, Status


@dataclass(frozen=True)
class Fault:
    """One line of the error summary."""

    message: str
    anchor: str = ""


@dataclass(frozen=True)
class FormPage:
    """A form of a case as shown: `entry` is bound after a refusal, with the typed text; `stored` is the case as it is stored,
    `typed` as it would be with what is typed, `draft` the kept text that stands in `entry`."""

    request: object
    case: object
    stored: object
    entry: object
    version: int | None = None
    reason: str = ""
    reason_error: str = ""
    typed: object = None
    draft: object = None
    draft_stamp: str = ""
    refused_replies: dict = field(default_factory=dict)  # id of a query → why its answer was not stored

    def __post_init__(self):
        if self.version is None:
            object.__setattr__(self, "version", self.form.version)

    @property
    def form(self):
        return self.entry.instance

    @property
    def is_stored(self):
        return self.form.pk is not None and not self.form.is_void

    @property
    def usual_reasons(self):
        """Reasons for a change that are chosen with one key; any other can be typed."""
        return [_("misread the chart"), _("typing error"), _("new information"), _("answer to a query")]

    @property
    def nonce(self):
        """Names this page, so that sending it twice stores it once."""
        return self.request.POST.get("nonce") or str(uuid.uuid4())

    @cached_property
    def may_write(self):
        was_refused = self.entry.is_bound and self.request.method == "POST"  # what was typed stays in its place
        is_locked = self.form.is_locked or self.case.is_closed
        if is_locked and not was_refused or (self.is_withdrawn and not self.is_registration):
            return False
        return self.request.user.may(Permission.FORM_WRITE)

    @property
    def is_registration(self):
        return self.form.form_name == "patient"

    @cached_property
    def is_withdrawn(self):
        return consent_in(self.stored.forms).is_withdrawn

    @property
    def consent(self):
        """What the page says of a withdrawn consent."""
        return consent_notice(self.case, self.stored) if self.is_withdrawn else None

    @cached_property
    def state(self):
        """Who completed, verified, signed and locked it, and what the reader can do; None for what is not stored."""
        return form_state(self.case, self.stored, self.form, self.request.user) if self.is_stored else None

    @property
    def locked_words(self):
        """Why it can only be read."""
        return locked_words(self.case, self.form, self.request.user)

    @property
    def exempt_url(self):
        """Where an expected form is said to be not required; blank for a stored one."""
        return "" if self.is_stored or self.case.is_closed else self._url("form_exempt")

    @property
    def day0(self):
        return self.stored.day0

    @property
    def title(self):
        if self.form.key_item and not self.is_stored:
            return _("%(title)s: new") % {"title": short_title(self.form)}
        return row_title(self.form)

    @property
    def crumbs(self):
        return [(_("Cases"), reverse("cases")), (self.case.number, self.case.get_absolute_url())]

    @property
    def url(self):
        return form_url(self.form, self.case.number)

    @property
    def check_url(self):
        return live_url("form_check", self.form, self.case.number)

    @property
    def draft_url(self):
        return live_url("form_draft", self.form, self.case.number)

    @property
    def tab_only(self):
        """Names of the controls whose text no draft keeps: it stays in the browser's tab."""
        names = [name for name in self.entry.fields if name not in draft_names(self.form)]
        return " ".join([*names, *(f"{one.anchor}_text" for one in self.asked if one.may_answer)])

    @property
    def echo_url(self):
        return self._url("answer_echo")

    @property
    def history_url(self):
        return self._url("form_history", self.form.key)

    @property
    def log(self):
        """The daily log below this episode: its address and how many days it has; None where there is none."""
        return log_link(self.case, self.stored, self.form) if self.is_stored else None

    @property
    def void_url(self):
        return self._url("form_void", self.form.key)

    def _url(self, name, *rest):
        return reverse(name, args=[self.case.number, self.form.form_name, *rest])

    @cached_property
    def lines(self):
        return form_lines(self.case, self.stored)

    @cached_property
    def place(self):
        """Where this form stands among the case's forms."""
        own = [
            index for index, line in enumerate(self.lines) if line.stored is not None and line.stored.pk == self.form.pk
        ]
        same = [index for index, line in enumerate(self.lines) if line.model is type(self.form)]
        if self.is_stored:
            return next(index for index in own if self.lines[index].model is type(self.form))
        return same[-1]

    @property
    def previous_url(self):
        return self.lines[self.place - 1].url if self.place else ""

    @property
    def next_url(self):
        return self.lines[self.place + 1].url if self.place + 1 < len(self.lines) else ""

    @property
    def next_open_url(self):
        """The next form that should be there and is not complete."""
        after = [*self.lines[self.place + 1 :], *self.lines[: self.place]]
        return next((line.url for line in after if line.is_open), "")

    @cached_property
    def elsewhere(self):
        """Answers of the case's other forms, by item."""
        return Record(map(row_of, self.stored.forms)).around(row_of(self.form))

    @cached_property
    def findings(self):
        if self.typed:
            return self.typed.findings_of(self.form)
        return self.stored.findings_of(self.form) if self.is_stored else []

    @cached_property
    def sections(self):
        words = {"findings": self.findings, "previous": self._previous_row(), "asked": self.asked}
        return sections(self.entry, elsewhere=self.elsewhere, **words)

    @cached_property
    def asked(self):
        """The form's queries."""
        return asked_here(self, self.refused_replies)

    @property
    def asked_above(self):
        """Those that stand at no question: about the whole form, or about a question that is not shown."""
        shown = {one.name for section in self.sections for one in section.questions if not one.is_hidden}
        return [one for one in self.asked if one.item not in shown]

    @property
    def ask_url(self):
        """Where a data manager raises a query; blank for everybody else."""
        may_ask = self.is_stored and self.request.user.may(Permission.QUERY_MANAGE)
        return self._url("query_ask", self.form.key) if may_ask else ""

    @cached_property
    def derived(self):
        """What the registry derives from the form, as it is stored or as it is typed."""
        case = self.typed or (self.stored if self.is_stored else None)
        return derivations(case, self.form) if case else []

    def _previous_row(self):
        if not self.form.key_item:
            return None
        rows = [
            row
            for row in self.stored.rows_of(self.form.form_name)
            if not self.form.of_course or row.course_no == self.form.course_no
        ]
        own = getattr(self.form, self.form.key_item)
        return next((row for row in reversed(rows) if own is None or getattr(row, row.key_item) < own), None)

    @property
    def status(self):
        if not self.is_stored:
            return Status(_("not stored yet"), "ring")
        return FORM[self.stored.state_of(self.form)]

    @property
    def counts(self):
        """How many answers cannot be stored, and how many findings there are of each weight."""
        refused = sum(len(messages) for name, messages in self.entry.errors.items() if name != NON_FIELD_ERRORS)
        weights = [one.severity for one in self.findings]
        return {REFUSED: refused, **{weight: weights.count(weight) for weight in (MISSING, HARD, SOFT)}}

    @property
    def count_text(self):
        """The counts in words."""
        refused, missing, hard, soft, caused = counts = *self.counts.values(), len(self.caused)
        words = (
            ngettext("%d answer cannot be stored", "%d answers cannot be stored", refused),
            ngettext("%d answer missing", "%d answers missing", missing),
            ngettext("%d contradiction", "%d contradictions", hard),
            ngettext("%d unusual value", "%d unusual values", soft),
            ngettext("%d finding on another form", "%d findings on other forms", caused),
        )
        return pgettext("between counts", " · ").join(
            word % count for word, count in zip(words, counts, strict=True) if count
        )

    @property
    def could_be_completed(self):
        """Whether nothing that is typed or missing stands against marking the form complete."""
        return not self.counts[REFUSED] and not (self.typed or self.stored).blocking(self.form)

    @cached_property
    def caused(self):
        """What the answers as typed would have the checks say of the case's other forms."""
        if not self.typed:
            return []
        rows = {(row.form_name, row.key): row for row in self.typed.forms}
        return [
            {
                "title": row_title(rows[one.form, one.key]),
                "url": reverse("form", args=[self.case.number, one.form, one.key]),
                "severity": one.severity,
                "text": said(one),
            }
            for one in caused_elsewhere(self.stored, self.typed, self.form)
        ]

    @property
    def blocked_text(self):
        """What keeps the form from being complete: how much, and the first of it."""
        blocking = self.stored.blocking(self.form)
        counts = [sum(one.severity == weight for one in blocking) for weight in (MISSING, HARD)]
        words = (
            ngettext("%d answer missing", "%d answers missing", counts[0]),
            ngettext("%d contradiction", "%d contradictions", counts[1]),
        )
        return pgettext("between counts", " · ").join(
            word % count for word, count in zip(words, counts, strict=True) if count
        )

    @property
    def fault_title(self):
        if self.is_stored:
            return _("Your changes are not stored. What you typed is kept below; please mend this and save again.")
        return _("Nothing is stored yet. What you typed is kept below; please mend this and save again.")

    @property
    def faults(self):
        """What was refused, each with the id of its control. Nothing was sent where a draft is put back."""
        if self.draft:
            return []
        found = [Fault(message) for message in self.entry.errors.get(NON_FIELD_ERRORS, [])]
        for name, messages in self.entry.errors.items():
            if name != NON_FIELD_ERRORS:
                found += [self._fault(name, message) for message in messages]
        found += [Fault(error, one.anchor) for one in self.asked for error in one.errors]
        if self.reason_error:
            found.append(Fault(self.reason_error, "reason"))
        return found

    def _fault(self, name, message):
        """The message with its question's name, if it does not give it itself, and the id of its control."""
        item = name if name in self.entry.items else name.removesuffix("_mr").removesuffix("_oth")
        label = label_of(self.form._meta.get_field(item))
        words = message if label in message else _("%(label)s: %(message)s") % {"label": label, "message": message}
        return Fault(words, item)

    @property
    def notices(self):
        """Why questions are withheld."""
        return notices_of(self)


def day0_of(case):
    """The day of the first infusion of course 1, or None."""
    return (
        Infusion.objects.filter(case=case, course_no=1, inf_date__isnull=False)
        .order_by("inf_seq")
        .values_list("inf_date", flat=True)
        .first()
    )
