"""What SAS, SPSS and Stata files share: frames as pyreadstat takes them, and the same bytes each time."""

import re
import tempfile
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from analytics.exports.names import shorten

SAS_DAY_0, SPSS_DAY_0 = date(1960, 1, 1), date(1582, 10, 14)  # Stata counts as SAS does
A_DAY = 86_400  # seconds: SPSS counts those


def made(write, suffix, settle):
    """The bytes of the file that `write(path)` makes, its times settled; raises ValueError where the file cannot be made.

    The writer leaves an empty file behind when it fails; here it is gone with its folder.
    """
    with tempfile.TemporaryDirectory(prefix="registry-export-") as folder:
        path = Path(folder) / f"table{suffix}"
        try:
            write(path)
        except Exception as failure:
            raise ValueError(f"{suffix[1:]}: {failure}") from failure
        return settle(path.read_bytes())


def days_since(series, first):
    """ISO dates as days since `first`; NaN for none."""
    dates = pd.to_datetime(pd.Series(np.asarray(series, dtype=object)), format="%Y-%m-%d")
    return (dates - pd.Timestamp(0)).dt.days.astype("float64") + (date(1970, 1, 1) - first).days


def numbers(series):
    """Whole numbers and doubles as doubles; NaN for none."""
    return pd.Series(np.asarray(series.astype("Float64").to_numpy(dtype="float64", na_value=np.nan)))


def texts(series, limit):
    """Text of at most `limit` bytes each; blank for none, which is what these files have."""
    return pd.Series(["" if one is None or pd.isna(one) else shorten(str(one), limit) for one in series], dtype=object)


def settled(content, pattern, time, head):
    """The content with every time that the writer put into the first `head` bytes replaced by one of the same length."""
    return re.sub(pattern, lambda found: time[: len(found[0])], content[:head]) + content[head:]
