"""Checks of survival and follow-up: X40 to X44, X49, X50."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from registry.dictionary.visits import CONTACTS, INTERVALS
from registry.dictionary.words import gettext_noop
from registry.edit_checks.base import SOFT, Finding, Row
from registry.edit_checks.whole import Dated, Record, age_in_years, dated, days_of, finding, on, pair, written

ALIVE, DEAD = 1, 2
NO_EVENTS = ("smn_reported", "consent_date", "consent_wd_date")  # reports and paper may follow a death
IN_REMISSION, OF_LEUKAEMIA = 1, 1
AFTER_SALVAGE, SALVAGED = 5, (1, 2)  # disease_status_fup, stx_response
NOT_FOLLOWED = (1, 2, 3)  # lost_to_fup
PARENTAL_ONLY, MAJORITY = 4, 18
FIRST_YEAR, UNSCHEDULED_EARLY, UNSCHEDULED_LATE = 365, 183, 365
GRACE, MISSED = 1.25, 2


def nothing_happens_after_death(case: Record) -> Iterator[Finding]:
    """X40: no event after the death. A contact with a living patient after it is X41's."""
    death = dated(case.one("death"), "death_date")
    if not death:
        return
    for row in case.rows:
        for name, item in row.items.items():
            if item.kind != "date" or not row[name] or name in NO_EVENTS or row.form == "death":
                continue
            happened = dated(row, name)
            if happened and happened.days.surely_after(death.days) and not _contact(row, name):
                yield pair(
                    happened,
                    death,
                    "X40",
                    gettext_noop(
                        "Event after death: %(label)s (%(found)s) is after %(other)s (%(expected)s). Correct whichever disagrees "
                        "with the source."
                    ),
                )


def _contact(row: Row, name: str) -> bool:
    return name == "fup_date" and row["vital_status"] == ALIVE


def vital_status_agrees_with_the_death_form(case: Record) -> Iterator[Finding]:
    """X41: dead at follow-up exactly if there is a death form; nobody is seen alive after the death."""
    contacts, death = case.whole.of("follow_up"), case.one("death")
    day = dated(death, "death_date")
    for row in contacts:
        if row["vital_status"] == DEAD and not death:
            yield finding(
                row,
                "vital_status",
                "X41",
                gettext_noop(
                    "Death details are missing or contradict a later contact: %(label)s is “Dead”, but the death form is not "
                    "entered. Enter it, or correct the status."
                ),
            )
        seen = dated(row, "fup_date")
        if row["vital_status"] == ALIVE and seen and day and seen.days.surely_after(day.days):
            yield pair(
                seen,
                day,
                "X41",
                gettext_noop(
                    "Death details are missing or contradict a later contact: alive at %(label)s (%(found)s), after %(other)s "
                    "(%(expected)s). Correct whichever disagrees with the source."
                ),
            )
    if death and contacts and all(row["vital_status"] == ALIVE for row in contacts):
        yield finding(
            death,
            "death_date",
            "X41",
            gettext_noop(
                "Death details are missing or contradict a later contact: the death form is entered, but every follow-up report "
                "says “Alive”. Enter the report of the death."
            ),
        )


def death_in_remission_agrees_with_the_relapse(case: Record) -> Iterator[Finding]:
    """X42: death in remission after a relapse needs a remission in between."""
    death = case.one("death")
    relapses = [one for row in case.of("relapse") if (one := dated(row, "rel_date"))]
    if not death or death["death_in_remission"] != IN_REMISSION or not relapses:
        return
    last = max(relapses, key=lambda one: one.days.first)
    again = [days_of(row, "fup_date") for row in case.of("follow_up") if row["disease_status_fup"] == AFTER_SALVAGE]
    again += [days_of(row, "stx_date") for row in case.of("subsequent_therapy") if row["stx_response"] in SALVAGED]
    if not any(days.last >= last.days.first for days in again if days):
        yield finding(
            death,
            "death_in_remission",
            "X42",
            gettext_noop(
                "Remission status at death contradicts the relapse form: relapse on %(expected)s, and no remission after it is "
                "recorded."
            ),
            SOFT,
            expected=str(written(last.row, last.item)),
        )


def cause_of_death_agrees_with_remission(case: Record) -> Iterator[Finding]:
    """X43: nobody dies of leukaemia in remission."""
    for row in case.of("death"):
        if row["death_cause"] == OF_LEUKAEMIA and row["death_in_remission"] == IN_REMISSION:
            yield finding(
                row,
                "death_cause",
                "X43",
                gettext_noop("Cause of death contradicts remission status: death of leukaemia, but in remission."),
                SOFT,
            )


