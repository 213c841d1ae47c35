"""How far curves and tables are drawn."""

import numpy as np
import pytest

from analytics.catalogue import CATALOGUE
from analytics.core.methods.answer import beyond, shown_until, ticks


def rows(*days):
    return np.array(days, dtype="float64")


def test_ordinary_follow_up_is_shown_whole():
    assert shown_until(rows(*range(100, 1500, 100))) == 1400
    assert beyond(rows(*range(100, 1500, 100)), 1400) == []


def test_one_mistyped_year_does_not_stretch_the_axis():
    days = rows(*range(100, 1500, 100), 43_800)

    shown = shown_until(days)

    assert shown == 1.5 * 1100  # five of fifteen reach day 1100
    assert ticks(CATALOGUE[0], shown)[-1] == 54
    assert beyond(days, shown) == [
        "In 1 case the observation goes on beyond 54 months; that is in the estimates and not in the picture."
    ]


@pytest.mark.parametrize(("days", "shown"), [((), 0), ((30,), 30), ((10, 20, 9000), 24 * 30.4375)])
def test_few_patients_are_shown_for_two_years_at_least(days, shown):
    assert shown_until(rows(*days)) == shown
