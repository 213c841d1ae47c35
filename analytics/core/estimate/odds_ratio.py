"""Two groups and a yes or no: the odds ratio with exact and Woolf's limits, Fisher's exact test, the chi-squared test."""

from __future__ import annotations

import math
from dataclasses import replace

from analytics.core.estimate import proportion
from analytics.core.estimate.request import RefusedError, Request
from analytics.core.estimators.contingency import (
    OddsRatio,
    chi_square,
    conditional_odds_ratio,
    fisher_exact,
    sample_odds_ratio,
)
from analytics.core.results import chi_square_json, number


def answer(request: Request) -> dict:
    """The proportions of the groups and what compares them; with more than two groups only the tests."""
    found = proportion.answer(replace(request, method="proportion"))
    groups = [row for row in found["groups"] if row["n"]]
    if len(groups) < 2:
        raise RefusedError(f"{request.file}: --group {request.group} has {len(groups)} group with rows; expected two")
    table = [[row["x"], row["n"] - row["x"]] for row in groups]
    tested = chi_square(table)
    warnings = [*found["warnings"], *tested.warnings]
    if math.isnan(tested.test.statistic):
        warnings.append("The tests and ratios are null: all rows have the event, or none has.")
    ratios = {}
    if len(groups) == 2:
        exact, sample = conditional_odds_ratio(table[::-1]), sample_odds_ratio(table[::-1])
        warnings += [*exact.warnings, *sample.warnings]
        ratios = {"odds_ratio": _ratio(exact), "sample_odds_ratio": _ratio(sample)}
    contrast = f"{groups[1]['group']} against {groups[0]['group']}" if len(groups) == 2 else None
    return {
        **found,
        "method": request.method,
        "options": {
            **found["options"],
            "contrast": contrast,
            "odds_ratio": "conditional, exact limits; sample, Woolf's",
        },
        "warnings": list(dict.fromkeys(warnings)),
        **ratios,
        "fisher": {"p": number(fisher_exact(table))},
        "chi_squared": {**chi_square_json(tested.test), "corrected": tested.corrected},
    }


def _ratio(found: OddsRatio) -> dict:
    return {name: number(getattr(found, name)) for name in ("estimate", "lower", "upper")}
