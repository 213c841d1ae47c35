"""The sentence under each figure: its numbers are the Result's, and there is one for every method."""

import pytest

from analytics.answers import ANSWERS, answer
from analytics.catalogue import CATALOGUE, TISAGENLECLEUCEL
from analytics.choices import RULES
from analytics.core.analysis import METHODS
from analytics.core.run import run
from analytics.core.whole import whole_table
from analytics.dashboards import CONSORTIUM
from tests.reference.expected import table
from tests.reference.test_seed_cohort import forms_of
from tests.reference.twelve_patients import tables_of

PLAN = {one.name: one for one in CATALOGUE if one.cohort == TISAGENLECLEUCEL}
# Panel → what its sentence says of the 42 invented patients (their figures: tests/reference/test_seed_cohort.py).
SAID = {
    "os": "12-month overall survival 82 % (95 % CI 66–91); n 42, events 12, median not reached (95 % CI from 24.6 months).",
    "cir": "At 12 months: Cumulative incidence of relapse 33 % (95 % CI 18–49), death 3 % (95 % CI 0–12); n 39.",
    "regression": (
        "Taken together: hazard ratio 0.21 (95 % CI 0.08 to 0.53) for Disease burden: Low (< 5 % marrow blasts), hazard ratio "
        "0.44 (95 % CI 0.17 to 1.09) for Prior transplant; n 42, events 20."
    ),
    "flow": (
        "Accepted for CAR-T therapy 42, Cells collected 42, Infused with tisagenlecleucel 42, Complete remission (CR or CRi) by "
        "day 100 39, Relapse 16."
    ),
    "sensitivity": "At 12 months from 44 % (EFS_C) to 59 % (EFS_A), infused patients.",
    "swimmer": "22 of 42 patients without an event so far, 30 alive at last contact.",
}


@pytest.fixture(scope="module")
def everything():
    return whole_table(tables_of({row.patient: forms_of(row) for row in table("kato_synthetic").itertuples()}))


def said(panel, cases, rule="a"):
    """The sentence with plain spaces."""
    return answer(panel, run(PLAN[panel.analysis_for(rule)], cases)).replace("\u00a0", " ")


@pytest.mark.parametrize("name", SAID)
def test_the_sentence_says_the_numbers(everything, name):
    assert said(CONSORTIUM.panel(name), everything) == SAID[name]


@pytest.mark.parametrize("panel", CONSORTIUM.panels, ids=lambda one: one.name)
def test_every_panel_has_a_sentence_whoever_is_there(everything, panel):
    """With everybody, with one patient, with none."""
    for rule in RULES if panel.follows_rule else "a":
        for cases in (everything, everything.iloc[:1], everything.iloc[:0]):
            text = said(panel, cases, rule)
            assert text.endswith(".") and "None" not in text and "nan" not in text, text


def test_there_is_a_sentence_for_every_method():
    assert set(ANSWERS) == set(METHODS)
