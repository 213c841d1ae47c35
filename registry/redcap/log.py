"""The history of records as REDCap's log: newest first, one line for each save of a row, read while it is sent."""

from dataclasses import dataclass
from itertools import groupby

from django.utils import timezone

from registry.api.forms import hidden_from
from registry.models import FORM_OF, HistoryEvent
from registry.redcap.asked import moment
from registry.redcap.cells import text_of
from registry.redcap.records import cases_of, exportable, group_of
from registry.redcap.sent import RefusedError, Sent
from registry.redcap.written import writer

COLUMNS = ("timestamp", "username", "action", "details", "record")
KINDS = (
    "",
    "export",
    "manage",
    "user",
    "record",
    "record_add",
    "record_edit",
    "record_delete",
    "lock_record",
    "page_view",
)
OF_RECORDS = {"": ("insert", "update", "delete"), "record": ("insert", "update", "delete"), "record_add": ("insert",),
              "record_edit": ("update",), "record_delete": ("delete",)}  # fmt: skip
ACTIONS = {"insert": "Create record", "update": "Update record", "delete": "Delete record"}
LINES_AT_ONCE = 500


@dataclass(frozen=True)
class Wanted:
    """Which part of the log, all None where nothing is said."""

    format: str
    kinds: tuple[str, ...]
    since: object
    until: object
    number: str
    username: str
    group: str


def read_wanted(sent: Sent) -> Wanted:
    """What the call asks for. Raises RefusedError."""
    kind = sent.choice("format", ("xml", "csv", "json"))
    said = sent.text("logtype").lower()
    if said not in KINDS:
        raise RefusedError('The value of the parameter "logtype" is not valid')
    return Wanted(
        kind,
        OF_RECORDS.get(said, ()),
        moment(sent, "beginTime"),
        moment(sent, "endTime"),
        sent.text("record"),
        sent.text("user"),
        sent.text("dag"),
    )


class Log:
    """The pieces of the log, and how many lines they held. What names a patient is left out for whoever is not given it."""

    def __init__(self, wanted: Wanted, person):
        self.wanted, self.person, self.rows = wanted, person, 0
        self.to = writer(wanted.format)

    def pieces(self):
        """The text of the log, some lines at a time."""
        yield self.to.begin(COLUMNS)
        held, is_first = [], True
        for line in self._lines():
            held.append(self.to.line([self.to.cells(COLUMNS, line)]))
            self.rows += 1
            if len(held) == LINES_AT_ONCE:
                yield ("" if is_first else self.to.between) + self.to.between.join(held)
                held, is_first = [], False
        if held:
            yield ("" if is_first else self.to.between) + self.to.between.join(held)
        yield self.to.end

    def cases(self):
        """None: lines of what was done, not rows of cases."""

    def _lines(self):
        numbers = self._numbers()
        for (_transaction, _form, _row), events in groupby(
            self._events(), lambda one: (one.transaction, one.form, one.row_id)
        ):
            told = list(events)
            first = told[0]
            if first.case_id in numbers:
                yield self._line(first, told, numbers[first.case_id])

    def _numbers(self):
        cases = cases_of(self.person, [self.wanted.number] if self.wanted.number else None)
        told = exportable(list(cases.select_related("site", "cohort")))
        of_group = (one for one in told if not self.wanted.group or group_of(one.site) == self.wanted.group)
        return {one.pk: one.number for one in of_group}

    def _events(self):
        events = HistoryEvent.objects.filter(kind__in=self.wanted.kinds, form__in=FORM_OF)
        if self.wanted.number:
            events = events.filter(case_id__in=cases_of(self.person, [self.wanted.number]).values("pk"))
        if self.wanted.since:
            events = events.filter(at__gte=self.wanted.since)
        if self.wanted.until:
            events = events.filter(at__lte=self.wanted.until)
        if self.wanted.username:
            events = events.filter(actor=self.wanted.username)
        return events.order_by("-pk").iterator(chunk_size=LINES_AT_ONCE)

    def _line(self, first, told, number):
        hidden = hidden_from(self.person, FORM_OF[first.form])
        said = ", ".join(f"{one.item} = '{_words(one.new)}'" for one in reversed(told) if one.item not in hidden)
        at = timezone.localtime(first.at).strftime("%Y-%m-%d %H:%M")
        return (
            at,
            first.actor,
            f"{ACTIONS[first.kind]} {number}",
            f"[form = {first.form}, row = {first.row_id}] {said}",
            number,
        )


def _words(value):
    return ", ".join(map(str, value)) if isinstance(value, list) else text_of(value)
