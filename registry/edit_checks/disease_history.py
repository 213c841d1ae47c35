"""Checks of the history before the decision: X01, X03, X52, X53."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from registry.dictionary.words import gettext_noop
from registry.edit_checks.base import HARD, SOFT, Finding
from registry.edit_checks.whole import Record, age_in_years, broken_links, dated, finding, pair

LANSKY, KARNOFSKY = 1, 2
KARNOFSKY_FROM = 16  # years
YEARS_AFTER_HSCT = 10
ONE_DAY = timedelta(days=1)


def disease_history_is_in_order(case: Record) -> Iterator[Finding]:
    """X01: birth, diagnosis, first relapse, last relapse, decision."""
    patient, disease = case.one("patient"), case.one("baseline_disease")
    chain = (
        dated(patient, "birth_date"),
        *(dated(disease, name) for name in ("dx_date", "rel1_date", "rel_last_date")),
        dated(patient, "decision_date"),
    )
    for late, early in broken_links(chain):
        yield pair(
            late,
            early,
            "X01",
            gettext_noop(
                "Disease history is out of order: %(label)s (%(found)s) is before %(other)s (%(expected)s). Correct whichever "
                "disagrees with the source."
            ),
        )


def collection_follows_the_decision(case: Record) -> Iterator[Finding]:
    """X03: collection before the decision means stored cells."""
    decided = dated(case.one("patient"), "decision_date")
    for row in case.of("leukapheresis"):
        collected = dated(row, "aph_start_date")
        if decided and collected and collected.days.surely_before(decided.days):
            yield pair(
                collected,
                decided,
                "X03",
                gettext_noop(
                    "Collection before the decision date (stored cells?): confirm. The ITT clock then starts at the collection. "
                    "%(label)s is %(found)s, %(other)s %(expected)s."
                ),
                SOFT,
            )


def relapse_after_transplant_is_not_very_late(case: Record) -> Iterator[Finding]:
    """X52: at most 10 years after the latest transplant."""
    relapse = dated(case.one("prior_therapy"), "hsct_rel_date")
    rows = case.of("prior_transplant")
    transplants = [one for row in rows if (one := dated(row, "hsct_date"))]
    if not relapse or not transplants or len(transplants) < len(rows):
        return
    latest = max(transplants, key=lambda one: one.days.last)
    if age_in_years(latest.days.last, relapse.days.first - ONE_DAY) >= YEARS_AFTER_HSCT:
        yield pair(
            relapse,
            latest,
            "X52",
            gettext_noop(
                "Very late relapse after HSCT: confirm. %(label)s is %(found)s, %(other)s %(expected)s: more than 10 years."
            ),
            SOFT,
        )


def performance_scale_does_not_fit_the_age(case: Record) -> Iterator[Finding]:
    """X53a: Lansky below 16 years, Karnofsky from 16, at the decision; more than a year off."""
    yield from _performance_scale(case, "X53a", HARD, near=False)


def performance_scale_near_the_16th_birthday(case: Record) -> Iterator[Finding]:
    """X53b: the same within a year of the 16th birthday."""
    yield from _performance_scale(case, "X53b", SOFT, near=True)


def _performance_scale(case: Record, rule: str, severity: str, near: bool) -> Iterator[Finding]:
    row, birth, decided = case.one("baseline_disease"), case.birth(), case.when("patient", "decision_date")
    if not row or row["ps_scale"] not in (LANSKY, KARNOFSKY) or row["ps_score_dec"] is None or not birth or not decided:
        return
    youngest, oldest = age_in_years(birth.last, decided.first), age_in_years(birth.first, decided.last)
    lansky = row["ps_scale"] == LANSKY
    if (lansky and youngest < KARNOFSKY_FROM) or (not lansky and oldest >= KARNOFSKY_FROM):
        return
    age = youngest if lansky else oldest
    if near == (KARNOFSKY_FROM - 1 <= age <= KARNOFSKY_FROM):
        yield finding(
            row,
            "ps_scale",
            rule,
            gettext_noop(
                "Performance scale does not fit the age: %(age)s years at the decision. Lansky is for patients under 16, "
                "Karnofsky from 16."
            ),
            severity,
            age=str(age),
        )
