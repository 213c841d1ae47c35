"""Tables of counts as they are released: every row with its margins is a block in which no small count can be found out."""

from __future__ import annotations

from typing import Any

from analytics.core.columns.declarations import COLUMN_OF
from analytics.core.disclosure import words
from analytics.core.disclosure.blocks import Sum, withheld
from analytics.core.disclosure.counts import coarse, is_small, p_value, shown
from analytics.core.disclosure.policy import Policy
from analytics.core.disclosure.shares import of_rounded

Body = dict[str, Any]
BY_NAME = "site"
MIDDLE = ("median", "q1", "q3")
EXTREMES = ("min", "max", "mean", "sd")


def characteristics(result: Body, policy: Policy) -> tuple[Body, list[str]]:
    """Table 1, or the table of toxicity: by group only where no group, nor the rest without one, is small."""
    table = result["table"]
    if table is None:
        return {"table": None}, []
    heads = table["heads"]
    rest = heads[0]["n"] - sum(head["n"] for head in heads[1:])
    is_split = len(heads) > 1 and not any(is_small(n, policy) for n in (*(one["n"] for one in heads[1:]), rest))
    kept = len(heads) if is_split else 1
    ns = [head["n"] for head in heads[:kept]] + ([rest] if is_split and rest else [])
    rows = _without_what_follows([_row(row, ns, kept, policy) for row in table["rows"] if row["column"] != BY_NAME])
    body = {
        "n": shown(table["n"], policy),
        "group": table["group"] if is_split else None,
        "heads": [{**head, "n": shown(head["n"], policy)} for head in heads[:kept]],
        "rows": rows,
    }
    return {"table": body}, [words.WITHHELD_GROUPS] if len(heads) > kept else []


def _row(row: Body, ns: list[int], kept: int, policy: Policy) -> Body:
    names = ("column", "label", "kind", "unit", "when", "note", "statistic")
    head = {name: row[name] for name in names if name in row} | {"smd": _difference(row, ns, kept, policy)}
    head |= {"test": _test(row, ns, kept, policy)}
    if "levels" not in row:
        return {**head, "cells": _numbers(row["cells"], ns, kept, policy)}
    return {**head, **_levels(row, ns, kept, policy)}


def _without_what_follows(rows: list[Body]) -> list[Body]:
    """The rows, without the counts of those that are asked of some levels of another row only, where something of either is withheld.

    Those with CRS of any grade are those with an onset, known or not: the one row completes the other.
    """
    of_name = {row["column"]: row for row in rows}
    made = []
    for row in rows:
        of = COLUMN_OF[row["column"]].of if row["column"] in COLUMN_OF else None
        other = of_name.get(of[0]) if of else None
        made.append(_without_counts(row) if other and (_is_partial(row) or _is_partial(other)) else row)
    return made


def _is_partial(row: Body) -> bool:
    """Whether a count of the row is withheld."""
    if "levels" not in row:
        return any(cell["n"] is None or cell["missing"] is None for cell in row["cells"])
    return any(cell["withheld"] for one in row["levels"] for cell in one["cells"]) or any(
        cell["withheld"] for cell in row.get("missing", ())
    )


def _without_counts(row: Body) -> Body:
    def bare(cells: list[Body]) -> list[Body]:
        return [{**cell, "x": None, "percent": None, "withheld": True} for cell in cells]

    if "levels" not in row:
        return {**row, "cells": [{**cell, "n": None, "missing": None} for cell in row["cells"]]}
    levels = [{**one, "cells": bare(one["cells"])} for one in row["levels"]]
    return {**row, "levels": levels} | ({"missing": bare(row["missing"])} if "missing" in row else {})


def _numbers(cells: list[Body], ns: list[int], kept: int, policy: Policy) -> list[Body]:
    """Median and quartiles, coarse; nobody's own extreme. Those with a value, those without and those not asked divide each group."""
    counts = [
        [cell["n"], cell["missing"], n - cell["n"] - cell["missing"]] for cell, n in zip(cells, ns, strict=False)
    ][:kept]
    hidden = _hidden_of_columns(counts, ns, policy, unseen={2})
    made = []
    for place, cell in enumerate(cells[:kept]):
        n, missing = (
            None if (part, place) in hidden else shown(cell[key], policy) for part, key in enumerate(("n", "missing"))
        )
        middle = {key: coarse(cell[key]) if cell["n"] >= policy.least_median else None for key in MIDDLE}
        made.append(
            {
                "n": n,
                "missing": missing,
                **middle,
                **dict.fromkeys(EXTREMES),
                "withheld": 0 < cell["n"] < policy.least_median,
            }
        )
    return made


