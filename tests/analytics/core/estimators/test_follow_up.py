"""Clark's completeness of follow-up by hand."""

import math

import pytest

from analytics.core.estimators.follow_up import completeness


def test_four_cases_by_hand():
    #  dies at 100 of 400: complete; lost at 100 of 400: 100; seen to the end; seen beyond the date: 400 of 400
    found = completeness([100, 100, 400, 500], [1, 0, 0, 0], [400, 400, 400, 400])

    assert (found.observed, found.potential) == (1000, 1300)
    assert found.complete == pytest.approx(10 / 13)
    assert (found.n, found.lost, found.begun_later) == (4, 1, 0)


def test_an_event_after_the_date_has_not_happened_yet():
    assert completeness([500], [1], [400]).complete == 1


def test_whose_clock_starts_later_does_not_count():
    found = completeness([100, 50], [0, 0], [200, -3])

    assert (found.n, found.begun_later, found.complete) == (1, 1, 0.5)
    assert math.isnan(completeness([50], [0], [0]).complete)
    assert math.isnan(completeness([], [], []).complete)


def test_late_entry_counts_from_entry():
    assert completeness([60], [0], [110], entry=[10]).complete == 0.5


def test_a_missing_date_is_refused():
    with pytest.raises(ValueError, match="one finite number"):
        completeness([1, 2], [0, 0], [5, math.nan])
