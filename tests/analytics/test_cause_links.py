"""Steps and cells lead to as many cases as they say: every link of a risk table, and the words of every trace of a figure."""

from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest

from analytics.catalogue import CATALOGUE
from analytics.cause_links import case_links, figure_cases
from analytics.causes_of_steps import Asked
from analytics.core.cases_behind import cases_behind
from analytics.core.cases_listed import chosen
from analytics.core.run import run
from analytics.figures.choices import Choices
from analytics.figures.figure import figure_of
from analytics.figures.words import Words
from registry.access.roles import ROLES
from tests.reference.test_seed_cohort import everything  # noqa: F401 - the fixture

NAMES = ("os", "efs-b-by-disease-burden", "cumulative-incidence")
CURVES = [one for one in CATALOGUE if one.cohort == "tisagenlecleucel" and one.method in ("kaplan-meier", "cumulative-incidence")]  # fmt: skip
SOME = [one for one in CURVES if one.name in NAMES] + [
    next(one for one in CURVES if one.method == "cumulative-incidence")
]
LEAD, STATISTICIAN = (SimpleNamespace(may=lambda word, role=ROLES[name]: word in role.permissions) for name in ("lead", "statistician"))  # fmt: skip


def stored(analysis, table):
    return SimpleNamespace(result=run(analysis, table), run=SimpleNamespace(pk=7))


def asked_of(query):
    return Asked.of({name: values[0] for name, values in parse_qs(query).items()})


def listed(cases, asked):
    return chosen(cases, what=asked.what, start=asked.start, end=asked.end, group=asked.group, cause=asked.cause)


@pytest.mark.parametrize("analysis", SOME, ids=lambda one: one.name)
def test_every_cell_of_the_risk_table_leads_to_as_many_cases(analysis, everything):  # noqa: F811
    shown, cases = stored(analysis, everything), cases_behind(analysis, everything)
    link, followed = case_links(shown, LEAD), 0

    for group in shown.result["groups"]:
        for row in group["risk_table"]:
            for name in ("at_risk", "events", "censored"):
                url = link(group, name, row)
                assert bool(url) == bool(row[name])
                if url:
                    assert len(listed(cases, asked_of(urlsplit(url).query))) == row[name]
                    followed += 1
    assert followed > 5


@pytest.mark.parametrize("stacked", [False, True])
@pytest.mark.parametrize("analysis", SOME, ids=lambda one: one.name)
def test_every_step_of_the_drawn_curves_leads_to_its_cases(analysis, stacked, everything):  # noqa: F811
    shown, cases = stored(analysis, everything), cases_behind(analysis, everything)
    keys = figure_cases(shown, LEAD)["keys"]
    figure = figure_of(shown.result, Words(), choices=Choices(stacked=stacked))
    found = set()

    for trace in figure["data"]:
        if "customdata" not in trace or trace["legendgroup"] not in keys:
            continue
        for day in trace["customdata"]:
            query = f"{keys[trace['legendgroup']]}&what=event&from={day}&to={day}"
            found |= {one.case for one in listed(cases, asked_of(query))}
    drawn = {one.case for one in cases if one.cause == 1 or (analysis.groups is None and one.cause)}
    last = max(group["shown_until"] for group in shown.result["groups"])
    assert found >= {one.case for one in cases if one.case in drawn and one.time <= last and one.cause == 1}
    assert found <= {one.case for one in cases if one.cause}


def test_nothing_leads_to_cases_for_those_who_may_not_see_them(everything):  # noqa: F811
    shown = stored(SOME[0], everything)
    group = shown.result["groups"][0]
    assert figure_cases(shown, STATISTICIAN) is None
    assert case_links(shown, STATISTICIAN)(group, "events", group["risk_table"][-1]) == ""
