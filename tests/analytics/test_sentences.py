"""The sentence under a figure and the numbers at the top: estimates with their intervals, never more than they say."""

import pytest

from analytics.catalogue import CATALOGUE
from analytics.choices import RULES
from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.dashboards import CONSORTIUM, DASHBOARDS, HISTORICAL
from analytics.panels import Counts
from analytics.phrases import LABELS
from analytics.sentences import answer, tile_value
from tests.analytics.figures.samples import EDGES, months, result_of

OS, EFS, BURDEN = (CONSORTIUM.panel(name) for name in ("os", "efs", "efs-by-disease-burden"))
HOSPITALS = HISTORICAL.panel("os-by-hospital")
COUNTS = Counts(patients=14, sites=3)


def said(panel, result):
    return answer(panel, result).replace("\u00a0", " ")


def by_burden(*groups):
    return result_of(*groups, of="efs-a-by-disease-burden")


#  low: 10 patients, events at months 2, 4, 5; high: 8 patients, events at months 1 to 4. p is lifelines' as well
LOW = ("low", months(2, 4, 5, *[20] * 7), [1, 1, 1, *[0] * 7])
HIGH = ("high", months(1, 2, 3, 4, *[14] * 4), [1, 1, 1, 1, 0, 0, 0, 0])


def test_one_curve_is_read_at_twelve_months_with_interval_n_events_and_median():
    result = result_of(("All cases", *LOW[1:]))

    assert (
        said(OS, result)
        == "12-month overall survival 70 % (95 % CI 33–89); n 10, events 3, median not reached (95 % CI from 2.0 months)."
    )


def test_groups_are_read_side_by_side_with_the_test():
    sentence = said(BURDEN, by_burden(LOW, HIGH))

    assert sentence == (
        "12-month event-free survival 70 % (95 % CI 33–89) with low burden, 50 % (15–77) with high burden; log-rank p = 0.31, unadjusted."
    )


def test_a_group_without_words_of_its_own_is_named_by_its_label():
    result = result_of(("KYO", *LOW[1:]), ("OSA", *HIGH[1:]), of="os-by-hospital")

    assert " 50 % (15–77) in OSA;" in said(HOSPITALS, result)


def test_without_patients_nothing_is_claimed():
    assert said(OS, EDGES["nobody"]) == "No patient can be analysed yet."


def test_without_events_no_percentage_is_claimed():
    assert said(OS, EDGES["all censored"]) == (
        "No event so far in 6 patients. An interval cannot be given before the first event."
    )
    assert said(OS, EDGES["one patient, alive"]).startswith("No event so far in 1 patient.")


def test_a_month_that_nobody_reaches_is_not_read():
    early = result_of(("All cases", months(2, 3, 7, 8), [1, 0, 0, 0]))
    too_early = result_of(("All cases", months(2, 3, 4, 5), [1, 0, 0, 0]))

    assert said(OS, early).startswith("6-month overall survival 75 %")
    assert said(OS, too_early) == "Follow-up is too short for overall survival at 6 months: n 4, events 1."


def test_groups_are_read_at_a_month_that_all_reach():
    result = by_burden(LOW, ("high", months(1, 2, 3, 8, 8), [1, 1, 1, 0, 0]))

    assert said(BURDEN, result).startswith("6-month event-free survival 70 %")


def test_everybody_dead_is_zero_without_an_interval():
    assert "0 % (interval not estimable)" in said(OS, EDGES["one patient, dead on day 0"])


def test_an_empty_group_is_named():
    sentence = said(BURDEN, by_burden(LOW, ("high", [], [])))

    assert "no patients with high burden" in sentence and "log-rank" not in sentence


@pytest.mark.parametrize("case", EDGES)
def test_every_edge_has_a_sentence(case):
    assert answer(OS, EDGES[case]).endswith(".")


def tile(name, result):
    shown = tile_value(next(one for one in CONSORTIUM.tiles if one.name == name), result, COUNTS)
    return shown.value.replace("\u00a0", " "), shown.note.replace("\u00a0", " ")


def test_tiles_show_number_interval_and_n():
    result = result_of(("All cases", *LOW[1:]))

    assert tile("os-1-year", result) == ("70 %", "95 % CI 33–89 · n 10, events 3")
    assert tile("infused", result) == ("10", "of 14 registered")
    assert tile("sites", None) == ("3", "with registered patients")


def test_tiles_without_an_answer_say_why():
    assert tile("os-1-year", None) == ("–", "not computed yet")
    assert tile("os-1-year", EDGES["nobody"]) == ("–", "follow-up too short; n 0")
    assert tile("os-1-year", EDGES["all censored"]) == ("100 %", "interval not estimable · n 6, events 0")


def test_every_panel_and_tile_names_an_analysis_of_the_catalogue_and_of_its_cohort():
    cohorts = {one.name: one.cohort for one in CATALOGUE}

    for dashboard in DASHBOARDS.values():
        for rule in RULES:
            assert {cohorts[name] for name in dashboard.analyses(rule)} == {dashboard.slug}


def test_what_results_say_about_themselves_is_in_the_catalogue_of_messages():
    shown = {name for dashboard in DASHBOARDS.values() for rule in RULES for name in dashboard.analyses(rule)}

    for one in (one for one in CATALOGUE if one.name in shown and one.endpoint):
        rule = ENDPOINTS[one.endpoint].as_dict()
        labels = [label for _value, label in one.groups.levels] if one.groups else ["All cases"]
        assert {rule["label"], rule["print"], rule["clock"], one.population_label, *labels} <= set(LABELS), one.name
