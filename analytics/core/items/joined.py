"""The case table with the answers of forms that an analysis asks for."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analytics.core.analysis import Analysis
from analytics.core.columns.column import NUMBER
from analytics.core.columns.known import column_of
from analytics.core.items.asked import columns_of


def with_answers(table: pd.DataFrame, analysis: Analysis, texts: Mapping[str, str]) -> pd.DataFrame:
    """The table with a column for each question and rule that the analysis asks for: numbers float64, codes and flags text.

    texts  form → its file, of the forms that `asked.forms_of` names
    """
    made = {}
    for name, values in columns_of(analysis.columns, texts).items():
        column, found = column_of(name), [values.get(case) for case in table["case"]]
        is_number = column is not None and column.kind == NUMBER
        made[name] = pd.Series(found, index=table.index, dtype="float64" if is_number else object)
    return table.assign(**made) if made else table
