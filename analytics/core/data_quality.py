"""What is known of the quality of each case's data, and what a Result says about the cases it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from analytics.core import quality_sentences as sentences
from analytics.core.endpoints.dates import days
from analytics.core.quality_tables import FORM_STATES, HARD, MACHINE, OPEN_QUERIES, checked_quality

OLD_QUERY_DAYS = (30, 90)
FOLLOW_UP = "follow_up"

COUNTS = (
    *("forms_due", "forms_complete", "forms_on_time", "forms_overdue", "forms_missed", "follow_up_due"),
    *("follow_up_overdue", "forms_incomplete", "critical_asked", "critical_missing"),
    *("queries_open", "queries_open_30", "queries_open_90", "contradictions"),
)


def quality_columns(tables: Mapping[str, pd.DataFrame], line: pd.DataFrame, day: date) -> pd.DataFrame:
    """COUNTS for each case of `line`, with its index, judged at `day`; NaN where the dataset holds no facts on quality.

    forms_due         required forms whose due day has passed
    forms_complete    of these, complete
    forms_on_time     of these, complete by their due day
    forms_overdue     of these, not complete, and still asked for
    forms_missed      of these, planned visits not reported that nobody is asked for any more
    follow_up_due     forms of contact among the forms due; follow_up_overdue of them overdue
    forms_incomplete  stored but not complete, or overdue
    critical_asked    questions that an endpoint needs and that apply, in stored forms; critical_missing without an answer
    queries_open      questions not closed; queries_open_30 and _90 for more than 30 and 90 days
    contradictions    of these, contradictions between answers
    """
    quality = checked_quality(tables)
    if not quality:
        return pd.DataFrame(np.nan, index=line.index, columns=list(COUNTS))
    at = float(np.datetime64(day, "D").astype("int64"))
    index = pd.Index(line["case"])
    found = {**_of_forms(quality[FORM_STATES], index, at), **_of_queries(quality[OPEN_QUERIES], index, at)}
    return pd.DataFrame({name: found[name] for name in COUNTS}, index=line.index)


def _of_forms(forms: pd.DataFrame, index: pd.Index, at: float) -> dict[str, np.ndarray]:
    due = days(forms["due"])
    stored, complete, required, missed = (
        forms[name].to_numpy() == 1 for name in ("stored", "complete", "required", "missed")
    )
    fallen_due = required & (due < at)
    overdue = fallen_due & ~complete & ~missed
    of_contact = (forms["form"] == FOLLOW_UP).to_numpy()

    def counted(weights: np.ndarray) -> np.ndarray:
        return _per_case(forms["case"], index, weights)

    return {
        "forms_due": counted(fallen_due),
        "forms_complete": counted(fallen_due & complete),
        "forms_on_time": counted(fallen_due & complete & (days(forms["completed"]) <= due)),
        "forms_overdue": counted(overdue),
        "forms_missed": counted(fallen_due & missed),
        "follow_up_due": counted(fallen_due & of_contact),
        "follow_up_overdue": counted(overdue & of_contact),
        "forms_incomplete": counted((stored & ~complete & required) | overdue),
        "critical_asked": counted(forms["critical_asked"].to_numpy()),
        "critical_missing": counted(forms["critical_missing"].to_numpy()),
    }


def _of_queries(queries: pd.DataFrame, index: pd.Index, at: float) -> dict[str, np.ndarray]:
    age = at - days(queries["opened"])
    contradiction = ((queries["severity"] == HARD) & (queries["origin"] == MACHINE)).to_numpy()
    everyone = np.ones(len(queries), dtype=bool)
    by_age = {f"queries_open_{limit}": age > limit for limit in OLD_QUERY_DAYS}
    masks = {"queries_open": everyone, **by_age, "contradictions": contradiction}
    return {name: _per_case(queries["case"], index, mask) for name, mask in masks.items()}


def _per_case(case: pd.Series, index: pd.Index, weights: np.ndarray) -> np.ndarray:
    """(cases,) sums by case; rows of cases that `index` does not hold are left out."""
    place = index.get_indexer(pd.Index(case))
    inside = place >= 0
    return np.bincount(place[inside], weights=weights[inside].astype("float64"), minlength=len(index))


def data_quality(cases: pd.DataFrame, index: pd.Index) -> tuple[dict[str, Any] | None, list[str]]:
    """What a Result's cases rest on, and the sentences to read with it.

    cases  the case table with `quality_columns`
    index  labels of the cases that are analysed

    The dict holds cases, incomplete (cases with forms that are not complete), contradicted (with contradictions nobody
    has settled), with_open_queries. None, without a sentence, where the dataset holds no facts on quality.
    Raises KeyError if a label is not in the case table.
    """
    columns = ("contradictions", "forms_incomplete", "queries_open")
    if not set(columns) <= set(cases.columns) or cases.loc[index, list(columns)].isna().any(axis=None):
        return None, []
    n = len(index)
    contradicted, incomplete, asked = (int((cases.loc[index, name] > 0).sum()) for name in columns)
    counted = {"cases": n, "incomplete": incomplete, "contradicted": contradicted, "with_open_queries": asked}
    found = zip(sentences.OF_QUALITY, (contradicted, incomplete), strict=True)
    return counted, [words.format(n=count, cases=n) for words, count in found if count]
