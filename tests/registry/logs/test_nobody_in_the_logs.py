"""Marked values are entered through pages, REST, REDCap and errors; then every line that was written is searched for them."""

import io
import json
import logging

import pytest
from django.conf import settings
from django.test import Client

from registry.logs.lines import Lines
from registry.models import Patient
from tests import factories

pytestmark = pytest.mark.django_db
NUMBER, NAME, NOTE, MAIL = (
    "HN-7731-PLANTED",
    "Plantedname Tarou",
    "Plantednote, brother of 09012345678",
    "planted@example.org",
)
MARKS = ("PLANTED", "Planted", "planted", "HN-7731", "09012345678", "Tarou", "KYO-0001", factories.PASSWORD)


@pytest.fixture
def written():
    """What production writes: every logger at its lowest, in production's form."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    for name in ("django.request", "django.server"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.WARNING)  # as everywhere: statements hold values
    yield out
    root.removeHandler(handler)
    root.setLevel(before)
    logging.getLogger("django.request").setLevel(settings.LOGGING["loggers"]["django.request"]["level"])


@pytest.fixture
def nurse():
    kyoto = factories.site("KYO")
    case = factories.infused_case(kyoto)
    found = factories.person("coordinator", sites=[kyoto], email="nurse@example.org")
    found.case = case
    return found


def lines(written):
    return [json.loads(line) for line in written.getvalue().splitlines()]


def nobody_in(written):
    text = written.getvalue()
    assert not [mark for mark in MARKS if mark in text], [
        line for line in text.splitlines() if any(m in line for m in MARKS)
    ][:3]


def test_pages(written, nurse):
    client = Client(raise_request_exception=False)
    client.post("/accounts/login/", {"username": MAIL, "password": factories.PASSWORD + NAME})
    client.force_login(nurse)
    answers = {"version": "1", "reason": NOTE, "hospital_number": NUMBER, "birth_date": NAME, "consent_type": "1"}
    assert client.post("/cases/KYO-0001/patient/1/draft/", answers).status_code == 200
    assert client.post("/cases/KYO-0001/patient/1/", answers).status_code == 422
    client.post("/cases/KYO-0001/patient/1/check/", answers)
    for path in (f"/cases/?q={NAME}", f"/{NAME}/", f"/cases/{NUMBER}/", "/cases/KYO-0001/", f"/queries/?text={NOTE}"):
        client.get(path, HTTP_USER_AGENT=NAME, HTTP_REFERER=f"https://x/{NUMBER}")
    client.get("/cases/", HTTP_HOST=f"{MAIL.replace('@', '.')}:x")
    client.get("/cases/\0Planted/")

    nobody_in(written)
    asked = [line for line in lines(written) if line["event"] == "request"]
    assert {"login", "form", "form_draft", "form_check", "cases", "case", "none"} <= {line["route"] for line in asked}
    assert {line["role"] for line in asked} == {"", "coordinator"}
    assert all(line["request"].startswith("page-") and line["ms"] >= 0 for line in asked)


def test_rest_and_redcap(written, nurse):
    key = factories.token(nurse)
    head = {"HTTP_AUTHORIZATION": f"Bearer {key}", "HTTP_IDEMPOTENCY_KEY": "planted-key"}
    client = Client(raise_request_exception=False)
    body = {"hospital_number": NUMBER, "birth_date": NAME, "note": NOTE}
    client.post("/api/v1/cases/", body, content_type="application/json", **head)
    client.patch("/api/v1/cases/KYO-0001/forms/patient/1/", body, content_type="application/json", **head)
    client.post("/api/v1/cases/", f"{{{NAME}", content_type="application/json", **head)
    client.get(f"/api/v1/cases/?search={NAME}", **head)
    client.get("/api/v1/cases/", HTTP_AUTHORIZATION="Bearer " + "f" * 32)
    data = json.dumps([{"record_id": "KYO-0001", "hospital_number": NUMBER, "birth_date": NAME}])
    for content in ("record", "planted"):
        client.post("/api/redcap/", {"token": key, "content": content, "format": "json", "data": data, "type": "flat"})

    nobody_in(written)
    assert key not in written.getvalue()
    assert "f" * 32 not in written.getvalue()
    assert len([line for line in lines(written) if line["event"] == "request"]) == 7


def test_faults_of_ours(written, nurse, monkeypatch):
    def fails(*_args, **_words):
        raise RuntimeError(f"cannot save {NAME} {NUMBER}")

    monkeypatch.setattr("registry.views.form_entry.save_form", fails, raising=False)
    monkeypatch.setattr(Patient, "full_clean", fails)
    monkeypatch.setattr("registry.redcap.door.CONTENTS", {"record": fails, "version": fails})
    client = Client(raise_request_exception=False)
    client.force_login(nurse)
    answers = {"version": "1", "hospital_number": NUMBER, "reason": NOTE, "birth_date": "2012-03-05"}
    assert client.post("/cases/KYO-0001/patient/1/", answers).status_code == 500
    assert client.post("/api/redcap/", {"token": factories.token(nurse), "content": "version"}).status_code == 500

    nobody_in(written)
    faults = [line for line in lines(written) if "failure" in line]
    assert {fault["failure"][0]["kind"] for fault in faults} == {"RuntimeError"}
    assert all("test_nobody_in_the_logs.py" in fault["failure"][0]["at"][-1] for fault in faults)
    assert all(fault["request"] for fault in faults), "the line names its request, as the answer does"
