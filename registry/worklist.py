"""What is owed over many cases: forms, signatures, verifications, contacts. The number of queries does not grow with the cases.

Only the answers that the schedule reads are fetched, and the checks are not run: whether a stored form is complete was settled when
it was saved.
"""

from array import array
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from threading import Lock
from typing import NamedTuple

from registry.access.permissions import Permission
from registry.edit_checks.case import Record
from registry.models import FORMS, Case, Draft, Exemption, Query, QueryState, Signature
from registry.record import exemptions_of
from registry.schedule import DUE_SOON, LATE, OPEN, OVERDUE, OWED, possibly_lost_since, schedule
from registry.stored_rows import changes, stored_rows

LONG_AGO = date.min
PAST_DUE = (OVERDUE, LATE)


class NamedCase(NamedTuple):
    """A case by its number: thousands are looked through to show twenty."""

    pk: int
    number: str

    get_absolute_url = Case.get_absolute_url


@dataclass(frozen=True, slots=True)
class OwedForm:
    """A form that is missing or incomplete.

    case    NamedCase
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
        return self.state in PAST_DUE


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


@dataclass(frozen=True, slots=True)
class _Known:
    """What is owed in one case whoever asks, and what it was made of: mark (changes, day, exemptions).

    overdue, due, undated   OwedForms without the case, as tuples
    complete                numbers of the complete forms, see `_number`; `unverified`: how many of them are not verified
    since                   possibly lost since
    """

    mark: tuple
    overdue: list
    due: list
    undated: list
    complete: array
    unverified: int
    since: date | None


KEPT_CASES = 100_000  # about a kilobyte each
_known: dict = {}  # case id → _Known: of the cases of a hospital, few change between two looks
_keeping = Lock()


def owed(cases, *, person, today):
    """What `person` owes in `cases`, a queryset."""
    cases = cases.not_withdrawn()
    rows = list(cases.values_list("pk", "number", "site_id"))
    by_pk = {pk: NamedCase(pk, number) for pk, number, _site in rows}
    known = _known_of(cases, by_pk, {site for _pk, _number, site in rows}, today)
    may_sign, may_verify = person.may(Permission.FORM_SIGN), person.may(Permission.FORM_VERIFY)
    signed = _signed(cases) if may_sign else set()
    found = Owed()
    for pk, case in by_pk.items():
        own = known[pk]
        found.overdue += [OwedForm(case, *one) for one in own.overdue]
        found.due += [OwedForm(case, *one) for one in own.due]
        found.undated += [OwedForm(case, *one) for one in own.undated]
        if may_sign and (unsigned := sum(one not in signed for one in own.complete)):
            found.unsigned.append(OwedCase(case, unsigned))
        if may_verify and own.unverified:
            found.unverified.append(OwedCase(case, own.unverified))
        if own.since:
            found.lost.append(OwedCase(case, since=own.since))
    for forms in (found.overdue, found.due, found.undated):
        forms.sort(key=lambda one: (one.due or LONG_AGO, one.case.number))
    found.lost.sort(key=lambda one: (one.since, one.case.number))
    return found


def _known_of(cases, case_pks, sites, today):
    """Case id → its _Known: kept from before, or made of its forms where they have changed."""
    exempt = exemptions_of(Exemption.objects.filter(case__in=cases.values("pk")))
    told = changes(sites)
    marks = {pk: (told.get(pk), today, exempt[pk]) for pk in case_pks}
    found = {pk: one for pk in case_pks if (one := _known.get(pk)) and told.get(pk) and one.mark == marks[pk]}
    changed = [pk for pk in case_pks if pk not in found]
    rows = stored_rows(changed)
    for pk in changed:
        found[pk] = _made(marks[pk], rows.get(pk, []), exempt[pk], today)
    with _keeping:
        _known.update((pk, found[pk]) for pk in changed)
        while len(_known) > KEPT_CASES:
            _known.pop(next(iter(_known)))
    return found


def _made(mark, own, exempt, today):
    """What is owed in one case with these stored rows."""
    record = Record((row.as_read for row in own), today)
    found = _Known(mark, [], [], [], array("q"), sum(row.is_complete and not row.is_verified for row in own), None)
    found.complete.extend(_number(row.form, row.pk) for row in own if row.is_complete)
    _sort_in(found, own, schedule(record, exempt, until=today), exempt, today)
    if found.undated:  # what has no date is one row a case: its first form, and how many more
        found.undated[:] = [(*found.undated[0][:-1], len(found.undated) - 1)]
    return replace(found, since=possibly_lost_since(record))


def _number(form, pk):
    """A stored form as a number: thousands of them are kept."""
    return (_PLACES[form] << 48) + pk


_PLACES = {model.form_name: place for place, model in enumerate(FORMS)}


def _signed(cases):
    """Numbers of the forms under which a signature stands."""
    rows = Signature.objects.filter(case__in=cases.values("pk"), voided_at=None).values_list("form", "row_id")
    return {_number(form, row) for form, row in rows}


def owed_queries(cases, person):
    """The queries whose next step is this person's, the oldest first."""
    states = {Permission.QUERY_ANSWER: QueryState.OPEN, Permission.QUERY_MANAGE: QueryState.ANSWERED}
    own = [state for permission, state in states.items() if person.may(permission)]
    return Query.objects.filter(case__in=cases.not_withdrawn().values("pk"), state__in=own).order_by("opened_at", "pk")


def own_drafts(cases, person):
    """What this person typed and did not save, the newest first."""
    return Draft.objects.filter(case__in=cases.not_withdrawn().values("pk"), person=person).order_by("-saved_at", "pk")


def _sort_in(found, own, expected, exempt, today):
    """Put what is missing or incomplete in the case among the overdue, the due and the undated, as tuples: form, key, slot, due, state,
    more."""
    complete = {(row.form, row.as_read.key) for row in own if row.is_complete}
    missing = defaultdict(list)
    for one in expected:
        if one.key:
            if (one.form, one.key) not in complete and (one.form, one.slot) not in exempt:
                _place(found, (one.form, one.key, one.slot, one.due, one.timeliness(today), 0))
        elif (state := one.state(today)) in OWED:
            missing[one.form].append((one.form, "", one.slot, one.due, state))
    for first, *rest in missing.values():
        more = sum(one[-1] in PAST_DUE or first[-1] not in PAST_DUE for one in rest)
        _place(found, (*first, more))


def _place(found, one):
    _form, key, _slot, due, state, _more = one
    if state in PAST_DUE:
        found.overdue.append(one)
    elif state == DUE_SOON:
        found.due.append(one)
    elif due is None or (key and state == OPEN):
        found.undated.append(one)
