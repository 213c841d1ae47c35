"""Cases as records, read some at a time: each with its base row and the rows of its repeating instruments.

Only cases that the person may see and whose patients' consent allows an export; a case that was removed is none.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Max

from registry import clock
from registry.consent import ITEMS, consent_of
from registry.models import Case, HistoryEvent, Patient, Query, QueryState
from registry.redcap.project import ANSWER, AS_ENTERED, COMPLETE, Instrument, instance_of

CASES_AT_ONCE = 200
INCOMPLETE, UNVERIFIED, COMPLETED = 0, 1, 2
STATES = ("id", "case_id", "is_complete", "is_verified", "is_locked")


@dataclass
class Row:
    """One stored row of one form: column → stored answer, `complete` its status."""

    instrument: Instrument
    stored: dict
    complete: int

    @property
    def instance(self) -> int:
        """Its instance, if the instrument repeats."""
        form = self.instrument.form
        number = self.stored[form.key_item] if form.key_item else None
        return instance_of(form, self.stored.get("course_no"), number)

    def value(self, asked):
        """The stored value of a field: a code, a list of codes, a number, a date, a text, or None."""
        if asked.part == COMPLETE:
            return self.complete
        stored = self.stored[asked.column]
        if stored is None or asked.item is None or asked.item.kind != "date" or asked.part not in (ANSWER, AS_ENTERED):
            return stored
        return as_entered(stored, self.stored[f"{asked.column}_p"], asked)


@dataclass
class Record:
    """One case: its number, site, and rows by the name of their instrument, in their order."""

    pk: int
    number: str
    group: str
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))


def as_entered(day: date, precision, asked):
    """A date of this precision as the field has it: the day where it is known, or the text that was entered."""
    if asked.part != AS_ENTERED:
        return day if precision in (None, "D") else None
    return day.isoformat()[: {"Y": 4, "M": 7}.get(precision, 10)]


def cases_of(person, numbers=None):
    """The cases that this person may take along, before consent is looked at."""
    cases = Case.objects.visible_to(person).not_withdrawn().order_by("number")
    return cases.filter(number__in=numbers) if numbers else cases


def records(person, instruments, *, numbers=None, changed=None):
    """Record after record by number, in lists of those that were read together. Four queries and one for each instrument a list.

    numbers   only these
    changed   (from, until), either may be None: only those whose last change lies between
    """
    last = ""
    while True:
        cases = list(cases_of(person, numbers).filter(number__gt=last).select_related("site", "cohort")[:CASES_AT_ONCE])
        if not cases:
            return
        last = cases[-1].number
        cases = _changed(exportable(cases), changed)
        if cases:
            yield _read(cases, instruments)


def exportable(cases):
    """Those of the cases whose consent allows an export; registry/consent.py is the rule."""
    rows = Patient.objects.filter(case__in=cases).values("case_id", *ITEMS)
    answers = {row["case_id"]: row for row in rows}
    today = clock.today()
    return [
        case
        for case in cases
        if consent_of(answers.get(case.pk), today=today, is_published=case.cohort.is_published).may_be_exported
    ]


def _changed(cases, between):
    """Those of the cases whose last change lies between two moments."""
    if not between or not cases:
        return cases
    since, until = between
    told = HistoryEvent.objects.filter(case_id__in=[case.pk for case in cases]).order_by().values_list("case_id")
    last = dict(told.annotate(last=Max("at")))
    return [
        case
        for case in cases
        if case.pk in last and not (since and last[case.pk] < since) and not (until and last[case.pk] > until)
    ]


def _read(cases, instruments):
    found = {case.pk: Record(case.pk, case.number, group_of(case.site)) for case in cases}
    asked = set()
    if instruments:
        queries = Query.objects.filter(case__in=cases).exclude(state=QueryState.CLOSED)
        asked = set(queries.values_list("form", "row_id"))
    for instrument in instruments:
        form = instrument.form
        columns = [
            *form.columns(),
            *([form.key_item] if form.key_item else []),
            *(["course_no"] if form.of_course else []),
        ]
        rows = form.objects.filter(case__in=cases).in_order().values(*STATES, *dict.fromkeys(columns))
        for row in rows:
            status = status_of(row, is_asked=(form.form_name, row["id"]) in asked)
            found[row["case_id"]].rows[form.form_name].append(Row(instrument, row, status))
    return list(found.values())


def status_of(row, *, is_asked: bool) -> int:
    """REDCap's status of a stored form, from what is stored: 2 locked, or complete without a question; 1 complete with one; else 0."""
    if row["is_locked"]:
        return COMPLETED
    if not row["is_complete"]:
        return INCOMPLETE
    return UNVERIFIED if is_asked else COMPLETED


def group_of(site) -> str:
    """The unique name of a hospital's data access group."""
    return site.code.lower()
