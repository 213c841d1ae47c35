"""Enrolment: how many were accepted, collected and infused in each calendar month, all together and by site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.core import patient_course_words as words
from analytics.core.tables.enrolment_columns import COLUMNS
from analytics.core.tables.flow import Known

DATED = {  # step: (its date, whether of that date only the year is known)
    "decided": ("T_DEC", "enrol_decided_by_year"),
    "collected": ("enrol_collected", "enrol_collected_by_year"),
    "infused": ("T0", ""),
}


@dataclass(frozen=True, slots=True)
class Enrolment:
    """months: "2023-04" … without a gap. steps: of all cases. sites: each site's steps, sparse. As JSON."""

    registered: int
    months: tuple[str, ...]
    steps: tuple[dict[str, Any], ...]
    sites: tuple[dict[str, Any], ...]
    warnings: tuple[str, ...]

    def as_dict(self) -> dict:
        """As a result stores it."""
        return {
            "registered": self.registered,
            "months": list(self.months),
            "steps": list(self.steps),
            "sites": list(self.sites),
        }


def enrolment(cases: pd.DataFrame) -> Enrolment:
    """Enrolment of `cases`: one row a case, the timeline with its flow and enrolment columns.

    A case has reached a step as in the flow: by the step's own form, or by a later one. The month is that of the step's own
    date: the decision, the first collection, the infusion. Each step holds

    n           who reached it, with a date or without
    by_month    (months,) with a date in that month; cumulative: up to its end
    undated     who reached it without a date: in n, in no month
    uncertain   of those with a month, of how many only the year is known; the month is the one put in its place

    A site's months are listed where it has somebody. Raises ValueError if a column is missing.
    """
    absent = [name for name in ("site", *COLUMNS) if name not in cases.columns]
    if absent:
        raise ValueError(f"the case table lacks {', '.join(absent)}; expected the timeline with its enrolment columns")
    known = Known(cases, float("nan"))
    reached = {"decided": known.decided, "collected": known.collected, "infused": known.infused}
    month = {name: _months(cases, name, who) for name, who in reached.items()}
    dated = np.concatenate([found[found >= 0] for found in month.values()])
    first, last = (int(dated.min()), int(dated.max())) if len(dated) else (0, -1)
    steps = tuple(_step(cases, name, who, month[name], first, last) for name, who in reached.items())
    site = cases["site"].astype(object).to_numpy()
    sites = tuple(_site(one, site == one, reached, month) for one in sorted(set(site)))
    months = tuple(_named(one) for one in range(first, last + 1))
    return Enrolment(len(cases), months, steps, sites, tuple(_said(steps)))


def _months(cases: pd.DataFrame, step: str, who: np.ndarray) -> np.ndarray:
    """(n,) months since January of year 0 of those who reached the step; -1 without a date."""
    month = cases[DATED[step][0]].to_numpy("datetime64[M]")
    none = np.isnat(month) | ~who
    return np.where(none, -1, np.where(none, 0, month.astype("int64")) + 1970 * 12)


def _named(month: int) -> str:
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def _step(cases: pd.DataFrame, name: str, who: np.ndarray, month: np.ndarray, first: int, last: int) -> dict[str, Any]:
    dated, by_year = month >= 0, DATED[name][1]
    by_month = np.bincount(month[dated] - first, minlength=last - first + 1)
    vague = dated & cases[by_year].to_numpy(dtype=bool) if by_year else np.zeros(len(cases), dtype=bool)
    return {
        "id": name,
        "label": words.STEPS[name],
        "n": int(who.sum()),
        "undated": int((who & ~dated).sum()),
        "uncertain": int(vague.sum()),
        "by_month": by_month.tolist(),
        "cumulative": np.cumsum(by_month).tolist(),
    }


def _site(site: str, own: np.ndarray, reached: dict[str, np.ndarray], month: dict[str, np.ndarray]) -> dict[str, Any]:
    steps = []
    for name, who in reached.items():
        there, counts = np.unique(month[name][own & (month[name] >= 0)], return_counts=True)
        listed = [{"month": _named(int(one)), "n": int(n)} for one, n in zip(there, counts, strict=True)]
        steps.append({"id": name, "n": int((own & who).sum()), "by_month": listed})
    return {"site": site, "registered": int(own.sum()), "steps": steps}


def _said(steps: tuple[dict[str, Any], ...]) -> list[str]:
    said = []
    for step in steps:
        for key, sentences in (("undated", words.UNDATED), ("uncertain", words.UNCERTAIN)):
            if step[key]:
                said.append(sentences[step[key] > 1].format(step=step["label"], n=step[key]))
    return said
