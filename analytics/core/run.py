"""Analysis and case table in, Result out. Whatever the data hold, the Result says what could not be said."""

from __future__ import annotations

import importlib
import platform
from datetime import date
from importlib.metadata import version

import pandas as pd

from analytics.core import progress, sentences
from analytics.core.analysis import (
    COX,
    CUMULATIVE_INCIDENCE,
    FINE_GRAY,
    KAPLAN_MEIER,
    LANDMARK,
    PROPORTION,
    TABLES,
    TIME_DEPENDENT,
    Analysis,
)
from analytics.core.data_quality import data_quality
from analytics.core.endpoints.definitions import END_LABELS, END_OF_WINDOW
from analytics.core.followed import follow_up_json, stated_day
from analytics.core.methods.answer import Answer
from analytics.core.reasons import undefined
from analytics.core.selection import Selected, select

SCHEMA = 2  # of the Result's JSON; a change of meaning or shape raises it
LIBRARIES = ("numpy", "scipy", "pandas")

# Modules are loaded when they are asked for: a curve needs no regression.
ANSWERED_BY = {
    KAPLAN_MEIER: "survival",
    CUMULATIVE_INCIDENCE: "incidence",
    COX: "regression",
    FINE_GRAY: "competing_regression",
    PROPORTION: "proportion",
    LANDMARK: "landmark",
    TIME_DEPENDENT: "time_dependent",
    **dict.fromkeys(TABLES, "tables"),
}


def run(analysis: Analysis, table: pd.DataFrame, *, cut: date | None = None, not_after: date | None = None) -> dict:
    """The Result of `analysis` on the cases of its cohort in `table`, as JSON.

    table           one row a case: a timeline, or all that `whole_table` knows, as far as the analysis asks for it
    cut, not_after  as `whole_table` was given them

    Numbers that are not defined are None, `undefined` says where and why, and `warnings` what a reader must know. Times are
    days. Raises ValueError if the table lacks a column that the analysis asks for.
    """
    progress.begin(progress.SELECTING)
    selected, to = select(analysis, table), stated_day(table, cut, not_after)
    found = _answer(selected, to)
    quality, quality_said = data_quality(table, selected.rows.index)
    body = {
        "schema": SCHEMA,
        "analysis": analysis.as_dict(selected.levels if analysis.groups else None),
        "analysis_hash": analysis.hash,
        "endpoint": analysis.rule.as_dict() if analysis.endpoint else None,
        "n": len(selected.rows),
        "events": int(selected.event.sum()) if analysis.endpoint else None,
        "excluded": [{"reason": reason, "n": n} for reason, n in selected.excluded],
        "follow_up": _follow_up(selected, to) if analysis.endpoint else None,
        "data_quality": quality,
        **found.body,
        "software": _software(),
        "warnings": [*found.warnings, *quality_said] if len(selected.rows) else [sentences.NOTHING],
    }
    return {**body, "undefined": undefined(body)}


def _answer(selected: Selected, to: tuple[date | None, str]) -> Answer:
    module = importlib.import_module(f"analytics.core.methods.{ANSWERED_BY[selected.analysis.method]}")
    judged = (to[0],) if selected.analysis.method in TABLES else ()
    found: Answer = module.answer(selected, *judged)
    return found


def _follow_up(selected: Selected, to: tuple[date | None, str]) -> dict:
    """How long the cases were followed, and how completely up to the day that is known of all."""
    rows, analysis = selected.rows, selected.analysis
    by_rule = [END_LABELS[cut] for cut in analysis.rule.censor_cut] + [END_OF_WINDOW]
    ended = (rows["status"] > 0) | rows["censor_reason"].isin(by_rule)
    return follow_up_json(
        rows["time"], selected.event, rows[analysis.rule.clock], to, analysis.at_months, ended=ended.to_numpy()
    )


def _software() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}
