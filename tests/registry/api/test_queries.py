"""Queries by REST: those of the own sites, page by page, each with its thread."""

from decimal import Decimal

import pytest
import yaml

from registry.access.row_security import everything_scope
from registry.actions.queries import answer_query
from registry.models import Infusion, Query
from tests import factories
from tests.registry.api.test_openapi import check
from tests.standing import standing


@standing
def asked(world, manager):
    """A question about the infusion of Kyoto's case, and one about that of Osaka's."""
    with everything_scope(actor="tests"):
        own, foreign = (Infusion.objects.get(case=case) for case in (world.case, world.foreign))
    return [factories.query(form, item="inf_weight", by=manager.person) for form in (own, foreign)]


def test_a_query_is_read_with_its_thread(nurse, asked):
    own, _foreign = asked
    answer_query(own, kind="confirmed", text="Bed scale", by=nurse.person, seen_version=1)

    body = nurse.get(f"queries/{own.pk}").json()

    assert (body["case"], body["form"], body["key"], body["item"]) == ("KYO-0001", "infusion", "1.1", "inf_weight")
    assert (body["state"], body["owes"], body["answer"], body["version"]) == ("answered", "manager", "confirmed", 2)
    assert body["form_url"] == "/api/v1/infusion/KYO-0001/1.1"
    assert [(step["step"], step["by"], step["text"]) for step in body["steps"]] == [
        ("opened", "manager@example.org", "Please compare this with the source."),
        ("answered", nurse.person.email, "Bed scale"),
    ]


def test_a_foreign_query_answers_like_one_that_does_not_exist(nurse, asked):
    _own, foreign = asked

    assert nurse.get(f"queries/{foreign.pk}").status_code == nurse.get("queries/99999999").status_code == 404
    assert {one["case"] for one in nurse.get("queries").json()["results"]} == {"KYO-0001"}
    assert nurse.get("queries?case=OSA-0001").json()["results"] == []


def test_a_query_of_a_patient_who_withdrew_consent_is_not_there(world, nurse, asked):
    own, _foreign = asked
    patient = nurse.get("patient/KYO-0001/1")
    nurse.patch("patient/KYO-0001/1", {"consent_withdrawn": 1, "_reason": "Withdrawn today"}, patient.headers["ETag"])

    assert nurse.get(f"queries/{own.pk}").status_code == 404
    assert nurse.post(f"queries/{own.pk}/steps", {"step": "answer", "answer": "corrected"}).status_code == 404
    assert nurse.get("queries").json()["results"] == []


def test_a_statistician_reads_no_query(statistician, asked):
    assert statistician.get("queries").status_code == 403
    assert statistician.get(f"queries/{asked[0].pk}").status_code == 403


def test_filters_narrow_the_list_and_refuse_what_they_do_not_know(nurse, manager, asked):
    own, _foreign = asked
    answer_query(own, kind="other", text="See the note", by=nurse.person, seen_version=1)

    def cases(filters):
        return [one["case"] for one in manager.get(f"queries?{filters}").json()["results"]]

    assert cases("state=answered") == ["KYO-0001"]
    assert cases("state=open&case=OSA-0001") == ["OSA-0001"]
    assert cases("form=death") == []
    for wrong in ("state=odd", "form=odd", "case=odd", "owes=site"):
        assert manager.get(f"queries?{wrong}").status_code == 400, wrong


def test_a_walk_through_the_pages_misses_nothing(manager, asked):
    found, path = [], "queries?limit=1"
    while path:
        page = manager.get(path).json()
        found += [one["id"] for one in page["results"]]
        path = page["next"] and page["next"].partition("/api/v1/")[2]

    with everything_scope(actor="tests"):
        assert found == list(Query.objects.order_by("pk").values_list("pk", flat=True))


def test_a_known_version_is_not_sent_again_until_a_step_is_taken(nurse, asked):
    own, _foreign = asked
    tag = nurse.get(f"queries/{own.pk}").headers["ETag"]
    assert nurse.get(f"queries/{own.pk}", **{"If-None-Match": tag}).status_code == 304

    answer_query(own, kind="corrected", by=nurse.person, seen_version=1)
    assert nurse.get(f"queries/{own.pk}", **{"If-None-Match": tag}).status_code == 200


def test_what_is_answered_fits_the_document(nurse, world, asked):
    factories.stored_form(world.case, "infusion", inf_date=factories.day(40), inf_weight=Decimal("240"))
    document = yaml.safe_load(nurse.get("schema/").content)

    check(document, "QueryPage", nurse.get("queries").json())
    check(document, "QueryDetail", nurse.get(f"queries/{asked[0].pk}").json())


def test_a_site_answers_and_a_manager_closes(nurse, manager, asked):
    own, _foreign = asked
    path = f"queries/{own.pk}"
    words = {"step": "answer", "answer": "confirmed", "text": "Bed scale"}

    answered = nurse.post(f"{path}/steps", words, **{"If-Match": nurse.get(path).headers["ETag"]})
    assert answered.status_code == 201
    assert (answered.json()["state"], answered.headers["ETag"]) == ("answered", f'"query-{own.pk}-2"')

    closed = manager.post(f"{path}/steps", {"step": "close"}, **{"If-Match": answered.headers["ETag"]})
    assert (closed.status_code, closed.json()["state"], len(closed.json()["steps"])) == (201, "closed", 3)


def test_a_step_that_is_sent_twice_is_taken_once(nurse, asked):
    own, _foreign = asked
    headers = {"If-Match": f'"query-{own.pk}-1"', "Idempotency-Key": "once"}
    words = {"step": "answer", "answer": "corrected"}

    first = nurse.post(f"queries/{own.pk}/steps", words, **headers)
    second = nurse.post(f"queries/{own.pk}/steps", words, **headers)

    assert (first.status_code, second.status_code) == (201, 201)
    assert len(second.json()["steps"]) == 2 and second.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    ("words", "tag", "status"),
    [
        ({"step": "answer", "answer": "corrected"}, None, 428),
        ({"step": "answer", "answer": "corrected"}, '"query-{pk}-7"', 412),
        ({"step": "answer", "answer": "confirmed"}, '"query-{pk}-1"', 422),
        ({"step": "answer", "answer": "odd"}, '"query-{pk}-1"', 422),
        ({"step": "answer"}, '"query-{pk}-1"', 422),
        ({"step": "odd"}, '"query-{pk}-1"', 422),
        ({"step": ["answer"]}, '"query-{pk}-1"', 422),
        ({"step": "answer", "answer": "other", "text": 7}, '"query-{pk}-1"', 422),
        ({"step": "answer", "answer": "corrected", "odd": 1}, '"query-{pk}-1"', 422),
        ({"step": "close"}, '"query-{pk}-1"', 403),
        ({}, '"query-{pk}-1"', 422),
    ],
)
def test_a_step_that_cannot_be_taken_is_refused(nurse, asked, words, tag, status):
    own, _foreign = asked
    headers = {"If-Match": tag.format(pk=own.pk)} if tag else {}

    answer = nurse.post(f"queries/{own.pk}/steps", words, **headers)

    assert answer.status_code == status, answer.content
    with everything_scope(actor="tests"):
        assert Query.objects.get(pk=own.pk).version == 1


def test_a_step_that_does_not_fit_the_state_is_refused(manager, asked):
    own, _foreign = asked

    answer = manager.post(
        f"queries/{own.pk}/steps", {"step": "reopen", "text": "Again"}, **{"If-Match": f'"query-{own.pk}-1"'}
    )

    assert answer.status_code == 422 and "open" in answer.json()["detail"]
