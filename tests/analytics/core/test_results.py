"""Results: complete on good data, clear on bad, and never an exception."""

import json

import numpy as np
import pandas as pd
import pytest

from analytics.catalogue import CATALOGUE
from analytics.core.analysis import Analysis, Groups
from analytics.core.cases import empty_tables
from analytics.core.endpoints.timeline import timeline
from analytics.core.run import run
from analytics.core.sentences import NOT_ESTIMABLE
from analytics.core.whole import whole_table
from tests.analytics.core.worlds import INFUSED, dated
from tests.reference import twelve_patients as twelve
from tests.reference.twelve_patients import alive, dead, remission, tables_of

OS = Analysis(name="os", title="t", question="q", cohort="tisagenlecleucel", endpoint="OS_INF")
BY_BURDEN = OS.with_(name="os-by", groups=Groups("burden", "Burden", (("low", "Low"), ("high", "High"))))
BY_SITE = OS.with_(name="os-by-site", groups=Groups("site", "Hospital"))


def world(*cases, burdens=()):
    """The timeline of infused cases given as events; their burden may be set."""
    rows = {f"C{i}": [*INFUSED, *(dated(*event) for event in events)] for i, events in enumerate(cases)}
    lines = timeline(tables_of(rows))
    if burdens:
        lines["burden"] = pd.Categorical(burdens, categories=["low", "high"])
    return lines


def result_of(analysis, lines):
    """The Result, having been through strict JSON."""
    return json.loads(json.dumps(run(analysis, lines), allow_nan=False))


def test_a_whole_result():
    result = result_of(OS, timeline(twelve.tables()))
    (group,) = result["groups"]

    assert (result["n"], result["events"]) == (11, 5)
    assert result["excluded"] == [{"reason": "Not in the analysis set: Infused with tisagenlecleucel", "n": 1}]
    assert result["endpoint"]["id"] == "OS_INF" and result["endpoint"]["version"] == 1
    assert result["analysis_hash"] == OS.hash
    assert result["follow_up"]["median"]["estimate"] == 450
    assert group["curve"]["time"][:3] == [0, 12, 75]
    assert group["curve"]["at_risk"][:3] == [11, 11, 10]
    assert [row["months"] for row in group["risk_table"]] == [0, 6, 12, 18]
    assert group["risk_table"][0] == {"time": 0, "months": 0, "at_risk": 11, "events": 0, "censored": 0}
    assert [row["months"] for row in group["at"]] == [6, 12, 24]
    assert group["at"][1]["survival"] == pytest.approx(0.5195, abs=5e-5)
    assert group["at"][2]["at_risk"] == 0
    assert result["warnings"] == ["nobody is observed at 24 months; the estimate is carried on from 19.7 months."]
    assert result["logrank"] is None


@pytest.fixture(scope="module")
def nobody():
    return whole_table(empty_tables())


@pytest.fixture(scope="module")
def twelve_cases():
    return whole_table(twelve.tables())


@pytest.mark.parametrize("analysis", CATALOGUE, ids=lambda analysis: analysis.name)
def test_an_empty_cohort_answers_every_analysis(analysis, nobody):
    result = result_of(analysis, nobody)

    assert result["n"] == 0 and not result["events"]
    assert result["warnings"] == ["No case can be analysed: nothing is estimated."]
    assert not result.get("logrank") and not result.get("models") and not result.get("table")
    for group in result.get("groups", ()):
        assert group["n"] == 0
        assert not [value for value in group.get("curve", {}).get("survival", []) if value is not None]


@pytest.mark.parametrize("analysis", CATALOGUE, ids=lambda analysis: analysis.name)
def test_every_analysis_answers_in_strict_json_and_gives_a_reason_for_every_null(analysis, twelve_cases):
    result = result_of(analysis, twelve_cases)

    assert result["schema"] == 2 and result["analysis"]["method"] == analysis.method
    assert set(result["software"]) == {"python", "numpy", "scipy", "pandas"}
    unexplained = [one["at"] for one in result["undefined"] if one["reason"] == NOT_ESTIMABLE]
    assert not unexplained