def _levels(row: Body, ns: list[int], kept: int, policy: Policy) -> Body:
    """Counts of the levels, of those not known, and unseen those at no level that is listed, or not asked."""
    levels = row["levels"]
    counts = []
    for place in range(kept):
        own = [level["cells"][place]["x"] for level in levels]
        missing = [row["missing"][place]["x"]] if "missing" in row else []
        counts.append([*own, *missing, ns[place] - sum(own) - sum(missing)])
    hidden = _hidden_of_columns(counts, ns, policy, unseen={len(counts[0]) - 1})
    of = [shown(n, policy) for n in ns[:kept]]  # percentages are of all in the column, rounded
    body: Body = {
        "levels": [
            {
                "value": level["value"],
                "label": level["label"],
                "cells": [_count(counts[p][at], (at, p) in hidden, of[p], policy) for p in range(kept)],
            }
            for at, level in enumerate(levels)
        ]
    }
    if "missing" in row:
        at = len(levels)
        body["missing"] = [_count(counts[p][at], (at, p) in hidden, of[p], policy) for p in range(kept)]
    return body


def _count(count: int, is_hidden: bool, of: int | None, policy: Policy) -> Body:
    x = None if is_hidden else shown(count, policy)
    percent = None if x is None or not of else float(round(100 * min(x / of, 1)))
    return {"x": x, "n": of, "percent": percent, "withheld": is_hidden}


