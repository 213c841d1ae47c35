"""The data behind a figure as one tidy table for machines: a row for each thing drawn, codes beside labels, full precision.

Times are days, shares lie between 0 and 1, what is not defined is None. Nothing is computed here: every number is the Result's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

Cell = str | int | float | None
Columns = tuple[str, ...]
Lines = Iterable[tuple[Cell, ...]]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, and the function that yields the rows of a Result under them."""

    columns: Columns
    rows: Callable[[dict], Lines]


def rows_of(result: dict) -> tuple[Columns, list[tuple[Cell, ...]]]:
    """(columns, rows) of a Result, stored or fresh. Raises ValueError for a method that nobody has told this module of."""
    method = result["analysis"]["method"]
    if method not in TABLES:
        raise ValueError(f"the method {method!r} has no table of data; see analytics/figures/data.py")
    table = TABLES[method]
    return table.columns, [tuple(row) for row in table.rows(result)]


def _picked(given: dict, names: Columns) -> tuple[Cell, ...]:
    """The values of these keys; a mark is 1 or 0, a key that is not there is None."""
    values = (given.get(name) for name in names)
    return tuple(int(value) if isinstance(value, bool) else value for value in values)


GROUP = ("group", "label")
STEP = ("at_risk", "events", "censored", "survival", "std_error", "lower", "upper")


def _curves(result: dict) -> Iterator[tuple[Cell, ...]]:
    for group in result["groups"]:
        curve = group["curve"]
        for i, day in enumerate(curve["time"] if group["n"] else ()):
            yield *_picked(group, GROUP), day, *(curve[name][i] if name in curve else None for name in STEP)


CUMULATIVE = ("incidence", "std_error", "lower", "upper")


def _incidences(result: dict) -> Iterator[tuple[Cell, ...]]:
    for group in result["groups"] if result["n"] else ():
        for cause in group["causes"]:
            curve = cause["curve"]
            for i, day in enumerate(curve["time"] if group["n"] else ()):
                numbers = (curve[name][i] if name in curve else None for name in CUMULATIVE)
                yield *_picked(group, GROUP), *_picked(cause, ("cause", "label")), day, *numbers


SHARE = ("x", "n", "not_known", "estimate", "lower", "upper")


def _shares(result: dict) -> Iterator[tuple[Cell, ...]]:
    for group in result["groups"]:
        yield *_picked(group, (*GROUP, *SHARE)), *_picked(group["wilson"] or {}, ("lower", "upper"))


MODEL = ("n", "events", "estimator")
TERM = (
    *("term", "column", "level", "reference", "unit", "coef", "std_error", "robust_std_error"),
    *("hr", "lower", "upper", "profile_lower", "profile_upper", "statistic", "p"),
)


def _terms(result: dict) -> Iterator[tuple[Cell, ...]]:
    """A row for each term; a model that was refused has one with the reason."""
    for number, model in enumerate(result["models"], 1):
        kinds = ("cause_specific", "fine_gray")
        hazards = [(kind, model[kind]) for kind in kinds] if "fine_gray" in model else [("hazard", model)]
        for hazard, one in hazards:
            start = (number, hazard, *_picked(one, MODEL))
            for term in one["terms"]:
                yield *start, *_picked(term, TERM), None
            if one["refused"]:
                yield *start, "; ".join(one["covariates"]), *[None] * (len(TERM) - 1), one["refused"]


def _flow(result: dict) -> Iterator[tuple[Cell, ...]]:
    """Of each box how many; then who left it and why, who went on, and how it divides."""
    for node in _table(result)["nodes"]:
        here = (node["id"], node["label"])
        yield *here, "box", None, node["n"]
        for one in node["exits"]:
            yield *here, "waiting" if one["waiting"] else "exit", one["reason"], one["n"]
        for one in node["next"]:
            yield *here, "next", one["id"], one["n"]
        for partition in node["partitions"]:
            for one in partition["parts"]:
                yield *here, f"part: {partition['label']}", one["label"], one["n"]


CELL = ("n", "x", "percent", "missing", "median", "q1", "q3", "min", "max", "mean", "sd")


def _characteristics(result: dict) -> Iterator[tuple[Cell, ...]]:
    """A row for each characteristic, level and group."""
    table = _table(result)
    for row in table.get("rows", ()):
        lines: list[tuple[Cell, Cell, list]] = [(None, None, row["cells"])] if "cells" in row else []
        lines += [(level["value"], level["label"], level["cells"]) for level in row.get("levels", ())]
        lines += [(None, "Not known", row["missing"])] if "missing" in row else []
        for value, label, cells in lines:
            for head, cell in zip(table["heads"], cells, strict=True):
                group = (head["value"], head["label"])
                yield row["column"], row["label"], row["unit"] or None, value, label, *group, *_picked(cell, CELL)


