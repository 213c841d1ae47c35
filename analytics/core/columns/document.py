"""The table of columns in docs/algorithms/columns.md. `python -m analytics.core.columns.document` writes it anew."""

from __future__ import annotations

from pathlib import Path

from analytics.core.columns.column import Column
from analytics.core.columns.declarations import COLUMNS, DAY_COLUMNS, SYMBOLS

DOCUMENT = Path(__file__).resolve().parents[3] / "docs/algorithms/columns.md"
BEGIN, END = "<!-- columns -->\n", "<!-- end -->\n"
HEAD = "| column | label | kind | known | from | values, notes |\n|---|---|---|---|---|---|\n"


def text() -> str:
    """The table: one row a column; the day columns in one row each by their symbol."""
    rows = "".join(_row(column) for column in COLUMNS if column not in DAY_COLUMNS)
    days = "".join(f"| `day_{symbol}` | {label} |\n" for symbol, label in SYMBOLS.items())
    return f"{HEAD}{rows}\n| day of | |\n|---|---|\n{days}"


def renewed(document: str) -> str:
    """The document with its table written anew. Raises ValueError without the marks around the table."""
    before, begin, rest = document.partition(BEGIN)
    _table, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the document lacks {BEGIN.strip()} or {END.strip()}")
    return f"{before}{begin}\n{text()}\n{end}{after}"


def _row(column: Column) -> str:
    kind = f"{column.kind}, {column.unit}" if column.unit else column.kind
    levels = ", ".join(f"`{value}`" for value, _label in column.levels) if column.kind != "flag" else ""
    of = f"Of `{column.of[0]}` {_values(column.of[1])}." if column.of else ""
    about = " ".join(one for one in (f"{levels}." if levels else "", of, column.note) if one)
    items = ", ".join(f"`{item}`" for item in column.items)
    return f"| `{column.name}` | {column.label} | {kind} | {column.when} | {items} | {about} |\n"


def _values(values: tuple[str, ...]) -> str:
    return f"{values[0]} to {values[-1]}" if len(values) > 2 else " or ".join(values)


if __name__ == "__main__":
    DOCUMENT.write_text(renewed(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
