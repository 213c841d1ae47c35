"""Cumulative incidences as they are released: at the months of the risk table, where every cause has happened often enough."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from analytics.core.disclosure import words
from analytics.core.disclosure.counts import is_small, share, shown, test
from analytics.core.disclosure.grid import day_of
from analytics.core.disclosure.policy import Policy

Body = dict[str, Any]
SHARES = ("incidence", "lower", "upper")
NO_CURVE: Body = {name: [] for name in ("time", *SHARES)}


def incidence(result: Body, policy: Policy) -> tuple[Body, list[str]]:
    """The incidence of every cause and Gray's test; what must be said of them."""
    groups = result["groups"]
    settled = [_settled(group, policy) for group in groups]
    filled = [months for group, months in zip(groups, settled, strict=True) if group["n"]]
    # One group's share follows from the others' and that of all together: a month is shown for all groups, or for none.
    common = set.intersection(*filled) if filled else set()
    said = [words.UNTIL, words.FIXED] if common else [words.WITHHELD_GROUPS if len(filled) > 1 else words.NO_CURVE]
    body: Body = {
        "causes": result["causes"],
        "groups": [_group(group, sorted(common), result["analysis"], policy, len(filled) > 1) for group in groups],
        "gray": _gray(result, policy) if common else [],
        "limits": result["limits"],
        "std_error": result["std_error"],
    }
    return body, said


def _settled(group: Body, policy: Policy) -> set[int]:
    """Months at which k are at risk and each cause has happened to nobody or to at least k, and one of them to some."""
    if group["n"] < policy.least_group:
        return set()
    return {
        row["months"]
        for row in group["risk_table"]
        if row["months"] and row["at_risk"] >= policy.k and any(row["causes"])
        if not any(is_small(one, policy) for one in row["causes"])
    }


def _group(group: Body, months: list[int], analysis: Body, policy: Policy, is_one_of: bool) -> Body:
    rows = {row["months"]: row for row in group["risk_table"]}
    months = months if group["n"] else []
    last = rows[months[-1]]["causes"] if months else [None] * len(group["causes"])
    n = 0 if not group["n"] else None if is_one_of and not months else shown(group["n"], policy)
    return {
        "group": group["group"],
        "label": group["label"],
        "n": n,
        "events": shown(last[0], policy) if months else (0 if n == 0 else None),
        "causes": [
            _cause(cause, shown(count, policy), months, sorted(analysis["at_months"]))
            for cause, count in zip(group["causes"], last, strict=True)
        ],
        "event_free": {
            "time": [day_of(month) for month in months],
            "survival": [_read(group["event_free"], "survival", month) for month in months],
        },
        "risk_table": [_row(rows[month], policy) for month in months],
        "reliable_until": day_of(months[-1]) if months else None,
        "shown_until": day_of(months[-1]) if months else 0.0,
        "withheld": bool(group["n"]) and not months,
    }


def _cause(cause: Body, events: int | None, months: list[int], asked: list[int]) -> Body:
    return {
        "cause": cause["cause"],
        "label": cause["label"],
        "events": events,
        "curve": {
            "time": [day_of(month) for month in months],
            **{name: [_read(cause["curve"], name, month) for month in months] for name in SHARES},
        },
        "at": [_at(cause, month, month in months) for month in asked],
    }


def _at(cause: Body, month: int, is_shown: bool) -> Body:
    shares = {name: _read(cause["curve"], name, month) if is_shown else None for name in SHARES}
    return {
        "time": day_of(month),
        "months": month,
        "at_risk": None,
        "std_error": None,
        **shares,
        "withheld": not is_shown,
    }


def _read(curve: Body, name: str, month: int) -> float | None:
    """The share at the end of a month, in whole per cent."""
    return share(curve[name][bisect_right(curve["time"], day_of(month)) - 1])


def _row(row: Body, policy: Policy) -> Body:
    """A column of the risk table: how many had each cause. At risk and censored would tell each other."""
    return {
        "time": row["time"],
        "months": row["months"],
        "at_risk": None,
        "events": shown(row["events"], policy),
        "censored": None,
        "causes": [shown(one, policy) for one in row["causes"]],
    }


def _gray(result: Body, policy: Policy) -> list[Body]:
    """Gray's tests of the causes, where every arm is large enough."""
    filled = [group for group in result["groups"] if group["n"]]
    if len(filled) < 2 or min(group["n"] for group in filled) < policy.least_arm:
        return []
    tests = []
    for one, cause in zip(result["gray"], zip(*(group["causes"] for group in filled), strict=True), strict=False):
        if sum(of_group["events"] for of_group in cause) >= max(policy.least_events, policy.k):
            found = test(one, cause=one["cause"], label=one["label"])
            tests += [found] if found else []
    return tests
