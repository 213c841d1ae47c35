"""Proportions as they are released: the responders, and those who are not, are both counts that must not be found out."""

from __future__ import annotations

from typing import Any

from analytics.core.disclosure import words
from analytics.core.disclosure.blocks import Sum, withheld
from analytics.core.disclosure.counts import is_small, p_value, share, shown
from analytics.core.disclosure.policy import Policy
from analytics.core.estimators.proportions import clopper_pearson, wilson
from analytics.core.results import number

Body = dict[str, Any]


def proportion(result: Body, policy: Policy) -> tuple[Body, list[str]]:
    """x of n by group with limits, and the comparison of the groups; what must be said of them."""
    rows = result["groups"]
    totals = [row["n"] + row["not_known"] for row in rows]
    if any(is_small(total, policy) for total in totals):
        return {**_body(result), "groups": [_withheld(row) for row in rows]}, [words.WITHHELD_GROUPS]
    counts = [count for row in rows for count in (row["x"], row["n"] - row["x"], row["not_known"])]
    unseen = [3 * place + 1 for place in range(len(rows))]
    sums = [Sum((3 * place, 3 * place + 1, 3 * place + 2)) for place in range(len(rows))]
    if len(rows) > 1:  # the same of all groups together is known from elsewhere
        sums += [Sum(tuple(range(kind, len(counts), 3)), is_division=False) for kind in range(3)]
    hidden = withheld(counts, sums, policy, unseen)
    made = [_row(row, 3 * place, hidden, policy) for place, row in enumerate(rows)]
    said = []
    comparison = _compared(result, made, policy)
    if comparison is None and result["comparison"]:
        said.append(words.WITHHELD_COMPARISON.format(arm=policy.least_arm))
    return {**_body(result), "groups": made, "comparison": comparison}, said


def _body(result: Body) -> Body:
    return {"comparison": None, "limits": result["limits"]}


def _row(row: Body, place: int, hidden: frozenset[int], policy: Policy) -> Body:
    if place in hidden:
        return _withheld(row, shown(row["n"], policy) if place + 2 not in hidden else None)
    not_known = None if place + 2 in hidden else shown(row["not_known"], policy)
    return {
        "group": row["group"],
        "label": row["label"],
        "not_known": not_known,
        **of_rounded(row["x"], row["n"], policy),
        "withheld": False,
    }


def of_rounded(x: int, n: int, policy: Policy) -> Body:
    """x of n, its share and limits, all of the rounded counts alone."""
    least, most = shown(x, policy) or 0, max(shown(n, policy) or 0, shown(x, policy) or 0)
    exact, score = clopper_pearson(least, most), wilson(least, most)
    return {
        "x": least,
        "n": most,
        "estimate": share(number(exact.estimate)),
        "lower": share(number(exact.lower)),
        "upper": share(number(exact.upper)),
        "wilson": {"lower": share(number(score.lower)), "upper": share(number(score.upper))},
    }


def _withheld(row: Body, n: int | None = None) -> Body:
    return {
        "group": row["group"],
        "label": row["label"],
        "x": None if row["n"] else 0,
        "n": n if row["n"] else 0,
        "not_known": None,
        "estimate": None,
        "lower": None,
        "upper": None,
        "wilson": {"lower": None, "upper": None},
        "withheld": bool(row["n"]),
    }


def _compared(result: Body, made: list[Body], policy: Policy) -> Body | None:
    """Fisher's test. Its p says much of a table of small counts: it is shown only where each of them is."""
    found, rows = result["comparison"], [row for row in result["groups"] if row["n"]]
    if not found or any(row["withheld"] for row in made) or min(row["n"] for row in rows) < policy.least_arm:
        return None
    small = any(is_small(one, policy) for row in rows for one in (row["x"], row["n"] - row["x"]))
    if small or sum(row["x"] for row in rows) < policy.least_events:
        return None
    return {"test": found["test"], "p": p_value(found["p"]), "odds_ratio": None}
