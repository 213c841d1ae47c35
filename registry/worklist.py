"""What is owed over many cases: forms, signatures, verifications, contacts. The number of queries does not grow with the cases.

Only the answers that the schedule reads are fetched, and the checks are not run: whether a stored form is complete was settled when
it was saved.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date

from registry.access.permissions import Permission
from registry.edit_checks.case import Record
from registry.models import Draft, Exemption, Query, QueryState, Signature
from registry.record import exemptions_of
from registry.schedule import DUE_SOON, LATE, OPEN, OVERDUE, OWED, possibly_lost_since, schedule
from registry.stored_rows import stored_rows

LONG_AGO = date.min


@dataclass(frozen=True, slots=True)
class OwedForm:
    """A form that is missing or incomplete.

    key     the stored row; blank if there is none
    slot    the planned visit
    state   overdue, late, due soon or open
    more    further planned visits of the form that are owed too; without a date, further forms of the case
    """

    case: object
    form: str
    key: str
    slot: str
    due: date | None
    state: str
    more: int = 0

    @property
    def is_overdue(self):
        return self.state in (OVERDUE, LATE)


@dataclass(frozen=True, slots=True)
class OwedCase:
    """A case in which something is owed: how many forms, or since when."""

    case: object
    count: int = 0
    since: date | None = None


@dataclass
class Owed:
    """Everything that one person owes, the most overdue first."""

    overdue: list[OwedForm] = field(default_factory=list)
    due: list[OwedForm] = field(default_factory=list)
    undated: list[OwedForm] = field(default_factory=list)
    unsigned: list[OwedCase] = field(default_factory=list)
    unverified: list[OwedCase] = field(default_factory=list)
    lost: list[OwedCase] = field(default_factory=list)


def owed(cases, *, person, today):
    """What `person` owes in `cases`, a queryset with what the pages show of a case."""
    cases = cases.not_withdrawn()
    by_pk = {case.pk: case for case in cases}
    rows = stored_rows(by_pk)
    exempt = exemptions_of(Exemption.objects.filter(case__in=cases.values("pk")))
    signed = set(Signature.objects.filter(case__in=cases.values("pk"), voided_at=None).values_list("form", "row_id"))
    found = Owed()
    for pk, case in by_pk.items():
        own = rows.get(pk, [])
        record = Record((row.as_read for row in own), today)
        before = len(found.undated)
        _sort_in(found, case, own, schedule(record, exempt[pk], until=today), exempt[pk], today)
        _gather(found.undated, before)
        _count_in(found, case, own, signed, person)
        since = possibly_lost_since(record)
        if since:
            found.lost.append(OwedCase(case, since=since))
    for forms in (found.overdue, found.due, found.undated):
        forms.sort(key=lambda one: (one.due or LONG_AGO, one.case.number))
    found.lost.sort(key=lambda one: (one.since, one.case.number))
    return found


def owed_queries(cases, person):
    """The queries whose next step is this person's, the oldest first."""
    states = {Permission.QUERY_ANSWER: QueryState.OPEN, Permission.QUERY_MANAGE: QueryState.ANSWERED}
    own = [state for permission, state in states.items() if person.may(permission)]
    return Query.objects.filter(case__in=cases.not_withdrawn().values("pk"), state__in=own).order_by("opened_at", "pk")


def own_drafts(cases, person):
    """What this person typed and did not save, the newest first."""
    return Draft.objects.filter(case__in=cases.not_withdrawn().values("pk"), person=person).order_by("-saved_at", "pk")


def _sort_in(found, case, own, expected, exempt, today):
    """Put what is missing or incomplete in the case among the overdue, the due and the undated."""
    complete = {(row.form, row.as_read.key) for row in own if row.is_complete}
    missing = defaultdict(list)
    for one in expected:
        if one.key:
            if (one.form, one.key) not in complete and (one.form, one.slot) not in exempt:
                _place(found, OwedForm(case, one.form, one.key, one.slot, one.due, one.timeliness(today)))
        elif (state := one.state(today)) in OWED:
            missing[one.form].append(OwedForm(case, one.form, "", one.slot, one.due, state))
    for first, *rest in missing.values():
        more = sum(one.is_overdue or not first.is_overdue for one in rest)
        _place(found, replace(first, more=more))


def _place(found, one):
    if one.is_overdue:
        found.overdue.append(one)
    elif one.state == DUE_SOON:
        found.due.append(one)
    elif one.due is None or (one.key and one.state == OPEN):
        found.undated.append(one)


def _gather(undated, before):
    """Make what was found without a date in one case one row: its first form, and how many more."""
    own = undated[before:]
    if own:
        undated[before:] = [replace(own[0], more=len(own) - 1)]


def _count_in(found, case, own, signed, person):
    """The complete forms of the case that this person should sign or verify."""
    complete = [row for row in own if row.is_complete]
    unsigned = sum((row.form, row.pk) not in signed for row in complete)
    unverified = sum(not row.is_verified for row in complete)
    if unsigned and person.may(Permission.FORM_SIGN):
        found.unsigned.append(OwedCase(case, unsigned))
    if unverified and person.may(Permission.FORM_VERIFY):
        found.unverified.append(OwedCase(case, unverified))
