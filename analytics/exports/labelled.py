"""Labels instead of codes, or beside them."""

import numpy as np
import pandas as pd

from analytics.exports import declared as d
from analytics.exports.declared import Column, Table
from analytics.exports.options import BOTH, CODE, LABEL

BESIDE = "_label"


def labelled(table, options):
    """The table with codes, with their labels in their place, or with a column of labels beside each column of codes."""
    if options.labels == CODE:
        return table
    columns, rows = [], {}
    for column in table.columns:
        codes = table.rows[column.name]
        if not column.codes:
            columns.append(column)
            rows[column.name] = codes
            continue
        words = {code.value: code.label.of(options.language) for code in column.codes}
        said = [None if pd.isna(one) else words.get(one, str(one)) for one in codes]
        if options.labels == BOTH:
            columns.append(column)
            rows[column.name] = codes
        made = _of_labels(column, options.labels)
        columns.append(made)
        rows[made.name] = pd.Series(np.asarray(said, dtype=object), index=codes.index)
    return Table(table.name, table.label, tuple(columns), pd.DataFrame(rows), table.keys, table.sas)


def _of_labels(column, labels):
    name = column.name if labels == LABEL else column.name + BESIDE
    sas = column.sas if labels == LABEL else f"{column.sas[:6]}_L" if column.sas else ""
    return Column(name, column.label, d.TEXT, column.role, column.item, sas=sas, note=column.note)
