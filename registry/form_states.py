"""What is known of every form of many cases, as facts without a day of today: asked for, due, stored, complete since when.

Data quality is judged from these at any day. There are three queries for each two thousand cases that changed, and the checks are not
run: whether a stored form is complete was settled when it was saved.
"""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Case as Choice
from django.db.models import CharField, IntegerField, Min, Q, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import TruncDate

from registry import clock
from registry.edit_checks.case import Record
from registry.models import FORMS, Exemption, HistoryEvent
from registry.record import exemptions_of
from registry.schedule import schedule
from registry.stored_rows import changes, stored_rows

OWN_DAY = {  # planned visits: the day on which they were made, which tells more than the infusion they are counted from
    "follow_up": "fup_date",
    "response_assessment": "rsp_date",
    "bcell_assessment": "bca_date",
    "late_effects": "late_date",
}
LOOKUPS = {"==": "exact", "!=": "exact", ">=": "gte", "<=": "lte", ">": "gt", "<": "lt", "in": "in"}


class FormState(NamedTuple):
    """A form that a case has or should have.

    slot              planned visit of a repeating form; else blank
    due               the day by which it is to be complete; None where that is not known
    event             the day of which a stored form tells: of the visit, else of the event from which it counts; None where not known
    entered           the day on which it was saved for the first time
    is_required       neither waived, reported elsewhere, optional, nor ended by death, loss, relapse or withdrawal; of an imported
                      transplant nothing is
    is_missed         a planned visit that nobody is asked for any more, because a later one is stored
    completed         the day on which it was complete for the first time
    critical_asked    questions of the stored form that an endpoint needs and that apply; `critical_missing` have no answer
    """

    case_id: int
    form: str
    slot: str
    due: date | None
    event: date | None
    entered: date | None
    is_required: bool
    is_missed: bool
    is_stored: bool
    is_complete: bool
    completed: date | None
    critical_asked: int
    critical_missing: int


def form_states(cases, among):
    """The FormState of every form of those `cases`, a queryset, whose ids are `among`: all that is stored, and all planned visits that
    open by the newest date in any form, so that the answer changes with the data and not from day to day."""
    today, among = clock.today(), sorted(among)
    exempt = exemptions_of(Exemption.objects.filter(case__in=cases.values("pk")))
    sites = set(cases.order_by().values_list("site_id", flat=True).distinct())
    marks = {case: (told, today, exempt[case]) for case, told in changes(sites).items()}
    changed = [case for case in among if case not in marks or case not in _known or _known[case].mark != marks[case]]
    found = {case: _known[case] for case in among if case in _known}
    for start in range(0, len(changed), BATCH):
        some = changed[start : start + BATCH]
        read = _read(some, exempt)
        for case in some:
            newest = _newest(read.rows.get(case, ()), today)
            found[case] = _Known(marks.get(case), newest, list(_states(case, read, today)))
            _keep(case, found[case])
    until = max((one.newest for one in found.values() if one.newest), default=today)
    for case in among:
        for opens, state in found[case].states:
            if opens is None or opens <= until:
                yield FormState._make(state)


@dataclass(frozen=True, slots=True)
class _Known:
    """The states of a case's forms, and what they were made of: mark (changes, day, exemptions).

    newest   the newest date in any of its forms
    states   (the day on which a planned visit that is not stored opens, else None; FormState as a plain tuple, which the collector of
             garbage does not look at)
    """

    mark: tuple | None
    newest: date | None
    states: list


@dataclass(frozen=True, slots=True)
class _Read:
    """What the states of some cases are made of."""

    rows: dict
    exempt: dict
    entered: dict
    completed: dict
    critical: dict


BATCH = 2_000  # cases read at once
KEPT_CASES = 50_000
_known: dict = {}  # case id → _Known: of ten thousand cases, one changes between two datasets


def _keep(case, known):
    while len(_known) >= KEPT_CASES:
        _known.pop(next(iter(_known)))
    _known[case] = known


def _read(case_pks, exempt):
    """Read these cases."""
    entered, completed = _first_days(case_pks)
    return _Read(stored_rows(case_pks), exempt, entered, completed, _critical(case_pks))


