"""Hard rules of single items that need another form; the dictionary states them in its column hard_rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from registry.dictionary.words import gettext_noop
from registry.edit_checks.base import Finding, Row
from registry.edit_checks.whole import DAYS_OF_YEAR, Record, dated, days_of, finding

PERFORMANCE = ("ps_score_dec", "ps_score_inf", "ps_fup")
OLDEST = 40  # years at infusion


def performance_score_fits_its_scale(case: Record, row: Row) -> Iterator[Finding]:
    """Lansky and Karnofsky go in tens, ECOG from 0 to 5 (hard rule of ps_score_dec)."""
    if not any(row[name] is not None for name in PERFORMANCE):
        return
    known: Mapping[str, Any] = {**case.around(row), **row.answers}
    for name in PERFORMANCE:
        score, scale = row[name], known.get("ps_scale")
        if score is None or scale is None:
            continue
        if (scale in (1, 2) and score % 10) or (scale == 3 and score > 5):
            yield finding(
                row,
                name,
                f"{row.form}.{name}.scale",
                gettext_noop(
                    "%(label)s is %(found)s, which the chosen scale does not have. Lansky and Karnofsky go in tens, ECOG from 0 to 5."
                ),
            )


def age_fits_the_registry(case: Record, row: Row) -> Iterator[Finding]:
    """0 to 40 years at infusion (hard rule of birth_date); imported transplants are of any age."""
    day_0, born = case.infused_on(), days_of(row, "birth_date") if row.form == "patient" else None
    if not day_0 or not born or not case.is_car_t:
        return
    if (day_0 - born.first).days < 0 or (day_0 - born.last).days / DAYS_OF_YEAR > OLDEST:
        yield finding(
            row,
            "birth_date",
            "patient.birth_date.age",
            gettext_noop(
                "%(label)s (%(found)s) gives an age at infusion outside 0 to 40 years. Please check both dates."
            ),
        )


def death_and_contact_follow_the_start(case: Record, row: Row) -> Iterator[Finding]:
    """Hard rules of fup_date and death_date: not before infusion, or before the collection or decision if not infused."""
    name = {"follow_up": "fup_date", "death": "death_date"}.get(row.form)
    seen = dated(row, name) if name else None
    if not name or not seen:
        return
    dates = case.dates(row)
    start = case.infused_on()
    if not start:
        starts = [dates[one][1] for one in ("aph_start_date", "decision_date") if one in dates]
        start = min(starts) if starts else None
    if start and seen.days.last < start:
        yield finding(
            row,
            name,
            f"{row.form}.{name}.start",
            gettext_noop(
                "%(label)s (%(found)s) is before the treatment began (%(expected)s). Correct whichever disagrees with the source."
            ),
            expected=start.isoformat(),
        )


ITEM_CHECKS = (performance_score_fits_its_scale, age_fits_the_registry, death_and_contact_follow_the_start)
