"""A query at its question, answered with the save of the form."""

import pytest
from django.db import connection

from registry.access.row_security import everything_scope
from registry.actions.forms import void_form
from registry.actions.queries import close_query
from registry.models import QueryStep
from tests import factories
from tests.registry.views.conftest import signed_in
from tests.registry.views.queries.conftest import WEIGHT, address, again, stored_form, text_of, typed, unusual
from tests.scenarios.entry.test_a_form_is_entered import answers


def test_a_query_stands_at_its_question_and_its_sentence_stands_once(nurse, case):
    page = text_of(nurse.get(address(case)))

    assert f'name="query_{unusual(case).pk}_text"' in page
    assert (
        page.count('class="field__query"') == 1
    )  # the template for what is found while typing, and no finding said twice


def test_a_confirmation_goes_with_save_and_needs_no_reason_for_change(nurse, case):
    query = unusual(case)
    name = f"query_{query.pk}"

    page = nurse.post(
        address(case),
        typed(case, **{f"{name}_version": 1, f"{name}_kind": "confirmed", f"{name}_text": "Bed scale, twice"}),
        follow=True,
    )

    assert page.status_code == 200
    assert again(query).state == "answered"
    assert "1 query answered" in text_of(page)


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [("confirmed", "", "Say what the source says."), ("", "Bed scale", "Choose what you did.")],
)
@pytest.mark.parametrize("weight", ["240", "40"])  # as it was, and corrected so that the query closes
def test_half_an_answer_is_refused_at_its_query_with_the_form(nurse, case, kind, text, said, weight):
    query = unusual(case)
    name = f"query_{query.pk}"
    words = {f"{name}_version": 1, f"{name}_kind": kind, f"{name}_text": text, "reason": "Misread"}

    page = nurse.post(address(case), typed(case, inf_weight=weight, **words))

    assert page.status_code == 422
    assert f'id="{name}_error"' in text_of(page) and said in text_of(page)
    assert f'value="{text}" maxlength' in text_of(page) and f'value="{weight}"' in text_of(page)
    assert f'<option value="{kind}" selected>' in text_of(page) or not kind
    assert stored_form(case).inf_weight == WEIGHT and again(query).state == "open"


def test_a_query_that_is_left_alone_is_not_answered_by_a_save(nurse, case):
    query = unusual(case)
    name = f"query_{query.pk}"
    page = text_of(nurse.get(address(case)))
    kinds = page.partition(f'name="{name}_kind"')[2].partition("</select>")[0]
    assert "selected" not in kinds and kinds.index('<option value="">') < kinds.index("confirmed")

    answer = nurse.post(address(case), typed(case, **{f"{name}_version": 1, f"{name}_kind": "", f"{name}_text": ""}))

    assert answer.status_code == 302 and again(query).state == "open"


def test_a_correction_says_what_it_closed_and_reopened(nurse, case):
    query = unusual(case)

    page = nurse.post(address(case), typed(case, inf_weight="40", reason="Misread"), follow=True)
    assert again(query).state == "closed"
    assert "closed by this correction" in text_of(page)

    page = nurse.post(address(case), typed(case, inf_weight="240", reason="It was right"), follow=True)
    assert again(query).state == "open"
    assert "re-opened" in text_of(page)


def test_a_withdrawal_says_that_queries_are_closed_and_not_by_a_correction(world, nurse, case):
    query = unusual(case)
    page = f"{case.get_absolute_url()}patient/1/"
    wanted = {"consent_withdrawn": "1", "consent_wd_date": factories.day(200).isoformat(), "reason": "Letter"}

    saved = nurse.post(page, {**answers(nurse.get(page)), **wanted}, follow=True)

    assert again(query).state == "closed"
    assert "1 query closed." in text_of(saved) and "by this correction" not in text_of(saved)


def test_the_thread_says_in_the_readers_language_that_the_form_was_removed(world, nurse, case):
    query, form = unusual(case), stored_form(case)
    void_form(form, by=world.nurse, seen_version=form.version, reason="Another patient's")

    thread = text_of(nurse.get(f"/queries/{query.pk}/"))
    assert "closed" in thread and "The form was removed." in thread and "closed by a correction" not in thread
    nurse.cookies["django_language"] = "ja"
    assert "報告書が削除されました。" in text_of(nurse.get(f"/queries/{query.pk}/"))


