"""`seed_synthetic`: the same numbers give the same cases, entered by the actions, with nothing wrong in them."""

import pytest
from django.core.management import CommandError, call_command

from registry.access.row_security import everything_scope
from registry.demo.cohort import random_outcomes
from registry.demo.enter import forms_of
from registry.models import Case, HistoryEvent
from registry.record import stored_cases


def seed(**options):
    call_command("seed_synthetic", **{"sites": 3, "cases": 4, "seed": 11, **options})


@pytest.mark.django_db
def test_cases_are_entered_once_with_nothing_wrong_in_them(capsys):
    seed()
    seed()
    with everything_scope(actor="tests"):
        cases = list(Case.objects.select_related("site"))
        found = {one.rule for record in stored_cases(cases).values() for one in record.findings}
        actors = set(HistoryEvent.objects.values_list("actor", flat=True))
    assert len(cases) == 4
    assert len({case.site.code for case in cases}) == 3
    assert found <= {"X49"}  # the invented follow-up ends on one day, by now long past
    assert actors == {"seed_synthetic"}
    assert "0 cases entered at 3 sites; 4 were there already" in capsys.readouterr().out


def test_the_same_seed_gives_the_same_patients():
    again = [list(forms_of(outcome, 11)) for outcome in random_outcomes(6, 11)]
    assert [list(forms_of(outcome, 11)) for outcome in random_outcomes(6, 11)] == again
    assert [list(forms_of(outcome, 12)) for outcome in random_outcomes(6, 12)] != again


def test_outcomes_are_possible():
    outcomes = random_outcomes(500, 3)
    assert len({one.patient for one in outcomes}) == 500
    for one in outcomes:
        days = [day for day in (one.assessment_day, one.relapse_day, one.hsct_day, one.death_day) if day is not None]
        assert max(days) <= one.last_day
        assert one.relapse_day is None or (
            one.response != "NR" and one.relapse_day > (one.hsct_day or one.assessment_day)
        )
        assert one.death_day in (None, one.last_day)
    share = sum(one.relapse_day is not None for one in outcomes) / 500
    assert 0.2 < share < 0.5
    assert any(one.response == "NR" for one in outcomes)


@pytest.mark.parametrize(("option", "value"), [("sites", 0), ("sites", 677), ("cases", 0), ("cases", 10_000)])
def test_impossible_numbers_are_refused(option, value):
    with pytest.raises(CommandError, match="Expected"):
        seed(**{option: value})
