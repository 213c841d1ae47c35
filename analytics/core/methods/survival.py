"""Kaplan-Meier by group, compared by the log-rank test, by permutation where an arm is small, and by restricted means."""

from __future__ import annotations

import numpy as np

from analytics.core import progress, sentences
from analytics.core.analysis import Analysis
from analytics.core.estimators.comparisons import Pair, pairwise_logrank, permutation_logrank
from analytics.core.estimators.kaplan_meier import SurvivalCurve, kaplan_meier
from analytics.core.estimators.logrank import logrank
from analytics.core.estimators.restricted_mean import RestrictedMean, common_tau, difference, ratio, restricted_mean
from analytics.core.estimators.times import observed
from analytics.core.methods.answer import Answer, beyond, named, of_rows, shown_until, ticks
from analytics.core.results import (
    DAYS_PER_MONTH,
    chi_square_json,
    contrast_json,
    group_json,
    logrank_json,
    number,
    restricted_mean_json,
)
from analytics.core.selection import Selected

FEW_EVENTS = 5
SMALL_ARM = 10  # events below which the permutation test stands beside the asymptotic one


def answer(selected: Selected) -> Answer:
    """Curves of the groups and their comparison."""
    progress.begin(progress.ESTIMATING)
    curves = {
        value: kaplan_meier(rows["time"], rows["status"] == 1)
        for value, rows in ((value, selected.group(value)) for value, _ in selected.levels)
    }
    return compared(selected, curves, of_rows(selected))


def compared(selected: Selected, curves: dict[str, SurvivalCurve], said: list[str]) -> Answer:
    """The answer made of the groups' curves; `said` comes first among the warnings."""
    analysis, rows = selected.analysis, selected.rows
    times = rows["time"].to_numpy()
    until = shown_until(times)
    months = ticks(analysis, until)
    progress.begin(progress.COMPARING)
    test, test_said = _logrank(selected)
    body = {
        "groups": [
            group_json(value, label, curves[value], analysis.at_months, months, until)
            for value, label in selected.levels
        ],
        "logrank": test,
        "pairwise": _pairwise(selected, test),
        "permutation": _permutation(selected, test),
        "restricted_mean": _restricted_means(selected),
        "limits": "log-log 95 %",
    }
    of_curves = [one for value, label in selected.levels for one in _of_a_curve(selected, label, curves[value])]
    return Answer(body, [*said, *beyond(times, until), *of_curves, *test_said])


def _logrank(selected: Selected) -> tuple[dict | None, list[str]]:
    rows = selected.rows
    if not selected.is_grouped or not len(rows):
        return None, []
    if rows["group"].nunique() < 2:
        return None, [sentences.TOO_FEW_GROUPS]
    strata = rows[selected.analysis.options.strata].to_numpy() if selected.analysis.options.strata else None
    test = logrank(rows["time"], selected.event, rows["group"].to_numpy(), strata=strata)
    if np.isnan(test.test.statistic):
        return None, [sentences.NO_EVENT_AT_ALL]
    result = logrank_json(test)
    result["groups"].sort(key=lambda group: _place(selected, group["group"]))
    if len(result["groups"]) > 2 and selected.analysis.groups and selected.analysis.groups.levels:
        result["trend"] = chi_square_json(_trend(selected))
    if min(test.observed) < FEW_EVENTS:
        return result, [sentences.FEW_EVENTS.format(n=FEW_EVENTS)]
    return result, []


def _place(selected: Selected, value: object) -> int:
    """Position of a group among those shown."""
    return [level for level, _ in selected.levels].index(str(value))


def _trend(selected: Selected):  # type: ignore[no-untyped-def]
    """The test for trend over the groups in the order in which they are declared."""
    order = np.array([_place(selected, value) for value in selected.rows["group"]])
    return logrank(selected.rows["time"], selected.event, order).trend


def _pairwise(selected: Selected, test: dict | None) -> list[dict]:
    """Each pair of more than two groups, with Holm's correction."""
    if test is None or len(test["groups"]) < 3:
        return []
    rows = selected.rows
    order = np.array([_place(selected, value) for value in rows["group"]])
    pairs: tuple[Pair, ...] = pairwise_logrank(rows["time"], selected.event, order)
    return [
        {
            "first": selected.levels[pair.first][0],
            "second": selected.levels[pair.second][0],
            **chi_square_json(pair.test),
            "p_holm": number(pair.p_holm),
        }
        for pair in pairs
    ]


def _permutation(selected: Selected, test: dict | None) -> dict | None:
    """The log-rank test by permutation, where the smallest arm has few events."""
    if test is None or min(group["observed"] for group in test["groups"]) >= SMALL_ARM:
        return None
    progress.begin(progress.PERMUTING)
    options = selected.analysis.options
    strata = selected.rows[options.strata].to_numpy() if options.strata else None
    found = permutation_logrank(
        selected.rows["time"],
        selected.event,
        selected.rows["group"].to_numpy(),
        strata=strata,
        permutations=options.permutations,
        seed=options.seed,
    )
    return {
        "p": number(found.p),
        "as_extreme": found.as_extreme,
        "arrangements": found.arrangements,
        "exact": found.exact,
        "seed": found.seed,
    }


def _restricted_means(selected: Selected) -> dict | None:
    """Mean time without the event up to the horizon, and the contrasts of two groups."""
    data = {
        value: observed(rows["time"], rows["status"] == 1)
        for value, rows in ((value, selected.group(value)) for value, _ in selected.levels)
        if len(rows)
    }
    if not data:
        return None
    progress.begin(progress.MEANS)
    tau = _horizon(selected.analysis, common_tau(data.values()))
    means = {value: restricted_mean(one.time, one.event, tau=tau) for value, one in data.items()}
    return {
        "tau": number(tau),
        "groups": [
            {"group": value, "label": label, **restricted_mean_json(means[value])}
            for value, label in selected.levels
            if value in means
        ],
        **_contrasts(list(means.values())),
    }


def _horizon(analysis: Analysis, longest: float) -> float:
    """The declared horizon, where the groups are observed so long; else the longest that all are."""
    declared = analysis.options.tau_months
    return longest if declared is None else min(declared * DAYS_PER_MONTH, longest)


def _contrasts(means: list[RestrictedMean]) -> dict:
    if len(means) != 2:
        return {"difference": None, "ratio": None}
    first, second = means
    return {
        "difference": contrast_json(difference(second, first)),
        "ratio": contrast_json(ratio(second, first)),
    }


def _of_a_curve(selected: Selected, label: str, curve: SurvivalCurve) -> list[str]:
    """What must be known about one curve."""
    if not curve.n:
        return named(selected, label, [sentences.NO_CASE]) if len(selected.rows) and selected.is_grouped else []
    said = [sentences.ONE_CASE] if curve.n == 1 else []
    if not curve.n_events:
        said.append(sentences.NO_EVENT)
    elif curve.survival[-1] == 0:
        said.append(sentences.ENDS_AT_ZERO)
    last = float(curve.time[-1])
    late = [month for month in sorted(set(selected.analysis.at_months)) if month * DAYS_PER_MONTH > last]
    if late and curve.survival[-1] > 0:
        listed = ", ".join(str(month) for month in late)
        said.append(sentences.CARRIED_ON.format(months=listed, last=f"{last / DAYS_PER_MONTH:.1f}"))
    return named(selected, label, said)
