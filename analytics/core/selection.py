"""Who is in an analysis: the cases of its cohort and population with a time and a group, and why the others are not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.core import sentences
from analytics.core.analysis import TABLES, Analysis, Groups, Levels
from analytics.core.columns.column import EARLY_CLOCKS
from analytics.core.columns.declarations import COLUMN_OF
from analytics.core.columns.values import asked, text_of
from analytics.core.endpoints.dates import days
from analytics.core.endpoints.derive import derive
from analytics.core.parts import PERIOD

ALL = ("all", sentences.ALL_CASES)
FLAGS = ("response_from_site", "relapse_without_remission")


@dataclass(frozen=True, slots=True)
class Selected:
    """The cases an analysis uses.

    cases     the cohort's rows of the case table that are in the population, whatever else is known of them
    rows      those that are analysed: time, status, event, imputed (of an endpoint), group, and the columns asked for
    excluded  (reason, n) of the cohort's cases that are not in `rows`
    levels    (value, label) of the groups, in the order shown; one for all cases without groups
    """

    analysis: Analysis
    cases: pd.DataFrame
    rows: pd.DataFrame
    excluded: list[tuple[str, int]]
    levels: Levels

    def group(self, value: str) -> pd.DataFrame:
        """The rows of one group."""
        rows: pd.DataFrame = self.rows[self.rows["group"].to_numpy() == value]
        return rows

    @property
    def is_grouped(self) -> bool:
        """Whether there are groups to compare and to name."""
        return self.levels != (ALL,)

    @property
    def exposed_from(self) -> np.ndarray:
        """(n,) days from the clock to the exposure; NaN where it never came."""
        exposure = self.analysis.exposure
        assert exposure is not None  # noqa: S101 - only asked of an analysis with an exposure
        return np.asarray(days(self.rows[exposure.date]) - days(self.rows[self.analysis.rule.clock]))

    @property
    def event(self) -> np.ndarray:
        """(n,) whether each row ends with the rule's own event."""
        return np.asarray(self.rows["status"].to_numpy() == 1)


def select(analysis: Analysis, table: pd.DataFrame) -> Selected:
    """The cases of `table` (one row a case: timeline and columns) that `analysis` uses.

    Raises ValueError if the table lacks a column that the analysis asks for.
    """
    _refuse_absent_columns(analysis, table)
    cohort = table[(table["cohort"] == analysis.cohort).to_numpy(dtype=bool)]
    # Sums in another order differ in their last digit: the cases are always taken in the order of their names.
    cohort = cohort if cohort["case"].is_monotonic_increasing else cohort.sort_values("case", kind="stable")
    inside = cohort if analysis.set == "all" else cohort[cohort[analysis.set].to_numpy(dtype=bool)]
    excluded = [(sentences.NOT_IN_SET.format(population=analysis.population_label), len(cohort) - len(inside))]
    inside, filtered = _filtered(analysis, inside)
    excluded += filtered
    rows = _worded(inside[_columns(analysis, inside)])
    if analysis.endpoint:
        rows, untimed = _timed(analysis, inside, rows)
        excluded += untimed
    rows, ungrouped = _grouped(analysis, rows)
    excluded += ungrouped
    return Selected(analysis, inside, rows, [one for one in excluded if one[1]], _levels(analysis, rows))


def _columns(analysis: Analysis, table: pd.DataFrame) -> list[str]:
    """Columns of the case table that the analysis reads beside time and status."""
    asked = [one.column for one in (analysis.groups, analysis.outcome, *analysis.covariates) if one is not None]
    asked += [analysis.options.strata] if analysis.options.strata else []
    asked += [analysis.exposure.date] if analysis.exposure else []
    asked += [analysis.rule.clock] if analysis.endpoint else []
    asked += ["site", *FLAGS]
    return [name for name in dict.fromkeys(asked) if name in table.columns]