def _response(result: dict) -> Iterator[tuple[Cell, ...]]:
    table = _table(result)
    labels = {one["id"]: one["label"] for one in table.get("measures", ())}
    for row in table.get("rows", ()):
        for cell in row["cells"]:
            name = cell["measure"]
            numbers = _picked(cell, ("x", "n", "estimate", "lower", "upper"))
            yield row["column"], row["value"], row["level"], name, labels[name], *numbers


RULE = ("endpoint", "version", "population", "restriction", "same_times_as")
OF_RULE = ("n", "events", "survival", "lower", "upper", "at_risk", "carried_on")


def _sensitivity(result: dict) -> Iterator[tuple[Cell, ...]]:
    """A row for each rule, set and restriction; then one for each group of each definition of burden under it."""
    table = _table(result)
    for row in table.get("rows", ()):
        start = (*_picked(row, RULE), table["months"])
        yield *start, None, None, *_picked(row, OF_RULE)
        for burden in row["burden"]:
            for group in burden["groups"]:
                yield *start, burden["column"], group["group"], *_picked(group, OF_RULE)


def _enrolment(result: dict) -> Iterator[tuple[Cell, ...]]:
    """Patients by step and month, all hospitals together; then those of each hospital."""
    table = _table(result)
    for step in table.get("steps", ()):
        for i, month in enumerate(table["months"]):
            yield None, step["id"], step["label"], month, step["by_month"][i], step["cumulative"][i]
    labels = {step["id"]: step["label"] for step in table.get("steps", ())}
    for site in table.get("sites", ()):
        for step in site["steps"]:
            for one in step["by_month"]:
                yield site["site"], step["id"], labels[step["id"]], one["month"], one["n"], None


def _courses(result: dict) -> Iterator[tuple[Cell, ...]]:
    """A row for each mark of a patient's course, one without a mark where there is none. Patients are numbered as drawn, not named."""
    table = _table(result)
    labels = {one["id"]: one["label"] for one in table.get("marks", ())}
    for number, row in enumerate(table.get("rows", ()), 1):
        course = (number, *_picked(row, ("free", "event", "end", "dead")))
        for mark in row["marks"]:
            yield *course, mark["kind"], labels[mark["kind"]], *_picked(mark, ("days", "imputed"))
        if not row["marks"]:
            yield *course, None, None, None, None


POINT = ("x", "n", "lower_95", "upper_95", "lower_998", "upper_998")


def _completeness(result: dict) -> Iterator[tuple[Cell, ...]]:
    """A row for each number of each hospital, then for each of its points in the funnels; all together have no hospital."""
    table = _table(result)
    for site, body in [(None, table.get("total", {})), *((one["site"], one) for one in table.get("sites", ()))]:
        for name, value in _numbers(body):
            yield site, name, value, *[None] * len(POINT)
    for funnel in table.get("funnels", ()):
        name = f"funnel.{funnel['measure']}"
        yield None, name, funnel["pooled"], *_picked(funnel, POINT)
        for one in funnel["sites"]:
            yield one["site"], name, one["share"], *_picked(one, POINT)


def _numbers(body: dict, before: str = "") -> Iterator[tuple[str, Cell]]:
    """Names and values of what is counted, one inside another as "follow_up.complete"; lists are not counts of one thing."""
    for name, value in body.items():
        if isinstance(value, dict):
            yield from _numbers(value, f"{before}{name}.")
        elif not isinstance(value, str | list):
            yield f"{before}{name}", int(value) if isinstance(value, bool) else value


def _table(result: dict) -> dict:
    """The table of a Result; one of nobody is empty."""
    return result["table"] or {"nodes": []}


CURVES = Table((*GROUP, "time_days", *STEP), _curves)
TERMS = Table(("model", "hazard", *MODEL, *TERM, "refused"), _terms)
CHARACTERISTICS = Table(
    ("characteristic", "label", "unit", "level", "level_label", "group", "group_label", *CELL), _characteristics
)
TABLES: dict[str, Table] = {
    "kaplan-meier": CURVES,
    "landmark": CURVES,
    "cumulative-incidence": Table((*GROUP, "cause", "cause_label", "time_days", *CUMULATIVE), _incidences),
    "proportion": Table((*GROUP, *SHARE, "wilson_lower", "wilson_upper"), _shares),
    "cox": TERMS,
    "fine-gray": TERMS,
    "time-dependent": TERMS,
    "flow": Table(("box", "box_label", "what", "name", "n"), _flow),
    "table-one": CHARACTERISTICS,
    "toxicity": CHARACTERISTICS,
    "response": Table(
        ("column", "value", "label", "measure", "measure_label", "x", "n", "estimate", "lower", "upper"), _response
    ),
    "sensitivity": Table((*RULE, "months", "burden", "burden_group", *OF_RULE), _sensitivity),
    "enrolment": Table(("site", "step", "step_label", "month", "n", "cumulative"), _enrolment),
    "swimmer": Table(
        ("patient", "free_days", "event", "end_days", "dead", "mark", "mark_label", "mark_days", "mark_imputed"),
        _courses,
    ),
    "completeness": Table(("site", "measure", "value", *POINT), _completeness),
}
