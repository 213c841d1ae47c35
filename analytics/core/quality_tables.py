"""Two tables beside the case report forms: what is known of every form of a case, and the questions still open about it.

They hold facts and no day of today, so that a dataset changes when data change and not overnight; lateness is judged from them at a
stated day. Older datasets and files of bare times have neither: then quality is not known, which is never "good".
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

FORM_STATES, OPEN_QUERIES = "form_states", "open_queries"
HARD, MACHINE, MANAGER = "hard", "machine", "manager"
OPEN, ANSWERED = "open", "answered"

# form_states   one row per form that a case has or should have
#   slot              planned visit of a repeating form ("D28", "M12"); else missing
#   due               day by which it is to be complete, grace included; missing where not known
#   event             day of which a stored form tells; missing where not known
#   entered           day on which it was saved for the first time
#   required          1 asked for; 0 waived, reported elsewhere, optional, or ended by death, loss, relapse or withdrawal
#   missed            1 a planned visit that nobody is asked for any more, because a later one is stored
#   stored, complete  1 or 0
#   completed         day on which a complete form was first complete
#   critical_asked    questions that an endpoint needs and that apply; critical_missing of them have no answer
# open_queries  one row per query that is not closed
#   severity          "hard" is a contradiction
#   origin            "machine" the registry's own, "manager" a data manager's
#   state             "open" the site owes the next step, "answered" a data manager does
#   opened            day
FLAGS = ("required", "missed", "stored", "complete", "critical_asked", "critical_missing")
QUALITY_TABLES: Mapping[str, tuple[str, ...]] = {
    FORM_STATES: ("case", "form", "slot", "due", "event", "entered", "completed", *FLAGS),
    OPEN_QUERIES: ("case", "form", "severity", "origin", "state", "opened"),
}
DATES = ("due", "event", "entered", "completed", "opened")
LATER_KNOWN = ("event", "entered")  # older datasets do not hold them: not known


def checked_quality(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The quality tables among `tables`, columns selected and typed; none if one is missing.

    Raises ValueError naming the table and the column: a missing column, a date or number that cannot be read.
    """
    if any(name not in tables for name in QUALITY_TABLES):
        return {}
    return {name: _checked(name, tables[name], columns) for name, columns in QUALITY_TABLES.items()}


def _checked(name: str, table: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    table = table.assign(**{name: None for name in LATER_KNOWN if name in columns and name not in table.columns})
    absent = [column for column in columns if column not in table.columns]
    if absent:
        raise ValueError(f"{name}: columns are missing: {', '.join(absent)}; expected {', '.join(columns)}")
    return pd.DataFrame({column: _typed(name, table[column]) for column in columns}).reset_index(drop=True)


def _typed(name: str, column: pd.Series) -> pd.Series:
    try:
        if column.name in DATES:
            return pd.to_datetime(column, format="%Y-%m-%d").astype("datetime64[s]")
        if column.name in FLAGS:
            return pd.to_numeric(column).astype("int64")
    except (ValueError, TypeError) as unread:
        raise ValueError(f"{name}: {column.name}: {unread}") from unread
    return column.astype(object).mask(column.isna(), None)
