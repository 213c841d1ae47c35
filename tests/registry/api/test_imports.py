"""Imports by REST: the same file, looks and stores as on the page, with a token for imports."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from registry.access.row_security import everything_scope
from registry.actions.import_work import run_import
from registry.models import Infusion, ResponseAssessment, Token
from tests import factories
from tests.registry.imports.conftest import CSV, MAPPING, counted

HEADER = "patient_id,redcap_repeat_instrument,redcap_repeat_instance,rsp_bm_blast,rsp_date,rsp_bm_done\n"
GOOD = "KYO-0001,response_assessment,1,35,2024-07-01,1\n"
BAD = "OSA-0001,response_assessment,1,3,2024-07-01,1\n"
OF_ONE_HOSPITAL = MAPPING.replace("site: {column: hospital, codes: {1: KYO, 2: OSA}}", "site: KYO").replace(
    "ignore: [blasts]", "ignore: [blasts, hospital]"
)


@pytest.fixture
def sender(world, rest):
    """Kyoto's coordinator with a token for imports that answers names."""
    return rest(factories.person("coordinator", sites=[world.kyoto]), scopes=["import"])


def send(sender, text, path="imports", name="records.csv", headers=None, **fields):
    """POST a file as a form."""
    file = SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())
    words = {"headers": {**sender.headers, **(headers or {})}}
    return sender.client.post(f"/api/v1/{path}", {"file": file, **fields}, **words)


def step(sender, pk, name, headers=None, **words):
    """POST the next step."""
    sent = {"content_type": "application/json", "headers": {**sender.headers, **(headers or {})}}
    return sender.client.post(f"/api/v1/imports/{pk}/steps", {"step": name, **words}, **sent)


def worked(sender, pk):
    """The import after the work of a process."""
    run_import(pk, sender.person.pk, seconds=None)
    return sender.get(f"imports/{pk}").json()


def blasts():
    with everything_scope(actor="tests"):
        return [float(one.rsp_bm_blast) for one in ResponseAssessment.objects.exclude(rsp_bm_blast=None)]


def test_a_file_is_looked_at_stored_as_seen_and_reported(sender):
    before = counted()
    sent = send(sender, HEADER + GOOD + BAD)
    assert (sent.status_code, sent.json()["state"], sent.headers["Retry-After"]) == (202, "queued", "2")
    pk = sent.json()["id"]
    assert sent.headers["Location"] == f"/api/v1/imports/{pk}"

    looked = worked(sender, pk)
    assert (looked["state"], looked["steps"]) == ("looked", ["store"])
    assert (looked["counts"]["changed"], looked["counts"]["refused"]) == (1, 1)
    assert counted() == before, "a look stores nothing"
    (seen,) = sender.get(f"imports/{pk}/records?outcome=changed").json()["results"]
    assert {"form": "response_assessment", "row": "1", "column": "rsp_bm_blast", "old": "", "new": "35"} in seen[
        "cells"
    ]
    assert (seen["case"], seen["rows"], seen["is_stored"]) == ("KYO-0001", [2], False)
    first = sender.get(f"imports/{pk}/records?limit=1").json()
    (refused,) = sender.client.get(first["next"], headers=sender.headers).json()["results"]
    assert (refused["name"], refused["outcome"], refused["faults"][0]["row"]) == ("OSA-0001", "refused", 3)

    tag = sender.get(f"imports/{pk}").headers["ETag"]
    assert sender.get(f"imports/{pk}", **{"If-None-Match": tag}).status_code == 304
    assert step(sender, pk, "store", headers={"If-Match": '"import-of-before"'}).json()["code"] == "stale"
    assert step(sender, pk, "store", headers={"If-Match": tag}).status_code == 202
    assert step(sender, pk, "store").status_code == 202, "the same step again is the same"
    assert worked(sender, pk)["state"] == "done"
    assert blasts() == [35]
    assert step(sender, pk, "store").json()["state"] == "done"
    assert step(sender, pk, "go_on").json()["code"] == "not_looked"

    report = sender.get(f"imports/{pk}/report").content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[:4] for line in report[1:]] == [
        ["2", "KYO-0001", "KYO-0001", "changed"],
        ["3", "OSA-0001", "", "refused"],
    ]
    assert "OSA-0001" in sender.get(f"imports/{pk}/refused").content.decode("utf-8-sig")
    before = counted()
    again = worked(sender, send(sender, HEADER + GOOD).json()["id"])
    assert (again["state"], again["counts"]["unchanged"], again["steps"]) == ("done", 1, [])
    assert counted() == before
    given_up = sender.client.delete(f"/api/v1/imports/{pk}", headers=sender.headers)
    assert (given_up.status_code, given_up.json()["is_kept"]) == (200, False)
    assert sender.client.delete(f"/api/v1/imports/{pk}", headers=sender.headers).json()["code"] == "ended"
    assert [one["id"] for one in sender.get("imports").json()["results"]] == [again["id"], pk]
    assert [one["is_kept"] for one in sender.get("imports?state=done").json()["results"]] == [True, False]


