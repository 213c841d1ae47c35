"""Every count of a table or proportion, exact or released, with the cell whose cases it counts (`analytics.core.cases_in_cells`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from analytics.core.analysis import PROPORTION
from analytics.core.cases_counted import GROUP, IN, LEFT, MISSING, NEXT, NO, OUTCOME, YES, Counted, level

Body = dict[str, Any]
Cases = frozenset[str]
ALL = "all"  # the column of a table, and the row of one of response, that hold everybody
EITHER = ("",)  # any value of a row


@dataclass(frozen=True, slots=True)
class Number:
    """A count as a form shows it.

    name   of the count within its form; a row of a table begins with its column
    shown  None where it is withheld
    row    of `Counted`, values: its words, any of which is counted; by, of: the row and word that they must have, too
    """

    name: str
    shown: int | None
    row: str
    values: tuple[str, ...] = EITHER
    by: str = ""
    of: str = ""

    def cases(self, counted: Counted) -> Cases:
        """Who is counted. Raises KeyError for a row or word that is not there."""
        places = {place for value in self.values for place in counted.chosen(self.row, value, self.by, self.of)}
        return frozenset(counted.cases[place] for place in places)


def numbers_of(form: Body) -> Iterator[Number]:
    """The counts of a Result, or of what is released of it; none of a method that counts nobody in cells."""
    method = form["analysis"]["method"]
    if method == PROPORTION:
        yield from _of_proportion(form["groups"])
    elif method in OF_TABLE and form["table"] is not None:
        yield from OF_TABLE[method](form["table"])


def _of_proportion(groups: list[Body]) -> Iterator[Number]:
    for one in groups:
        for name, words in (("x", (YES,)), ("n", (YES, NO)), ("not_known", (MISSING,))):
            yield Number(f"{one['group']}/{name}", one[name], OUTCOME, words, GROUP, level(one["group"]))


def _of_characteristics(table: Body) -> Iterator[Number]:
    """Table 1 and toxicity: each level of each row, those without a value, and those with a number, in each column of the table."""
    columns = [one["value"] for one in table["heads"]]
    among = [("", "") if value == ALL else (GROUP, level(value)) for value in columns]
    for head in table["heads"]:
        if head["value"] != ALL:
            yield Number(f"{head['value']}/n", head["n"], GROUP, (level(head["value"]),))
    for row in table["rows"]:
        for place, (by, of) in enumerate(among):
            name, column = f"{row['column']}/{columns[place]}", row["column"]
            for one in row.get("levels", ()):
                yield Number(f"{name}/{one['value']}", one["cells"][place]["x"], column, (level(one["value"]),), by, of)
            if "missing" in row:
                yield Number(f"{name}/missing", row["missing"][place]["x"], column, (MISSING,), by, of)
            if "cells" in row:
                cell = row["cells"][place]
                yield Number(f"{name}/known", cell["n"], column, (IN,), by, of)
                yield Number(f"{name}/missing", cell["missing"], column, (MISSING,), by, of)


def _of_response(table: Body) -> Iterator[Number]:
    for row in table["rows"]:
        name, of = f"{row['column'] or ALL}/{row['value']}", ("", "")
        if row["column"]:
            of = (row["column"], level(row["value"]))
            yield Number(f"{name}/n", row["n"], row["column"], (of[1],))
        else:
            yield Number(f"{name}/n", row["n"], IN)
        for cell in row["cells"]:
            yield Number(f"{name}/{cell['measure']}/x", cell["x"], cell["measure"], (YES,), *of)
            yield Number(f"{name}/{cell['measure']}/n", cell["n"], cell["measure"], EITHER, *of)


def _of_flow(table: Body) -> Iterator[Number]:
    """Boxes, ways out of them and ways on."""
    for box in table["nodes"]:
        name = box["id"]
        yield Number(f"{name}/n", box["n"], name)
        for place, one in enumerate(box["exits"]):
            yield Number(f"{name}/exit {one['reason']}", one["n"], name, (f"{LEFT}.{place}",))
        for one in box["next"]:
            yield Number(f"{name}/to {one['id']}", one["n"], name, (f"{NEXT}.{one['id']}",))


OF_TABLE: dict[str, Callable[[Body], Iterator[Number]]] = {
    "table-one": _of_characteristics,
    "toxicity": _of_characteristics,
    "response": _of_response,
    "flow": _of_flow,
}
