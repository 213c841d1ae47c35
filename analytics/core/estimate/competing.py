"""Cumulative incidence of each cause, and Gray's tests."""

from __future__ import annotations

import math

import numpy as np

from analytics.core.estimate.reading import Data, refuse_many_groups, rows_of_groups
from analytics.core.estimate.request import LIMITS, Request
from analytics.core.estimators.cumulative_incidence import CumulativeIncidence, cumulative_incidence, incidence_at
from analytics.core.estimators.gray import GrayTest, gray
from analytics.core.results import chi_square_json, number

ONE_CAUSE = "Only one cause happens: nothing competes, and the incidence is 1 - Kaplan-Meier."


def answer(request: Request, data: Data) -> tuple[dict, dict]:
    """The incidences, or the tests, and the options in force."""
    return _gray(request, data) if request.method == "gray" else _incidences(request, data)


def _incidences(request: Request, data: Data) -> tuple[dict, dict]:
    happening = sorted(set(data.status[data.status > 0].tolist()))
    causes = [request.cause] if request.cause is not None else happening
    limits = request.limits or LIMITS[0]
    if len(happening) == 1:
        data.warnings.append(ONE_CAUSE)
    groups = []
    for group, own in rows_of_groups(data.group):
        found = cumulative_incidence(
            data.time[own],
            data.status[own],
            entry=None if data.entry is None else data.entry[own],
            causes=causes,
            limits=limits,
            confidence=request.level,
        )
        data.warnings += _warnings(f"{group}: " if request.group else "", found, request.at or ())
        groups.append({"group": group, "n": found.n, "causes": _causes(found, request.at or ())})
    options = {
        "limits": limits,
        "confidence": request.level,
        "std_error": "Aalen, as cmprsk",
        "ties": "all events of a time against those at risk just before it",
        "tail": "the last value is carried on",
    }
    return {"groups": groups}, options


def _causes(found: CumulativeIncidence, times: tuple[float, ...]) -> list[dict]:
    at = incidence_at(found, times)
    names = ("incidence", "std_error", "lower", "upper")
    return [
        {
            "cause": cause,
            "events": int(found.events[:, k].sum()),
            "at": [
                {
                    "time": number(at.time[i]),
                    "at_risk": number(at.at_risk[i]),
                    **{name: number(getattr(at, name)[i, k]) for name in names},
                }
                for i in range(len(at.time))
            ],
        }
        for k, cause in enumerate(found.causes)
    ]


def _warnings(name: str, found: CumulativeIncidence, times: tuple[float, ...]) -> list[str]:
    at, said = incidence_at(found, times), []
    if found.n == 1:
        said.append(f"{name}one observation only; the estimates describe that one.")
    for k, cause in enumerate(found.causes):
        missing = [f"{time:g}" for time in at.time[np.isnan(at.lower[:, k])]]
        if missing:
            said.append(f"{name}limits of cause {cause} at {', '.join(missing)} are null: not defined at 0 or 1.")
    beyond = [f"{time:g}" for time in at.time if found.n and time > found.time[-1] and found.event_free[-1] > 0]
    if beyond:
        said.append(f"{name}nobody is observed at {', '.join(beyond)}; the value at {found.time[-1]:g} is carried on.")
    return said


def _gray(request: Request, data: Data) -> tuple[dict, dict]:
    refuse_many_groups(data, pairs=True)
    rho = request.rho or 0.0
    tests = gray(data.time, data.status, data.group, strata=data.strata, rho=rho) if len(data) else ()
    wanted = [one for one in tests if request.cause in (None, one.cause)]
    groups = np.unique(data.group)
    if len(groups) == 1:
        data.warnings.append(f"The test is not defined: all rows are in one group, {str(groups[0])!r}.")
    else:
        data.warnings += [said for one in wanted if (said := _doubt(one, len(groups)))]
    causes = [{"cause": one.cause, **chi_square_json(one.test)} for one in wanted]
    return {"causes": causes}, {"rho": rho, "strata": request.strata}


def _doubt(one: GrayTest, groups: int) -> str | None:
    """What must be known about a test of several groups."""
    if math.isnan(one.test.statistic):
        return f"The test of cause {one.cause} is not defined: its events tell no groups apart."
    compared = one.test.df + 1
    if compared < groups:
        return f"The test of cause {one.cause} compares {compared} of {groups} groups: the others had nobody left when it happened."
    return None
