"""Cases chosen by filters, groups made by cut points, and an analysis that survives its own JSON."""

import json

import pandas as pd
import pytest

from analytics.catalogue import CATALOGUE, OVERALL_SURVIVAL
from analytics.core.analysis import Analysis, Filter, Groups
from analytics.core.selection import select


@pytest.mark.parametrize("analysis", CATALOGUE, ids=lambda one: one.name)
def test_an_analysis_comes_back_from_its_json(analysis):
    back = Analysis.from_dict(json.loads(json.dumps(analysis.as_dict())))

    assert back.as_dict() == analysis.as_dict()
    assert back.hash == analysis.hash


def test_filters_and_cut_points_come_back_too():
    asked = OVERALL_SURVIVAL.with_(
        filters=(Filter("burden", ("low",)), Filter("age_infusion", low=3, high=17.9)),
        groups=Groups("age_infusion", "Age at infusion", cuts=(10, 18)),
    )

    back = Analysis.from_dict(json.loads(json.dumps(asked.as_dict())))

    assert back.as_dict() == asked.as_dict()
    assert [one.column for one in back.filters] == ["age_infusion", "burden"]


def test_levels_between_cut_points_say_where_a_point_belongs():
    assert Groups("age_infusion", "Age at infusion", cuts=(10, 18)).levels == (
        ("<10", "< 10 years"),
        ("10to<18", "10 to < 18 years"),
        ("≥18", "≥ 18 years"),
    )


REFUSED = {
    "cut points out of order": (lambda: Groups("age_infusion", "Age", cuts=(18, 10)), "ascending order"),
    "the same point twice": (lambda: Groups("age_infusion", "Age", cuts=(10, 10)), "ascending order"),
    "a point that is no number": (lambda: Groups("age_infusion", "Age", cuts=(float("nan"),)), "ascending order"),
    "a number without cut points": (lambda: Groups("age_infusion", "Age"), "need cut points"),
    "cut points of words": (lambda: Groups("burden", "Burden", cuts=(1,)), "is no number"),
    "an unknown column": (lambda: Filter("shoe_size", ("44",)), "no cases can be chosen by 'shoe_size'"),
    "nothing asked": (lambda: Filter("burden"), "one or more values"),
    "a range of words": (lambda: Filter("burden", low=1), "one or more values"),
    "values of a number": (lambda: Filter("age_infusion", ("7",)), "a lowest or highest number"),
    "an empty range": (lambda: Filter("age_infusion", low=9, high=3), "holds no number"),
    "two filters of one column": (
        lambda: OVERALL_SURVIVAL.with_(filters=(Filter("burden", ("low",)), Filter("burden", ("high",)))),
        "two filters of one column",
    ),
    "a choice by what happened later": (
        lambda: OVERALL_SURVIVAL.with_(filters=(Filter("responded", ("yes",)),)),
        "immortal time",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_makes_no_sense_is_refused_in_words(case):
    make, said = REFUSED[case]
    with pytest.raises(ValueError, match=said):
        make()


@pytest.fixture
def table():
    """Six cases with a time; one of them without a known age, one without a known burden."""
    day = pd.Timestamp("2021-01-01")
    return pd.DataFrame(
        {
            "case": [f"c{i}" for i in range(6)],
            "cohort": OVERALL_SURVIVAL.cohort,
            "site": "s1",
            "infused": True,
            "age_infusion": [2.0, 10.0, 17.9, 18.0, None, 25.0],
            "burden": ["low", "low", "high", None, "low", "high"],
            "T0": day,
        }
    )


def chosen(table, **asked):
    """What a table over all cases selects."""
    analysis = OVERALL_SURVIVAL.with_(method="table-one", endpoint="", population="all", **asked)
    return select(analysis, table)


def test_filters_keep_both_ends_and_count_the_unknown_apart(table):
    found = chosen(table, filters=(Filter("age_infusion", low=10, high=18),))

    assert list(found.rows.index) == [1, 2, 3]
    assert found.excluded == [("Not chosen by the filter: Age at infusion", 2), ("Age at infusion not known", 1)]


def test_filters_hold_together(table):
    found = chosen(table, filters=(Filter("age_infusion", high=18), Filter("burden", ("low",))))

    assert list(found.rows.index) == [0, 1]
    assert sum(n for _reason, n in found.excluded) + len(found.rows) == len(table)
