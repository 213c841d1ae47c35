"""Partial dates made usable, and the first and last day of many rows."""

import numpy as np
import pandas as pd
import pytest

from analytics.core.endpoints.dates import dates, days, first_per_case, last_per_case, usable_days


def day(text):
    return float(np.datetime64(text, "D").astype("int64"))


def imputed(stored, precision, lower=np.nan, upper=np.nan):
    found, flag = usable_days(pd.to_datetime(pd.Series([stored])), pd.Series([precision], dtype=object), lower, upper)
    return str(found[0].astype("int64").astype("datetime64[D]")), bool(flag[0])


@pytest.mark.parametrize(
    ("stored", "precision", "expected"),
    [
        ("2024-02-01", "D", ("2024-02-01", False)),
        ("2024-02-01", None, ("2024-02-01", False)),
        ("2024-02-01", "M", ("2024-02-15", True)),
        ("2024-01-01", "Y", ("2024-07-01", True)),
    ],
)
def test_unknown_day_is_the_15th_and_unknown_month_is_1_july(stored, precision, expected):
    assert imputed(stored, precision) == expected


def test_an_imputed_day_moves_inside_its_neighbours():
    assert imputed("2024-02-01", "M", lower=day("2024-02-20"))[0] == "2024-02-20"
    assert imputed("2024-02-01", "M", upper=day("2024-02-10"))[0] == "2024-02-10"
    assert imputed("2024-01-01", "Y", lower=day("2024-09-01"), upper=day("2024-10-01"))[0] == "2024-09-01"


def test_an_imputed_day_never_leaves_the_month_that_is_known():
    assert imputed("2024-02-01", "M", lower=day("2024-05-01"))[0] == "2024-02-15"
    assert imputed("2024-02-01", "M", upper=day("2023-01-01"))[0] == "2024-02-15"


def test_an_exact_day_is_not_moved():
    assert imputed("2024-02-01", "D", lower=day("2024-05-01")) == ("2024-02-01", False)


def test_days_and_dates_are_each_other_s_reverse():
    given = pd.Series(pd.to_datetime(["1969-12-31", None, "2024-02-29"]))

    assert pd.Series(dates(days(given))).astype("datetime64[ns]").equals(given)


def test_first_and_last_day_of_each_case():
    code, found = np.array([0, 0, 2, 2]), np.array([5.0, 3.0, np.nan, 8.0])

    assert np.array_equal(first_per_case(code, found, 3), [3, np.nan, 8], equal_nan=True)
    assert np.array_equal(last_per_case(code, found, 3), [5, np.nan, 8], equal_nan=True)
    assert np.array_equal(first_per_case(code, found, 3, found > 4), [5, np.nan, 8], equal_nan=True)