def follow_up_is_in_order(case: Record) -> Iterator[Finding]:
    """X44: disease status, contact, today."""
    today = on(case.today)
    for row in case.of("follow_up"):
        seen, documented = dated(row, "fup_date"), dated(row, "last_disease_date")
        if seen and documented and documented.days.surely_after(seen.days):
            yield pair(
                documented,
                seen,
                "X44",
                gettext_noop(
                    "Follow-up dates are out of order: %(label)s (%(found)s) is after %(other)s (%(expected)s). Correct whichever "
                    "disagrees with the source."
                ),
            )
        if seen and today and seen.days.surely_after(today):
            yield finding(
                row,
                "fup_date",
                "X44",
                gettext_noop("Follow-up dates are out of order: %(label)s (%(found)s) is after today (%(expected)s)."),
                expected=today.first.isoformat(),
            )


def follow_up_is_not_overdue(case: Record) -> Iterator[Finding]:
    """X49: a planned interval and a quarter; after two intervals the patient is lost to follow-up."""
    waiting = _waiting_since(case)
    if not case.today or not waiting:
        return
    last, interval = waiting
    if (case.today - last.days.last).days <= GRACE * interval:
        return
    text = gettext_noop("Follow-up overdue: %(label)s is %(found)s; the next report was due by %(expected)s.")
    if possibly_lost_since(case):
        text = gettext_noop(
            "Follow-up overdue: %(label)s is %(found)s; the next report was due by %(expected)s. Two planned reports are missing: "
            "enter one, or record that the patient is lost to follow-up."
        )
    due = last.days.last + timedelta(days=int(GRACE * interval))
    yield finding(last.row, last.item, "X49", text, SOFT, expected=due.isoformat())


def possibly_lost_since(case: Record) -> date | None:
    """The day since which two planned reports of a patient who is still followed are missing; None before it."""
    waiting = _waiting_since(case)
    if not case.today or not waiting:
        return None
    last, interval = waiting
    missed = last.days.last + timedelta(days=MISSED * interval)
    return missed if case.today > missed else None


def is_lost(case: Record) -> bool:
    """Whether the patient counts as lost, and was not seen again later."""
    contacts = case.whole.of("follow_up")
    lost = [row for row in contacts if row["lost_to_fup"] in NOT_FOLLOWED]
    if not lost:
        return False
    since = days_of(lost[-1], "fup_date")
    seen = [days_of(row, "fup_date") for row in contacts if row["lost_to_fup"] not in NOT_FOLLOWED]
    return not since or not any(days.surely_after(since) for days in seen if days)


def _waiting_since(case: Record) -> tuple[Dated, int] | None:
    """The last contact with a patient who is still followed, and the days to the next planned report."""
    contacts = [one for row in case.whole.of("follow_up") if (one := dated(row, "fup_date"))]
    if not contacts or _no_longer_followed(case):
        return None
    last = max(contacts, key=lambda one: one.days.last)
    interval = _interval(case, last)
    return (last, interval) if interval else None


def _no_longer_followed(case: Record) -> bool:
    """Dead, lost, or consent withdrawn."""
    patient = case.one("patient")
    return bool(
        case.of("death")
        or (patient and patient["consent_withdrawn"] == 1)
        or any(row["vital_status"] == DEAD for row in case.whole.of("follow_up"))
        or is_lost(case)
    )


def _interval(case: Record, last: Dated) -> int | None:
    """Days to the next planned report; after an unscheduled one half a year in the first year, then a year; none after the last."""
    day_0, visit = case.day_0(), last.row["fup_visit"]
    fewest, most = last.days.since(day_0.days) if day_0 else (0, 0)
    if fewest >= CONTACTS[-1].first:
        return None
    if visit is None or visit in INTERVALS:
        return INTERVALS.get(visit)
    return None if not day_0 else UNSCHEDULED_EARLY if most < FIRST_YEAR else UNSCHEDULED_LATE


def consent_at_majority(case: Record) -> Iterator[Finding]:
    """X50: a patient who has come of age consents; nobody asks the dead."""
    patient, birth = case.one("patient"), case.birth()
    if not patient or patient["consent_type"] != PARENTAL_ONLY or not birth or not case.today or case.of("death"):
        return
    if age_in_years(birth.last, case.today) >= MAJORITY:
        yield finding(
            patient,
            "consent_type",
            "X50",
            gettext_noop(
                "Patient has reached majority: re-consent is due. The patient is %(age)s years old; the consent is the parents'."
            ),
            SOFT,
            age=str(age_in_years(birth.last, case.today)),
        )
