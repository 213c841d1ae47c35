"""Tables of characteristics held to R: quartiles of type 7, standardised differences by their formula, tests between groups."""

import json
from pathlib import Path

import numpy as np
import pytest

from analytics.core.tables.cells import summary
from analytics.core.tables.differences import (
    categorical_difference,
    categorical_test,
    numeric_difference,
    numeric_test,
)

R = json.loads((Path(__file__).parent / "answers" / "tables.json").read_text(encoding="utf-8"))


def close(value, rel=1e-8):
    return pytest.approx(value, rel=rel, abs=1e-13)


@pytest.mark.parametrize("name", R["numbers"])
def test_numbers(name):
    expected = R["numbers"][name]
    parts = [np.sort(np.array(values, dtype="float64")) for values in expected["values"]]

    for values, wanted in zip(parts, expected["summaries"], strict=True):
        found = summary(values, 0)
        assert {key: found[key] for key in wanted} == close(wanted)
    if "difference" in expected:
        assert numeric_difference(*parts) == close(expected["difference"])
    assert numeric_test(parts)[1] == close(expected["p"])


@pytest.mark.parametrize("name", R["categories"])
def test_categories(name):
    expected = R["categories"][name]
    counts = np.array(expected["counts"])
    found, p = categorical_test(counts)

    assert ("Fisher" in found) == expected["is_exact"]
    assert p == close(expected["p"], rel=1e-7 if expected["is_exact"] else 1e-8)
    if "difference" in expected:
        assert categorical_difference(counts) == close(expected["difference"])