def test_a_table_of_another_system_gets_its_mapping_at_once_or_afterwards(sender, world):
    before = counted()
    at_once = send(sender, CSV, name="cases.csv", mapping=OF_ONE_HOSPITAL)
    looked = worked(sender, at_once.json()["id"])
    assert (looked["kind"], looked["state"], looked["counts"]["new"]) == ("cases", "looked", 2), looked
    wrong = send(sender, CSV, name="cases.csv", mapping=MAPPING.replace("ignore: [blasts]", "ignore: []"))
    assert wrong.status_code == 422 and "blasts" in wrong.json()["detail"]
    waits = send(sender, CSV.replace("A1", "B1"), name="cases.csv").json()
    assert (waits["state"], waits["steps"]) == ("mapping", ["map"])
    assert step(sender, waits["id"], "map").json()["field"] == "mapping"
    assert "column" in step(sender, waits["id"], "map", mapping=OF_ONE_HOSPITAL.replace("born", "x")).json()["detail"]
    assert step(sender, waits["id"], "map", mapping=OF_ONE_HOSPITAL).status_code == 202
    assert worked(sender, waits["id"])["counts"]["new"] == 2
    assert counted() == before


def test_whole_or_not_at_all(sender):
    before = counted()
    refused = send(sender, HEADER + GOOD + BAD, "imports/whole")
    assert refused.status_code == 422
    assert [one["record"] for one in refused.json()["errors"]] == ["OSA-0001"]
    looked = send(sender, HEADER + GOOD, "imports/whole").json()
    assert (looked["is_stored"], counted()) == (False, before)
    assert looked["cells"][0].items() >= {"case": "KYO-0001", "form": "response_assessment", "old": ""}.items()
    moved = send(sender, HEADER + GOOD.replace("35", "36"), "imports/whole", seen=looked["seen"])
    assert (moved.status_code, moved.json()["code"], counted()) == (409, "moved", before)
    stored = send(sender, HEADER + GOOD, "imports/whole", seen=looked["seen"])
    assert (stored.status_code, stored.json()["is_stored"], blasts()) == (200, True, [35])
    before = counted()
    assert send(sender, HEADER + GOOD, "imports/whole").json()["cells"] == []
    assert counted() == before


def test_cases_by_a_mapping_whole_or_not_at_all(sender):
    words = {"path": "imports/whole", "name": "cases.csv", "mapping": OF_ONE_HOSPITAL}
    before = counted()
    refused = send(sender, CSV.replace(",m,", ",x,"), **words)
    assert (refused.status_code, counted()) == (422, before)
    (fault,) = refused.json()["errors"]
    assert (fault["row"], fault["column"], fault["found"]) == (2, "sex", "x")
    looked = send(sender, CSV, **words).json()
    assert (looked["new_cases"], looked["is_stored"], counted()) == (["KYO-0002", "KYO-0003"], False, before)
    assert send(sender, CSV, **words, seen=looked["seen"]).json()["is_stored"]
    with everything_scope(actor="tests"):
        assert Infusion.objects.filter(case__number__in=looked["new_cases"]).count() == 2


