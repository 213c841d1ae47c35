"""The courses of patients as a result tells them: of very many one in two, three … and what is said of all. No pandas: pages use this."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

MOST_TOLD = 600


def told(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What a result stores of the rows of all patients, in their order: `rows`, at most MOST_TOLD of them, one in `step`; `whole`."""
    step = max(1, math.ceil(len(rows) / MOST_TOLD))
    return {"whole": said_of(rows), "step": step, "rows": list(rows[::step])}


def said_of(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """n patients; how many are alive at last contact, and without an event so far; days of the longest follow-up; imputed marks."""
    alive = [row for row in rows if not row["dead"]]
    return {
        "n": len(rows),
        "alive": len(alive),
        "free": sum(not row["event"] for row in alive),
        "end": max((row["end"] for row in rows), default=0.0),
        "imputed": sum(mark["imputed"] for row in rows for mark in row["marks"]),
    }


def whole_of(table: dict[str, Any]) -> dict[str, Any]:
    """What a stored table says of all patients; one from before only some were told holds them all."""
    return table["whole"] if "whole" in table else said_of(table["rows"])
