"""`void_form`: taken out of everything but the history, with a reason, and entered anew if need be."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from registry.access.row_security import everything_scope
from registry.actions.forms import ReasonNeededError, StaleVersionError, save_form, void_form
from registry.models import Death, HistoryEvent, Relapse
from tests import factories
from tests.registry.actions.conftest import stored
from tests.standing import standing


@standing
def relapse(case, nurse):
    """One stored relapse."""
    return save_form(Relapse(case=case, rel_date=date(2024, 5, 1)), by=nurse)


def counted():
    """Relapses that count."""
    with everything_scope(actor="tests"):
        return list(Relapse.objects.values_list("rel_seq", flat=True))


def test_it_counts_nowhere_and_stays_in_the_history(relapse, nurse):
    void_form(relapse, by=nurse, seen_version=1, reason="entered for another patient")
    assert counted() == []
    kept = stored(Relapse)
    assert (kept.is_void, kept.version, kept.rel_date) == (True, 2, date(2024, 5, 1))
    with everything_scope(actor="tests"):
        last = HistoryEvent.objects.filter(form="relapse").last()
    assert (last.item, last.old, last.new) == ("is_void", None, True)
    assert (last.reason, last.actor) == ("entered for another patient", nurse.email)


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_is_needed(relapse, nurse, reason):
    with pytest.raises(ReasonNeededError):
        void_form(relapse, by=nurse, seen_version=1, reason=reason)
    assert counted() == [1]


def test_a_stale_version_is_refused(relapse, nurse):
    with pytest.raises(StaleVersionError):
        void_form(relapse, by=nurse, seen_version=7, reason="duplicate")
    void_form(relapse, by=nurse, seen_version=1, reason="duplicate")
    with pytest.raises(StaleVersionError):  # a second click
        void_form(relapse, by=nurse, seen_version=1, reason="duplicate")


def test_others_may_not(relapse, osaka):
    for person in (factories.person("manager"), factories.person("coordinator", sites=[osaka])):
        with pytest.raises(PermissionDenied):
            void_form(relapse, by=person, seen_version=1, reason="duplicate")
    assert counted() == [1]


def test_a_row_of_another_case_is_not_voided(relapse, nurse, kyoto):
    """The case that the caller may write and the row must belong together."""
    claimed = Relapse(pk=relapse.pk, case=factories.enrolled_case(kyoto))
    with pytest.raises(PermissionDenied):
        void_form(claimed, by=nurse, seen_version=1, reason="duplicate")
    assert counted() == [1]


def test_a_single_form_is_entered_anew_in_its_place(case, nurse):
    first = save_form(Death(case=case, death_date=date(2024, 5, 1), autopsy=1), by=nurse)
    void_form(first, by=nurse, seen_version=1, reason="patient is alive")
    again = save_form(Death(case=case, death_date=date(2025, 1, 1)), by=nurse)
    assert (again.pk, again.version) == (first.pk, 3)
    kept = stored(Death)
    assert (kept.is_void, kept.death_date, kept.autopsy) == (False, date(2025, 1, 1), None)


def test_a_removed_row_gives_its_number_back(relapse, nurse, case):
    void_form(relapse, by=nurse, seen_version=1, reason="entered for another patient")
    real = save_form(Relapse(case=case, rel_date=date(2024, 8, 1)), by=nurse)

    assert (real.rel_seq, real.pk, real.is_void, real.version) == (1, relapse.pk, False, 3)
    assert save_form(Relapse(case=case, rel_date=date(2024, 9, 1)), by=nurse).rel_seq == 2


RESTING = [  # what goes last, with what has to go before it
    ("prior_therapy", {"prior_hsct": 1}, "prior_transplant", {"hsct_date": factories.day(-400)}),
    ("cart_course", {"infused": 1, "prod_name": 1}, "infusion", {"inf_date": factories.DAY_0}),
    ("crs", {"crs_occurred": 1}, "crs_episode", {"crs_onset": factories.day(2)}),
    ("crs_episode", {"crs_onset": factories.day(2)}, "crs_day", {"crs_day_episode": 1}),
    ("icans", {"icans_occurred": 1}, "icans_episode", {"icans_onset": factories.day(2)}),
    ("icans_episode", {"icans_onset": factories.day(2)}, "icans_day", {"icans_day_episode": 1}),
    ("crs", {"crs_occurred": 1}, "crs_day", {"crs_day_episode": 1}),
]


@pytest.mark.parametrize(("below", "answers", "above", "more"), RESTING)
def test_what_rests_on_a_form_goes_before_it(case, nurse, below, answers, above, more):
    first = factories.stored_form(case, below, **answers)
    resting = factories.stored_form(case, above, **more)
    with pytest.raises(ValidationError) as refused:
        void_form(first, by=nurse, seen_version=1, reason="another patient's")
    assert f"{resting.title}: 1" in refused.value.messages[0]
    assert stored(type(first)).is_void is False

    void_form(resting, by=nurse, seen_version=1, reason="another patient's")
    void_form(first, by=nurse, seen_version=1, reason="another patient's")
    assert stored(type(first)).is_void is True


def test_rows_of_another_course_or_episode_do_not_hold_a_form(case, nurse):
    summary = factories.stored_form(case, "crs", crs_occurred=1)
    factories.stored_form(case, "crs_episode", course_no=2, crs_onset=factories.day(402))
    first, second = (factories.stored_form(case, "crs_episode", crs_onset=factories.day(on)) for on in (2, 9))
    factories.stored_form(case, "crs_day", crs_day_episode=second.crs_seq)

    void_form(first, by=nurse, seen_version=1, reason="another patient's")
    with pytest.raises(ValidationError):
        void_form(summary, by=nurse, seen_version=1, reason="another patient's")
