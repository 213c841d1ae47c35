"""Kaplan-Meier and its reverse, by group."""

from __future__ import annotations

import math

import numpy as np

from analytics.core.estimate.reading import Data, rows_of_groups
from analytics.core.estimate.request import LIMITS, Request
from analytics.core.estimators.follow_up import completeness, reverse_kaplan_meier
from analytics.core.estimators.kaplan_meier import SurvivalCurve, kaplan_meier, quantile, survival_at
from analytics.core.followed import completeness_json
from analytics.core.results import estimate_json, number


def answer(request: Request, data: Data) -> tuple[dict, dict]:
    """The curves read at the times asked for, and the options in force."""
    limits, times = request.limits or LIMITS[0], request.at or ()
    reverse = request.method == "reverse-kaplan-meier"
    fit = reverse_kaplan_meier if reverse else kaplan_meier
    groups = []
    for group, own in rows_of_groups(data.group):
        entry = None if data.entry is None else data.entry[own]
        curve = fit(data.time[own], data.event[own], entry=entry, confidence=request.level, limits=limits)
        data.warnings.extend(_warnings(f"{group}: " if request.group else "", curve, times, reverse))
        groups.append(
            {
                "group": group,
                "n": curve.n,
                "events": curve.n_events,
                "median": estimate_json(quantile(curve)),
                "at": _at(curve, times),
                **_completeness(data, own),
            }
        )
    options = {
        "event": "censoring" if reverse else "event",
        "limits": limits,
        "confidence": request.level,
        "std_error": "Greenwood",
        "ties": "events before censorings",
        "median": "middle of a flat stretch at 0.5",
        "tail": "the last value is carried on",
    }
    return {"groups": groups}, options


def _completeness(data: Data, own: np.ndarray) -> dict:
    """Clark's C of a group, where the follow-up that was possible is given."""
    if data.potential is None:
        return {}
    entry = None if data.entry is None else data.entry[own]
    return {
        "completeness": completeness_json(
            completeness(data.time[own], data.event[own], data.potential[own], entry=entry)
        )
    }


def _at(curve: SurvivalCurve, times: tuple[float, ...]) -> list[dict]:
    at = survival_at(curve, times)
    names = ("time", "at_risk", "events", "censored", "survival", "std_error", "lower", "upper")
    return [{name: number(getattr(at, name)[i]) for name in names} for i in range(len(at.time))]


def _warnings(name: str, curve: SurvivalCurve, times: tuple[float, ...], reverse: bool) -> list[str]:
    median, said = quantile(curve), []
    if curve.n == 1:
        said.append(f"{name}one observation only; the estimates describe that one.")
    if not curve.n_events:
        said.append(f"{name}no {'censoring' if reverse else 'event'}; the curve stays at 1, and its limits are null.")
    elif math.isnan(median.estimate):
        said.append(f"{name}the curve does not reach 0.5; the median is null.")
    elif math.isnan(median.lower) or math.isnan(median.upper):
        said.append(f"{name}a limit of the curve does not reach 0.5; that limit of the median is null.")
    at = survival_at(curve, times)
    for time in at.time[np.isnan(at.lower)]:
        reason = "before the first event" if time < _first_event(curve) else "where the curve is at 0"
        said.append(f"{name}limits at {time:g} are null: not defined {reason}.")
    beyond = [f"{time:g}" for time in at.time if time > curve.time[-1] and curve.survival[-1] > 0]
    if beyond:
        said.append(f"{name}nobody is observed at {', '.join(beyond)}; the value at {curve.time[-1]:g} is carried on.")
    return said


def _first_event(curve: SurvivalCurve) -> float:
    with_event = curve.time[curve.events > 0]
    return float(with_event[0]) if len(with_event) else math.inf
