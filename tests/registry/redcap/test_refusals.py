"""Refusals in the shapes that clients recognise, and what the door reads before it knows who asks."""

import json
from urllib.parse import urlencode

import pytest
from django.test import Client

from registry.access.token_scopes import Scope
from registry.actions.members import revoke_token
from registry.api import limits
from registry.models import Token
from registry.redcap.logic import LogicError, read_logic
from registry.redcap.sent import MOST_KEYS
from tests import factories
from tests.registry.redcap.conftest import FORM, Door, text_of

DENIED = "You do not have permissions to use the API"


def test_the_shape_follows_return_format_then_format_then_xml(nurse):
    said = 'The value of the parameter "content" is not valid'
    head = '<?xml version="1.0" encoding="UTF-8" ?>'

    assert nurse("nix", returnFormat="json", format="csv") == (
        400,
        "application/json; charset=utf-8",
        json.dumps({"error": said}),
    )
    assert nurse("nix", format="csv") == (400, "text/csv; charset=utf-8", f"ERROR: {said}")
    assert nurse("nix") == (400, "text/xml; charset=utf-8", f"{head}<hash><error>{said}</error></hash>")


@pytest.mark.parametrize("content", ["file", "participantList", "surveyLink", "", "<b>"])
def test_what_the_door_does_not_offer(nurse, content):
    assert nurse(content, format="csv")[::2] == (400, 'ERROR: The value of the parameter "content" is not valid')


def test_fields_that_are_none(nurse):
    unknown = "ERROR: The following values in the parameter fields are not valid: 'x', 'redcap_repeat_instance'"
    assert nurse("record", format="csv", fields=["x", "redcap_repeat_instance", "sex_at_birth"])[::2] == (400, unknown)
    for words in ({"forms": "x"}, {"type": "wide"}, {"format": "odm", "rawOrLabel": "label"}, {"format": "sas"}, {"csvDelimiter": "::"}, {"feilds": "sex_at_birth"},
                  {"dateRangeBegin": "yesterday"}, {"filterLogic": "[x] = 1"}, {"filterLogic": "__import__('os')"}, {"records[a]": "1"}):  # fmt: skip
        assert nurse("record", **{"format": "csv", **words})[0] == 400, words


def test_a_token_that_opens_nothing(nurse, world):
    good = nurse.key
    nurse.key = good.upper()
    assert nurse("version")[::2] == (200, "14.5.10")
    for key in ("", "0" * 32, good[:31], good + "0"):
        nurse.key = key
        assert nurse("version", format="csv")[::2] == (403, f"ERROR: {DENIED}")
    nurse.key = good
    revoke_token(Token.objects.get(), by=nurse.person)
    assert nurse("version", format="csv")[::2] == (403, f"ERROR: {DENIED}")


def test_a_token_that_lacks_a_right_is_told_which(world):
    reads = Door(factories.person("coordinator", sites=[world.kyoto]), scopes=[Scope.READ])
    imports = Door(factories.person("investigator", sites=[world.kyoto]), scopes=[Scope.IMPORT])
    statistician = Door(factories.person("statistician"))

    for door, why in (
        (reads, "neither for exports nor for imports"),
        (imports, "not for exports"),
        (statistician, "read cases"),
    ):
        status, _kind, text = door("record", format="csv")
        assert status == 403 and text.startswith(f"ERROR: {DENIED}: ") and why in text
    assert statistician("metadata", format="csv")[0] == 200


def test_neither_a_session_nor_a_header_opens_the_door(world, nurse):
    client = Client(enforce_csrf_checks=True)
    client.force_login(nurse.person)
    headers = {"Authorization": f"Bearer {nurse.key}"}

    for words in ({}, {"headers": headers}):
        assert text_of(client.post("/api/redcap/", "content=record&format=csv", content_type=FORM, **words))[0] == 403
    assert client.get(f"/api/redcap/?token={nurse.key}&content=record").status_code == 405


def test_a_name_that_is_sent_twice_is_refused_and_a_list_is_none(nurse):
    body = f"token={nurse.key}&content=record&format=csv&fields[]=sex_at_birth&fields[]=death_date"
    status, _kind, text = text_of(nurse.client.post("/api/redcap/", body, content_type=FORM))
    assert status == 200 and text.splitlines()[0].endswith(",sex_at_birth,death_date")

    body += "&records=KYO-0001&records=KYO-0002"
    said = "ERROR: The following parameters are sent more than once: 'records'"
    assert text_of(nurse.client.post("/api/redcap/", body, content_type=FORM))[::2] == (400, said)
    twice = '[{"patient_id": "KYO-0001", "sex_at_birth": "1", "sex_at_birth": "2"}]'
    status, _kind, text = nurse("record", format="json", data=twice)
    assert status == 400 and "more than one field named 'sex_at_birth'" in text
    status, _kind, text = nurse("record", format="csv", data="patient_id,sex_at_birth,sex_at_birth\nKYO-0001,1,2\n")
    assert status == 400 and "more than one column named 'sex_at_birth'" in text


