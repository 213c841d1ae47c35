"""The design of a regression: kinds, references, missing values, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from analytics.core.estimators.design import CATEGORY, FLAG, Covariate, design, kind_of

ROWS = pd.DataFrame(
    {
        "age": [4.0, 9.0, None, 15.0, 2.0, 7.0],
        "burden": ["high", "low", "low", "none", None, "high"],
        "hsct": ["yes", "no", "no", "yes", "no", "no"],
        "double": [8.0, 18.0, 1.0, 30.0, 4.0, 14.0],
        "one": [1, 1, 1, 1, 1, 1],
    }
)


def test_columns_are_named_by_level_and_rows_are_counted():
    burden = Covariate("burden", CATEGORY, label="Burden", levels=("none", "low", "high", "bulky"), reference="low")
    found = design(ROWS, [burden, Covariate("age")])

    assert found.names == ("Burden: none", "Burden: high", "age")
    assert found.covariates == ("Burden", "Burden", "age")
    assert found.references == {"Burden": "low"}
    assert found.kept.tolist() == [True, True, False, True, False, True]
    assert found.x.tolist() == [[0, 1, 4], [0, 0, 9], [1, 0, 15], [0, 1, 7]]
    assert found.missing == {"Burden": 1, "age": 1}
    assert found.warnings == (
        "2 rows are left out because a covariate is missing (Burden 1, age 1).",
        "Burden: no case has the level bulky; it is left out.",
    )


def test_rows_not_in_use_are_not_counted_as_missing():
    found = design(ROWS, [Covariate("age")], used=np.array([True, True, False, True, True, True]))

    assert found.missing == {"age": 0}
    assert not found.warnings


def test_a_flag_is_one_for_yes():
    assert design(ROWS, [Covariate("hsct", FLAG)]).x.ravel().tolist() == [1, 0, 0, 1, 0, 0]


@pytest.mark.parametrize(
    ("covariates", "message"),
    [
        ([], "No covariate"),
        ([Covariate("height")], "no such column"),
        ([Covariate("age"), Covariate("age")], "named twice"),
        ([Covariate("one")], "same value, 1, in all 6 cases"),
        ([Covariate("burden")], "high is not a number"),
        ([Covariate("age", FLAG)], "neither yes nor no"),
        ([Covariate("burden", CATEGORY, levels=("low", "high"))], "none is not one of its levels"),
        ([Covariate("burden", CATEGORY, reference="bulky")], "reference level bulky has no case"),
        ([Covariate("age"), Covariate("double")], "double follows exactly from age"),
    ],
)
def test_refused(covariates, message):
    with pytest.raises(ValueError, match=message):
        design(ROWS, covariates)


def test_more_columns_than_events_are_refused():
    with pytest.raises(ValueError, match="2 covariate columns for 1 events"):
        design(ROWS, [Covariate("age"), Covariate("hsct", FLAG)], events=1)


def test_kinds_that_nobody_named():
    assert [kind_of(ROWS["age"]), kind_of(ROWS["burden"]), kind_of(ROWS["age"] > 5)] == ["number", "category", "flag"]
