"""What moved between two Results: the numbers by which they are known, and nothing where nothing did."""

import json

import pytest

from analytics.catalogue import CATALOGUE
from analytics.core.headline import headline, moved
from analytics.core.run import run
from analytics.core.whole import whole_table
from tests.analytics.core.worlds import INFUSED, dated
from tests.reference.test_seed_cohort import everything  # noqa: F401 - the fixture
from tests.reference.twelve_patients import alive, dead, tables_of

OS = next(one for one in CATALOGUE if one.name == "os")


def result(**died):
    """Overall survival of four patients, each dead on a day or alive on day 400."""
    events = {name: dead(died[name], 1, 0) if name in died else alive(400, 400) for name in ("C1", "C2", "C3", "C4")}
    return run(OS, whole_table(tables_of({name: [*INFUSED, dated(*event)] for name, event in events.items()})))


def test_a_corrected_date_moves_the_estimates_it_touches():
    found = moved(result(C1=100), result(C1=200))

    (six,) = found
    assert (six["what"], six["months"]) == ("survival", 6)
    assert (six["before"], six["after"]) == ({"value": 0.75, "n": 4, "events": 1}, {"value": 1.0, "n": 4, "events": 1})


def test_a_further_death_moves_estimates_and_counts_the_greatest_change_first():
    found = moved(result(C1=100), result(C1=100, C2=200))

    assert [(one["months"], one["before"]["value"], one["after"]["value"]) for one in found][0] == (12, 0.75, 0.5)
    assert all(one["after"]["events"] == 2 for one in found)
    changes = [abs(one["after"]["value"] - one["before"]["value"]) for one in found]
    assert changes == sorted(changes, reverse=True)


def test_the_same_result_moves_nothing():
    assert moved(result(C1=100), json.loads(json.dumps(result(C1=100)))) == []


@pytest.mark.parametrize("analysis", [one for one in CATALOGUE if one.cohort == "tisagenlecleucel"], ids=lambda one: one.name)  # fmt: skip
def test_every_analysis_of_the_catalogue_has_numbers_by_which_it_is_known(analysis, everything):  # noqa: F811
    if analysis.method in ("cox", "fine-gray", "time-dependent"):
        analysis = analysis.with_(options=analysis.options.__class__(resamples=2))
    found = headline(run(analysis, everything))

    assert found and len({(one["of"], one["what"], one["months"]) for one in found}) == len(found)
    assert moved({**run(analysis, everything)}, run(analysis, everything)) == []