@pytest.mark.parametrize("analysis", CATALOGUE, ids=lambda analysis: analysis.name)
def test_the_order_of_the_rows_changes_nothing(analysis, twelve_cases):
    shuffled = twelve_cases.sample(frac=1, random_state=np.random.RandomState(7))

    assert result_of(analysis, shuffled) == result_of(analysis, twelve_cases)


def test_one_patient():
    result = result_of(OS, world([dead(100, 1, 0)]))

    assert result["groups"][0]["median"] == {"estimate": 100, "lower": None, "upper": None}
    assert result["warnings"] == [
        "one case only; the estimates describe that case.",
        "the curve reaches 0; limits are not estimable from there on.",
    ]


def test_all_censored():
    result = result_of(OS, world([alive(900)], [alive(800)]))

    assert result["groups"][0]["median"]["estimate"] is None
    assert result["groups"][0]["curve"]["survival"] == [1, 1, 1]
    assert result["groups"][0]["curve"]["lower"][1:] == [None, None]
    assert result["warnings"] == ["no event; survival stays at 100 %, its limits and the median are not estimable."]


def test_one_group_empty():
    result = result_of(BY_BURDEN, world([dead(100, 1, 0)], [alive(800)], burdens=["low", "low"]))
    low, high = result["groups"]

    assert (low["n"], high["n"]) == (2, 0)
    assert result["logrank"] is None
    assert "High: no case; nothing is estimated." in result["warnings"]
    assert "No log-rank test: fewer than two groups hold cases." in result["warnings"]


def test_groups_without_a_common_event_time_have_no_test():
    result = result_of(BY_BURDEN, world([alive(10)], [dead(20, 1, 0)], burdens=["low", "high"]))

    assert result["logrank"] is None
    assert "No log-rank test: no event happened while two groups were under observation." in result["warnings"]


def test_cases_without_a_group_are_counted_not_dropped_in_silence():
    result = result_of(BY_BURDEN, world([alive(10)], [alive(20)], burdens=["low", None]))

    assert result["n"] == 1
    assert result["excluded"] == [{"reason": "Burden not known", "n": 1}]


def test_the_log_rank_test_keeps_the_order_of_the_groups_and_warns_of_few_events():
    lines = world([dead(10, 1, 0)], [dead(30, 1, 0)], [dead(20, 1, 0)], burdens=["low", "low", "high"])
    result = result_of(BY_BURDEN, lines)

    assert [group["group"] for group in result["logrank"]["groups"]] == ["low", "high"]
    assert result["logrank"]["df"] == 1
    assert any("fewer than 5 events" in warning for warning in result["warnings"])


def test_levels_are_found_where_none_are_declared():
    result = result_of(BY_SITE, world([alive(10)], [alive(20)]))

    assert result["analysis"]["groups"]["levels"] == [{"value": "A", "label": "A"}]


def test_one_group_equals_all():
    lines = world([dead(10, 1, 0)], [dead(30, 1, 0)], [alive(90)])
    everyone, alone = result_of(OS, lines)["groups"][0], result_of(BY_SITE, lines)["groups"][0]

    assert {**alone, "group": "all", "label": "All cases"} == everyone


def test_other_cohorts_are_not_looked_at():
    assert result_of(OS.with_(cohort="another"), world([dead(10, 1, 0)]))["n"] == 0


def test_what_the_reader_must_know_of_the_rows():
    form, day, answers = remission(28)
    by_site = (form, day, {**answers, "rsp_anc": None})
    rfs = OS.with_(endpoint="RFS_U")

    assert (
        "In 1 case a response rests on the site's call, because a component is missing."
        in (result_of(rfs, world([by_site]))["warnings"])
    )
