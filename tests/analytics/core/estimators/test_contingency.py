"""Tables of counts: exact p against every table counted, odds ratios at their edges, refusals."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammaln

from analytics.core.estimators.contingency import chi_square, conditional_odds_ratio, fisher_exact, sample_odds_ratio
from analytics.core.estimators.proportions import clopper_pearson, wilson

tables = st.integers(2, 3).flatmap(
    lambda columns: st.lists(
        st.lists(st.integers(0, 3), min_size=columns, max_size=columns), min_size=2, max_size=3
    ).map(np.array)
)


def every_table(rows, columns):
    """All tables with these margins, column by column."""
    if len(columns) == 1:
        yield (tuple(rows),)
        return
    for column in every_column(rows, columns[0]):
        for rest in every_table([row - taken for row, taken in zip(rows, column, strict=True)], columns[1:]):
            yield (column, *rest)


def every_column(rows, total):
    if len(rows) == 1:
        if total <= rows[0]:
            yield (total,)
        return
    for taken in range(min(rows[0], total) + 1):
        for rest in every_column(rows[1:], total - taken):
            yield (taken, *rest)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_exact_p_counts_every_table(table):
    filled = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(filled.shape) < 2:
        assert math.isnan(fisher_exact(table))
        return
    weight = [
        -gammaln(np.array(one) + 1).sum()
        for one in every_table(filled.sum(axis=1).tolist(), filled.sum(axis=0).tolist())
    ]
    share = np.exp(np.array(weight)) / np.exp(weight).sum()
    mine = np.exp(-gammaln(filled + 1).sum()) / np.exp(weight).sum()

    assert fisher_exact(table) == pytest.approx(share[share <= mine * (1 + 1e-7)].sum(), rel=1e-9)
    assert fisher_exact(table.T) == pytest.approx(fisher_exact(table), rel=1e-9)
    assert fisher_exact(table[::-1, ::-1]) == pytest.approx(fisher_exact(table), rel=1e-9)


def test_a_table_too_large_for_the_exact_test_is_refused():
    with pytest.raises(ValueError, match="table of 5 x 6 with 1500 counts is too large"):
        fisher_exact(np.full((5, 6), 50))


def test_odds_ratios_with_empty_cells():
    infinite = conditional_odds_ratio([[6, 0], [3, 9]])
    assert math.isnan(infinite.estimate)
    assert math.isnan(infinite.upper)
    assert infinite.lower > 1
    assert "infinite" in infinite.warnings[0]

    zero = conditional_odds_ratio([[0, 6], [9, 3]])
    assert (zero.estimate, zero.lower) == (0, 0)
    assert zero.upper == pytest.approx(1 / infinite.lower)

    assert sample_odds_ratio([[0, 6], [9, 3]]).estimate == 0
    assert math.isnan(sample_odds_ratio([[0, 6], [9, 3]]).lower)
    assert math.isnan(conditional_odds_ratio([[0, 0], [9, 3]]).estimate)
    assert math.isnan(sample_odds_ratio([[4, 0], [9, 0]]).estimate)


def test_chi_squared_leaves_out_what_is_empty():
    found = chi_square([[3, 0, 2], [0, 0, 0], [1, 0, 4]])

    assert found.test.df == 1
    assert found.corrected
    assert "4 of 4 cells" in found.warnings[0]
    assert math.isnan(chi_square([[3, 0], [2, 0]]).test.p)


@pytest.mark.parametrize("table", [[[1, 2], [3, -1]], [[1.5, 2], [3, 4]], [[math.nan, 2], [3, 4]], [1, 2], [[]]])
def test_what_is_no_table_of_counts_is_refused(table):
    for function in (fisher_exact, chi_square, sample_odds_ratio, conditional_odds_ratio):
        with pytest.raises(ValueError, match="counts"):
            function(table)


def test_an_odds_ratio_needs_two_rows_and_columns():
    with pytest.raises(ValueError, match=r"expected \(2, 2\)"):
        sample_odds_ratio([[1, 2, 3], [4, 5, 6]])


@pytest.mark.parametrize("function", [clopper_pearson, wilson])
def test_proportions_at_their_edges(function):
    assert (function(0, 9).lower, function(9, 9).upper) == (0, 1)
    assert function(0, 9).upper == pytest.approx(1 - function(9, 9).lower)
    assert math.isnan(function(0, 0).estimate)
    assert math.isnan(function(0, 0).upper)
    for x, n in ((3, 2), (-1, 2), (0.5, 2)):
        with pytest.raises(ValueError, match="whole numbers"):
            function(x, n)
    with pytest.raises(ValueError, match="confidence"):
        function(1, 2, 95)
