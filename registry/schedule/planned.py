"""The planned visits: follow-up, response, B cells, late effects; which stored row covers which."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from registry.dictionary.visits import ASSESSMENT_GRACE, ASSESSMENTS, CONTACT_GRACE, CONTACTS, LATE_EFFECTS, Visit
from registry.edit_checks.base import Row
from registry.edit_checks.follow_up import DEAD, is_lost
from registry.edit_checks.whole import Record
from registry.schedule.expected import DIED, LOST, RELAPSED, WITHDRAWN, Expected
from registry.schedule.once import DIED_BEFORE, is_infused, later, plan_ended_on, rows

FOR_RELAPSE_OR_NO_RESPONSE = (4, 5)  # stx_reason
OF_RESPONSE = ("response_assessment", "bcell_assessment")
PLANNED = ("follow_up", *OF_RESPONSE, "late_effects")
GRACE = dict.fromkeys(OF_RESPONSE, ASSESSMENT_GRACE)  # days after its own, of a visit not planned; else CONTACT_GRACE


def planned(record: Record, until: date | None = None) -> Iterator[Expected]:
    """Every planned visit of the index course up to year 15, and the visits that were made without being planned.

    The infused are assessed and followed from day 0; those whose infusion was given up are followed from that day.
    until   leave out what is not stored and opens later, or is not asked for any more
    """
    day_0, infused = record.infused_on(), is_infused(record)
    assessed, sampled = rows(record, "response_assessment"), rows(record, "bcell_assessment")

    def visits(
        form: str, plan: tuple[Visit, ...], clock: date | None, covered: dict[str, Row], stored: list[Row], item: str
    ) -> Iterator[Expected]:
        limit = date.min if until and end_of(record, form) else until
        return _visits(form, plan, clock, covered, stored, item, limit)

    if infused:
        response = _covered(assessed, ASSESSMENTS, day_0, "rsp_date", "rsp_timepoint")
        yield from visits("response_assessment", ASSESSMENTS, day_0, response, assessed, "rsp_date")
        bcells = _sampled_with(response, sampled) | _covered(sampled, ASSESSMENTS, day_0, "bca_date")
        yield from visits("bcell_assessment", ASSESSMENTS, day_0, bcells, sampled, "bca_date")
    contacts, clock = rows(record, "follow_up"), day_0 or plan_ended_on(record)
    if clock or infused:
        seen = _covered(contacts, CONTACTS, clock, "fup_date", "fup_visit")
        yield from visits("follow_up", CONTACTS, clock, seen, contacts, "fup_date")
    if infused:
        late = record.of("late_effects")
        seen = _covered(late, LATE_EFFECTS, day_0, "late_date")
        for one in visits("late_effects", LATE_EFFECTS, day_0, seen, late, "late_date"):
            yield one if one.key else one._replace(is_optional=True, due=None)


def end_of(record: Record, form: str) -> str:
    """Why nothing more is asked for, of this form, of this patient."""
    if is_withdrawn(record):
        return WITHDRAWN
    if form not in PLANNED:
        return ""
    if has_died(record):
        return DIED
    if is_lost(record):
        return LOST
    return RELAPSED if form in OF_RESPONSE and _response_is_over(record) else ""


def is_withdrawn(record: Record) -> bool:
    """Whether consent was withdrawn."""
    return any(row["consent_withdrawn"] == 1 for row in record.of("patient"))


def has_died(record: Record) -> bool:
    """Whether any form says so."""
    before = any(row["noninf_reason"] in DIED_BEFORE for row in record.of("cart_course"))
    return before or bool(record.of("death")) or any(row["vital_status"] == DEAD for row in record.of("follow_up"))


def _response_is_over(record: Record) -> bool:
    """After a relapse, or a therapy for it or for want of response, the response to this infusion is not assessed any more."""
    again = any(row["stx_reason"] in FOR_RELAPSE_OR_NO_RESPONSE for row in rows(record, "subsequent_therapy"))
    return bool(rows(record, "relapse")) or again


def _visits(
    form: str,
    plan: tuple[Visit, ...],
    day_0: date | None,
    covered: dict[str, Row],
    stored: list[Row],
    item: str,
    until: date | None,
) -> Iterator[Expected]:
    """Each planned visit with the row that covers it; then the rows that cover none."""
    last = max((row[item] for row in stored if row[item]), default=None)
    if not day_0 and not stored:
        yield Expected(form)
    most = (
        (until - day_0).days if until and day_0 else None
    )  # the last day of day 0 on which a visit that is not stored may open
    for visit in plan:
        if not day_0:
            break
        row = covered.get(visit.slot)
        if not row and most is not None and visit.first > most:
            continue
        yield Expected(
            form,
            visit.slot,
            day_0,
            day_0 + timedelta(days=visit.first),
            visit.planned_on(day_0),
            visit.due_on(day_0),
            row.key if row else "",
            is_passed=bool(last and (last - day_0).days > visit.last),
        )
    used = {row.key for row in covered.values()}
    for row in stored:
        if row.key not in used:
            yield Expected(form, event=row[item], due=later(row[item], GRACE.get(form, CONTACT_GRACE)), key=row.key)


def _covered(
    stored: list[Row], visits: tuple[Visit, ...], day_0: date | None, item: str, code_item: str = ""
) -> dict[str, Row]:
    """Planned visit → the row that covers it: by the visit that the row names, else by the window in which it lies."""
    found: dict[str, Row] = {}
    unnamed = []
    for row in stored:
        named = [visit for visit in visits if code_item and visit.code == row[code_item]]
        slot = _nearest(named, row[item], day_0) if named else None
        if slot and slot not in found:
            found[slot] = row
        else:
            unnamed.append(row)
    for row in unnamed:
        days = (row[item] - day_0).days if row[item] and day_0 else None
        slot = next((visit.slot for visit in visits if days is not None and visit.covers(days)), None)
        if slot and slot not in found:
            found[slot] = row
    return found


def _nearest(visits: list[Visit], day: date | None, day_0: date | None) -> str | None:
    """Of the visits that share a code, the one nearest to the day; a yearly one without a date, or far before, is none of them."""
    if len(visits) == 1:
        return visits[0].slot
    if not day or not day_0:
        return None
    days = (day - day_0).days
    nearest = min(visits, key=lambda visit: abs(visit.day - days))
    return nearest.slot if abs(nearest.day - days) < 183 else None


def _sampled_with(response: dict[str, Row], sampled: list[Row]) -> dict[str, Row]:
    """Samples of the day of an assessment count for its visit."""
    by_day = {row["bca_date"]: row for row in sampled if row["bca_date"]}
    return {slot: by_day[row["rsp_date"]] for slot, row in response.items() if row["rsp_date"] in by_day}
