"""Survival curves as they are released: by whole months, never a step, a tick or a day of anybody."""

from __future__ import annotations

from typing import Any

from analytics.core.disclosure import words
from analytics.core.disclosure.counts import is_small, share, shown, test
from analytics.core.disclosure.grid import Steps, day_of, falls_to_half, months_at_risk, steps_of
from analytics.core.disclosure.policy import Policy
from analytics.core.results import DAYS_PER_MONTH

Body = dict[str, Any]
NO_CURVE: Body = {name: [] for name in ("time", "survival", "lower", "upper", "at_risk", "events", "censored")}
NOTHING: Body = {"estimate": None, "lower": None, "upper": None, "withheld": True}
FEW_AT_RISK, TENTH = 5, 0.1


def survival(result: Body, policy: Policy) -> tuple[Body, list[str]]:
    """Curves and their comparison; what must be said of them."""
    groups = result["groups"]
    spans = [span_of(group, policy) for group in groups]
    filled = [span for group, span in zip(groups, spans, strict=True) if group["n"]]
    said = [words.UNTIL, words.MONTHLY.format(k=policy.k) if policy.has_curves else words.FIXED]
    if len(filled) == 1 and None in filled:
        said = [words.NO_CURVE]
    elif len(filled) > 1 and None in filled:
        # What is withheld of one group follows from the others and the curve of all together.
        spans, said = [None] * len(groups), [words.WITHHELD_GROUPS]
    first = max((span[0] for span in spans if span), default=0)
    spans = [span and (first, span[1]) for span in spans]
    is_hidden = said == [words.WITHHELD_GROUPS]
    made = [_group(group, span, result, policy, is_hidden) for group, span in zip(groups, spans, strict=True)]
    body: Body = {
        "groups": made,
        "logrank": _compared(result, made, policy),
        "pairwise": [],
        "permutation": None,
        "restricted_mean": None,
        "limits": result["limits"],
    }
    if len(groups) > 1 and body["logrank"] is None and result["logrank"]:
        said.append(words.WITHHELD_COMPARISON.format(arm=policy.least_arm))
    if "landmark" in result:
        # Who left before the landmark is not in the curves and in no count that is shown.
        n = sum(group["n"] or 0 for group in made)
        body["landmark"] = {"days": result["landmark"]["days"], "n": n, "excluded": {"events": None, "censored": None}}
    return body, said


def span_of(group: Body, policy: Policy) -> tuple[int, int] | None:
    """First and last month that can be shown: k events have happened, k are at risk. None: no curve."""
    if group["n"] < policy.least_group:
        return None
    steps = steps_of(group["curve"], group["n"])
    last = steps.last_month(group["shown_until"], policy.k)
    for month in range(1, last + 1):
        if steps.through(day_of(month), steps.events) >= policy.k:
            return month, last
    return None


def _group(group: Body, span: tuple[int, int] | None, result: Body, policy: Policy, is_hidden: bool) -> Body:
    analysis = result["analysis"]
    head = {"group": group["group"], "label": group["label"]}
    if span is None or span[0] > span[1]:
        n = 0 if not group["n"] else None if is_hidden else shown(group["n"], policy)
        none = _without(analysis["at_months"], policy)
        return {**head, "n": n, "events": 0 if n == 0 else None, **none, "withheld": n != 0}
    first, last = span
    steps = steps_of(group["curve"], group["n"])
    months = [m for m in range(first, last + 1) if policy.has_curves or m in analysis["at_months"]]
    ticks = range(0, last + 1, analysis["tick_months"]) if policy.has_curves else ()
    at_risk = months_at_risk(steps, [*ticks], first, last, policy)
    read = {month: _read(group["curve"], steps, month) for month in months}
    curve = _curve(steps, months, read, at_risk, policy) if policy.has_curves else NO_CURVE
    reliable = [m for m in months if steps.at_risk(day_of(m)) >= max(FEW_AT_RISK, TENTH * group["n"])]
    return {
        **head,
        "n": shown(group["n"], policy),
        "events": shown(steps.through(day_of(last), steps.events), policy),
        "median": _median(group, months, read, policy),
        "curve": curve,
        "at": [_at(steps, month, read.get(month), at_risk, policy) for month in sorted(analysis["at_months"])],
        "risk_table": [_row(steps, month, month in at_risk, policy) for month in ticks],
        "reliable_until": day_of(reliable[-1]) if reliable and policy.has_curves else None,
        "shown_until": day_of(last) if policy.has_curves else 0.0,
        "withheld": False,
    }


