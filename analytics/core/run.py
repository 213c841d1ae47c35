"""Analysis and timeline in, Result out. Whatever the data hold, the Result says what could not be said."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.core import sentences
from analytics.core.analysis import Analysis
from analytics.core.endpoints.definitions import SET_LABELS
from analytics.core.endpoints.derive import derive
from analytics.core.estimators.follow_up import reverse_kaplan_meier
from analytics.core.estimators.kaplan_meier import SurvivalCurve, kaplan_meier, quantile
from analytics.core.estimators.logrank import logrank
from analytics.core.results import DAYS_PER_MONTH, estimate_json, group_json, logrank_json

Levels = tuple[tuple[str, str], ...]

ALL = ("all", sentences.ALL_CASES)
FEW_EVENTS = 5
FEW_AT_RISK = 5
LEAST_SHOWN_MONTHS = 24


def run(analysis: Analysis, timeline: pd.DataFrame) -> dict:
    """The Result of `analysis` on the cases of its cohort in `timeline`, as JSON.

    Numbers that are not defined are None, and a sentence in `warnings` says why. Times are days.
    """
    rows, excluded = _rows(analysis, timeline)
    levels = _levels(analysis, rows)
    curves = {
        value: kaplan_meier(rows["time"][rows["group"] == value], rows["status"][rows["group"] == value] == 1)
        for value, _ in levels
    }
    shown_until = _shown_until(rows)
    ticks = _ticks(analysis, shown_until)
    test, test_warnings = _logrank(analysis, rows)
    followed = reverse_kaplan_meier(rows["time"], rows["status"] == 1)
    return {
        "analysis": analysis.as_dict(levels if analysis.groups else None),
        "analysis_hash": analysis.hash,
        "endpoint": analysis.rule.as_dict(),
        "n": len(rows),
        "events": int((rows["status"] == 1).sum()),
        "excluded": excluded,
        "groups": [
            group_json(value, label, curves[value], analysis.at_months, ticks, shown_until) for value, label in levels
        ],
        "logrank": test,
        "follow_up": {"method": "reverse Kaplan-Meier", "median": estimate_json(quantile(followed))},
        "limits": "log-log 95 %",
        "warnings": [
            *_data_warnings(analysis, rows),
            *_beyond(rows, shown_until),
            *_curve_warnings(analysis, levels, curves),
            *test_warnings,
        ],
    }


def _rows(analysis: Analysis, timeline: pd.DataFrame) -> tuple[pd.DataFrame, list[dict]]:
    """Cases with a time and a group, and the counts of those left out, by reason."""
    cohort = timeline[timeline["cohort"] == analysis.cohort]
    derived = derive(cohort, analysis.rule)
    excluded = [(sentences.NOT_IN_SET.format(population=SET_LABELS[analysis.rule.set]), len(cohort) - len(derived))]
    excluded += [(str(reason), int(n)) for reason, n in derived["excluded"].value_counts(sort=False).items()]
    rows = derived[derived["excluded"].isna()]
    rows = rows.join(cohort[["response_from_site", "relapse_without_remission"]])
    if analysis.groups is None:
        rows = rows.assign(group=ALL[0])
    else:
        group = cohort.loc[rows.index, analysis.groups.column].astype(object)
        known = group.notna()
        if analysis.groups.levels:
            known &= group.isin([value for value, _ in analysis.groups.levels])
        excluded.append((sentences.GROUP_NOT_KNOWN.format(group=analysis.groups.label), int((~known).sum())))
        rows = rows.assign(group=group)[known]
    return rows, [{"reason": reason, "n": n} for reason, n in excluded if n]


def _levels(analysis: Analysis, rows: pd.DataFrame) -> Levels:
    if analysis.groups is None:
        return (ALL,)
    if analysis.groups.levels:
        return analysis.groups.levels
    return tuple((str(value), str(value)) for value in sorted(rows["group"].unique()))


def _shown_until(rows: pd.DataFrame) -> float:
    """Days to which curves and tables are drawn: the longest observation, but not far beyond what many reach.

    One mistyped year must not stretch every axis to a century: what lies beyond one and a half times the last day that at least
    max(5, 10 %) of the cases reach, and beyond two years, is in the estimates and not in the picture.
    """
    if not len(rows):
        return 0.0
    times = np.sort(rows["time"].to_numpy())
    few = max(FEW_AT_RISK, int(np.ceil(len(times) / 10)))
    reached = times[-few] if len(times) >= few else times[0]
    return float(min(times[-1], max(LEAST_SHOWN_MONTHS * DAYS_PER_MONTH, 1.5 * reached)))


def _ticks(analysis: Analysis, shown_until: float) -> list[int]:
    """Months of the ticks, from 0 to the last one that is shown."""
    return list(range(0, int(shown_until / DAYS_PER_MONTH) + 1, analysis.tick_months))


def _beyond(rows: pd.DataFrame, shown_until: float) -> list[str]:
    """The sentence about cases that are observed beyond what is shown."""
    n = int((rows["time"] > shown_until).sum()) if len(rows) else 0
    months = round(shown_until / DAYS_PER_MONTH)
    return [sentences.BEYOND[n > 1].format(n=n, months=months)] if n else []


def _logrank(analysis: Analysis, rows: pd.DataFrame) -> tuple[dict | None, list[str]]:
    if analysis.groups is None:
        return None, []
    if not len(rows):
        return None, []
    if rows["group"].nunique() < 2:
        return None, [sentences.TOO_FEW_GROUPS]
    test = logrank(rows["time"], rows["status"] == 1, rows["group"].to_numpy())
    if np.isnan(test.test.statistic):
        return None, [sentences.NO_EVENT_AT_ALL]
    order = {value: position for position, (value, _) in enumerate(_levels(analysis, rows))}
    result = logrank_json(test)
    result["groups"].sort(key=lambda group: order[group["group"]])
    if min(test.observed) < FEW_EVENTS:
        return result, [sentences.FEW_EVENTS.format(n=FEW_EVENTS)]
    return result, []


def _data_warnings(analysis: Analysis, rows: pd.DataFrame) -> list[str]:
    """What the reader must know about the rows themselves."""
    if not len(rows):
        return [sentences.NOTHING]
    # Who was transplanted in remission has it documented by the transplant; overall survival counts no relapse.
    follows_remission = analysis.rule.set != "transplanted" and any(
        one.name == "relapse" for one in analysis.rule.events
    )
    unproven = rows["relapse_without_remission"] & follows_remission
    flags = (rows["imputed"], rows["response_from_site"], unproven)
    counted = [(int(flag.sum()), words) for flag, words in zip(flags, sentences.OF_ROWS, strict=True)]
    return [(one if n == 1 else several).format(n=n) for n, (one, several) in counted if n]


def _curve_warnings(analysis: Analysis, levels: Levels, curves: dict[str, SurvivalCurve]) -> list[str]:
    """Which numbers of which group are not defined, and why."""
    warnings: list[str] = []
    if not any(curve.n for curve in curves.values()):
        return warnings
    for value, label in levels:
        said = _of_a_curve(curves[value], analysis)
        grouped = [sentences.GROUPED.format(group=label, sentence=one) for one in said]
        warnings += said if analysis.groups is None else grouped
    return warnings


def _of_a_curve(curve: SurvivalCurve, analysis: Analysis) -> list[str]:
    if not curve.n:
        return [] if analysis.groups is None else [sentences.NO_CASE]
    said = []
    if curve.n == 1:
        said.append(sentences.ONE_CASE)
    if not curve.n_events:
        said.append(sentences.NO_EVENT)
    elif curve.survival[-1] == 0:
        said.append(sentences.ENDS_AT_ZERO)
    last = float(curve.time[-1])
    late = [month for month in sorted(set(analysis.at_months)) if month * DAYS_PER_MONTH > last]
    if late and curve.survival[-1] > 0:
        listed = ", ".join(str(month) for month in late)
        said.append(sentences.CARRIED_ON.format(months=listed, last=f"{last / DAYS_PER_MONTH:.1f}"))
    return said
