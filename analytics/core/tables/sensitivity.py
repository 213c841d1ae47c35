"""Event-free survival under every rule, population, restriction and definition of burden, side by side in one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.core import table_words as words
from analytics.core.columns.declarations import COLUMNS
from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.core.endpoints.derive import derive
from analytics.core.estimators.kaplan_meier import kaplan_meier, survival_at
from analytics.core.estimators.logrank import logrank
from analytics.core.results import DAYS_PER_MONTH, chi_square_json, number
from analytics.core.sentences import EXPLORATORY

RULES = {
    "infused": ("EFS_A", "EFS_B", "EFS_C"),
    "shipped": ("EFS_A_ITT", "EFS_C_ITT"),
    "decided": ("EFS_A_DEC", "EFS_C_DEC"),
}
RESTRICTIONS = {  # whether times on imputed dates, and out-of-specification products, are left out
    "all": (False, False),
    "exact": (True, False),
    "in_specification": (False, True),
    "exact_in_specification": (True, True),
}
BURDENS = ("burden", "burden_50", "burden_prwcc", "burden_mrd", "burden_before_bridging")
OUT_OF_SPECIFICATION = "out_of_specification"
AT_MONTHS = 12
DECLARED = {column.name: column for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The rows of the table as JSON, and what must be read with them."""

    rows: tuple[dict[str, Any], ...]
    warnings: tuple[str, ...]

    def as_dict(self) -> dict:
        """As a result stores it."""
        return {"months": AT_MONTHS, "limits": "log-log 95 %", "rows": list(self.rows)}


def sensitivity(cases: pd.DataFrame) -> Sensitivity:
    """One row per rule and restriction.

    cases  the case table; definitions of burden, and the restriction to products in specification, that it has no column
           for are left out

    Each row: id, endpoint, version, label, population, restriction, n, events, left_out (n by restriction), the estimate
    at 12 months with its limits and the number at risk then, carried_on (whether nobody is observed so long and the
    estimate is that of the last observation), `burden` (per definition: the same by group, how many have
    no known burden, the log-rank test), same_cases_as (id of the first row with the same cases) and same_times_as (id of
    the first row in which all of them also have the same time and status); null if there is none.

    Burden is not known before the infusion. Rows whose clock starts earlier are not split by it: who was never
    assessed again would have no group, and who has one lived to have it.
    """
    definitions = [name for name in BURDENS if name in cases.columns]
    restrictions = [name for name, (_, oos) in RESTRICTIONS.items() if not oos or OUT_OF_SPECIFICATION in cases.columns]
    rows: list[dict[str, Any]] = []
    first: dict[str, dict[bytes, str]] = {"same_cases_as": {}, "same_times_as": {}}
    for population, rules in RULES.items():
        for rule in rules:
            derived = _timed(cases, rule)
            for restriction in restrictions:
                kept, left_out = _restricted(derived, *RESTRICTIONS[restriction])
                row = _row(rule, population, restriction, kept, left_out, definitions)
                rows.append({**row, **_same(first, row["id"], kept)})
    return Sensitivity(tuple(rows), tuple(_said(cases, rows, definitions)))


def _timed(cases: pd.DataFrame, rule: str) -> pd.DataFrame:
    """The cases with a time by the rule, beside their columns."""
    derived = derive(cases, ENDPOINTS[rule])
    derived = derived[derived["excluded"].isna().to_numpy()]
    carried = [name for name in (*BURDENS, OUT_OF_SPECIFICATION) if name in cases.columns]
    return derived.join(cases[carried])


def _restricted(derived: pd.DataFrame, exact: bool, in_specification: bool) -> tuple[pd.DataFrame, dict[str, int]]:
    """The rows that stay, and how many each restriction leaves out."""
    left_out: dict[str, int] = {}
    kept = derived
    if in_specification:
        outside = (kept[OUT_OF_SPECIFICATION].astype(object) == "yes").to_numpy()
        left_out["out_of_specification"] = int(outside.sum())
        kept = kept[~outside]
    if exact:
        imputed = kept["imputed"].to_numpy(dtype=bool)
        left_out["imputed"] = int(imputed.sum())
        kept = kept[~imputed]
    return kept, left_out