def _among(case_pks):
    """Ids as one parameter of a statement: thousands of them, one by one, take longer to write than to look up."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(case_pks)])  # noqa: S611 - no text in it


def _states(case, read, today):
    """(the day on which it opens, if it is a planned visit that is not stored; its FormState as a tuple) of each form of one case."""
    own, exempt = read.rows.get(case, []), read.exempt[case]
    stored = {(row.form, row.as_read.key): row for row in own}
    record = Record(row.as_read for row in own)
    for one in schedule(record, exempt, until=today):
        row = stored.get((one.form, one.key)) if one.key else None
        waived = bool(one.exemption) or (one.form, one.slot) in exempt
        required = record.is_car_t and not (waived or one.ended or (one.is_optional and not row))
        place = (row.form, row.pk) if row else None
        asked, missing = read.critical.get(place, (0, 0))
        is_complete = bool(row and row.is_complete)
        yield (
            one.earliest if one.slot and not one.key else None,
            (  # in the order of FormState
                case,
                one.form,
                one.slot,
                one.due,
                _day_told(one, row) if row else None,
                read.entered.get(place),
                required,
                bool(required and not row and one.is_passed),
                bool(row),
                is_complete,
                read.completed.get(place) if is_complete else None,
                asked,
                missing,
            ),
        )


def _newest(own, today):
    """The newest date among a case's answers that the schedule reads, or None. A date of the future, a mistake, is not believed."""
    days = (answer for row in own for answer in row.as_read.answers.values() if isinstance(answer, date))
    return max((day for day in days if day <= today), default=None)


def _day_told(one, row):
    """The day of which a stored form tells."""
    own = OWN_DAY.get(one.form)
    return (own and row.as_read.answers[own]) or one.event


def _first_days(case_pks):
    """Two dictionaries, (form, row id) → day: first saved, and first said to be complete by the site."""
    saved, said = Q(kind="insert"), Q(item="is_complete", new=True)
    told = HistoryEvent.objects.filter(saved | said, case_id__in=_among(case_pks)).values_list("form", "row_id")
    rows = told.annotate(
        entered=TruncDate(Min("at", filter=saved), tzinfo=clock.zone()),
        completed=TruncDate(Min("at", filter=said), tzinfo=clock.zone()),
    ).order_by()
    entered, completed = {}, {}
    for form, row, first, complete in rows:
        entered[form, row], completed[form, row] = first, complete
    return entered, completed


def _critical(case_pks):
    """(form, row id) → (critical questions that apply, those of them without an answer). Counted by the database."""
    first, *others = [_critical_of(form, case_pks) for form in FORMS if any(map(_is_critical, form.items().values()))]
    return {(form, pk): (asked, missing) for form, pk, asked, missing in first.union(*others, all=True)}


def _is_critical(item):
    return item.critical


def _critical_of(form, case_pks):
    """(form, row id, asked, missing) of the rows of one form."""
    applies = {name: _applies(item, form.items()) for name, item in form.items().items() if item.critical}
    asked = sum((_one_if(rule) for rule in applies.values()), start=Value(0))
    missing = sum((_one_if(rule & Q(**{f"{name}__isnull": True})) for name, rule in applies.items()), start=Value(0))
    rows = form.objects.filter(case_id__in=_among(case_pks)).order_by()
    named = rows.annotate(of=Value(form.form_name, output_field=CharField()), asked=asked, without=missing)
    return named.values_list("of", "pk", "asked", "without")


def _applies(item, own):
    """Whether a question applies by the other answers of its own form; what another form says is known once that form is stored."""
    rule = Q(pk__isnull=False)
    for condition in item.asked_if:
        if condition.item in own:
            holds = Q(**{f"{condition.item}__{LOOKUPS[condition.comparison]}": condition.codes})
            rule &= (Q(**{f"{condition.item}__isnull": False}) & ~holds) if condition.comparison == "!=" else holds
    return rule


def _one_if(rule):
    return Choice(When(rule, then=Value(1)), default=Value(0), output_field=IntegerField())


__all__ = ("FormState", "form_states")
