"""How many of how many, with exact limits; two or more groups compared by Fisher's exact test and the odds ratio."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from analytics.core import progress, sentences
from analytics.core.estimators.contingency import conditional_odds_ratio, fisher_exact
from analytics.core.estimators.proportions import clopper_pearson, wilson
from analytics.core.methods.answer import Answer
from analytics.core.results import number
from analytics.core.selection import Selected


def answer(selected: Selected) -> Answer:
    """The proportion in each group. n are the cases whose outcome is known; the others are counted as not known."""
    progress.begin(progress.ESTIMATING)
    known, counted = known_and_counted(selected)
    group = selected.rows["group"].to_numpy()
    rows = []
    for value, label in selected.levels:
        own = group == value
        rows.append(_row(value, label, int((counted & own).sum()), int((known & own).sum()), int((~known & own).sum())))
    test = _comparison(rows)
    said = [sentences.OUTCOME_NOT_KNOWN[n > 1].format(n=n)] if (n := int((~known).sum())) else []
    return Answer({"groups": rows, "comparison": test, "limits": "Clopper-Pearson 95 %"}, said)


def known_and_counted(selected: Selected) -> tuple[np.ndarray, np.ndarray]:
    """(n,) whether the outcome is known, and whether it counts, for each row."""
    return _within_window(selected) if selected.analysis.outcome is None else _of_column(selected)


def _of_column(selected: Selected) -> tuple[np.ndarray, np.ndarray]:
    """Whether the outcome is known, and whether it counts, for each row."""
    outcome = selected.analysis.outcome
    assert outcome is not None  # noqa: S101 - an Analysis of a proportion has an outcome or an endpoint
    values = selected.rows[outcome.column].astype(object)
    known = np.ones(len(values), dtype=bool) if outcome.missing_is_no else values.notna().to_numpy()
    return known, known & values.isin(outcome.values).to_numpy()


def _within_window(selected: Selected) -> tuple[np.ndarray, np.ndarray]:
    """For an endpoint with a window: the event inside it counts; who was censored before its end is not known."""
    window = selected.analysis.rule.window
    time, event = selected.rows["time"].to_numpy(), selected.event
    other = selected.rows["status"].to_numpy() > 1
    known = event | other if window is None else event | other | (time >= window)
    return known, event & known


def _row(value: str, label: str, x: int, n: int, unknown: int) -> dict:
    exact, score = clopper_pearson(x, n), wilson(x, n)
    return {
        "group": value,
        "label": label,
        "x": x,
        "n": n,
        "not_known": unknown,
        "estimate": number(exact.estimate),
        "lower": number(exact.lower),
        "upper": number(exact.upper),
        "wilson": {"lower": number(score.lower), "upper": number(score.upper)},
    }


def _comparison(rows: list[dict]) -> dict | None:
    """Fisher's exact test of the groups with cases; for two of them the odds ratio of the second against the first."""
    filled = [row for row in rows if row["n"]]
    if len(filled) < 2:
        return None
    table = [[row["x"], row["n"] - row["x"]] for row in filled]
    ratio = conditional_odds_ratio(table[::-1]) if len(filled) == 2 else None
    return {
        "test": "Fisher's exact test",
        "p": number(fisher_exact(table)),
        "odds_ratio": None if ratio is None else {k: number(v) for k, v in asdict(ratio).items() if k != "warnings"},
    }
