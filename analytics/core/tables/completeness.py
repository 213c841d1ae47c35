"""Completeness of each site's data: forms, queries, contacts, critical answers, follow-up; with funnels around all sites."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from analytics.core import table_words as words
from analytics.core.data_quality import COUNTS
from analytics.core.endpoints.dates import days
from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.core.endpoints.derive import derive
from analytics.core.estimators.follow_up import completeness as clark
from analytics.core.estimators.funnel import funnel_limits
from analytics.core.followed import completeness_json
from analytics.core.quality_facts import FORMS
from analytics.core.results import number
from analytics.core.tables.scorecard import query_ages, scorecard, time_to_entry
from analytics.core.thresholds import THRESHOLDS

FOLLOWED_BY = "OS_INF"  # whose end of observation is the last day a case is known alive
WARNING, ALARM = 0.95, 0.998
POINTS = 60  # sizes at which the limits are drawn
MEASURED = {  # measure: (counted, of)
    "forms_complete": ("forms_complete", "forms_due"),
    "forms_on_time": ("forms_on_time", "forms_due"),
    "critical_answered": ("critical_answered", "critical_asked"),
    "follow_up": ("cases_followed", "cases_with_follow_up_due"),
}


@dataclass(frozen=True, slots=True)
class SiteCompleteness:
    """All sites together, each site, the funnels, as JSON; and what must be read with them."""

    day: str
    total: dict[str, Any]
    sites: tuple[dict[str, Any], ...]
    funnels: tuple[dict[str, Any], ...]
    warnings: tuple[str, ...]

    def as_dict(self) -> dict:
        """As a result stores it."""
        return {
            "day": self.day,
            "total": self.total,
            "sites": list(self.sites),
            "funnels": list(self.funnels),
            "thresholds": [one.as_dict() for one in THRESHOLDS],
        }


def site_completeness(cases: pd.DataFrame, day: date) -> SiteCompleteness:
    """Counts and shares by site, sites in order of their names, judged at `day`.

    cases  the timeline with `quality_columns` of the same day

    Each site: cases, the sums of the quality columns (see `quality_columns`), cases_with_overdue_follow_up (and _with_follow_up_due,
    and cases_followed: due and none overdue), follow_up (Clark's C of overall survival from infusion up to `day`), queries, entry and
    scorecard (see `tables.scorecard`). Without facts on quality the sums are null, said in a warning. A funnel holds its measure, the proportion of all sites together, each site's count, size, share and limits,
    and the limits as curves; it is left out where nothing is counted.

    Raises ValueError if a column is missing.
    """
    absent = [name for name in ("site", *COUNTS) if name not in cases.columns]
    if absent:
        raise ValueError(f"the case table lacks {', '.join(absent)}; expected the timeline with its quality columns")
    known = not cases[list(COUNTS)].isna().any(axis=None)
    followed = _followed(cases, day)
    site = cases["site"].astype(object).to_numpy()
    names = sorted(set(site))
    total = {**_counts(cases, followed, known), **_one_by_one(cases, day)}
    sites = tuple(
        {"site": name, **_counts(own, followed, known), **_one_by_one(own, day)}
        for name in names
        if len(own := cases[site == name])
    )
    funnels = tuple(found for measure in MEASURED if known and (found := _funnel(measure, total, sites)))
    said = [
        words.BEYOND_FUNNEL.format(site=one["site"], measure=words.MEASURES[funnel["measure"]])
        for funnel in funnels
        for one in funnel["sites"]
        if one["outside"] == ALARM
    ]
    return SiteCompleteness(day.isoformat(), total, sites, funnels, (*said, *(() if known else (words.NO_QUALITY,))))


def _followed(cases: pd.DataFrame, day: date) -> pd.DataFrame:
    """time, event and the days that were possible, of the infused."""
    rule = ENDPOINTS[FOLLOWED_BY]
    rows = derive(cases, rule)
    rows = rows[rows["excluded"].isna().to_numpy()]
    at = float(np.datetime64(day, "D").astype("int64"))
    return rows.assign(potential=at - days(cases.loc[rows.index, rule.clock]))


def _counts(cases: pd.DataFrame, followed: pd.DataFrame, known: bool) -> dict[str, Any]:
    own = followed.loc[followed.index.intersection(cases.index)]
    sums = {name: int(cases[name].sum()) if known else None for name in COUNTS}
    answered = int((cases["critical_asked"] - cases["critical_missing"]).sum()) if known else None
    due = int((cases["follow_up_due"] > 0).sum()) if known else None
    overdue = int((cases["follow_up_overdue"] > 0).sum()) if known else None
    return {
        "cases": len(cases),
        **sums,
        "critical_answered": answered,
        "cases_with_follow_up_due": due,
        "cases_with_overdue_follow_up": overdue,
        "cases_followed": None if due is None or overdue is None else due - overdue,
        "follow_up": completeness_json(clark(own["time"], own["status"] == 1, own["potential"])),
    }


def _one_by_one(cases: pd.DataFrame, day: date) -> dict[str, Any]:
    """What needs each form and query, not their sums; null where the case table does not hold them."""
    if FORMS not in cases.columns or cases[FORMS].isna().any():
        return {"queries": None, "entry": None, "scorecard": None}
    return {"queries": query_ages(cases, day), "entry": time_to_entry(cases), "scorecard": scorecard(cases, day)}


def _funnel(measure: str, total: dict[str, Any], sites: tuple[dict[str, Any], ...]) -> dict[str, Any] | None:
    """One proportion of all sites; None if nothing is counted."""
    counted, of = MEASURED[measure]
    if not total[of]:
        return None
    pooled = total[counted] / total[of]
    sizes = np.array([site[of] for site in sites])
    drawn = np.unique(np.rint(np.geomspace(1, max(sizes.max(), 1), POINTS)))
    at_sites, curves = limits_at(sizes, pooled), limits_at(drawn, pooled)
    return {
        "measure": measure,
        "label": words.MEASURES[measure],
        "x": total[counted],
        "n": total[of],
        "pooled": pooled,
        "sites": [
            {
                "site": site["site"],
                "x": site[counted],
                "n": site[of],
                "share": site[counted] / site[of] if site[of] else None,
                "outside": outside(site[counted], site[of], {name: limits[place] for name, limits in at_sites.items()}),
                **{name: number(limits[place]) for name, limits in at_sites.items()},
            }
            for place, site in enumerate(sites)
        ],
        "curves": [
            {"n": int(n), **{name: number(limits[place]) for name, limits in curves.items()}}
            for place, n in enumerate(drawn)
        ],
    }


def limits_at(sizes: np.ndarray, pooled: float) -> dict[str, np.ndarray]:
    """lower_95, upper_95, lower_998, upper_998 at each size."""
    found: dict[str, np.ndarray] = {}
    for name, confidence in (("95", WARNING), ("998", ALARM)):
        limits = funnel_limits(sizes, pooled, confidence)
        found |= {f"lower_{name}": limits.lower, f"upper_{name}": limits.upper}
    return found


def outside(x: int, n: int, limits: dict[str, float]) -> float | None:
    """The widest limits that the share lies outside of; None inside both."""
    if not n:
        return None
    for name, confidence in (("998", ALARM), ("95", WARNING)):
        if not limits[f"lower_{name}"] <= x / n <= limits[f"upper_{name}"]:
            return confidence
    return None
