"""The thread of a query: every step, and the next one."""

from django.utils import timezone

from registry.access.row_security import everything_scope
from registry.actions.queries import answer_query
from registry.models import QueryStep
from tests.registry.views.queries.conftest import again, text_of, unusual


def test_the_thread_tells_every_step_and_offers_the_next(world, nurse, manager, case):
    query = unusual(case)
    url = f"/queries/{query.pk}/"

    answered = nurse.post(url, {"step": "answer", "version": 1, "kind": "confirmed", "text": "Bed scale"}, follow=True)
    assert "Bed scale" in text_of(answered) and "Aoi Nakamura" in text_of(answered)
    assert 'name="step"' not in text_of(answered)

    manager.post(url, {"step": "reopen", "version": 2, "text": "Whose bed?"})
    assert again(query).state == "open"
    nurse.post(url, {"step": "answer", "version": 3, "kind": "corrected"})
    manager.post(url, {"step": "close", "version": 4})
    assert again(query).state == "closed"
    assert manager.get("/queries/?state=closed").context["rows"][0].query.pk == query.pk


def test_the_thread_leads_to_the_rule_in_the_codebook(nurse, case):
    page = text_of(nurse.get(f"/queries/{unusual(case).pk}/"))

    assert 'href="/codebook/?form=infusion#inf_weight"' in page and "infusion.inf_weight.unusual" in page


def test_the_thread_tells_a_save_from_a_run_of_the_checks(world, nurse, case):
    own = unusual(case)
    with everything_scope(actor="check_cases"):
        QueryStep.objects.create(
            query=own, case=case, site=case.site, at=timezone.now(), actor="check_cases", role="system", act="reopened"
        )

    steps = nurse.get(f"/queries/{own.pk}/").context["steps"]

    assert [(one.who, one.is_by_save) for one in steps] == [("Aoi Nakamura", True), ("check_cases", False)]


def test_whoever_was_second_is_told_kindly_and_loses_no_word(world, nurse, case):
    query = unusual(case)
    answer_query(query, kind="other", text="Mine", by=world.other_nurse, seen_version=1)

    page = nurse.post(
        f"/queries/{query.pk}/", {"step": "answer", "version": 1, "kind": "confirmed", "text": "My words"}
    )

    assert page.status_code == 409
    assert "My words" in text_of(page) and "Mine" in text_of(page)
    assert again(query).version == 2


def test_an_answer_without_words_is_asked_for_them(nurse, case):
    query = unusual(case)

    page = nurse.post(f"/queries/{query.pk}/", {"step": "answer", "version": 1, "kind": "unavailable", "text": " "})

    assert page.status_code == 422 and again(query).state == "open"
