"""Analysis and case table in, Result out. Whatever the data hold, the Result says what could not be said."""

from __future__ import annotations

import importlib
import platform
from importlib.metadata import version
from typing import Any

import pandas as pd

from analytics.core import sentences
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
from analytics.core.estimators.follow_up import reverse_kaplan_meier
from analytics.core.estimators.kaplan_meier import quantile
from analytics.core.methods.answer import Answer
from analytics.core.results import estimate_json
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


def run(analysis: Analysis, table: pd.DataFrame) -> dict:
    """The Result of `analysis` on the cases of its cohort in `table` (one row a case: timeline and columns), as JSON.

    Numbers that are not defined are None, and a sentence in `warnings` says why. Times are days.
    """
    selected = select(analysis, table)
    found = _answer(selected)
    return {
        "schema": SCHEMA,
        "analysis": analysis.as_dict(selected.levels if analysis.groups else None),
        "analysis_hash": analysis.hash,
        "endpoint": analysis.rule.as_dict() if analysis.endpoint else None,
        "n": len(selected.rows),
        "events": int(selected.event.sum()) if analysis.endpoint else None,
        "excluded": [{"reason": reason, "n": n} for reason, n in selected.excluded],
        "follow_up": _follow_up(selected) if analysis.endpoint else None,
        **found.body,
        "software": _software(),
        "warnings": found.warnings if len(selected.rows) else [sentences.NOTHING],
    }


def _answer(selected: Selected) -> Answer:
    module = importlib.import_module(f"analytics.core.methods.{ANSWERED_BY[selected.analysis.method]}")
    found: Answer = module.answer(selected)
    return found


def _follow_up(selected: Selected) -> dict[str, Any]:
    followed = reverse_kaplan_meier(selected.rows["time"], selected.event)
    return {"method": "reverse Kaplan-Meier", "median": estimate_json(quantile(followed))}


def _software() -> dict[str, str]:
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}
