"""Numbers of the course: age, dose per kilogram, intervals to infusion, interval from transplant to relapse."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from registry.dictionary.items import plain
from registry.dictionary.words import gettext_noop
from registry.grading.base import REGISTRY, Answers, Derived, Reason, Scale, number
from registry.grading.dates import DAYS_OF_MONTH, DAYS_OF_YEAR, days_between, not_exact, possible_days
from registry.grading.thresholds import LIMITS, Limits, is_provisional

COURSE = Scale(REGISTRY, "course")
INTERVAL = gettext_noop("%(start)s to %(end)s")
UP_TO_6, OVER_6 = "<=6", ">6"


def age_inf_y(answers: Answers) -> Derived:
    """Years from `birth_date` to `inf_date`, not rounded; none unless both are known to the day."""
    return _interval("age_inf_y", answers, "birth_date", "inf_date", DAYS_OF_YEAR)


def v2v_days(answers: Answers) -> Derived:
    """Vein to vein: days from `aph_end_date` of the collection behind the infused product to `inf_date`."""
    return _interval("v2v_days", answers, "aph_end_date", "inf_date")


def ship_to_inf(answers: Answers) -> Derived:
    """Days from `ship_date` of the infused product to `inf_date`."""
    return _interval("ship_to_inf", answers, "ship_date", "inf_date")


def dose_kg(answers: Answers) -> Derived:
    """CAR+ viable T cells per kilogram, 10^6/kg, not rounded."""
    dose, weight = number(answers, "inf_dose_total"), number(answers, "inf_weight")
    if dose is None or weight is None or weight <= 0:
        missing = [
            item for item, ok in (("inf_dose_total", dose is not None), ("inf_weight", weight and weight > 0)) if not ok
        ]
        return Derived("dose_kg", None, COURSE, missing=tuple(missing))
    text = gettext_noop("%(dose)s ×10⁶ cells at %(weight)s kg")
    reason = Reason(text, {"dose": plain(dose), "weight": plain(weight)}, ("inf_dose_total", "inf_weight"))
    return Derived("dose_kg", dose / weight, COURSE, (reason,))


def hsct_rel_gap(prior_therapy: Answers, transplants: Iterable[Answers]) -> Derived:
    """Months (days / 30.4375) from the latest prior transplant to `hsct_rel_date`, not rounded.

    transplants   one mapping with `hsct_date` each, in any order; one without a date leaves the latest unknown. A date
                  that is not known to the day gives no number, but see `hsct_rel_gap_group`.
    """
    days, missing, reason = _transplant_to_relapse(prior_therapy, transplants)
    if days is None or days[0] != days[1]:
        return Derived("hsct_rel_gap", None, COURSE, missing=missing)
    return Derived("hsct_rel_gap", Decimal(days[0]) / Decimal(DAYS_OF_MONTH), COURSE, (reason,))


def hsct_rel_gap_group(prior_therapy: Answers, transplants: Iterable[Answers], limits: Limits = LIMITS) -> Derived:
    """Months, "<=6" or ">6", from the latest transplant to relapse; none if partial dates allow both. Germany 2023."""
    days, missing, reason = _transplant_to_relapse(prior_therapy, transplants)
    cut, provisional = limits["hsct_rel_gap.months"].value, is_provisional(limits, "hsct_rel_gap")
    groups = {Decimal(one) / Decimal(DAYS_OF_MONTH) <= cut for one in days or ()}
    if len(groups) != 1:
        return Derived("hsct_rel_gap_group", None, COURSE, missing=missing, provisional=provisional)
    return Derived(
        "hsct_rel_gap_group", UP_TO_6 if groups.pop() else OVER_6, COURSE, (reason,), provisional=provisional
    )


def _transplant_to_relapse(
    prior_therapy: Answers, transplants: Iterable[Answers]
) -> tuple[tuple[int, int] | None, tuple[str, ...], Reason]:
    """Fewest and most days, the items that leave them open, and the reason."""
    relapse, dates = (
        possible_days(prior_therapy, "hsct_rel_date"),
        [possible_days(one, "hsct_date") for one in transplants],
    )
    known = [one for one in dates if one is not None]
    exact = len(known) == len(dates) > 0 and max(one[0] for one in known) == max(one[1] for one in known)
    missing = (*(() if exact else ("hsct_date",)), *not_exact(prior_therapy, "hsct_rel_date"))
    if relapse is None or not known or len(known) < len(dates):
        return None, missing, Reason("")
    first, last = max(one[0] for one in known), max(one[1] for one in known)
    values = {"start": first.isoformat(), "end": relapse[0].isoformat()}
    days = (relapse[0] - last).days, (relapse[1] - first).days
    return days, missing, Reason(INTERVAL, values, ("hsct_date", "hsct_rel_date"))


def _interval(name: str, answers: Answers, start: str, end: str, days_of_unit: str = "") -> Derived:
    """Days between two dates known to the day, as a whole number, or divided into years."""
    days = days_between(answers, start, end)
    if days is None or days[0] != days[1]:
        return Derived(name, None, COURSE, missing=not_exact(answers, start, end))
    values = {"start": answers[start].isoformat(), "end": answers[end].isoformat()}
    found = Derived(name, days[0], COURSE, (Reason(INTERVAL, values, (start, end)),))
    return replace(found, value=Decimal(days[0]) / Decimal(days_of_unit)) if days_of_unit else found
