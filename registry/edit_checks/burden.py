"""Checks of disease assessments: X17 to X20."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from registry.dictionary.words import gettext_noop
from registry.edit_checks.base import SOFT, Finding, Row
from registry.edit_checks.whole import Record, amount, dated, finding, pair
from registry.grading.burden import burden_row

AFTER_BRIDGING = (2, 3)  # pre_phase
STALE_DAYS = 28
FLOW = 1
POSITIVE = 1
MORPHOLOGICAL = 5  # % marrow blasts
MUCH_MRD, LITTLE_MRD = Decimal("0.05"), Decimal("0.01")
MRD_FORMS = (("pre_infusion_assessment", "pre"), ("response_assessment", "rsp"))


def row_of_burden(case: Record) -> Row | None:
    """The pre-infusion assessment on which the disease burden rests."""
    rows = case.of("pre_infusion_assessment")
    chosen = burden_row([row.answers for row in rows])
    return next((row for row in rows if row.answers is chosen), None)


def burden_is_assessed_between_collection_and_infusion(case: Record) -> Iterator[Finding]:
    """X17a: the assessment of the burden lies between the first collection and infusion."""
    assessed = dated(row_of_burden(case), "pre_date")
    collected, day_0 = dated(case.collection(), "aph_end_date"), case.day_0()
    if assessed and collected and assessed.days.surely_before(collected.days):
        yield pair(
            assessed,
            collected,
            "X17a",
            gettext_noop(
                "The assessment of disease burden is not between collection and infusion: %(label)s (%(found)s) is before %(other)s "
                "(%(expected)s)."
            ),
        )
    if assessed and day_0 and assessed.days.surely_after(day_0.days):
        yield pair(
            assessed,
            day_0,
            "X17a",
            gettext_noop(
                "The assessment of disease burden is not between collection and infusion: %(label)s (%(found)s) is after %(other)s "
                "(%(expected)s)."
            ),
        )


def marrow_is_examined_after_bridging(case: Record) -> Iterator[Finding]:
    """X17b: of an infused patient, at least one marrow after bridging."""
    rows, chosen = case.of("pre_infusion_assessment"), row_of_burden(case)
    known = all(row["pre_bm_done"] is not None and row["pre_phase"] is not None for row in rows)
    if not chosen or not known or not case.day_0():
        return
    if not any(row["pre_bm_done"] == 1 and row["pre_phase"] in AFTER_BRIDGING for row in rows):
        yield finding(
            chosen,
            "pre_phase",
            "X17b",
            gettext_noop(
                "No marrow after bridging: disease burden rests on an earlier sample. Enter a later marrow if there was one."
            ),
            SOFT,
        )


def burden_is_recent(case: Record) -> Iterator[Finding]:
    """X18: at most 28 days before infusion."""
    assessed, day_0 = dated(row_of_burden(case), "pre_date"), case.day_0()
    if assessed and day_0 and assessed.days.surely_before(day_0.days, STALE_DAYS):
        yield pair(
            assessed,
            day_0,
            "X18",
            gettext_noop(
                "Stale disease assessment before infusion: %(label)s is %(found)s, %(other)s %(expected)s: more than 28 days."
            ),
            SOFT,
        )


def mrd_value_reaches_its_sensitivity(case: Record) -> Iterator[Finding]:
    """X19: a positive value is not below the sensitivity. That a negative has a sensitivity is the item's own requirement."""
    for form, prefix in MRD_FORMS:
        for row in case.of(form):
            value, sensitivity = row[f"{prefix}_mrd_value"], row[f"{prefix}_mrd_lod"]
            if row[f"{prefix}_mrd_result"] != POSITIVE or value is None or sensitivity is None or value >= sensitivity:
                continue
            yield finding(
                row,
                f"{prefix}_mrd_value",
                "X19",
                gettext_noop(
                    "MRD negative without sensitivity, or value below the sensitivity: %(label)s is %(found)s, the sensitivity "
                    "%(expected)s."
                ),
                expected=amount(sensitivity),
            )


def blasts_and_mrd_agree(case: Record) -> Iterator[Finding]:
    """X20: flow above 5 % with fewer blasts, or MRD below 1 % with 5 % blasts or more: % entered as a fraction?"""
    for form, prefix in MRD_FORMS:
        for row in case.of(form):
            value, blasts = row[f"{prefix}_mrd_value"], row[f"{prefix}_bm_blast"]
            if value is None or blasts is None:
                continue
            flow = row[f"{prefix}_mrd_method"] == FLOW
            if (flow and value > MUCH_MRD and blasts < MORPHOLOGICAL) or (
                value < LITTLE_MRD and blasts >= MORPHOLOGICAL
            ):
                yield finding(
                    row,
                    f"{prefix}_mrd_value",
                    "X20",
                    gettext_noop(
                        "Blasts and MRD disagree, or %(sign)s entered as a fraction: %(label)s is %(found)s, that is %(percent)s; "
                        "blasts %(expected)s."
                    ),
                    SOFT,
                    sign="%",
                    percent=amount(value * 100, "%"),
                    expected=amount(blasts, "%"),
                )