def _without(at_months: list[int], policy: Policy) -> Body:
    """The parts of a group of which nothing but its size can be shown."""
    return {
        "median": NOTHING,
        "curve": NO_CURVE,
        "at": [_at(None, month, None, frozenset(), policy) for month in sorted(at_months)],
        "risk_table": [],
        "reliable_until": None,
        "shown_until": 0.0,
    }


def _read(curve: Body, steps: Steps, month: int) -> dict[str, float | None]:
    """Survival and its limits at the end of the month, in whole per cent."""
    place = steps.last(day_of(month))
    return {name: share(curve[name][place]) for name in ("survival", "lower", "upper")}


def _curve(steps: Steps, months: list[int], read: dict[int, dict], at_risk: frozenset[int], policy: Policy) -> Body:
    return {
        "time": [day_of(month) for month in months],
        **{name: [read[month][name] for month in months] for name in ("survival", "lower", "upper")},
        "at_risk": [shown(steps.at_risk(day_of(m)), policy) if m in at_risk else None for m in months],
        "events": [],
        "censored": [],
    }


def _at(steps: Steps | None, month: int, read: dict | None, at_risk: frozenset[int], policy: Policy) -> Body:
    """The estimate at a month asked for; None where it lies outside what can be shown."""
    body = {"time": day_of(month), "months": month, "std_error": None, "censored": None}
    if steps is None or read is None:
        return {
            **body,
            "at_risk": None,
            "events": None,
            "survival": None,
            "lower": None,
            "upper": None,
            "withheld": True,
        }
    return {
        **body,
        "at_risk": shown(steps.at_risk(day_of(month)), policy) if month in at_risk else None,
        "events": None,
        **read,
        "withheld": False,
    }


def _row(steps: Steps, month: int, has_risk: bool, policy: Policy) -> Body:
    """A column of the risk table. Those censored are never told."""
    events = steps.through(day_of(month), steps.events)
    return {
        "time": day_of(month),
        "months": month,
        "at_risk": shown(steps.at_risk(day_of(month)), policy) if has_risk else None,
        "events": None if is_small(events, policy) else shown(events, policy),
        "censored": None,
    }


def _median(group: Body, months: list[int], read: dict[int, dict], policy: Policy) -> Body:
    """The first month at which half or less are left, from the curve as it is released."""
    if group["n"] < policy.least_median or not policy.has_curves or read[months[0]]["survival"] <= 0.5:
        return NOTHING
    half = {name: falls_to_half(months, [read[m][name] for m in months]) for name in ("survival", "lower", "upper")}
    return {"estimate": half["survival"], "lower": half["lower"], "upper": half["upper"], "withheld": False}


def _compared(result: Body, made: list[Body], policy: Policy) -> Body | None:
    """The log-rank test, where every arm is large enough and shown."""
    filled = [group for group in result["groups"] if group["n"]]
    if len(filled) < 2 or any(group["withheld"] for group in made):
        return None
    if min(group["n"] for group in filled) < policy.least_arm:
        return None
    if sum(group["events"] for group in filled) < policy.least_events:
        return None
    return test(result["logrank"], groups=[])


def follow_up(found: Body | None, n: int, policy: Policy) -> Body | None:
    """The median follow-up in whole months; no day, nobody who was lost."""
    if not found:
        return None
    median = found["median"]["estimate"]
    is_shown = n >= policy.least_median and median is not None
    months = round(median / DAYS_PER_MONTH) if is_shown else None
    return {
        "method": found["method"],
        "median": {**NOTHING, "estimate": None if months is None else day_of(months), "withheld": not is_shown},
        "lower_quartile": NOTHING,
        "upper_quartile": NOTHING,
        "to": None,
        "to_is": None,
        "completeness": None,
        "censored_before": [],
    }
