"""Every error under /api/ is a problem detail with code, field and rule; nothing that arrives brings the registry down."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from registry.access.row_security import everything_scope
from registry.actions.cases import enrol_case
from registry.api.problems import KINDS
from registry.models import Token
from tests import factories

PROBLEM = "application/problem+json"
DOSE = "/api/v1/infusion/KYO-0001/1.1"


def check(answer, status, code):
    """The answer is this problem, and says so completely."""
    body = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"], body["status"], body["code"]) == (
        status,
        PROBLEM,
        status,
        code,
    )
    assert {"type", "title", "detail", "field", "rule", "errors"} <= body.keys() and body["title"] and body["detail"]
    return body


def test_nobody_is_told_how_to_become_somebody(world):
    for path in ("/api/v1/", "/api/v1/cases", "/api/v1/infusion", DOSE, "/api/v1/datasets", "/api/v1/schema/"):
        answer = Client().get(path)

        check(answer, 401, "not_authenticated")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "change", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now() - timedelta(seconds=1)}]
)
def test_a_dead_token_opens_nothing(nurse, change):
    Token.objects.filter(owner=nurse.person).update(**change)

    assert nurse.get("cases").json()["code"] == "dead_token"
    assert nurse.get("cases").status_code == 401


def test_the_token_of_somebody_deactivated_opens_nothing(nurse):
    nurse.person.is_active = False
    with everything_scope(actor="tests"):
        nurse.person.save()

    assert nurse.get("cases").status_code == 401


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer x", "Basic dXNlcjpwYXNz", "Bearer " + "0" * 32, "Bearer " + "g" * 32]
)
def test_a_header_that_holds_no_token_opens_nothing(world, header):
    assert Client().get("/api/v1/cases", headers={"Authorization": header}).status_code == 401


def test_a_missing_right_is_named(nurse, manager, statistician):
    assert check(nurse.get("datasets"), 403, "right_missing")["rule"] == "dataset_read"
    assert check(manager.post("cases", {"site": "KYO"}), 403, "right_missing")["rule"] == "case_enrol"
    body = check(manager.patch("infusion/KYO-0001/1.1", {"inf_oos": 0}), 403, "right_missing")
    assert body["rule"] == "form_write" and "enter and correct forms" in body["detail"]
    assert check(statistician.get("cases"), 403, "right_missing")["rule"] == "case_read"


def test_a_session_reads_but_changes_nothing_without_its_csrf_token(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.person("coordinator", sites=[world.kyoto]))
    words = {"content_type": "application/json", "headers": {"If-Match": client.get(DOSE).headers["ETag"]}}

    check(client.patch(DOSE, {"inf_oos": 0}, **words), 403, "csrf")

    client.get("/cases/new/")  # the page hands out the token
    words["headers"]["X-CSRFToken"] = client.cookies["csrftoken"].value
    assert client.patch(DOSE, {"inf_oos": 0}, **words).status_code == 200


@pytest.mark.parametrize("path", ["nothing", "cases/KYO-1", "cases/kyo-0001", "cases/%00", "infusion/KYO-0001", "infusion/KYO-0001/99999999999", "runs/9999999999999999999", "../v2/"])  # fmt: skip
def test_an_unknown_address_is_a_problem_too(nurse, path):
    check(nurse.get(path), 404, "not_found")


def test_an_address_outside_the_interface_stays_a_page(client):
    assert client.get("/nothing/").headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("method", "path"),
    [("delete", DOSE), ("put", DOSE), ("post", DOSE), ("patch", "/api/v1/cases"), ("post", "/api/v1/sites")],
)
def test_a_method_that_is_not_served_says_which_are(nurse, method, path):
    answer = getattr(nurse.client, method)(path, headers=nurse.headers)

    check(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


def test_another_representation_is_refused(nurse):
    check(nurse.get("cases", Accept="application/xml"), 406, "not_acceptable")


def test_another_kind_of_body_is_refused(nurse):
    words = {"headers": {**nurse.headers, "Idempotency-Key": "a"}}

    check(
        nurse.client.post(
            "/api/v1/relapse", "case=KYO-0001", content_type="application/x-www-form-urlencoded", **words
        ),
        415,
        "unsupported_media_type",
    )
    check(nurse.client.post("/api/v1/relapse", {"case": "KYO-0001"}, **words), 415, "unsupported_media_type")


MALFORMED = {
    "no JSON": b"{",
    "a list": b"[]",
    "a text": b'"KYO"',
    "NaN": b'{"rel_bm_blast": NaN}',
    "infinity": b'{"rel_bm_blast": -Infinity}',
    "a name given twice": b'{"rel_kind": 1, "rel_kind": 2}',
    "NUL": b'{"case": "KYO\\u0000"}',
    "half a character": b'{"rel_lineage_switch_oth": "\\ud800"}',
    "another encoding": '{"case": "é"}'.encode("latin-1"),
    "a huge whole number": b'{"rel_kind": 99999999999999999999}',
    "a huge exponent": b'{"rel_bm_blast": 1e999999}',
    "deep nesting": b'{"case": ' + b"[" * 100 + b"]" * 100 + b"}",
    "very deep nesting": b'{"case": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_a_body_that_cannot_be_read_is_refused(nurse, body):
    headers = {**nurse.headers, "Idempotency-Key": "a"}

    check(
        nurse.client.post("/api/v1/relapse", body, content_type="application/json", headers=headers), 400, "malformed"
    )


def test_a_body_that_is_too_large_is_refused(nurse):
    check(nurse.post("relapse", {"case": "x" * 2_000_000}), 413, "too_large")
    check(nurse.post("relapse", {f"item_{n}": n for n in range(501)}), 413, "too_large")


def test_a_defect_of_ours_is_a_problem_too_and_stores_nothing(nurse, monkeypatch):
    def broken(**words):
        enrol_case(**words)
        raise ZeroDivisionError

    monkeypatch.setattr("registry.api.cases.enrol_case", broken)
    answer = nurse.post("cases", {"site": "KYO"})

    check(answer, 500, "server_error")
    assert answer.json()["instance"].startswith("urn:registry:request:rest-")
    assert len(nurse.get("cases").json()["results"]) == 1


def test_every_kind_of_problem_has_its_page(client, db):
    for kind, (status, title, _advice) in KINDS.items():
        page = client.get(reverse("api-problem", args=[kind])).json()
        assert (page["status"], page["title"], page["type"]) == (status, title, reverse("api-problem", args=[kind]))
    check(client.get("/api/v1/problems/another"), 404, "not_found")
