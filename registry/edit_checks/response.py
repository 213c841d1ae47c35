"""Checks of response assessments: X30 to X33."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from registry.dictionary.visits import WINDOWS
from registry.dictionary.words import gettext_noop
from registry.edit_checks.base import HARD, SOFT, Finding, Row
from registry.edit_checks.whole import Record, amount, dated, days_of, finding, later, on, pair
from registry.grading.response import CR, CRI, resp_derived

DAY_28_UNTIL = 42
COMPLETE, REMISSIONS = 1, (1, 2)  # rsp_site: CR; CR, CRi
LEUKAEMIC = 5  # % marrow blasts
CNS3 = 3
FREE_OF_EMD = (0, 98)  # rsp_emd
LOW_COUNTS = gettext_noop("CR or CRi? %(label)s is %(found)s; a CR needs %(expected)s or more.")
NOT_REMISSION = gettext_noop("CR criteria are not met: %(label)s is %(found)s; a remission needs %(expected)s.")


def assessment_fits_its_timepoint(case: Record) -> Iterator[Finding]:
    """X30: after infusion, and in the window of its timepoint."""
    day_0 = case.day_0()
    for row in case.of("response_assessment"):
        assessed, window = dated(row, "rsp_date"), WINDOWS.get(row["rsp_timepoint"])
        if not assessed or not day_0:
            continue
        fewest, most = assessed.days.since(day_0.days)
        if most <= 0:
            yield pair(
                assessed,
                day_0,
                "X30",
                gettext_noop(
                    "Assessment date does not fit the timepoint: %(label)s (%(found)s) is not after %(other)s (%(expected)s)."
                ),
            )
        elif window and (most < window[0] or fewest > window[1]):
            yield finding(
                row,
                "rsp_date",
                "X30",
                gettext_noop(
                    "Assessment date does not fit the timepoint: %(label)s is %(found)s; the window is %(low)s to %(high)s."
                ),
                HARD,
                low=later(day_0.days.first, window[0]),
                high=later(day_0.days.first, window[1]),
            )


def day_28_is_assessed(case: Record) -> Iterator[Finding]:
    """X31: a response by day 42 of a patient who is known to have lived then."""
    day_0, rows = case.day_0(), case.of("response_assessment")
    if not day_0:
        return
    limit = on(day_0.days.first + timedelta(days=DAY_28_UNTIL))
    known = [days_of(row, "fup_date") for row in case.of("follow_up") if row["vital_status"] == 1]
    lived = [days for days in (*known, case.when("death", "death_date")) if days]
    assessed = [days_of(row, "rsp_date") for row in rows]
    if not limit or None in assessed or not any(days.surely_after(limit) for days in lived):
        return
    if all(days.surely_after(limit) for days in assessed if days):
        yield finding(
            day_0.row,
            "inf_date",
            "X31",
            gettext_noop(
                "Day-28 assessment is missing: none is entered by %(expected)s, and the patient was alive then."
            ),
            SOFT,
            expected=limit.first.isoformat(),
        )


def complete_remission_has_counts(case: Record) -> Iterator[Finding]:
    """X32: a CR has ANC from 1.0, platelets from 100, and no support; else it is a CRi."""
    for row in case.of("response_assessment"):
        if row["rsp_site"] != COMPLETE:
            continue
        for name, least in (("rsp_anc", 1), ("rsp_plt", 100)):
            if row[name] is not None and row[name] < least:
                yield finding(row, name, "X32", LOW_COUNTS, SOFT, expected=amount(least))
        if row["rsp_transfused"] not in (None, 0):
            yield finding(
                row,
                "rsp_transfused",
                "X32",
                gettext_noop("CR or CRi? A CR needs counts without support: %(label)s is not “No”."),
                SOFT,
            )


def remission_meets_its_criteria(case: Record) -> Iterator[Finding]:
    """X33: CR and CRi are free of disease; the first one has a marrow."""
    rows = case.of("response_assessment")
    for row in rows:
        if row["rsp_site"] not in REMISSIONS:
            continue
        yield from _signs_of_disease(row)
        if row["rsp_bm_done"] == 0 and _no_remission_before(row, rows):
            yield finding(
                row,
                "rsp_bm_done",
                "X33",
                gettext_noop(
                    "CR criteria are not met: a first remission needs a marrow, and no earlier one is recorded."
                ),
            )


def _signs_of_disease(row: Row) -> Iterator[Finding]:
    blood, marrow = row["rsp_pb_blast"], row["rsp_bm_blast"]
    if blood is not None and blood != 0:
        yield finding(row, "rsp_pb_blast", "X33", NOT_REMISSION, HARD, expected="0")
    if row["rsp_bm_done"] == 1 and marrow is not None and marrow >= LEUKAEMIC:
        yield finding(row, "rsp_bm_blast", "X33", NOT_REMISSION, HARD, expected="< 5")
    disease = [name for name, found in (("rsp_emd", row["rsp_emd"] not in (None, *FREE_OF_EMD)), ("rsp_cns", row["rsp_cns"] == CNS3)) if found]  # fmt: skip
    for name in disease:
        yield finding(
            row,
            name,
            "X33",
            gettext_noop("CR criteria are not met: %(label)s speaks against a remission."),
        )


def _no_remission_before(row: Row, rows: list[Row]) -> bool:
    """Whether no earlier assessment shows, or for want of answers may show, a remission by its components."""
    here = days_of(row, "rsp_date")
    earlier = [
        one for one in rows if one is not row and here and (days := days_of(one, "rsp_date")) and days.first < here.last
    ]
    return bool(here) and all(resp_derived(one.answers).value not in (CR, CRI, None) for one in earlier)