def test_a_refused_form_keeps_the_typed_answer(nurse, case):
    query = unusual(case)
    name = f"query_{query.pk}"
    words = {f"{name}_version": 1, f"{name}_kind": "unavailable", f"{name}_text": "Chart <lost>"}

    page = nurse.post(address(case), typed(case, inf_date="yesterweek", **words))

    assert page.status_code == 422
    assert 'value="Chart <lost>"' in text_of(page)
    assert '<option value="unavailable" selected>' in text_of(page)
    assert again(query).state == "open"


def test_an_answer_to_a_query_that_moved_is_refused_with_the_form_and_nothing_is_lost(world, nurse, case):
    query = unusual(case)
    close_query(query, text="Seen", by=world.manager, seen_version=1)
    name = f"query_{query.pk}"
    words = {f"{name}_version": 1, f"{name}_kind": "confirmed", f"{name}_text": "My words"}

    page = nurse.post(address(case), typed(case, inf_weight="41", reason="Misread", **words))

    assert page.status_code == 422
    assert "My words" in text_of(page) and 'value="41"' in text_of(page)
    assert stored_form(case).inf_weight == WEIGHT


def test_a_reason_that_is_missing_keeps_the_typed_answer(nurse, case):
    query = unusual(case)
    name = f"query_{query.pk}"
    words = {f"{name}_version": 1, f"{name}_kind": "corrected", f"{name}_text": "Swapped"}

    page = nurse.post(address(case), typed(case, inf_weight="41", **words))

    assert page.status_code == 422 and 'value="Swapped"' in text_of(page)
    with everything_scope(actor="tests"):
        assert QueryStep.objects.filter(query=query).count() == 1


def test_a_save_that_is_sent_twice_answers_once(nurse, case):
    query = unusual(case)
    name = f"query_{query.pk}"
    words = {f"{name}_version": 1, f"{name}_kind": "confirmed", f"{name}_text": "Bed scale", "nonce": "one-page"}

    first, second = (nurse.post(address(case), typed(case, **words)) for _time in range(2))

    assert (first.status_code, second.status_code) == (302, 302)
    with everything_scope(actor="tests"):
        assert list(QueryStep.objects.filter(query=query).values_list("act", flat=True)) == ["opened", "answered"]


def test_an_answer_survives_the_choice_between_two_versions_of_the_form(world, nurse, case):
    query = unusual(case)
    name = f"query_{query.pk}"
    words = {f"{name}_version": 1, f"{name}_kind": "other", f"{name}_text": "See the note"}
    mine = typed(case, inf_oos="0", reason="Read again", **words)
    signed_in(world.other_nurse).post(address(case), typed(case, inf_oos="1"))

    conflict = nurse.post(address(case), mine)
    assert conflict.status_code == 409 and 'value="See the note"' in text_of(conflict)
    version = stored_form(case).version
    nurse.post(address(case), {**mine, "version": version, "choosing": "1", "take_inf_oos": "theirs"})

    assert again(query).state == "answered"
    with everything_scope(actor="tests"):
        assert QueryStep.objects.filter(query=query).last().text == "See the note"


def test_a_locked_form_shows_its_queries_and_leaves_the_answer_to_the_thread(world, nurse, case):
    form = factories.stored_form(case, "death", by=world.nurse, death_date=factories.day(100), death_cause=1,
                                 death_in_remission=1, death_cart_related=1)  # fmt: skip
    query = factories.query(form, item="death_date", by=world.manager)
    with everything_scope(actor="tests"), connection.cursor() as cursor:
        cursor.execute("UPDATE registry_death SET is_complete = true, is_locked = true")

    page = text_of(nurse.get(f"{case.get_absolute_url()}death/1/"))
    assert f'id="query_{query.pk}"' in page and f"query_{query.pk}_text" not in page

    nurse.post(f"/queries/{query.pk}/", {"step": "answer", "version": 1, "kind": "confirmed", "text": "Certificate"})
    assert again(query).state == "answered"


def test_a_query_about_a_removed_form_leads_to_its_history(world, nurse, manager, case):
    form = factories.relapse(case, 100, by=world.nurse)
    query = factories.query(form, item="rel_date", by=world.manager)
    nurse.post(
        f"{case.get_absolute_url()}relapse/1.1/remove/", {"version": form.version, "reason": "Another patient's"}
    )

    page = text_of(manager.get("/queries/?form=relapse"))
    assert f'href="{case.get_absolute_url()}relapse/1.1/history/"' in page and "removed" in page
    assert manager.get(f"/queries/{query.pk}/").status_code == 200
    assert manager.get(f"{case.get_absolute_url()}relapse/1.1/history/").status_code == 200
