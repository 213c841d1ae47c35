"""The parts of an analysis as an address says them: filters, groups, covariates, outcome, exposure. Declarations and checks only."""

from __future__ import annotations

from analytics.catalogue import CATALOGUE, TRANSPLANT_IN_REMISSION
from analytics.core.columns.column import DAY, FLAG, NUMBER, Column
from analytics.core.columns.declarations import COLUMNS
from analytics.core.columns.known import column_of
from analytics.core.items.asked import asked_by, begun_by, looks_asked, rules_of
from analytics.core.items.declared import items
from analytics.core.parts import LABELS, PERIOD, Covariate, Exposure, Filter, Groups, Levels, Outcome
from analytics.explore import problems
from analytics.explore.said import Said

MOST_GROUPS = 12  # curves that can still be told apart
MOST_COVARIATES = 12
MOST_FILTERS = 12
STRATUM = "stratum"
CHOOSABLE = {one.name: one for one in COLUMNS if one.kind != DAY}
AS_FOUND = ("site", "year", STRATUM)  # columns whose values are those of the dataset
YEARS_PER_TERM = {"age_infusion": 5, "age_decision": 5}  # units that a hazard ratio of a number is given for
# A group as the catalogue names it says more than "Yes" and "No".
NAMED = {one.groups.column: dict(one.groups.levels) for one in CATALOGUE if one.groups and one.groups.levels}
REFERENCE = {"burden": "high"}  # where the reference is not the first level

EXPOSURES = {
    "transplant": TRANSPLANT_IN_REMISSION,
    "therapy": Exposure("D_STX", "New therapy in remission", "No new therapy in remission", "New therapy in remission"),
    "remission": Exposure("D_CR", "Complete remission", "No complete remission yet", "In complete remission"),
    "b-cells": Exposure("D_BCA", "Loss of B-cell aplasia", "B-cell aplasia not lost", "B-cell aplasia lost"),
    "crs": Exposure("D_CRS", "Cytokine release syndrome", "No CRS", "With CRS"),
    "icans": Exposure("D_ICANS", "Neurotoxicity (ICANS)", "No ICANS", "With ICANS"),
}


def choosable(column: str) -> Column | None:
    """The column of this name by which cases can be chosen and split, declared or made of an answer; None if there is none."""
    return CHOOSABLE.get(column) or (column_of(column) if asked_by(column) else None)


def label_of(column: str) -> str:
    """The column in words."""
    known = choosable(column)
    return known.label if known else LABELS[column]


def is_number(column: str) -> bool:
    """Whether the column holds numbers."""
    known = choosable(column)
    return known is not None and known.kind == NUMBER


def refuse_answer(said: Said, parameter: str, column: str) -> None:
    """Note why a name that is written as a column of answers is none: no such question, or no such rule of it."""
    rule, _dot, rest = column.partition(".")
    item, _dot, _codes = rest.partition(".")
    if item not in items():
        said.refuse(parameter, problems.NO_SUCH_ITEM, item)
        return
    possible = rules_of(items()[item])
    if rule not in possible:
        said.refuse(parameter, problems.NO_SUCH_RULE, rule, possible)
        return
    said.refuse(parameter, problems.NO_SUCH_CODES, column, [f"any.{item}.{items()[item].levels[0][0]}"])


def take_codes(said: Said) -> None:
    """Turn the codes that the form has ticked for a question, any.<item>=2, into the filter that they mean."""
    for name in [one for one in said.words if begun_by(one)]:
        item = items()[name.partition(".")[2]]
        codes = said.listed(name, [code for code, _label in item.levels])
        del said.words[name]
        if codes:
            said.words[f"is.{name}.{'_'.join(codes)}"] = ["yes"]
            said.words["add"] = [one for one in said.words.get("add", []) if one != name]


def filters_of(said: Said, columns: tuple[str, ...]) -> tuple[Filter, ...]:
    """`is.<column>` values, `from.<column>` and `to.<column>` numbers; the period in months."""
    asked = sorted({name.partition(".")[2] for name in said.words if name.startswith(("is.", "from.", "to."))})
    known = [column for column in asked if column in (*columns, PERIOD) or asked_by(column)]
    if len(known) > MOST_FILTERS:
        said.refuse("filter", problems.TOO_MANY, str(len(known)), (str(MOST_FILTERS),))
        return ()
    found = [_filter(said, column) for column in known]
    return tuple(one for one in found if one is not None)


def _filter(said: Said, column: str) -> Filter | None:
    if column == PERIOD or is_number(column):
        return _range(said, column)
    name = f"is.{column}"
    values = said.values(name) if column in AS_FOUND else said.listed(name, [value for value, _ in levels(column)])
    return Filter(column, tuple(values)) if values else None


def _range(said: Said, column: str) -> Filter | None:
    ends = f"from.{column}", f"to.{column}"
    low: float | None
    high: float | None
    if column == PERIOD:
        low, high = said.month(ends[0], is_end=False), said.month(ends[1], is_end=True)
    else:
        low, high = said.number(ends[0]), said.number(ends[1])
    if low is None and high is None:
        return None
    if low is not None and high is not None and low > high:
        said.refuse(ends[1], problems.EMPTY_RANGE, said.one(ends[1]), (said.one(ends[0]),))
        return None
    return Filter(column, low=low, high=high)


def levels(column: str) -> Levels:
    """The declared levels; () where they are as found."""
    known = column_of(column)
    return known.levels if known else ()


