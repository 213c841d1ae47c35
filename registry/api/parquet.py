"""Lines of CSV as the row groups of one Parquet file, piece by piece. Imported when a stream asks for it: pyarrow is large."""

import io

import pyarrow
import pyarrow.csv
import pyarrow.parquet

from registry.api.stream_columns import DATE, FLAG, NUMBER, TEXT, WHOLE

TYPES = {
    TEXT: pyarrow.string(),
    WHOLE: pyarrow.int32(),
    NUMBER: pyarrow.float64(),
    DATE: pyarrow.date32(),
    FLAG: pyarrow.bool_(),
}


class Groups:
    """A Parquet file in the making. columns: registry.api.stream_columns.Column, in the order of the lines."""

    def __init__(self, columns):
        self.names = [one.name for one in columns]
        self.schema = pyarrow.schema(
            [pyarrow.field(one.name, TYPES[one.kind], metadata={"label": one.label}) for one in columns]
        )
        self.held = _Held()
        self.writer = pyarrow.parquet.ParquetWriter(self.held, self.schema, compression="zstd")
        self.read = pyarrow.csv.ReadOptions(column_names=self.names, use_threads=False)
        self.parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
        self.convert = pyarrow.csv.ConvertOptions(
            column_types=self.schema, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False,
            true_values=["1"], false_values=["0"],
        )  # fmt: skip

    def written(self, lines):
        """The bytes of the file that these lines add."""
        table = pyarrow.csv.read_csv(io.BytesIO(lines), self.read, self.parse, self.convert)
        self.writer.write_table(table.cast(self.schema))
        return self.held.taken()

    def end(self):
        """The last bytes: where the row groups are. Without them the file cannot be read."""
        self.writer.close()
        return self.held.taken()


class _Held(io.RawIOBase):
    """A file that gives away what was written to it."""

    def __init__(self):
        super().__init__()
        self.parts, self.place = [], 0

    def writable(self):
        """It is there for that."""
        return True

    def write(self, piece):
        """Keep it until it is taken."""
        self.parts.append(bytes(piece))
        self.place += len(piece)
        return len(piece)

    def tell(self):
        """How much was written."""
        return self.place

    def taken(self):
        """What was written since the last time."""
        parts, self.parts = self.parts, []
        return b"".join(parts)