def _worded(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the flags that the timeline keeps as bool as "no" and "yes", as every other flag is."""
    flags = [name for name in rows if name in COLUMN_OF and rows[name].dtype == bool]
    return rows.assign(**{name: text_of(rows, name) for name in flags}) if flags else rows


def _refuse_absent_columns(analysis: Analysis, table: pd.DataFrame) -> None:
    asked = [*analysis.columns, *([analysis.exposure.date] if analysis.exposure else [])]
    absent = [name for name in dict.fromkeys(asked) if name not in table.columns]
    if absent:
        raise ValueError(f"{analysis.name}: the case table lacks {', '.join(absent)}")


def _filtered(analysis: Analysis, inside: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[str, int]]]:
    """The cases that every filter keeps, and for each filter how many it took away, those not known apart."""
    excluded = []
    for one in analysis.filters:
        value = _period(analysis, inside) if one.column == PERIOD else inside[one.column]
        known = value.notna().to_numpy() & asked(inside, one.column)
        if one.values:
            kept = known & text_of(inside, one.column).isin(one.values).to_numpy()
        else:
            number = pd.to_numeric(value).to_numpy(dtype="float64", na_value=np.nan)
            kept = (
                known
                & (number >= (-np.inf if one.low is None else one.low))
                & (number <= (np.inf if one.high is None else one.high))
            )
        excluded += [
            (sentences.NOT_CHOSEN.format(label=one.label), int((known & ~kept).sum())),
            (sentences.GROUP_NOT_KNOWN.format(group=one.label), int((~known).sum())),
        ]
        inside = inside[kept]
    return inside, excluded


def _period(analysis: Analysis, inside: pd.DataFrame) -> pd.Series:
    """Year and month, as 202503, in which each case's clock starts; of the infusion where it starts later, or where there is no
    clock (then of the first collection, or of the decision, for a case that was not infused)."""
    if analysis.endpoint:
        day = inside[analysis.rule.clock if analysis.rule.clock in EARLY_CLOCKS else "T0"]
    else:
        day = inside["T0"].fillna(inside["T_APH"]).fillna(inside["T_DEC"])
    month: pd.Series = day.dt.year * 100 + day.dt.month
    return month


def _timed(analysis: Analysis, inside: pd.DataFrame, rows: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[str, int]]]:
    """Rows with a time by the rule, and the counts of those without one, by reason."""
    derived = derive(inside, analysis.rule)
    excluded = [(str(reason), int(n)) for reason, n in derived["excluded"].value_counts(sort=False).items()]
    known = derived["excluded"].isna().to_numpy()
    if len(derived) < len(inside):
        excluded.append((sentences.NOT_IN_RULES_SET.format(rule=analysis.endpoint), len(inside) - len(derived)))
    if analysis.options.without_imputed:
        resting = known & derived["imputed"].to_numpy()
        excluded.append((sentences.RESTS_ON_IMPUTED, int(resting.sum())))
        known &= ~resting
    kept = derived[known]
    return kept.join(rows.drop(columns=[name for name in rows if name in kept])), excluded


def _grouped(analysis: Analysis, rows: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[str, int]]]:
    """Rows whose group is known, and the count of the others. A declared level without a case stays, empty."""
    groups = analysis.groups
    if groups is None or analysis.method in TABLES:  # a table has a place for those whose group is not known
        return rows.assign(group=ALL[0]), []
    group = between_cuts(rows[groups.column], groups) if groups.cuts else rows[groups.column].astype(object)
    known = group.notna()
    if groups.levels:
        known &= group.isin([value for value, _ in groups.levels])
    unknown = sentences.GROUP_NOT_KNOWN.format(group=groups.label), int((~known).sum())
    return rows.assign(group=group)[known], [unknown]


def between_cuts(number: pd.Series, groups: Groups) -> pd.Series:
    """The level of each number between the cut points; missing stays missing."""
    value = pd.to_numeric(number).to_numpy(dtype="float64", na_value=np.nan)
    names = np.array([level for level, _label in groups.levels], dtype=object)
    level = pd.Series(
        names[np.searchsorted(groups.cuts, value, side="right").clip(0, len(names) - 1)], index=number.index
    )
    return level.where(~np.isnan(value))


def _levels(analysis: Analysis, rows: pd.DataFrame) -> Levels:
    if analysis.groups is None:
        return (ALL,)
    if analysis.groups.levels:
        return analysis.groups.levels
    return tuple((str(value), str(value)) for value in sorted(rows["group"].unique()))