def _row(
    rule: str, population: str, restriction: str, kept: pd.DataFrame, left_out: dict[str, int], definitions: list[str]
) -> dict[str, Any]:
    endpoint = ENDPOINTS[rule]
    split = [name for name in definitions if DECLARED[name].may_split(endpoint.clock)]
    return {
        "id": f"{rule}:{restriction}",
        "endpoint": rule,
        "version": endpoint.version,
        "label": endpoint.label,
        "population": population,
        "population_label": words.POPULATIONS[population],
        "restriction": restriction,
        "restriction_label": words.RESTRICTIONS[restriction],
        "left_out": left_out,
        **_cell(kept),
        "burden": [_by_burden(kept, name) for name in split],
    }


def _cell(rows: pd.DataFrame) -> dict[str, Any]:
    """n, events, and the estimate at 12 months."""
    curve = kaplan_meier(rows["time"], rows["status"] == 1)
    at = survival_at(curve, [AT_MONTHS * DAYS_PER_MONTH])
    names = ("survival", "lower", "upper", "at_risk")
    return {
        "n": curve.n,
        "events": curve.n_events,
        **{name: number(getattr(at, name)[0]) for name in names},
        "carried_on": bool(curve.n and not at.at_risk[0] and at.survival[0] > 0),
    }


def _by_burden(rows: pd.DataFrame, definition: str) -> dict[str, Any]:
    """The groups of one definition, and whether they differ."""
    column = DECLARED[definition]
    value = rows[definition].astype(object)
    known = value.isin([level for level, _ in column.levels]).to_numpy()
    inside, group = rows[known], value[known].to_numpy()
    test = None
    if len(np.unique(group.astype(str))) > 1:
        found = logrank(inside["time"], inside["status"] == 1, group.astype(str)).test
        test = None if np.isnan(found.statistic) else chi_square_json(found)
    return {
        "column": definition,
        "label": column.label,
        "groups": [{"group": level, "label": label, **_cell(inside[group == level])} for level, label in column.levels],
        "not_known": int((~known).sum()),
        "logrank": test,
    }


def _same(first: dict[str, dict[bytes, str]], row: str, kept: pd.DataFrame) -> dict[str, str | None]:
    """Which earlier row holds the same cases, and which the same times too."""
    ordered = kept.sort_values("case", kind="stable")
    cases = "\n".join(ordered["case"]).encode()
    times = ordered["time"].to_numpy().tobytes() + ordered["status"].to_numpy().tobytes()
    found: dict[str, str | None] = {}
    for name, key in (("same_cases_as", cases), ("same_times_as", cases + b"\n" + times)):
        earlier = first[name].setdefault(key, row)
        found[name] = None if earlier == row else earlier
    return found


def _said(cases: pd.DataFrame, rows: list[dict[str, Any]], definitions: list[str]) -> list[str]:
    said = []
    if OUT_OF_SPECIFICATION in cases.columns:
        infused = cases["infused"].to_numpy(dtype=bool)
        unknown = int((cases[OUT_OF_SPECIFICATION].isna().to_numpy() & infused).sum())
        if unknown:
            said.append(words.SPECIFICATION_NOT_KNOWN.format(n=unknown))
    if definitions:
        said.append(words.BURDEN_KNOWN_LATER)
    cells = [cell for row in rows for cell in (row, *(group for one in row["burden"] for group in one["groups"]))]
    if any(cell["carried_on"] for cell in cells):
        said.append(words.CARRIED_ON.format(months=AT_MONTHS))
    tests = sum(one["logrank"] is not None for row in rows for one in row["burden"])
    if tests > 1:
        said.append(EXPLORATORY.format(n=tests))
    return said