def test_shift_jis_is_read_where_it_is_declared(nurse):
    rows = json.dumps([{"patient_id": "KYO-0001", "cyto_abn_oth": "染色体, 欠失"}], ensure_ascii=False)
    sent = urlencode({"token": nurse.key, "content": "record", "format": "json", "data": rows}, encoding="cp932")

    for kind, status in ((FORM, 400), (f"{FORM}; charset=euc-jp", 400), (f"{FORM}; charset=Shift_JIS", 200)):
        answer = text_of(nurse.client.generic("POST", "/api/redcap/", sent, content_type=kind))
        assert answer[0] == status, answer
    assert "utf-8" in text_of(nurse.client.generic("POST", "/api/redcap/", sent, content_type=f"{FORM}; charset=x"))[2]
    (base,) = [row for row in nurse.rows(fields=["cyto_abn_oth"]) if row["cyto_abn_oth"]]
    assert base["cyto_abn_oth"] == "染色体, 欠失"


def test_what_is_sent_has_limits(nurse):
    fields = {f"fields[{place}]": "sex_at_birth" for place in range(1_500)}
    assert nurse("record", format="csv", **fields)[0] == 200
    assert nurse("record", format="csv", **{f"fields[{place}]": "a" for place in range(MOST_KEYS + 1)})[0] == 400
    assert nurse("record", format="csv", fields="sex\0")[0] == 400
    for body in (b"token=%ff%fe", b"token=" + b"\xff"):
        assert text_of(Client().post("/api/redcap/", body, content_type=FORM))[0] == 400


def test_a_minute_has_an_allowance_which_is_that_of_rest(nurse, settings):
    settings.REST_REQUESTS_PER_MINUTE = {**settings.REST_REQUESTS_PER_MINUTE, "coordinator": 2, "": 2}
    limits._redis(settings.REDIS_URL).flushdb()
    limits._quiet_until = 0.0
    headers = {"Authorization": f"Bearer {nurse.key}"}

    assert nurse.client.get("/api/v1/sites", headers=headers).status_code == 200
    assert nurse("version")[0] == 200
    status, kind, text = nurse("version", format="json")
    assert (status, kind) == (400, "application/json; charset=utf-8")
    assert json.loads(text)["error"].startswith("Too many requests in this minute: wait ")
    for form in (f"token={nurse.key}&content=record&format=csv", "content=version&format=csv"):
        answers = [nurse.client.post("/api/redcap/", form, content_type=FORM) for _request in range(3)]
        assert answers[-1].status_code == 400 and answers[-1].content.startswith(b"ERROR: Too many requests")
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= limits.WINDOW


def test_a_failure_is_no_page(nurse, monkeypatch):
    def fails(_request):
        raise RuntimeError("a disk is full")

    monkeypatch.setitem(__import__("registry.redcap.door", fromlist=["CONTENTS"]).CONTENTS, "version", fails)
    status, kind, text = nurse("version", format="json")
    assert (status, kind) == (500, "application/json; charset=utf-8") and "disk" not in text


@pytest.mark.parametrize(
    ("logic", "holds"),
    [
        ("[a] = '1'", True),
        ("[a] = 1.0 and [b] <> ''", True),
        ("[b] >= '2024-01-01' and not ([a] > 3 or [c] = '1')", True),
        ("[c] < 5", False),
        ("[c] = ''", True),
        ("([a] = '2')", False),
    ],
)
def test_logic(logic, holds):
    answers = {"a": "1", "b": "2024-06-03", "c": ""}
    assert read_logic(logic).holds(lambda name, _code: answers[name]) is holds


@pytest.mark.parametrize(
    "logic", ["[a]", "[a] = ", "[a] == 1", "[a] = 1 or", "(" * 50 + "[a] = 1", "[a] = 1)", "f([a]) = 1", "[a] = 'x"]
)
def test_logic_that_is_none_names_the_spot(logic):
    with pytest.raises(LogicError, match="at sign|at its end"):
        read_logic(logic)
