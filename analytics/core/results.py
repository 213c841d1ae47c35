"""Estimates as the JSON of a Result: plain dictionaries, full precision, None where a number is not defined."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from analytics.core.estimators.kaplan_meier import (
    Estimate,
    SurvivalCurve,
    quantile,
    reliable_until,
    risk_table,
    survival_at,
)
from analytics.core.estimators.logrank import ChiSquare, LogRank
from analytics.core.estimators.restricted_mean import Contrast, RestrictedMean

DAYS_PER_MONTH = 30.4375


def number(value: Any) -> Any:
    """A JSON number; None for NaN and infinities."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def numbers(values: np.ndarray) -> list:
    """A list of JSON numbers."""
    return [number(value) for value in values]


def estimate_json(estimate: Estimate) -> dict:
    """An estimate with its limits."""
    return {
        "estimate": number(estimate.estimate),
        "lower": number(estimate.lower),
        "upper": number(estimate.upper),
    }


def curve_json(curve: SurvivalCurve) -> dict:
    """The steps of a curve, in days, starting at time 0."""
    start = 1.0 if curve.n else None
    return {
        "time": [0.0, *numbers(curve.time)],
        "survival": [start, *numbers(curve.survival)],
        "std_error": [0.0 if curve.n else None, *numbers(curve.std_error)],
        "lower": [start, *numbers(curve.lower)],
        "upper": [start, *numbers(curve.upper)],
        "at_risk": [curve.n, *numbers(curve.at_risk)],
        "events": [0, *numbers(curve.events)],
        "censored": [0, *numbers(curve.censored)],
    }


def at_json(curve: SurvivalCurve, months: tuple[int, ...]) -> list[dict]:
    """The curve read at `months`."""
    ordered = sorted(set(months))
    at = survival_at(curve, [month * DAYS_PER_MONTH for month in ordered])
    return [
        {
            "time": number(at.time[i]),
            "months": ordered[i],
            **{
                name: number(getattr(at, name)[i])
                for name in ("at_risk", "events", "censored", "survival", "std_error", "lower", "upper")
            },
        }
        for i in range(len(ordered))
    ]


def risk_table_json(curve: SurvivalCurve, months: list[int]) -> list[dict]:
    """The table under the figure, at `months`."""
    table = risk_table(curve, [month * DAYS_PER_MONTH for month in months])
    return [
        {
            "time": number(table.time[i]),
            "months": months[i],
            **{name: number(getattr(table, name)[i]) for name in ("at_risk", "events", "censored")},
        }
        for i in range(len(months))
    ]


def group_json(
    value: str,
    label: str,
    curve: SurvivalCurve,
    at_months: tuple[int, ...],
    ticks: list[int],
    shown_until: float = float("inf"),
) -> dict:
    """Everything a result says about one group. shown_until: days to which pictures of the result go."""
    return {
        "group": value,
        "label": label,
        "n": curve.n,
        "events": curve.n_events,
        "median": estimate_json(quantile(curve)),
        "curve": curve_json(curve),
        "at": at_json(curve, at_months),
        "risk_table": risk_table_json(curve, ticks),
        "reliable_until": number(reliable_until(curve)),
        "shown_until": min(float(curve.time[-1]), shown_until) if curve.n else 0.0,
    }


def chi_square_json(test: ChiSquare) -> dict:
    """A test."""
    return {"statistic": number(test.statistic), "df": test.df, "p": number(test.p)}


def restricted_mean_json(mean: RestrictedMean) -> dict:
    """The mean of one group."""
    names = ("n", "n_events", "estimate", "std_error", "lower", "upper")
    return {name.removeprefix("n_"): number(getattr(mean, name)) for name in names}


def contrast_json(contrast: Contrast) -> dict:
    """A difference or ratio of two restricted means."""
    names = ("estimate", "std_error", "lower", "upper", "statistic", "p")
    return {name: number(getattr(contrast, name)) for name in names}


def logrank_json(test: LogRank) -> dict:
    """The test and its groups."""
    return {
        **chi_square_json(test.test),
        "groups": [
            {
                "group": group,
                "n": number(test.n[i]),
                "observed": number(test.observed[i]),
                "expected": number(test.expected[i]),
            }
            for i, group in enumerate(test.groups)
        ],
    }