def test_who_may_and_whose_imports_a_token_sees(sender, world, rest):
    pk = send(sender, HEADER + GOOD).json()["id"]
    for other in (rest(sender.person, scopes=["write"]), rest(sender.person, scopes=["export"])):
        assert send(other, HEADER + GOOD).status_code == 403
        assert other.get("imports").status_code == 403
    second = rest(sender.person, scopes=["import"])
    assert second.get(f"imports/{pk}").status_code == 404, "another token of the same person"
    assert second.get("imports").json()["results"] == []
    with everything_scope(actor="tests"):
        Token.objects.filter(owner=sender.person).update(revoked_at="2020-01-01T00:00:00Z")
    assert send(sender, HEADER + GOOD).status_code == 401
    run_import(pk, sender.person.pk, seconds=None)
    with everything_scope(actor="tests"):
        assert blasts() == []


def test_what_names_a_patient_is_not_told_to_a_token_without_names(world, rest):
    unnamed = rest(factories.person("coordinator", sites=[world.kyoto]), scopes=["import"], has_identifiers=False)
    text = "patient_id,birth_date\nKYO-0001,2010-02-03\n"
    pk = send(unnamed, text).json()["id"]
    worked(unnamed, pk)
    (record,) = unnamed.get(f"imports/{pk}/records").json()["results"]
    (whole,) = send(unnamed, text, "imports/whole").json()["cells"]
    for told in (*record["cells"], whole):
        assert told.items() >= {"column": "birth_date", "old": "•••", "new": "•••"}.items()


def test_the_same_wish_is_the_same_import(sender):
    first = send(sender, HEADER + GOOD, headers={"Idempotency-Key": "k1"})
    again = send(sender, HEADER + GOOD, headers={"Idempotency-Key": "k1"})
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert send(sender, HEADER + GOOD + GOOD, headers={"Idempotency-Key": "k1"}).json()["code"] == "key_used"
    assert send(sender, HEADER + GOOD).json()["id"] == first.json()["id"], "also without a key, while it waits"
    for text in ("KYO-0002", "KYO-0003"):
        assert send(sender, HEADER + GOOD.replace("KYO-0001", text)).status_code == 202
    fourth = send(sender, HEADER + GOOD.replace("KYO-0001", "KYO-0004"))
    assert (fourth.status_code, fourth.headers["Retry-After"]) == (429, "2")


REFUSED = (
    ({"encoding": "latin1"}, "possible are: utf-8, shift_jis"),
    ({"completes": "perhaps"}, "possible are: true, false"),
    ({"enconding": "utf-8"}, "possible are: file, encoding"),
    ({"site": "OSA"}, "possible are: KYO"),
    ({"encoding": ["utf-8", "utf-8"]}, "give it once"),
    ({"mapping": "forms: ["}, "not YAML"),
    ({"text": "診断".encode("cp932") + b"\n"}, "not UTF-8"),
    ({"text": b"patient_id,sex_at_birth\n"}, "no row"),
    ({"text": b"<!DOCTYPE a [<!ENTITY b 'c'>]><ODM>&b;</ODM>", "name": "a.xml"}, "entities"),
    ({"text": b"patient_id,patient_id\nKYO-0001,KYO-0001\n"}, "patient_id"),
    ({"text": b"MZ", "name": "a.exe"}, ".csv or .xlsx"),
)


def test_a_bad_upload_is_refused_and_named(sender):
    before = counted()
    for fields, words in REFUSED:
        for path in ("imports", "imports/whole"):
            found = send(sender, **{"text": HEADER + GOOD, "path": path, **fields})
            assert (found.status_code, found.headers["Content-Type"]) == (422, "application/problem+json"), fields
            assert words in found.json()["detail"], found.json()["detail"]
    assert sender.get("imports").json()["results"] == []
    assert counted() == before


def test_a_large_or_missing_body_is_refused_before_it_is_read(sender):
    assert (
        sender.client.post("/api/v1/imports", {"x": "1"}, headers=sender.headers).json()["errors"][-1]["field"]
        == "file"
    )
    assert sender.client.post("/api/v1/imports", {}, "application/json", headers=sender.headers).status_code == 415
    large = {"CONTENT_LENGTH": str(30 * 1024**2)}
    refused = sender.client.post(
        "/api/v1/imports", {"file": SimpleUploadedFile("a.csv", b"x")}, headers=sender.headers, **large
    )
    assert refused.status_code == 413
    many = HEADER + "".join(GOOD.replace(",1,35", f",{number},35") for number in range(1, 502))
    assert "record by record" in send(sender, many, "imports/whole").json()["detail"]
