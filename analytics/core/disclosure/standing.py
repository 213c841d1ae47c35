"""What stands of a hospital in the funnels that other hospitals see: its counts move by k or more of its cases at once, or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from analytics.core.disclosure.policy import Policy
from analytics.core.disclosure.successive import changed

READ = (
    *("forms_due", "forms_complete", "forms_on_time", "critical_asked", "critical_missing"),
    *("follow_up_due", "follow_up_overdue"),
)  # the columns of a case from which the measures of the funnels are counted


@dataclass(frozen=True, slots=True)
class Standing:
    """The counts of one hospital, and who they count.

    day     at which they were judged, ISO
    counts  measure → (x, n); empty where nothing stands: too few cases, or a case of them is gone
    cases   name of each case → digest of what is counted of it; "" where nothing was ever shown of it
    """

    day: str = ""
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    cases: Mapping[str, str] = field(default_factory=dict)


def renewed(last: Standing, now: Standing, policy: Policy) -> Standing:
    """What stands from now on: the counts of now if k or more cases differ from those behind the last ones, else the last ones."""
    if len(now.cases) >= policy.k and changed(last.cases, now.cases) >= policy.k:
        return now
    return still(last, now)


def still(last: Standing, now: Standing) -> Standing:
    """The last counts, with the names of the cases that came since."""
    return replace(last, cases={**dict.fromkeys(now.cases, ""), **last.cases})


def without(last: Standing, gone: set[str]) -> Standing:
    """What stands when cases leave the dataset: nothing, until k others have changed since they were last shown."""
    if not gone & last.cases.keys():
        return last
    return Standing(cases={case: digest for case, digest in last.cases.items() if case not in gone})


def now_of(table: dict[str, Any], cases: pd.DataFrame) -> dict[str, Standing]:
    """Name of each hospital → its counts in a completeness table, and the digests of the cases that the table was made of."""
    counts: dict[str, dict[str, tuple[int, int]]] = {one["site"]: {} for one in table["sites"]}
    for funnel in table["funnels"]:
        for one in funnel["sites"]:
            counts[one["site"]][funnel["measure"]] = (one["x"], one["n"])
    digests: dict[str, dict[str, str]] = {site: {} for site in counts}
    read = cases[list(READ)].astype(str).agg("/".join, axis="columns")
    for site, case, text in zip(cases["site"].astype(str), cases["case"].astype(str), read, strict=True):
        digests[site][case] = hashlib.sha256(text.encode()).hexdigest()[:12]
    return {site: Standing(table["day"], counts[site], digests[site]) for site in counts}
