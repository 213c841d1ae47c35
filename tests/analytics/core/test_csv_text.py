"""Tables as CSV are what pandas writes, whatever stands in them: the hashes of datasets rest on these bytes."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core.csv_text import csv_text

WORDS = st.text(alphabet="ab1 ,\"\n\r'-.日", max_size=4)
FLOATS = st.floats(allow_nan=True, allow_infinity=True, width=64)


def column(kind, rows):
    """A column of one kind, some of it missing where the kind knows that."""
    some = {
        "words": (st.none() | WORDS, object),
        "plain": (st.none() | st.sampled_from(["a", "b2", "1", "1.0", ""]), object),
        "mixed": (st.none() | WORDS | st.integers(-9, 9) | FLOATS | st.booleans(), object),
        "float": (FLOATS | st.sampled_from([0.1 + 0.2, -0.0, 1e-7, 1234567890.123, 1 / 3]), "float64"),
        "integer": (st.integers(-(2**40), 2**40), "int64"),
        "nullable": (st.none() | st.integers(-99, 99), "Int64"),
        "flag": (st.booleans(), "bool"),
        "category": (st.none() | st.sampled_from(["x", "y", "z,"]), "category"),
        "numbers": (st.none() | st.sampled_from([1.0, 2.5, 1 / 3]), "category"),
    }
    values, dtype = some[kind]
    return st.lists(values, min_size=rows, max_size=rows).map(lambda found: pd.Series(found, dtype=dtype))


KINDS = ("words", "plain", "mixed", "float", "integer", "nullable", "flag", "category", "numbers")


@st.composite
def tables(draw):
    """A table of up to five columns and rows."""
    rows = draw(st.integers(0, 5))
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5))
    return pd.DataFrame({f"{kind}{i}": draw(column(kind, rows)) for i, kind in enumerate(kinds)})


@given(tables())
@settings(max_examples=300)
def test_any_table_is_written_as_pandas_writes_it(table):
    assert csv_text(table) == table.to_csv(index=False, lineterminator="\n", float_format="%.10g").encode()


def test_a_large_plain_table_does_not_go_through_pandas(monkeypatch):
    table = pd.DataFrame({"case": ["c1", None, "c2"], "time": [1.5, np.nan, 2.0], "n": [1, 2, 3]})
    monkeypatch.setattr("pandas.core.generic.NDFrame.to_csv", None)

    assert csv_text(table) == b"case,time,n\nc1,1.5,1\n,,2\nc2,2,3\n"
