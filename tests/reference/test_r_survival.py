"""Kaplan-Meier, follow-up and the log-rank family held to R on eleven data sets; r/survival.R asked and wrote the answers."""

import json

import numpy as np
import pandas as pd
import pytest

from analytics.core.estimators.follow_up import reverse_kaplan_meier
from analytics.core.estimators.kaplan_meier import kaplan_meier, quantile, risk_table, survival_at
from analytics.core.estimators.logrank import logrank
from tests.reference.expected import DATA

CLOSED_FORM = 1e-8
ANSWERS = json.loads((DATA.parent / "answers/survival.json").read_text(encoding="utf-8"))
QUESTIONS = [name for name in ANSWERS if name != "made_by"]
RHO = {"logrank": 0, "peto_peto": 1, "half": 0.5, "stratified": 0, "stratified_peto_peto": 1}


def close(found, expected):
    """Equal to R's numbers; where R has NA, not defined here either."""
    numbers = np.asarray([np.nan if one is None else one for one in np.atleast_1d(expected)], dtype="float64")
    np.testing.assert_allclose(np.atleast_1d(found), numbers, rtol=CLOSED_FORM, atol=CLOSED_FORM)


def rows_of(question):
    """The data set with the columns that r/survival.R derives."""
    name = question["data"]
    rows = pd.read_csv(DATA / f"{name}.csv")
    if name == "bladder":
        return rows[rows["enum"] == 1]
    if name == "mgus2":
        return rows.assign(
            any=rows["event"] > 0, age_at_entry=12 * rows["age"], age_at_exit=12 * rows["age"] + rows["futime"]
        )
    if name == "transplant":
        return rows.assign(transplanted=rows["status"] == 2)
    return rows


def of_column(rows, name):
    return None if name is None else rows[name].to_numpy()


def groups(name):
    """Each group's rows (time, event, entry) with R's answer."""
    question = ANSWERS[name]["question"]
    rows = rows_of(question)
    label = "all" if question["group"] is None else rows[question["group"]].astype(str)
    for value, answer in ANSWERS[name]["curves"].items():
        own = rows if question["group"] is None else rows[label == value]
        yield (
            own[question["time"]].to_numpy(),
            own[question["status"]].to_numpy(),
            of_column(own, question["entry"]),
            answer,
        )


def test_the_answers_are_of_at_least_six_data_sets_with_late_entry_and_strata():
    questions = [ANSWERS[name]["question"] for name in QUESTIONS]

    assert len({one["data"] for one in questions}) == 11
    assert sum(one["entry"] is not None for one in questions) >= 2
    assert sum(one["strata"] is not None for one in questions) >= 6


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_step_of_every_curve(name):
    for time, event, entry, answer in groups(name):
        expected, curve = answer["curve"], kaplan_meier(time, event, entry=entry)

        assert (curve.n, curve.n_events) == (answer["n"], answer["events"])
        for column in ("time", "at_risk", "events", "censored", "survival", "std_error", "lower", "upper"):
            close(getattr(curve, column), expected[column])


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_table_under_the_figure(name):
    for time, event, entry, answer in groups(name):
        found = risk_table(kaplan_meier(time, event, entry=entry), answer["table"]["time"])

        for column in ("at_risk", "events", "censored"):
            assert getattr(found, column).tolist() == answer["table"][column]


@pytest.mark.parametrize("name", QUESTIONS)
def test_values_at_chosen_times(name):
    for time, event, entry, answer in groups(name):
        found = survival_at(kaplan_meier(time, event, entry=entry), answer["at"]["time"])

        close(found.survival, answer["at"]["survival"])
        close(found.std_error, answer["at"]["std_error"])


@pytest.mark.parametrize("scale", ["log-log", "log", "plain"])
@pytest.mark.parametrize("name", QUESTIONS)
def test_limits_and_quantiles_on_each_scale(name, scale):
    for time, event, entry, answer in groups(name):
        curve, expected = kaplan_meier(time, event, entry=entry, limits=scale), answer["limits"][scale]
        at = survival_at(curve, expected["at"]["time"])
        found = [quantile(curve, fraction) for fraction in expected["quantiles"]["fraction"]]

        for column in ("lower", "upper"):
            close(getattr(at, column), expected["at"][column])
        for column in ("estimate", "lower", "upper"):
            close([getattr(one, column) for one in found], expected["quantiles"][column])


@pytest.mark.parametrize("name", [one for one in QUESTIONS if ANSWERS[one]["question"]["entry"] is None])
def test_follow_up(name):
    for time, event, _, answer in groups(name):
        curve, expected = reverse_kaplan_meier(time, event), answer["follow_up"]
        found = [quantile(curve, fraction) for fraction in expected["fraction"]]

        for column in ("estimate", "lower", "upper"):
            close([getattr(one, column) for one in found], expected[column])


FORMS = [(name, form) for name in QUESTIONS for form in ANSWERS[name]["tests"] or ()]


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_log_rank(name, form):
    question, expected = ANSWERS[name]["question"], ANSWERS[name]["tests"][form]
    rows = rows_of(question)
    found = logrank(
        rows[question["time"]],
        rows[question["status"]],
        rows[question["group"]].astype(str),
        strata=of_column(rows, question["strata"]) if form.startswith("stratified") else None,
        entry=of_column(rows, question["entry"]),
        rho=RHO.get(form, 0),
    )

    for test, numbers in ((found.test, expected), (found.trend, expected.get("trend"))):
        if numbers is not None:
            assert test.df == numbers["df"]
            close([test.statistic, test.p], [numbers["statistic"], numbers["p"]])
    if "observed" in expected:
        close(found.observed, expected["observed"])
        close(found.expected, expected["expected"])
