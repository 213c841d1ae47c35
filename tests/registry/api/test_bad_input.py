"""What cannot be meant is refused early, by name, with what could have been sent; nothing is widened, dropped or stored."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from registry.models import Token
from tests import factories

DOSE = "infusion/KYO-0001/1.1"
# path → (status, code, field that is named, a word of the detail)
READS = {
    "cases?sites=KYO": (400, "unknown_parameter", "sites", "site"),
    "infusion?inf_date=2024-06-03": (400, "unknown_parameter", "inf_date", "changed_since"),
    "death?fields=death_date": (400, "unknown_parameter", "fields", "case"),
    f"{DOSE}?expand=case": (400, "unknown_parameter", "expand", "none"),
    "runs?offset=10": (400, "unknown_parameter", "offset", "cursor"),
    "datasets?name=asco": (400, "unknown_parameter", "name", "cohort"),
    "results/os?at=12": (400, "unknown_parameter", "at", "none"),
    "cases?limit=1000000000": (400, "bad_parameter", "limit", "1 to 5000"),
    "queries?limit=-1": (400, "bad_parameter", "limit", "1 to 5000"),
    "runs?limit=1e3": (400, "bad_parameter", "limit", "1 to 5000"),
    "datasets?limit=５": (400, "bad_parameter", "limit", "1 to 5000"),
    "cases?limit=5&limit=9": (400, "bad_parameter", "limit", "one value"),
    "cases?cursor=": (400, "bad_cursor", None, "Begin again"),
    "infusion?cursor=1": (400, "bad_cursor", None, "Begin again"),
    "cases?changed_since=2024-06-03T09:00": (400, "bad_parameter", "changed_since", "zone"),
    "cases?changed_since=yesterday": (400, "bad_parameter", "changed_since", "zone"),
    "cases?cohort=a%20b": (400, "bad_parameter", "cohort", "code of a cohort"),
    "queries?form=deaths": (400, "bad_parameter", "form", "death"),
    "datasets?cohort=%27": (400, "bad_parameter", "cohort", "a name"),
    "datasets/tisagenlecleucel/live/endpoints?format=sas": (400, "bad_parameter", "format", "csv"),
    "cases?format=html": (400, "bad_parameter", "format", "json"),
}
# a body of POST /relapse → (status, code, field)
WRITES = {
    '{"case": "KYO-0001", "rel_typo": 1}': (422, "unknown_item", "rel_typo"),
    '{"case": "KYO-0001", "rel_kind": "1"}': (422, "wrong_type", "rel_kind"),
    '{"case": "KYO-0001", "rel_kind": 1, "rel_kind": 2}': (400, "malformed", None),
    '{"case": "KYO-0001", "rel_date": "03.06.2024"}': (422, "wrong_type", "rel_date"),
    '[{"case": "KYO-0001"}]': (400, "malformed", None),
    "case,rel_kind\nKYO-0001,1\n": (400, "malformed", None),
}


@pytest.fixture
def people(nurse, statistician):
    """Who is asked: the nurse for the record, the statistician for the analyses."""
    analyses = ("runs", "datasets", "results")
    return lambda path: statistician if path.startswith(analyses) else nurse


def test_what_is_asked_wrongly_is_refused_by_name(people, subtests):
    for path, (status, code, field, word) in READS.items():
        with subtests.test(path):
            answer = people(path).get(path)
            body = answer.json()
            assert (answer.status_code, body["code"], body["field"]) == (status, code, field)
            assert word in body["detail"], body["detail"]
            assert answer.headers["Content-Type"] == "application/problem+json"


def test_what_is_sent_wrongly_is_refused_and_nothing_is_stored(nurse, subtests):
    headers = {**nurse.headers, "Idempotency-Key": "bad-input"}
    for body, (status, code, field) in WRITES.items():
        with subtests.test(body):
            answer = nurse.client.post("/api/v1/relapse", body, content_type="application/json", headers=headers)
            assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (status, code, field)
    assert nurse.get("relapse").json()["results"] == []


def test_json_in_another_encoding_than_utf_8_is_refused(nurse):
    body = json.dumps({"case": "KYO-0001", "rel_site_oth": "副鼻腔"}, ensure_ascii=False).encode("shift_jis")
    headers = {**nurse.headers, "Idempotency-Key": "e"}
    for charset in ("shift_jis", "latin-1", "utf-16"):
        kind = f"application/json; charset={charset}"
        answer = nurse.client.generic("POST", "/api/v1/relapse", body, content_type=kind, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
        assert charset in answer.json()["detail"] and "UTF-8" in answer.json()["detail"]


def test_a_cursor_of_another_query_is_refused(nurse, manager, world):
    factories.infused_case(world.kyoto)
    following = nurse.get("cases?limit=1").json()["next"]
    cursor = following.partition("cursor=")[2].partition("&")[0]

    assert nurse.get(f"cases?limit=1&cursor={cursor}").status_code == 200
    for person, path in (
        (nurse, f"infusion?limit=1&cursor={cursor}"),
        (nurse, f"cases?site=KYO&limit=1&cursor={cursor}"),
        (manager, f"cases?limit=1&cursor={cursor}"),
        (nurse, f"cases?limit=1&cursor={cursor[:-1]}"),
        (nurse, f"cases?limit=1&changed_since=2024-01-01T00:00:00Z&cursor={cursor}"),
    ):
        answer = person.get(path)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor"), path


def test_a_token_that_is_over_or_not_for_this_says_which(nurse, world, rest):
    Token.objects.filter(owner=nurse.person).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert nurse.get("cases").json()["code"] == "dead_token"

    manager = factories.person("manager", email="narrow@example.org")
    narrowed = rest(manager, sites=[world.osaka])
    assert narrowed.get("cases?site=KYO").json()["results"] == []
    assert narrowed.get("cases/KYO-0001").status_code == 404
    assert narrowed.get("datasets").json()["code"] == "right_missing"
    twice = {"Authorization": f"{narrowed.headers['Authorization']}, {nurse.headers['Authorization']}"}
    assert Client().get("/api/v1/cases", headers=twice).status_code == 401
