"""Checks of dose, weight, age and of what a course without infusion allows: X10 to X12, X14 to X16."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from registry.dictionary.words import gettext_noop
from registry.edit_checks.base import SOFT, Finding
from registry.edit_checks.whole import DAYS_OF_YEAR, Record, amount, finding

LABEL_AGE = 25  # years
LIGHT = 50  # kg: to this weight the label doses by kilogram
LABEL_PER_KG, LABEL_TOTAL = (Decimal("0.2"), Decimal(5)), (Decimal(10), Decimal(250))  # 10^6 CAR+ viable T cells
POSSIBLE_PER_KG = (Decimal("0.01"), Decimal(50))
WEIGHT_CHANGE = Decimal("0.25")
AFTER_INFUSION = ("crs", "crs_episode", "crs_day", "icans", "icans_episode", "icans_day", "iechs_haematotoxicity",
                  "response_assessment", "bcell_assessment", "relapse")  # fmt: skip
OUTSIDE_LABEL = gettext_noop(
    "Dose is outside the label range: %(dose)s at a weight of %(weight)s; the label gives %(low)s to %(high)s."
)
DIED, FAILED, REFUSED_PRODUCT = (1, 2), 4, 8  # noninf_reason


def dose_is_the_labels(case: Record) -> Iterator[Finding]:
    """X10: by kilogram up to 50 kg, in total above. A dose that cannot be (X11) is not asked about twice."""
    for row in case.of("infusion"):
        total, weight = row["inf_dose_total"], row["inf_weight"]
        if total is None or not weight or not _possible(total / weight):
            continue
        light = weight <= LIGHT
        dose, (low, high), unit = (total / weight, LABEL_PER_KG, "10^6/kg") if light else (total, LABEL_TOTAL, "10^6")
        if not low <= dose <= high:
            yield finding(
                row,
                "inf_dose_total",
                "X10",
                OUTSIDE_LABEL,
                SOFT,
                dose=amount(round(dose, 4), unit),
                weight=amount(weight, "kg"),
                low=amount(low),
                high=amount(high, unit),
            )


def dose_by_weight_is_possible(case: Record) -> Iterator[Finding]:
    """X11: 0.01 to 50 × 10^6 per kg."""
    for row in case.of("infusion"):
        total, weight = row["inf_dose_total"], row["inf_weight"]
        if total is not None and weight and not _possible(total / weight):
            yield finding(
                row,
                "inf_dose_total",
                "X11",
                gettext_noop(
                    "Dose or weight looks like a unit error: %(dose)s at a weight of %(weight)s; possible are %(low)s to %(high)s."
                ),
                dose=amount(round(total / weight, 4), "10^6/kg"),
                weight=amount(weight, "kg"),
                low=amount(POSSIBLE_PER_KG[0]),
                high=amount(POSSIBLE_PER_KG[1], "10^6/kg"),
            )


def _possible(per_kg: Decimal) -> bool:
    return POSSIBLE_PER_KG[0] <= per_kg <= POSSIBLE_PER_KG[1]


def weight_is_stable(case: Record) -> Iterator[Finding]:
    """X12: at most a quarter between the collection behind the product and its infusion."""
    for row in case.of("infusion"):
        collection = case.collection_behind(row)
        before, now = collection["aph_weight"] if collection else None, row["inf_weight"]
        if before and now and abs(now - before) / before > WEIGHT_CHANGE:
            yield finding(
                row,
                "inf_weight",
                "X12",
                gettext_noop(
                    "Large weight change between collection and infusion: %(expected)s at collection, %(found)s at infusion."
                ),
                SOFT,
                expected=amount(before, "kg"),
            )


def age_is_the_labels(case: Record) -> Iterator[Finding]:
    """X14: up to 25 years at infusion."""
    birth, day_0 = case.birth(), case.day_0()
    if birth and day_0 and (day_0.days.first - birth.last).days / DAYS_OF_YEAR > LABEL_AGE:
        yield finding(
            day_0.row,
            "inf_date",
            "X14",
            gettext_noop("Above the label age: %(age)s years at infusion; the label goes up to %(expected)s."),
            SOFT,
            age=amount(round((day_0.days.first - birth.last).days / DAYS_OF_YEAR, 1)),
            expected=str(LABEL_AGE),
        )


def not_infused_has_no_course_after_infusion(case: Record) -> Iterator[Finding]:
    """X15: a patient who was not infused has no toxicity, response, B-cell or relapse forms. Reason and date are required items."""
    course = case.one("cart_course")
    if not course or course["infused"] != 0:
        return
    for row in (one for form in AFTER_INFUSION for one in case.of(form)):
        yield finding(
            row,
            next(name for name, item in row.items.items() if not item.key),
            "X15",
            gettext_noop(
                "A patient who was not infused has post-infusion data. Correct whichever is wrong: this form, or whether the product "
                "was infused."
            ),
        )


def reason_for_non_infusion_agrees(case: Record) -> Iterator[Finding]:
    """X16: death has its form; a failed or refused product has its manufacturing outcome."""
    course = case.one("cart_course")
    reason = course["noninf_reason"] if course else None
    if not course or reason is None:
        return
    outcomes = [row["mfg_outcome"] for row in case.of("manufacturing")]
    wanted = {FAILED: 3, REFUSED_PRODUCT: 2}.get(reason)
    if reason in DIED and not case.of("death"):
        yield finding(
            course,
            "noninf_reason",
            "X16",
            gettext_noop(
                "Reason for non-infusion disagrees with other forms: it is a death, but the death form is not entered."
            ),
        )
    if wanted and outcomes and None not in outcomes and wanted not in outcomes:
        yield finding(
            course,
            "noninf_reason",
            "X16",
            gettext_noop(
                "Reason for non-infusion disagrees with other forms: no manufacturing attempt is recorded with that outcome."
            ),
        )
