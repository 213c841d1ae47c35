"""Limits of funnels and quartiles of follow-up held to R's qbinom and survfit."""

import json
import math
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analytics.core.estimators.funnel import funnel_limits
from analytics.core.followed import follow_up_json
from tests.reference.expected import table

R = json.loads((Path(__file__).parent / "answers" / "funnel.json").read_text(encoding="utf-8"))
COLUMNS = {
    "bmt_km": ("os_time", "death"),
    "veteran": ("time", "status"),
    "mgus2": ("futime", "death"),
    "ovarian": ("futime", "fustat"),
    "hodg": ("time", "delta"),
    "alloauto": ("time", "delta"),
    "kidney": ("time", "status"),
    "kato_synthetic": ("os_days", "death"),
}


@pytest.mark.parametrize("funnel", R["funnels"], ids=lambda one: f"{one['target']}, {one['confidence']}")
def test_funnel_limits(funnel):
    found = funnel_limits(funnel["n"], funnel["target"], funnel["confidence"])

    assert found.lower == pytest.approx(funnel["lower"], rel=1e-12)
    assert found.upper == pytest.approx(funnel["upper"], rel=1e-12)


@pytest.mark.parametrize("name", COLUMNS)
def test_quartiles_of_follow_up(name):
    time, event = (table(name)[column] for column in COLUMNS[name])
    clock = pd.Series(pd.Timestamp("2020-01-01"), index=time.index)
    found = follow_up_json(time, event == 1, clock, (date(2021, 1, 1), "data cut-off"))

    for quartile, numbers in R["follow_up"][name].items():
        for which, value in numbers.items():
            expected = math.nan if value is None else value
            seen = found[quartile][which]
            assert (math.nan if seen is None else seen) == pytest.approx(expected, rel=1e-8, nan_ok=True)
