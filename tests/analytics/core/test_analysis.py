"""Analyses as values, and the catalogue made of them."""

import json

import pytest

from analytics.catalogue import CATALOGUE
from analytics.core.analysis import Analysis, Groups

OS = Analysis(name="os", title="t", question="q", cohort="c", endpoint="OS_INF")


def test_equal_analyses_have_one_hash_and_a_changed_word_another():
    same = Analysis(name="os", title="t", question="q", cohort="c", endpoint="OS_INF")

    assert OS.hash == same.hash
    assert (
        len({OS.hash, OS.with_(version=2).hash, OS.with_(endpoint="OS_APH").hash, OS.with_(at_months=(12,)).hash}) == 4
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"endpoint": "PFS"}, "os: endpoint 'PFS' is unknown; expected one of OS_INF"),
        ({"method": "coxph"}, "os: method 'coxph' is unknown; expected one of kaplan-meier"),
        ({"endpoint": "CIR"}, "os: CIR has competing events"),
        ({"tick_months": 0}, "os: months must be positive"),
        ({"population": "everybody"}, "os: population 'everybody' is unknown; expected one of all, infused"),
        ({"method": "cox"}, "os: cox needs covariates"),
        ({"method": "proportion", "endpoint": ""}, "os: proportion needs an outcome"),
        ({"method": "landmark"}, "os: landmark needs landmark_days"),
        ({"method": "time-dependent"}, "os: time-dependent needs an exposure"),
        ({"endpoint": ""}, "os: endpoint '' is unknown"),
    ],
)
def test_what_cannot_be_asked_is_refused(words, message):
    with pytest.raises(ValueError, match=message):
        OS.with_(**words)


@pytest.mark.parametrize(
    ("column", "endpoint"),
    [("hsct_after", "OS_INF"), ("crs_severe", "EFS_A"), ("responded", "OS_INF"), ("burden", "OS_APH")],
)
def test_a_curve_is_never_split_by_what_is_known_after_its_clock_has_started(column, endpoint):
    """Immortal time: who was transplanted, had CRS or responded had to live until then."""
    with pytest.raises(ValueError, match=f"{column} is known only after .* immortal time; use a landmark"):
        OS.with_(endpoint=endpoint, groups=Groups(column, "x"))


def test_groups_need_a_column_of_the_case_table():
    with pytest.raises(ValueError, match="groups cannot be made by 'D_HSCT'; expected one of age_decision"):
        Groups("D_HSCT", "Transplant after infusion")


def test_the_catalogue_names_each_analysis_once_and_cites_its_source():
    names = [analysis.name for analysis in CATALOGUE]

    assert len(set(names)) == len(names)
    assert all(analysis.source and analysis.question.endswith("?") for analysis in CATALOGUE)
    assert all(json.dumps(analysis.as_dict()) for analysis in CATALOGUE)


def test_the_catalogue_holds_the_three_rules_side_by_side():
    names = {analysis.name for analysis in CATALOGUE}

    for rule in "abc":
        assert {f"efs-{rule}", f"efs-{rule}-by-disease-burden", f"efs-{rule}-by-prior-transplant"} <= names
