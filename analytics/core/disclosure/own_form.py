"""A public form by itself, before it is held against others: whether it says anything, and which of its rows are too near each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analytics.core.disclosure import words
from analytics.core.disclosure.across import Difference, Form, difference
from analytics.core.disclosure.policy import Policy

Body = dict[str, Any]


def says_nothing(body: Body) -> bool:
    """Whether everything that a form could tell is withheld, but how many patients there are."""
    if "models" in body:
        models = [one.get("cause_specific", one) for one in body["models"]]
        return all(one["refused"] for one in models) and not any(one["n"] for one in body.get("spells", ()))
    if "groups" in body:
        return all(group["withheld"] or not group["n"] for group in body["groups"])
    return body.get("table") is None


def without_near_rows(body: Body, made: Callable[[Body], Form], policy: Policy) -> tuple[Body, Form]:
    """The form without the rows of its table from which a few would follow beside the others, and what it then rests on.

    made  what a form rests on. A form that is no table of rows stays as it is: it is withheld whole
    """
    form = made(body)
    while (found := difference(form, [form], policy)) and (row := _row_of(body, found)) is not None:
        table = {**body["table"], "rows": [one for one in body["table"]["rows"] if one is not row]}
        said = body["warnings"] if words.NEAR_ROWS in body["warnings"] else [*body["warnings"], words.NEAR_ROWS]
        body = {**body, "table": table, "warnings": said}
        form = made(body)
    return body, form


def _row_of(body: Body, found: Difference) -> Body | None:
    """The later of the two rows of the table that are too near each other."""
    rows = (body.get("table") or {}).get("rows") or ()
    names = {cell.split("/")[0] for cell in (found.cell, found.other_cell)}
    return next((row for row in reversed(rows) if row["column"] is not None and row["column"] in names), None)