def _hidden_of_columns(
    counts: list[list[int]], ns: list[int], policy: Policy, unseen: set[int]
) -> set[tuple[int, int]]:
    """(part, column) of what is withheld. counts: of each column its parts, which add up to its n; `unseen` parts are not printed.

    With groups, all = the groups + those in none, part by part; the last of `ns` is then the size of the rest.
    """
    parts, columns = len(counts[0]), len(counts)
    table = [list(column) for column in counts]
    has_rest = len(ns) > columns
    if columns > 1 and has_rest:
        table.append([table[0][part] - sum(column[part] for column in table[1:]) for part in range(parts)])
    flat = [count for column in table for count in column]
    sums = [Sum(tuple(range(place * parts, (place + 1) * parts))) for place in range(len(table))]
    if columns > 1:
        sums += [
            Sum(tuple(place * parts + part for place in range(1, len(table))), whole=part, is_division=False)
            for part in range(parts)
        ]
    never = {
        place * parts + part
        for place in range(len(table))
        for part in range(parts)
        if part in unseen or place >= columns
    }
    hidden = withheld(flat, sums, policy, never)
    return {(place % parts, place // parts) for place in hidden if place // parts < columns}


def _difference(row: Body, ns: list[int], kept: int, policy: Policy) -> Body | None:
    found = row.get("smd")
    if not found or kept == 1 or min(ns[1:kept]) < policy.least_arm:
        return None
    return {"pairs": [], "largest": None if found["largest"] is None else round(found["largest"], 1)}


def _test(row: Body, ns: list[int], kept: int, policy: Policy) -> Body | None:
    found = row.get("test")
    if not found or kept == 1 or min(ns[1:kept]) < policy.least_arm or found["p"] is None:
        return None
    return {"name": found["name"], "p": p_value(found["p"])}


def response(result: Body, policy: Policy) -> tuple[Body, list[str]]:
    """Every measure for all; by subgroup only where no level of it is small. Subgroups share the line of all, taken for known."""
    table = result["table"]
    if table is None:
        return {"table": None}, []
    whole = [row for row in table["rows"] if row["column"] is None]
    columns = dict.fromkeys(row["column"] for row in table["rows"] if row["column"] is not None)
    made = [_measured(row, policy) for row in _safe([whole[0]], policy)]
    dropped = False
    for column in columns:
        rows = [row for row in table["rows"] if row["column"] == column]
        if any(is_small(row["n"], policy) for row in rows):
            dropped = True
        else:
            made += [_measured(row, policy) for row in _safe(rows, policy)]
    body = {name: table[name] for name in ("confidence", "limits", "measures")}
    return {"table": {"n": shown(table["n"], policy), **body, "rows": made}}, [words.WITHHELD_GROUPS] if dropped else []


def _safe(rows: list[Body], policy: Policy) -> list[Body]:
    """The rows, each cell with `hidden`: whether x cannot be shown. x, the others of the denominator, and those outside it, divide a row."""
    measures = len(rows[0]["cells"])
    marked = [{**row, "cells": [dict(cell) for cell in row["cells"]]} for row in rows]
    for measure in range(measures):
        cells = [row["cells"][measure] for row in rows]
        counts = [
            count
            for row, cell in zip(rows, cells, strict=True)
            for count in (cell["x"], cell["n"] - cell["x"], row["n"] - cell["n"])
        ]
        sums = [Sum((3 * p, 3 * p + 1, 3 * p + 2)) for p in range(len(rows))]
        if len(rows) > 1:
            sums += [Sum(tuple(range(kind, len(counts), 3)), is_division=False) for kind in range(3)]
        unseen = [place for p in range(len(rows)) for place in (3 * p + 1, 3 * p + 2)]
        hidden = withheld(counts, sums, policy, unseen)
        for place, row in enumerate(marked):
            outside = counts[3 * place + 2]
            row["cells"][measure]["hidden"] = 3 * place in hidden or is_small(outside, policy)
    return marked


def _measured(row: Body, policy: Policy) -> Body:
    cells = []
    for cell in row["cells"]:
        if cell["hidden"]:
            none = {
                "x": None,
                "n": shown(cell["n"], policy) if not cell["n"] else None,
                "estimate": None,
                "lower": None,
                "upper": None,
            }
            cells.append({"measure": cell["measure"], **none, "withheld": True})
        else:
            found = of_rounded(cell["x"], cell["n"], policy)
            cells.append(
                {
                    "measure": cell["measure"],
                    **{k: found[k] for k in ("x", "n", "estimate", "lower", "upper")},
                    "withheld": False,
                }
            )
    return {
        **{key: row[key] for key in ("column", "label", "value", "level")},
        "n": shown(row["n"], policy),
        "cells": cells,
    }


def flow(result: Body, policy: Policy) -> tuple[Body, list[str]]:
    """The boxes with how many, who left there and who went on. How those inside divide is not released."""
    table = result["table"]
    if table is None:
        return {"table": None}, []
    nodes = table["nodes"]
    place_of = {node["id"]: place for place, node in enumerate(nodes)}
    counts = [node["n"] for node in nodes]
    sums: list[Sum] = []
    came: dict[str, list[int]] = {}
    at: dict[tuple[str, str, int], int] = {}
    for node in nodes:
        parts = []
        for kind in ("exits", "next"):
            for which, one in enumerate(node[kind]):
                at[node["id"], kind, which] = len(counts)
                parts.append(len(counts))
                if kind == "next":
                    came.setdefault(one["id"], []).append(len(counts))
                counts.append(one["n"])
        if parts:
            sums.append(Sum(tuple(parts), whole=place_of[node["id"]], is_division=False))
    sums += [Sum(tuple(parts), whole=place_of[name], is_division=False) for name, parts in came.items()]
    hidden = withheld(counts, sums, policy)

    def seen(place: int) -> int | None:
        return None if place in hidden else shown(counts[place], policy)

    made = [
        {
            "id": node["id"],
            "label": node["label"],
            "n": seen(place_of[node["id"]]),
            "exits": [
                {"reason": one["reason"], "n": seen(at[node["id"], "exits", which]), "waiting": one["waiting"]}
                for which, one in enumerate(node["exits"])
            ],
            "next": [
                {"id": one["id"], "n": seen(at[node["id"], "next", which])} for which, one in enumerate(node["next"])
            ],
            "partitions": [],
        }
        for node in nodes
    ]
    return {"table": {"day": None, "nodes": made}}, []


def enrolment(result: Body, policy: Policy) -> tuple[Body, list[str]]:
    """How many reached each step, all sites together. No month, no site: one patient a month is who it was."""
    table = result["table"]
    if table is None:
        return {"table": None}, []
    counts = [table["registered"], *(step["n"] for step in table["steps"])]
    # Who reached a step reached those before it: the differences are people, too.
    gaps = [before - after for before, after in zip(counts, counts[1:], strict=False)]
    sums = [Sum((place + 1, len(counts) + place), whole=place, is_division=False) for place in range(len(gaps))]
    hidden = withheld([*counts, *gaps], sums, policy, range(len(counts), len(counts) + len(gaps)))
    seen = [None if place in hidden else shown(count, policy) for place, count in enumerate(counts)]
    steps = [
        {
            "id": step["id"],
            "label": step["label"],
            "n": n,
            "undated": None,
            "uncertain": None,
            "by_month": [],
            "cumulative": [],
        }
        for step, n in zip(table["steps"], seen[1:], strict=True)
    ]
    return {"table": {"registered": seen[0], "months": [], "steps": steps, "sites": []}}, []
