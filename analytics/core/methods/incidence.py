"""Cumulative incidence of each cause by group (Aalen-Johansen), with the event-free rest, compared by Gray's test."""

from __future__ import annotations

import math

import numpy as np

from analytics.core import progress, sentences
from analytics.core.endpoints.rule import Cause
from analytics.core.estimators.cumulative_incidence import CumulativeIncidence, cumulative_incidence, incidence_at
from analytics.core.estimators.gray import GrayTest, gray
from analytics.core.estimators.kaplan_meier import SurvivalCurve, kaplan_meier, reliable_until, risk_table
from analytics.core.methods.answer import Answer, beyond, named, of_rows, shown_until, ticks
from analytics.core.results import DAYS_PER_MONTH, chi_square_json, number, numbers
from analytics.core.selection import Selected

FEW_EVENTS = 5


def answer(selected: Selected) -> Answer:
    """Curves of every cause in every group, and the comparison of the groups for each cause."""
    analysis = selected.analysis
    times = selected.rows["time"].to_numpy()
    until = shown_until(times)
    months = ticks(analysis, until)
    progress.begin(progress.ESTIMATING)
    groups = [_group(selected, value, label, months, until) for value, label in selected.levels]
    progress.begin(progress.COMPARING)
    tests, said = _gray(selected)
    body = {
        "causes": [cause.as_dict() for cause in analysis.rule.causes],
        "groups": groups,
        "gray": tests,
        "limits": "log-log 95 %",
        "std_error": "Aalen",
    }
    return Answer(body, [*of_rows(selected), *beyond(times, until), *_of_groups(selected, groups), *said])


def _group(selected: Selected, value: str, label: str, months: list[int], until: float) -> dict:
    """One group: how many, and each cause's curve, its values at the months asked for, and the risk table."""
    rows = selected.group(value)
    analysis = selected.analysis
    causes = analysis.rule.causes
    found = cumulative_incidence(rows["time"], rows["cause"], causes=[cause.code for cause in causes])
    left = kaplan_meier(rows["time"], rows["status"] > 0)
    return {
        "group": value,
        "label": label,
        "n": found.n,
        "events": int((rows["status"] == 1).sum()),
        "causes": [_cause(selected, found, cause) for cause in causes],
        "event_free": {
            "time": [0.0, *numbers(left.time)],
            "survival": [1.0 if left.n else None, *numbers(left.survival)],
        },
        "risk_table": _risk_table(found, left, [(month, month * DAYS_PER_MONTH) for month in months], "months"),
        **({"risk_table_days": _risk_table(found, left, _weeks(until), "days")} if analysis.tick_months == 1 else {}),
        "reliable_until": number(reliable_until(left)),
        "shown_until": min(float(left.time[-1]), until) if left.n else 0.0,
    }


def _weeks(until: float) -> list[tuple[int, float]]:
    """The whole weeks up to a day, as (day, day): ticks where everything happens within weeks."""
    return [(day, float(day)) for day in range(0, int(until) + 1, 7)]


def _risk_table(
    found: CumulativeIncidence, left: SurvivalCurve, ticks: list[tuple[int, float]], unit: str
) -> list[dict]:
    """The table under the figure at (tick, day): at risk, and from the start on events of any cause, of each, and censorings."""
    days = [day for _, day in ticks]
    table = risk_table(left, days)
    through = np.searchsorted(found.time, days, side="right")
    of_each = np.vstack([np.zeros((1, len(found.causes)), dtype="int64"), np.cumsum(found.events, axis=0)])[through]
    return [
        {
            "time": day,
            unit: tick,
            **{name: number(getattr(table, name)[i]) for name in ("at_risk", "events", "censored")},
            "causes": [int(n) for n in of_each[i]],
        }
        for i, (tick, day) in enumerate(ticks)
    ]


def _cause(selected: Selected, found: CumulativeIncidence, cause: Cause) -> dict:
    """One cause: how many, its curve from 0, and its values at the months asked for."""
    place = list(found.causes).index(cause.code)
    names = ("incidence", "std_error", "lower", "upper")
    months = sorted(set(selected.analysis.at_months))
    at = incidence_at(found, [month * DAYS_PER_MONTH for month in months])
    return {
        "cause": cause.code,
        "label": cause.label,
        "events": int(found.events[:, place].sum()),
        "curve": {
            "time": [0.0, *numbers(found.time)],
            **{name: [0.0 if found.n else None, *numbers(getattr(found, name)[:, place])] for name in names},
        },
        "at": [
            {
                "time": number(at.time[i]),
                "months": month,
                "at_risk": number(at.at_risk[i]),
                **{name: number(getattr(at, name)[i, place]) for name in ("incidence", "std_error", "lower", "upper")},
            }
            for i, month in enumerate(months)
        ],
    }


def _gray(selected: Selected) -> tuple[list[dict], list[str]]:
    """Gray's test of each cause; none without two groups."""
    rows = selected.rows
    if not selected.is_grouped or not len(rows):
        return [], []
    if rows["group"].nunique() < 2:
        return [], [sentences.NO_GRAY_TEST]
    strata = rows[selected.analysis.options.strata].to_numpy() if selected.analysis.options.strata else None
    tests = gray(rows["time"], rows["cause"], rows["group"].to_numpy(), strata=strata)
    label = {cause.code: cause.label for cause in selected.analysis.rule.causes}
    found = [{"cause": one.cause, "label": label[one.cause], **chi_square_json(one.test)} for one in tests]
    groups = rows["group"].nunique()
    said = [one for test in tests if (one := _doubt(test, label[test.cause], groups))]
    own = rows["cause"].to_numpy() == 1
    fewest = min(int(own[rows["group"].to_numpy() == value].sum()) for value in rows["group"].unique())
    if fewest < FEW_EVENTS:
        said.append(sentences.FEW_EVENTS_FOR_GRAY.format(n=FEW_EVENTS))
    return found, said


def _doubt(one: GrayTest, cause: str, groups: int) -> str | None:
    """What must be known about the test of one cause."""
    if math.isnan(one.test.statistic):
        return sentences.GRAY_NOT_DEFINED.format(cause=cause)
    compared = one.test.df + 1
    if compared < groups:
        return sentences.GRAY_OF_SOME.format(cause=cause, compared=compared, groups=groups)
    return None


def _of_groups(selected: Selected, groups: list[dict]) -> list[str]:
    """What must be known about each group's curves."""
    if not len(selected.rows):
        return []
    said = []
    for group in groups:
        own = []
        if not group["n"]:
            own.append(sentences.NO_CASE)
        elif not group["events"]:
            own.append(sentences.NO_EVENT_YET)
        said += named(selected, group["label"], own)
    return said
