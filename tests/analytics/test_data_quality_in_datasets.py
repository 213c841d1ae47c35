"""Facts on data quality in the extract: what is due, complete and on time, critical answers, open queries; and what moves the hash."""

from datetime import date

import pytest

from analytics.actions import build_datasets
from analytics.core.data_quality import data_quality, quality_columns
from analytics.core.endpoints.timeline import timeline
from analytics.core.quality_tables import FORM_STATES, OPEN_QUERIES
from analytics.extract import extract
from analytics.models import Dataset
from analytics.pseudonyms import pseudonym
from registry import clock, form_states
from registry.access.row_security import everything_scope
from registry.actions.forms import void_form
from registry.actions.queries import answer_query, close_query
from registry.actions.states import exempt
from registry.models import AnswerKind
from tests import factories
from tests.conftest import log_in_as

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kyoto(transactional_db):
    return factories.site("KYO")


def as_worker(what):
    """What the worker's role gets in a scope over all sites."""
    log_in_as("reg_worker")
    try:
        with everything_scope(actor="worker"):
            return what()
    finally:
        log_in_as("reg_app")


def tables():
    return as_worker(lambda: extract(factories.cohort()))


def states(form):
    found = tables()[FORM_STATES]
    return found[found["form"] == form].to_dict("records")


def test_a_stored_form_says_when_it_was_due_and_when_it_was_complete(kyoto):
    case = factories.infused_case(kyoto)
    factories.completed_form(case)

    (death,) = states("death")
    (infusion,) = states("infusion")
    (course,) = states("cart_course")

    assert (death["case"], death["stored"], death["complete"], death["required"]) == (
        pseudonym("case", case.pk),
        1,
        1,
        1,
    )
    assert death["due"].date() == factories.day(230) and death["completed"].date() == clock.today()
    assert (infusion["stored"], infusion["complete"]) == (1, 0)
    assert str(infusion["completed"]) == "NaT"
    assert (infusion["critical_asked"], infusion["critical_missing"]) == (4, 1)  # inf_oos is not answered
    assert (course["critical_asked"], course["critical_missing"]) == (1, 0)  # the reason is not asked of the infused


def test_planned_visits_are_listed_up_to_the_newest_date_whatever_day_it_is(kyoto, monkeypatch):
    case = factories.infused_case(kyoto)
    factories.follow_up(case, 370)
    first = tables()[FORM_STATES]
    monkeypatch.setattr("registry.clock.today", lambda: date(2031, 1, 1))
    later = tables()[FORM_STATES]

    contacts = first[first["form"] == "follow_up"]
    assert contacts["slot"].tolist() == ["D28", "D100", "M6", "M12"]
    assert contacts["stored"].tolist() == [0, 0, 0, 1] and contacts["missed"].tolist() == [1, 1, 1, 0]
    assert first.equals(later)


def test_what_is_waived_or_over_is_not_required(kyoto):
    case = factories.infused_case(kyoto)
    manager = factories.person("manager")
    with everything_scope(actor=manager.email):
        exempt(case, "lymphodepletion", slot="", kind="waived", reason="no form", by=manager)
    factories.death(case, 20)

    (waived,) = states("lymphodepletion")
    assert (waived["required"], waived["stored"]) == (0, 0)
    assert all(one["required"] == 0 for one in states("follow_up"))


def test_of_an_imported_transplant_nothing_is_required(kyoto):
    case = factories.infused_case(kyoto, prod_name=88)
    factories.death(case, 100)

    found = tables()[FORM_STATES]
    assert found["stored"].all() and not found["required"].any()


def test_open_queries_are_told_until_they_are_closed(kyoto):
    case = factories.infused_case(kyoto)
    form = factories.death(case, 300)
    manager, nurse = factories.person("manager"), factories.person("coordinator", sites=[kyoto])
    with everything_scope(actor=manager.email):
        query = factories.query(form, by=manager)
    (row,) = [one for one in tables()[OPEN_QUERIES].to_dict("records") if one["origin"] == "manager"]

    assert (row["case"], row["form"], row["severity"], row["state"]) == (
        pseudonym("case", case.pk),
        "death",
        "soft",
        "open",
    )
    assert row["opened"].date() == clock.today()
    with everything_scope(actor=nurse.email):
        query = answer_query(
            query, by=nurse, kind=AnswerKind.CONFIRMED, text="as in the source", seen_version=query.version
        )
    assert "answered" in tables()[OPEN_QUERIES]["state"].tolist()
    with everything_scope(actor=manager.email):
        close_query(query, by=manager, text="", seen_version=query.version)
    assert "manager" not in tables()[OPEN_QUERIES]["origin"].tolist()


def test_a_contradiction_brought_by_another_form_is_told_with_the_result(kyoto):
    case = factories.infused_case(kyoto)
    factories.completed_form(case)  # died on day 200
    factories.follow_up(case, 400)  # and lives

    found = tables()
    line = timeline(found)
    cases = line.join(quality_columns(found, line, factories.day(500)))
    counted, said = data_quality(cases, cases.index)

    assert counted == {"cases": 1, "incomplete": 1, "contradicted": 1, "with_open_queries": 1}
    assert said[0].startswith("In 1 of 1 cases answers contradict each other")


def test_a_step_of_a_query_makes_no_dataset_and_a_completed_form_does(kyoto):
    case = factories.infused_case(kyoto)
    form = factories.death(case, 300)
    as_worker_builds()
    manager = factories.person("manager")
    with everything_scope(actor=manager.email):
        factories.query(form, by=manager)
    as_worker_builds()
    assert revisions() == 1

    with everything_scope(actor=manager.email):
        factories.completed_form(factories.infused_case(kyoto))
    as_worker_builds()
    assert revisions() == 2


def as_worker_builds():
    log_in_as("reg_worker")
    try:
        build_datasets()
    finally:
        log_in_as("reg_app")


def revisions():
    with everything_scope(actor="tests"):
        return Dataset.objects.count()


def test_what_is_kept_of_each_case_is_what_reading_it_anew_gives(kyoto):
    first, second = factories.infused_case(kyoto), factories.infused_case(kyoto)
    manager = factories.person("manager")

    def compared():
        """The table as made from what is kept, which must be the table made anew."""
        kept = tables()[FORM_STATES]
        form_states._known.clear()
        assert kept.equals(tables()[FORM_STATES])
        return kept, form_states._known[second.pk].states

    compared()
    visit = factories.follow_up(first, 100)
    before, _untouched = compared()
    factories.stored_form(second, "crs", crs_occurred=0)
    tables()
    exempt(first, "lymphodepletion", slot="", kind="waived", reason="no form", by=manager)
    compared()
    void_form(visit, by=factories.BUILDER, seen_version=visit.version, reason="Another patient's")
    after, untouched = compared()
    assert len(after) and not after.equals(before)
    factories.stored_form(first, "crs", crs_occurred=0)
    tables()
    assert form_states._known[second.pk].states is untouched, "a case that has not changed is not read again"
