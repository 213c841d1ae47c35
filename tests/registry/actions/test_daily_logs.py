"""A log is stored as one: all its days or none, each against its own version, and the grade follows."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from registry.access.row_security import everything_scope
from registry.actions.daily_logs import LogDay, LogRefusedError, save_log
from registry.actions.forms import LockedError, ReasonNeededError, StaleVersionError, save_form, void_form
from registry.models import CrsDay, CrsEpisode, DerivedValue, HistoryEvent, IcansDay, Query
from tests import factories
from tests.standing import standing

pytestmark = pytest.mark.django_db


@standing
def world():
    kyoto = factories.site("KYO")
    nurse = factories.person("coordinator", sites=[kyoto])
    case = factories.infused_case(kyoto)
    factories.stored_form(case, "crs", crs_occurred=1, toci_given=0)
    episode = {"crs_onset": factories.day(2), "crs_resolved": factories.day(6), "crs_system": 1, "crs_grade_site": 2}
    parts = {"crs_fever": 1, "crs_hypotension": 1, "crs_hypoxia": 0, "crs_attrib_other": 0, "crs_death": 0}
    factories.stored_form(case, "crs_episode", **episode, **parts)
    return case, nurse


def day(case, number, **answers):
    """A day of the log with fever alone, unless changed."""
    parts = {"fever": 1, "hypotension": 0, "hypoxia": 0, **answers}
    named = {f"crs_day_{name}": answer for name, answer in parts.items()}
    return CrsDay(case=case, crs_day_episode=1, crs_day_date=factories.day(number), **named)


def stored(case):
    with everything_scope(actor="tests"):
        return list(CrsDay.objects.filter(case=case).order_by("crs_day_no"))


def grade(case, form="crs"):
    """The stored grade of the course, or of the first episode."""
    with everything_scope(actor="tests"):
        return DerivedValue.objects.get(case=case, form=form, name="crs_grade").value


def open_queries(case):
    with everything_scope(actor="tests"):
        return {one.rule for one in Query.objects.filter(case=case, state="open")}


def test_a_log_gives_the_grade_of_its_episode_and_raises_and_closes_the_query(world):
    case, nurse = world
    assert (grade(case), open_queries(case) & {"X22"}) == (2, set())

    rows = save_log([LogDay(day(case, 2)), LogDay(day(case, 3, hypoxia=2))], by=nurse)

    assert [(row.crs_day_no, row.version, row.is_complete) for row in rows] == [(1, 1, True), (2, 1, True)]
    assert (grade(case), grade(case, "crs_episode")) == (3, 3)
    assert "X22" in open_queries(case)

    worst = stored(case)[1]
    worst.crs_day_hypoxia = 1
    save_log([LogDay(worst, 1)], by=nurse, reason="misread the chart")
    assert grade(case) == 2
    assert "X22" not in open_queries(case)


def test_only_a_day_that_changes_is_written(world):
    case, nurse = world
    save_log([LogDay(day(case, number)) for number in (2, 3)], by=nurse)
    first, second = stored(case)
    second.crs_day_tmax = 39

    written = save_log([LogDay(first, 1), LogDay(second, 1), LogDay(day(case, 4))], by=nurse)

    assert [row.crs_day_no for row in written] == [2, 3]
    assert [row.version for row in stored(case)] == [1, 2, 1]


def test_one_bad_day_keeps_the_whole_log_from_being_stored(world):
    case, nurse = world
    with pytest.raises(LogRefusedError) as refused:
        save_log([LogDay(day(case, 2)), LogDay(day(case, 3, fever=7)), LogDay(day(case, 4, tmax=60))], by=nurse)
    assert {place: set(error.message_dict) for place, error in refused.value.refusals.items()} == {
        1: {"crs_day_fever"},
        2: {"crs_day_tmax"},
    }
    assert stored(case) == []


def test_a_day_stands_once_in_a_log(world):
    case, nurse = world
    with pytest.raises(LogRefusedError) as refused:
        save_log([LogDay(day(case, 2)), LogDay(day(case, 2))], by=nurse)
    assert set(refused.value.refusals) == {0, 1}
    save_log([LogDay(day(case, 2))], by=nurse)
    with pytest.raises(ValidationError, match="already"):
        save_form(day(case, 2), by=nurse)
    two = day(case, 2)
    two.crs_day_episode = 2
    save_form(two, by=nurse)


def test_days_can_change_places(world):
    case, nurse = world
    save_log([LogDay(day(case, 2)), LogDay(day(case, 3))], by=nurse)
    first, second = stored(case)
    first.crs_day_date, second.crs_day_date = second.crs_day_date, first.crs_day_date
    save_log([LogDay(first, 1), LogDay(second, 1)], by=nurse, reason="dates exchanged")
    assert [row.crs_day_date for row in stored(case)] == [factories.day(3), factories.day(2)]


def test_a_day_that_somebody_changed_meanwhile_is_not_overwritten(world):
    case, nurse = world
    save_log([LogDay(day(case, 2)), LogDay(day(case, 3))], by=nurse)
    mine, theirs = stored(case), stored(case)
    theirs[0].crs_day_hypotension = 2
    save_log([LogDay(theirs[0], 1)], by=nurse, reason="second look")
    mine[0].crs_day_hypotension = 1

    with pytest.raises(LogRefusedError) as refused:
        save_log([LogDay(mine[0], 1), LogDay(mine[1], 1)], by=nurse, reason="mine")

    assert isinstance(refused.value.refusals[0], StaleVersionError)
    assert refused.value.refusals[0].theirs.crs_day_hypotension == 2
    assert stored(case)[0].crs_day_hypotension == 2


def test_a_day_goes_for_a_reason_and_the_history_keeps_it(world):
    case, nurse = world
    save_log([LogDay(day(case, 2)), LogDay(day(case, 3, hypoxia=3))], by=nurse)
    assert grade(case) == 4
    with pytest.raises(ReasonNeededError):
        save_log([LogDay(stored(case)[1], 1, is_removed=True)], by=nurse)

    save_log([LogDay(stored(case)[1], 1, is_removed=True)], by=nurse, reason="another patient's")

    assert (len(stored(case)), grade(case)) == (1, 1)
    save_log([LogDay(day(case, 3))], by=nurse)
    assert [row.crs_day_no for row in stored(case)] == [1, 2]  # a removed row gives its number back
    with everything_scope(actor="tests"):
        told = HistoryEvent.objects.filter(case_id=case.pk, form="crs_day", item="is_void").order_by("pk")
        assert [(one.new, one.reason) for one in told] == [(True, "another patient's"), (None, "")]


def test_answers_added_to_blanks_need_no_reason(world):
    case, nurse = world
    save_log([LogDay(day(case, 2, hypoxia=None))], by=nurse)
    row = stored(case)[0]
    assert (row.is_complete, grade(case)) == (True, None)
    row.crs_day_hypoxia = 0
    save_log([LogDay(row, 1)], by=nurse)
    assert grade(case) == 1


def test_a_stranger_writes_no_log(world):
    case, _nurse = world
    stranger = factories.person("coordinator", sites=[factories.site("OSA")])
    for by in (stranger, factories.person("statistician")):
        with pytest.raises(PermissionDenied):
            save_log([LogDay(day(case, 2))], by=by)


def test_an_icans_log_is_stored_alike(world):
    case, nurse = world
    factories.stored_form(case, "icans", icans_occurred=1, dev_delay=0)
    factories.stored_form(
        case, "icans_episode", icans_onset=factories.day(5), icans_tool=1, icans_alt_cause=0, icans_death=0
    )
    zero = {f"icans_day_{name}": 0 for name in ("unable", "conscious", "seizure", "motor", "edema")}
    row = IcansDay(case=case, icans_day_episode=1, icans_day_date=factories.day(5), icans_day_ice_total=5, **zero)
    save_log([LogDay(row)], by=nurse)
    with everything_scope(actor="tests"):
        assert DerivedValue.objects.get(case=case, form="icans", name="icans_grade").value == 2


def test_the_days_of_a_locked_episode_do_not_change(world):
    case, nurse = world
    save_log([LogDay(day(case, 2))], by=nurse)
    with everything_scope(actor="tests"):
        CrsEpisode.objects.filter(case=case).update(is_locked=True, version=2)
    row = stored(case)[0]
    for change in (LogDay(day(case, 3)), LogDay(row, 1, is_removed=True)):
        with pytest.raises(LogRefusedError) as refused:
            save_log([change], by=nurse, reason="late")
        assert isinstance(refused.value.refusals[0], LockedError)
    with pytest.raises(LockedError):
        save_form(day(case, 4), by=nurse)
    with pytest.raises(LockedError):
        void_form(row, by=nurse, seen_version=1, reason="late")
