"""The checks answer while a form is filled in: the sentences of the saved page, and nothing is stored."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from deploy import messages
from registry.access.row_security import everything_scope
from registry.models import FORM_OF, FORMS, Case, Draft, HistoryEvent, Infusion, Outbox, Query
from tests import factories
from tests.registry.views.conftest import nurse, signed_in, world  # noqa: F401
from tests.scenarios.entry.test_a_form_is_entered import answers
from tests.standing import standing

UNREADABLE = {"int": "many", "dec": "1,5", "date": "soon", "cat": "x", "multi": ["x"], "text": "a\x07b"}
FARTHEST = {"int": "2000000000", "dec": "9999999999", "date": "9999-12-31", "cat": "32767", "multi": ["32767"]}
EARLIEST = {"int": "-2000000000", "dec": "-9999999999", "date": "0001-01-01", "cat": "-32767", "multi": ["-1"]}


@standing
def case(world):  # noqa: F811
    return factories.infused_case(world.kyoto)


def checked(browser, case, place, typed):
    """What the checks say of the form at `place` as typed."""
    answer = browser.post(f"{case.get_absolute_url()}{place}/check/", typed)
    assert answer.status_code == 200
    return answer.json()


def trail():
    """Everything that moves when something is stored."""
    with everything_scope(actor="test"):
        counts = [model.objects.count() for model in (Case, HistoryEvent, Outbox, Query, Draft, *FORMS)]
        return counts, list(Infusion.objects.values_list("pk", "version", "inf_dose_total"))


def test_what_is_unusual_is_said_as_the_page_of_the_draft_says_it(nurse, case):  # noqa: F811
    address = f"{case.get_absolute_url()}infusion/1.1/"
    typed = {**answers(nurse.get(address)), "inf_dose_total": "5", "reason": "Read again"}

    found = checked(nurse, case, "infusion/1.1", typed)

    said = [one for one in found["findings"] if one["item"] == "inf_dose_total"]
    assert {one["severity"] for one in said} == {"soft"}
    assert any("usual values are 10 to 250" in one["text"] for one in said)
    assert nurse.post(f"{address}draft/", typed).status_code == 200
    page = nurse.get(address).context["page"]
    assert found["findings"] == [
        {"item": question.name, "severity": one.severity, "text": text}
        for section in page.sections
        for question in section.questions
        for one, text in zip(question.odd, question.queries, strict=True)
    ]
    assert found["counts"] == page.counts
    assert found["summary"] == page.count_text


def test_what_cannot_be_stored_is_said_as_the_refused_page_says_it(nurse, case):  # noqa: F811
    typed = {"version": 1, "inf_date": "not yet", "inf_dose_total": "99999", "inf_weight": "4O", "reason": "Typo"}

    found = checked(nurse, case, "infusion/1.1", typed)

    assert [one["item"] for one in found["errors"]] == ["inf_date", "inf_weight", "inf_dose_total"]
    assert "possible values are 0.1 to 1000" in found["errors"][2]["text"]
    assert found["counts"]["refused"] == 3
    assert not found["could_be_completed"]
    page = nurse.post(f"{case.get_absolute_url()}infusion/1.1/", typed).context["page"]
    assert found["errors"] == [
        {"item": question.name, "text": text}
        for section in page.sections
        for question in section.questions
        for text in question.errors
    ]
    assert found["counts"] == page.counts


def test_an_answer_to_a_question_not_asked_cannot_be_stored(nurse, case):  # noqa: F811
    found = checked(nurse, case, "cart_course/1", {"infused": "1", "noninf_reason": "3", "prod_name": "1"})

    assert [one["item"] for one in found["errors"]] == ["noninf_reason"]
    assert "does not apply with the other answers" in found["errors"][0]["text"]


def test_nothing_is_stored(nurse, case):  # noqa: F811
    before = trail()

    for place in ("infusion/1.1", "infusion/new", "patient/1", "relapse/new", "death/new", "follow_up/new"):
        model = FORM_OF[place.partition("/")[0]]
        typed = {name: "2024-07-01" if item.kind == "date" else "1" for name, item in model.items().items()}
        checked(nurse, case, place, {**typed, "version": 1, "reason": "None", "nonce": "n", "go": "next"})

    assert trail() == before


def test_what_the_entry_causes_on_other_forms_is_said(nurse, case):  # noqa: F811
    factories.follow_up(case, 100)

    found = checked(nurse, case, "death/new", {"death_date": factories.day(50).isoformat(), "death_cause": "1"})

    assert [(one["title"], one["url"]) for one in found["elsewhere"]] == [
        ("Follow-up / survival status 1", f"{case.get_absolute_url()}follow_up/1.1/")
    ] * len(found["elsewhere"])
    assert found["elsewhere"]


def test_what_stands_on_other_forms_anyway_is_not_repeated(nurse, case):  # noqa: F811
    factories.death(case, 50)
    factories.follow_up(case, 100)

    found = checked(nurse, case, "infusion/1.1", answers(nurse.get(f"{case.get_absolute_url()}infusion/1.1/")))

    assert found["elsewhere"] == []


def test_a_form_without_a_gap_could_be_completed(nurse, case):  # noqa: F811
    asked = {name: item for name, item in FORM_OF["relapse"].items().items() if item.required and not item.asked_if}
    typed = {f"{name}_mr": "UK" for name in asked if name not in ("rel_date", "rel_kind")}

    gap = checked(nurse, case, "relapse/new", {"rel_date": factories.day(90).isoformat()})
    whole = checked(nurse, case, "relapse/new", {"rel_date": factories.day(90).isoformat(), **typed})

    assert not gap["could_be_completed"] and gap["counts"]["missing"]
    assert whole["counts"]["missing"] < gap["counts"]["missing"]


@pytest.mark.parametrize("texts", [UNREADABLE, FARTHEST, EARLIEST], ids=["unreadable", "farthest", "earliest"])
def test_whatever_is_typed_is_answered(nurse, case, texts):  # noqa: F811
    for model in FORMS:
        typed = {name: texts.get(item.kind, "x" * 10_000) for name, item in model.items().items()}
        found = checked(nurse, case, f"{model.form_name}/new", typed)
        assert found["errors"], model
        assert not found["could_be_completed"]


def test_the_sentences_are_in_the_readers_language(world, nurse, case):  # noqa: F811
    messages.compile_all(messages.ROOT)
    nurse.post("/language/", {"language": "ja"})

    found = checked(nurse, case, "infusion/1.1", {"inf_date": "2024-06-03", "inf_dose_total": "5", "inf_weight": "x"})

    assert found["errors"] and found["findings"]
    assert all(any(ord(sign) > 0x3000 for sign in one["text"]) for one in [*found["errors"], *found["findings"]])
    assert any(ord(sign) > 0x3000 for sign in found["summary"])


def test_a_foreign_case_is_not_there_and_a_reader_may_not_ask(world, case):  # noqa: F811
    address = f"{case.get_absolute_url()}infusion/1.1/check/"

    assert signed_in(world.osaka_nurse).post(address).status_code == 404
    assert signed_in(world.manager).post(address).status_code == 403
    assert signed_in(world.nurse).get(address).status_code == 405
    assert signed_in(world.nurse).post(address.replace("1.1", "1.9")).status_code == 404


def test_a_request_from_elsewhere_is_refused(world, case):  # noqa: F811
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.nurse)

    assert browser.post(f"{case.get_absolute_url()}infusion/1.1/check/").status_code == 403


def test_a_check_asks_as_many_queries_for_many_rows_as_for_few(nurse, case):  # noqa: F811
    def queries():
        with CaptureQueriesContext(connection) as captured:
            checked(nurse, case, "follow_up/new", {"fup_date": "2024-12-10"})
        return len(captured)

    factories.follow_up(case, 100)
    few = queries()
    for number in range(5):
        factories.follow_up(case, 150 + number)

    assert queries() == few
