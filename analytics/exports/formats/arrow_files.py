"""Parquet and Arrow (IPC file): typed columns, labels in the fields' metadata."""

import io

import pyarrow
import pyarrow.parquet

from analytics.exports import declared as d
from analytics.exports.labelled import labelled

KINDS = {d.TEXT: pyarrow.string(), d.WHOLE: pyarrow.int64(), d.NUMBER: pyarrow.float64(), d.DATE: pyarrow.date32()}


def parquet_files(tables, options):
    """A Parquet file for each table."""
    return [(f"{table.name}.parquet", _parquet(arrow_table(labelled(table, options)))) for table in tables]


def arrow_files(tables, options):
    """An Arrow file for each table."""
    return [(f"{table.name}.arrow", _arrow(arrow_table(labelled(table, options)))) for table in tables]


def arrow_table(table):
    """The table as Arrow has it."""
    fields, columns = [], []
    for one in table.columns:
        kind = KINDS.get(one.kind) or (pyarrow.int64() if one.is_numeric else pyarrow.string())
        about = {"label_en": one.label.en, "label_ja": one.label.ja}
        fields.append(pyarrow.field(one.name, kind, metadata={name: text for name, text in about.items() if text}))
        series = table.rows[one.name]
        if one.kind == d.DATE:
            columns.append(pyarrow.array(series.to_list(), pyarrow.string(), from_pandas=True).cast(pyarrow.date32()))
        else:
            columns.append(pyarrow.array(series, kind, from_pandas=True))
    return pyarrow.Table.from_arrays(columns, schema=pyarrow.schema(fields))


def _parquet(table):
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out, compression="zstd")
    return out.getvalue()


def _arrow(table):
    out = io.BytesIO()
    with pyarrow.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()
