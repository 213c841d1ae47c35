"""A table as CSV, byte for byte as pandas writes it: each different value is written once, and a large table has few."""

from __future__ import annotations

import numpy as np
import pandas as pd

FLOATS = "%.10g"
SPECIAL = frozenset(',"\r\n')  # a cell that holds one of these stands between quotes: pandas writes such a table


def csv_text(table: pd.DataFrame) -> bytes:
    """The table with its header, without its index; missing is empty, lines end in a line feed, floats have ten digits. UTF-8."""
    columns = [_written(table.iloc[:, place]) for place in range(table.shape[1])]
    heads = [str(name) for name in table.columns]
    if len(columns) < 2 or None in columns or not SPECIAL.isdisjoint("".join(heads)):
        return table.to_csv(index=False, lineterminator="\n", float_format=FLOATS).encode()
    lines = map(",".join, zip(*columns, strict=True))
    return "\n".join([",".join(heads), *lines, ""]).encode()


def _written(column: pd.Series) -> list[str] | None:
    """Each cell as text; None for a column that has to be quoted, or whose values are of no one kind."""
    is_category = isinstance(column.dtype, pd.CategoricalDtype)
    told = column.cat.categories if is_category else column
    if told.dtype == object and pd.api.types.infer_dtype(told, skipna=True) not in ("string", "empty"):
        return None
    if told.dtype != object and (is_category or not (told.dtype.kind in "iub" or told.dtype in ("float64", "Int64"))):
        return None
    codes, values = (column.cat.codes.to_numpy(), told) if is_category else pd.factorize(column)
    write = FLOATS.__mod__ if told.dtype == "float64" else str
    words = [*map(write, values), ""]  # the code of what is missing is -1
    return np.array(words, dtype=object)[codes].tolist() if SPECIAL.isdisjoint("".join(words)) else None
