"""The same step for many queries, all or none."""

import pytest

from registry.actions.queries import answer_query
from registry.models import Patient
from tests import factories
from tests.registry.views.conftest import signed_in
from tests.registry.views.queries.conftest import again, stored_form, text_of
from tests.standing import standing


@standing
def three(world, case):
    """Three queries about the patient's registration."""
    form = stored_form(case, Patient)
    return [factories.query(form, text=f"Question {number}", by=world.manager) for number in range(3)]


def selected(queries):
    return [f"{one.pk}:{one.version}" for one in map(again, queries)]


def test_many_are_answered_closed_and_reopened_at_once(nurse, manager, three):
    page = nurse.post(
        "/queries/?form=patient",
        {"step": "answer", "query": selected(three), "kind": "confirmed", "text": "Checked"},
        follow=True,
    )
    assert "3 queries answered" in text_of(page)
    assert page.redirect_chain[0][0].endswith("?form=patient")

    assert "3 queries closed" in text_of(
        manager.post("/queries/", {"step": "close", "query": selected(three)}, follow=True)
    )
    assert manager.post("/queries/", {"step": "reopen", "query": selected(three)}).status_code == 422
    manager.post("/queries/", {"step": "reopen", "query": selected(three), "text": "Again, please"})
    assert [again(one).state for one in three] == ["open"] * 3


def test_one_that_moved_keeps_all_where_they_are_and_the_words_too(world, nurse, manager, three):
    seen = selected(three)
    answer_query(again(three[1]), kind="other", text="Yes", by=world.nurse, seen_version=1)

    page = manager.post("/queries/", {"step": "close", "query": seen, "text": "Thank you all"})

    assert page.status_code == 422
    assert 'value="Thank you all"' in text_of(page) and "KYO-0001" in text_of(page)
    assert [again(one).state for one in three] == ["open", "answered", "open"]


def test_a_step_that_does_not_fit_one_of_them_is_taken_for_none(world, nurse, three):
    answer_query(again(three[1]), kind="other", text="Yes", by=world.nurse, seen_version=1)

    page = nurse.post("/queries/", {"step": "answer", "query": selected(three), "text": "All"})

    assert page.status_code == 422
    assert [again(one).state for one in three] == ["open", "answered", "open"]


@pytest.mark.parametrize("posted", [{"step": "close"}, {"step": "nothing"}, {"step": "answer"}])
def test_a_lead_takes_no_step(world, three, posted):
    lead = signed_in(world.lead)

    assert lead.post("/queries/", {**posted, "query": selected(three), "text": "x"}).status_code == 403
    assert 'name="step"' not in text_of(lead.get("/queries/"))


@pytest.mark.parametrize("value", ["1", "1:", ":1", "x:y", "1:1:1", "99999999:1"])
def test_what_is_no_selection_is_not_found(nurse, case, value):
    assert nurse.post("/queries/", {"step": "answer", "query": value, "text": "x"}).status_code == 404
