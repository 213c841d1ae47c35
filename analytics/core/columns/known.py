"""A column by its name, be it declared or made of an answer of the forms. No pandas."""

from __future__ import annotations

from functools import lru_cache

from analytics.core.columns.column import Column
from analytics.core.columns.declarations import COLUMN_OF
from analytics.core.items.asked import asked_by


@lru_cache(maxsize=4096)
def column_of(name: str) -> Column | None:
    """The column; None if there is none of this name."""
    if name in COLUMN_OF:
        return COLUMN_OF[name]
    asked = asked_by(name)
    return asked.column if asked else None
