"""The few numbers by which a Result is known, and how they moved from one revision to the next. Plain data, no pandas."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
SURVIVAL, INCIDENCE, RATIO, SHARE, COUNT = "survival", "incidence", "ratio", "share", "count"


def headline(result: Json) -> list[Json]:
    """Numbers of a Result in a fixed order. Each: of (English label of a group, term or row), what, months (null where none), value,
    n, events; value is null where it is not defined.

    Curves: the estimate at each month asked for; incidences: of the rule's own event; regressions: each ratio; proportions and
    response: each share; patient flow: each box. A ratio of a model of several covariates is marked *. Other tables: how many cases.
    """
    method = result["analysis"]["method"]
    if method in ("kaplan-meier", "landmark"):
        return [
            _one(group["label"], SURVIVAL, row["survival"], group, row["months"])
            for group in result["groups"]
            for row in group["at"]
        ]
    if method == "cumulative-incidence":
        return [
            _one(group["label"], INCIDENCE, row["incidence"], group, row["months"])
            for group in result["groups"]
            for row in group["causes"][0]["at"]
        ]
    if "models" in result:
        models = [one.get("fine_gray", one) for one in result["models"]]
        return [_one(_term(term, model), RATIO, term["hr"], model) for model in models for term in model["terms"]]
    if method == "proportion":
        return [_one(group["label"], SHARE, group["estimate"], group) for group in result["groups"]]
    return _of_table(method, result)


def _of_table(method: str, result: Json) -> list[Json]:
    table = result.get("table")
    if table and method == "flow":
        return [_one(node["label"], COUNT, node["n"], {}) for node in table["nodes"]]
    if table and method == "response":
        whole = [row for row in table["rows"] if not row["column"]]
        return [
            _one(measure["label"], SHARE, cell["estimate"], cell)
            for row in whole
            for measure, cell in zip(table["measures"], row["cells"], strict=True)
        ]
    return [_one("", COUNT, result.get("n"), {})]


def _term(term: Json, model: Json) -> str:
    """What a ratio compares, and whether alone."""
    names = [term["label"], term.get("level_label")]
    return ": ".join(name for name in names if name) + (" *" if len(model["covariates"]) > 1 else "")


def _one(of: str, what: str, value: float | None, counts: Json, months: int | None = None) -> Json:
    events = counts.get("events", counts.get("x"))
    return {"of": of, "what": what, "months": months, "value": value, "n": counts.get("n"), "events": events}


def moved(before: Json, after: Json) -> list[Json]:
    """Numbers of two Results of one analysis that differ, the greatest change of a value first: of, what, months, before and after
    (value, n, events each; null where one Result does not have the number). Counts alone may differ."""
    old, new = (
        {(one["of"], one["what"], one["months"]): one for one in headline(result)} for result in (before, after)
    )
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        pair = {name: _numbers(numbers.get(key)) for name, numbers in (("before", old), ("after", new))}
        if pair["before"] != pair["after"]:
            of, what, months = key
            found.append({"of": of, "what": what, "months": months, **pair})
    return sorted(found, key=lambda one: -_change(one))


def _numbers(one: Json | None) -> Json | None:
    return None if one is None else {name: one[name] for name in ("value", "n", "events")}


def _change(one: Json) -> float:
    before, after = (one[side] and one[side]["value"] for side in ("before", "after"))
    return 0.0 if before is None or after is None else abs(after - before)