def groups_of(said: Said, columns: tuple[str, ...], filters: tuple[Filter, ...]) -> Groups | None:
    """`group` a column, `cuts` its points if it holds numbers; only the levels that a filter of the same column keeps."""
    column = _group(said, columns)
    if not column:
        if said.words.get("cuts") and "group" not in said.words:
            said.refuse("cuts", problems.NO_CUTS, ", ".join(said.many("cuts")))
        return None
    cuts = said.numbers("cuts", MOST_GROUPS - 1)
    if is_number(column):
        return _cut(said, column, cuts)
    if cuts and "form" not in said.words:
        said.refuse("cuts", problems.NO_CUTS, ", ".join(said.many("cuts")), (label_of(column),))
        return None
    kept = {value for one in filters if one.column == column for value in one.values}
    named = NAMED.get(column, {})
    shown = tuple((value, named.get(value, label)) for value, label in levels(column) if not kept or value in kept)
    if column in AS_FOUND and kept:
        shown = tuple((value, value) for value in sorted(kept))
    if len(shown) > MOST_GROUPS:
        said.refuse("group", problems.TOO_MANY_GROUPS, str(len(shown)), (str(MOST_GROUPS),))
        return None
    return Groups(column, label_of(column), shown)


def _group(said: Said, columns: tuple[str, ...]) -> str:
    """The column that splits the cases; "" if none is asked for, or none that there is."""
    given = said.words.get("group", [""])[0]
    if not looks_asked(given):
        return said.one("group", columns)
    if asked_by(given) is None:
        refuse_answer(said, "group", given)
        return ""
    return said.one("group")


def _cut(said: Said, column: str, cuts: list[float]) -> Groups | None:
    if not cuts:
        if not any(one.parameter == "cuts" for one in said.problems):
            said.refuse("cuts", problems.NEEDS_CUTS, expected=(label_of(column),))
        return None
    if cuts != sorted(set(cuts)):
        said.refuse("cuts", problems.NOT_ASCENDING, ", ".join(said.many("cuts")))
        return None
    return Groups(column, label_of(column), cuts=tuple(cuts))


def covariates_of(said: Said, columns: tuple[str, ...]) -> tuple[Covariate, ...]:
    """`covariate` columns, in the order of the declarations; `per.<column>` units of a number, `reference.<column>` a level."""
    possible = [column for column in columns if is_covariate(column)]
    asked = said.listed("covariate", possible)
    if not asked and not any(one.parameter == "covariate" for one in said.problems):
        said.refuse("covariate", problems.MISSING)
    if len(asked) > MOST_COVARIATES:
        said.refuse("covariate", problems.TOO_MANY, str(len(asked)), (str(MOST_COVARIATES),))
        return ()
    return tuple(_covariate(said, CHOOSABLE[column]) for column in asked)


def is_covariate(column: str) -> bool:
    """Whether a regression can have it: a number, or a category whose levels are declared."""
    return column in CHOOSABLE and (is_number(column) or len(levels(column)) > 1)


def _covariate(said: Said, column: Column) -> Covariate:
    if column.kind == NUMBER:
        per = said.number(f"per.{column.name}")
        if per is not None and per <= 0:
            said.refuse(f"per.{column.name}", problems.OUT_OF_RANGE, f"{per:g}", ("0",))
            per = None
        return number_term(column, usual_per(column.name) if per is None else per)
    reference = said.one(f"reference.{column.name}", dict(column.levels), usual_reference(column))
    return category_term(column, reference)


def usual_per(column: str) -> float:
    """The units that a number's hazard ratio is given for, if nothing is said."""
    return YEARS_PER_TERM.get(column, 1)


def usual_reference(column: Column) -> str:
    """The level that the others are compared with, if nothing is said."""
    return REFERENCE.get(column.name, column.levels[0][0])


def number_term(column: Column, per: float) -> Covariate:
    """A number in a regression."""
    unit = column.unit if per == 1 else f"{per:g} {column.unit}".strip()
    return Covariate(column.name, column.label, NUMBER, unit=unit, per=per)


def category_term(column: Column, reference: str) -> Covariate:
    """A category in a regression, its reference first."""
    ordered = sorted(column.levels, key=lambda level: level[0] != reference)
    return Covariate(column.name, column.label, levels=tuple(ordered))


def outcome_of(said: Said, columns: tuple[str, ...]) -> Outcome | None:
    """`outcome` a column, `counts` the values that count, `missing=no` if what is not known does not count as known."""
    column = said.one("outcome", [one for one in columns if levels(one)])
    if not column:
        return None
    counted = said.listed("counts", [value for value, _ in levels(column)])
    if not counted and CHOOSABLE[column].kind == FLAG and "counts" not in said.words:
        counted = ["yes"]
    if not counted:
        if "counts" not in said.words:
            said.refuse("counts", problems.MISSING)
        return None
    return outcome(CHOOSABLE[column], tuple(counted), missing_is_no=said.one("missing", ("no",)) == "no")


def outcome(column: Column, counted: tuple[str, ...], *, missing_is_no: bool) -> Outcome:
    """What a proportion counts, in words."""
    labels = [label for value, label in column.levels if value in counted]
    plain = column.kind == FLAG and counted == ("yes",)
    return Outcome(
        column.name, column.label if plain else f"{column.label}: {', '.join(labels)}", counted, missing_is_no
    )
