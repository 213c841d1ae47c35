"""Checks of relapse and of the therapy for it: X34 to X39."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from registry.dictionary.words import gettext_noop
from registry.edit_checks.base import SOFT, Finding, Row
from registry.edit_checks.whole import Days, Record, amount, days_of, finding
from registry.grading.response import NR, resp_derived

REMISSIONS, PROGRESSION, MARROW, MRD_ONLY = (1, 2), 6, 1, 2
LEUKAEMIC = 5  # % marrow blasts
NOT_TESTED = 98
FOR_RELAPSE, FOR_NO_RESPONSE = 4, 5  # stx_reason
TRANSPLANT, DONOR_LYMPHOCYTES = 1, 10  # stx_type


def relapse_follows_a_remission(case: Record) -> Iterator[Finding]:
    """X34: any relapse but progression needs an earlier CR or CRi."""
    remissions = _days(case, "response_assessment", "rsp_date", lambda row: row["rsp_site"] in REMISSIONS)
    for row in case.of("relapse"):
        relapsed = days_of(row, "rel_date")
        if not relapsed or row["rel_kind"] in (None, PROGRESSION):
            continue
        if not any(days.first < relapsed.last for days in remissions):
            yield finding(
                row,
                "rel_date",
                "X34",
                gettext_noop(
                    "Relapse without a remission: %(label)s is %(found)s, but no earlier response assessment records a CR or CRi. "
                    "Enter the remission, or choose progression."
                ),
            )


def marrow_relapse_has_blasts(case: Record) -> Iterator[Finding]:
    """X35: a morphological relapse has 5 % blasts."""
    for row in case.of("relapse"):
        blasts = row["rel_bm_blast"]
        if row["rel_kind"] == MARROW and blasts is not None and blasts < LEUKAEMIC:
            yield finding(
                row,
                "rel_bm_blast",
                "X35",
                gettext_noop("Morphological relapse with fewer than %(expected)s blasts: %(label)s is %(found)s."),
                SOFT,
                expected=amount(LEUKAEMIC, "%"),
            )


def mrd_relapse_is_confirmed(case: Record) -> Iterator[Finding]:
    """X36: MRD that came back is confirmed on a second sample."""
    for row in case.of("relapse"):
        if row["rel_kind"] == MRD_ONLY and row["rel_confirmed"] == 0:
            yield finding(
                row,
                "rel_confirmed",
                "X36",
                gettext_noop(
                    "Unconfirmed MRD relapse (does not count as an event until confirmed; used only in the stringent EFS). Enter the "
                    "second sample when it is there."
                ),
                SOFT,
            )


def relapse_has_its_cd19(case: Record) -> Iterator[Finding]:
    """X37: the phenotype of the relapse."""
    for row in case.of("relapse"):
        if row["rel_cd19"] == NOT_TESTED:
            yield finding(
                row, "rel_cd19", "X37", gettext_noop("CD19 phenotype of the relapse is missing: ask pathology."), SOFT
            )


def therapy_for_relapse_has_a_relapse(case: Record) -> Iterator[Finding]:
    """X38a: therapy for relapse follows a relapse."""
    rows = case.of("relapse")
    for row in case.of("subsequent_therapy"):
        started, relapses = days_of(row, "stx_date"), [days_of(one, "rel_date") for one in rows]
        if row["stx_reason"] != FOR_RELAPSE or not started or None in relapses:
            continue
        if not any(days.first <= started.last for days in relapses if days):
            yield finding(
                row,
                "stx_reason",
                "X38a",
                gettext_noop(
                    "Reason for subsequent therapy is not supported by the data: no relapse is entered on or before %(expected)s. "
                    "Enter it, or correct the reason."
                ),
                expected=row["stx_date"].isoformat(),
            )


def therapy_for_no_response_has_an_assessment(case: Record) -> Iterator[Finding]:
    """X38b: therapy for want of response follows an assessment without response."""
    for row in case.of("subsequent_therapy"):
        started = days_of(row, "stx_date")
        if row["stx_reason"] != FOR_NO_RESPONSE or not started:
            continue
        earlier = [
            resp_derived(one.answers).value
            for one in case.of("response_assessment")
            if (days := days_of(one, "rsp_date")) and days.first <= started.last
        ]
        if NR not in earlier and None not in earlier:
            yield finding(
                row,
                "stx_reason",
                "X38b",
                gettext_noop(
                    "Reason for subsequent therapy is not supported by the data: no assessment without response is entered on or "
                    "before %(expected)s, so the start of therapy dates the non-response."
                ),
                SOFT,
                expected=row["stx_date"].isoformat(),
            )


def donor_lymphocytes_follow_a_transplant(case: Record) -> Iterator[Finding]:
    """X39: donor lymphocytes of a patient who has had a transplant."""
    history = case.one("prior_therapy")
    if not history or history["prior_hsct"] != 0:
        return
    transplants = _days(case.whole, "subsequent_therapy", "stx_date", lambda row: row["stx_type"] == TRANSPLANT)
    for row in case.of("subsequent_therapy"):
        given = days_of(row, "stx_date")
        if row["stx_type"] == DONOR_LYMPHOCYTES and given and not any(days.first <= given.last for days in transplants):
            yield finding(
                row,
                "stx_type",
                "X39",
                gettext_noop("Donor lymphocytes without a transplant: none is entered before %(expected)s."),
                SOFT,
                expected=row["stx_date"].isoformat(),
            )


def _days(case: Record, form: str, name: str, wanted: Callable[[Row], bool]) -> list[Days]:
    """Possible days of a date of those rows that are wanted."""
    return [days for row in case.of(form) if wanted(row) and (days := days_of(row, name))]
