"""Exports by REST: asked for, made by the worker, taken whole or in parts, kept for some days, taken back after a withdrawal."""

import base64
import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree

from analytics import actions, actions_of_exports, export_files
from analytics.actions_of_cuts import take_cut
from analytics.models import Export, ExportJob
from registry.access.token_scopes import Scope
from registry.models import Cohort, Patient
from tests import factories
from tests.analytics.exports.test_odm import odm_faults
from tests.remembered import remembered
from tests.scenarios.cuts.worlds import as_worker, everything, four_cases, person
from tests.scenarios.exports.test_an_export_is_one_snapshot import corrected

pytestmark = pytest.mark.django_db(transaction=True)
EXPORTS = "/api/v1/exports"


@pytest.fixture
def cases(transactional_db, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return remembered(four_cases)


class Asks:
    """Somebody with a token."""

    def __init__(self, who, **words):
        self.client, self.headers = Client(), {"Authorization": f"Bearer {factories.token(who, **words)}"}

    def __call__(self, method, path, body=None, **headers):
        words = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        return getattr(self.client, method)(path, headers={**self.headers, **headers}, **words)

    def asks(self, **wish):
        return self("post", EXPORTS, wish)


def made():
    """Let the worker make what waits."""
    waiting = everything_jobs(lambda: list(ExportJob.objects.filter(state="queued").values_list("pk", flat=True)))
    return as_worker(lambda: [actions_of_exports.make_export(pk) for pk in waiting])


def everything_jobs(what):
    """Its answer as the worker, who sees the exports of all."""
    return as_worker(lambda: everything(what))


def files_in(answer):
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_an_export_is_asked_for_made_taken_and_noted(cases):
    as_worker(actions.build_datasets)
    lead = Asks(person("lead"))
    asked = lead.asks(format="csv", profile="consortium", tables=["death", "adtte"])
    assert asked.status_code == 202 and asked["Retry-After"], asked.content
    url = asked["Location"]
    assert (
        asked.json()["state"] == "queued"
        and lead.asks(format="csv", profile="consortium", tables=["adtte", "death"]).json()["id"] == asked.json()["id"]
    )
    assert lead("get", f"{url}/file").status_code == 409
    assert made() == [True]

    body = lead("get", url).json()
    assert (body["state"], body["revision"], body["progress"]["done"]) == ("ready", 1, 4)
    answer = lead("get", body["file"])
    files = files_in(answer)
    assert answer["ETag"] == f'"{body["sha256"]}"' and answer["Content-Length"] == str(body["size"])
    assert base64.b64decode(answer["Repr-Digest"][9:-1]).hex() == body["sha256"]
    assert set(files) >= {"death.csv", "adtte.csv", "manifest.json"} and "relapse.csv" not in files
    assert len(list(csv.DictReader(files["death.csv"].decode().splitlines()))) == 1
    note = everything(lambda: Export.objects.get())
    assert (note.person.role, note.profile, note.digest) == ("lead", "consortium", body["sha256"])
    assert sorted(note.cases) == [one.pk for one in cases] and note.about["rows"] == body["rows"]

    kept = lead("get", EXPORTS + "?state=ready").json()["results"]
    assert [one["id"] for one in kept] == [body["id"]]
    other = Asks(person("manager"))
    assert other("get", url).status_code == other("get", body["file"]).status_code == 404
    assert other("get", EXPORTS).json()["results"] == []


def test_a_download_that_broke_off_goes_on(cases):
    lead = Asks(person("lead"))
    url = lead.asks(profile="deidentified", tables=["death"])["Location"]
    made()
    whole = b"".join(lead("get", f"{url}/file").streaming_content)
    tag = f'"{hashlib.sha256(whole).hexdigest()}"'

    def part(wanted, status=206, **headers):
        answer = lead("get", f"{url}/file", Range=wanted, **headers)
        assert answer.status_code == status, answer.status_code
        return answer

    assert b"".join(part("bytes=100-").streaming_content) == whole[100:]
    assert b"".join(part("bytes=0-0").streaming_content) == whole[:1]
    assert b"".join(part("bytes=-10", **{"If-Range": tag}).streaming_content) == whole[-10:]
    assert b"".join(part("bytes=5-", status=200, **{"If-Range": '"other"'}).streaming_content) == whole
    assert part("bytes=100-", **{"If-Range": tag})["Content-Range"] == f"bytes 100-{len(whole) - 1}/{len(whole)}"
    outside = part(f"bytes={len(whole)}-", status=416)
    assert outside["Content-Range"] == f"bytes */{len(whole)}" and outside.json()["code"] == "range"
    assert lead("get", f"{url}/file", **{"If-None-Match": tag}).status_code == 304
    assert everything(Export.objects.count) == 3  # each that began at the begin; what went on is the same copy


def test_of_the_same_record_the_same_file_and_of_another_another(cases):
    lead, manager = Asks(person("lead")), Asks(person("manager"))
    wish = {"profile": "consortium", "tables": ["infusion"]}
    first = lead.asks(**wish)["Location"]
    made()
    again, others = lead.asks(**wish), manager.asks(**wish)
    assert made() == [True, True]
    found = [
        Asks.__call__(who, "get", url).json()
        for who, url in ((lead, first), (lead, again["Location"]), (manager, others["Location"]))
    ]
    assert len({one["id"] for one in found}) == 3 and len({one["sha256"] for one in found}) == 1
    jobs = everything_jobs(lambda: list(ExportJob.objects.order_by("pk").values_list("step", "seen")))
    assert len({seen for _step, seen in jobs}) == 1  # read once

    corrected(everything(lambda: cases[0].infusion_set.get()), inf_viability=80)
    changed = lead.asks(**wish)["Location"]
    made()
    assert lead("get", changed).json()["sha256"] != found[0]["sha256"]
    as_worker(lambda: take_cut(everything(Cohort.objects.get), "asco-2027", factories.day(250), reason="", by="tests"))
    cut = lead.asks(dataset="asco-2027", **wish)
    made()
    assert cut.status_code == 202 and lead.asks(dataset="asco-2027", **wish).status_code == 200


WISHES = [
    ("statistician", {"profile": "deidentified"}, 202),
    ("statistician", {"profile": "consortium"}, 422),
    ("lead", {"profile": "full"}, 422),
    ("manager", {"profile": "full", "sites": ["KYO"]}, 422),
    ("coordinator", {"profile": "full"}, 202),
    ("coordinator", {}, 202),
    ("coordinator", {"profile": "full", "sites": ["OSA"]}, 422),
    ("coordinator", {"profile": "deidentified"}, 422),
    ("coordinator", {"profile": "full", "dataset": "asco-2027"}, 422),
    ("administrator", {}, 403),
    ("lead", {"profile": "consortium", "format": "doc"}, 422),
    ("lead", {"tabels": ["death"]}, 422),
    ("lead", {"tables": ["death"], "format": "adam"}, 422),
    ("lead", {"tables": "death"}, 422),
    ("lead", {"dataset": ["live"], "excel": "yes", "sites": ["KYO"]}, 422),
]


def test_who_may_ask_for_what(cases):
    for role, wish, status in WISHES:
        client = Client()
        client.force_login(person(role, **({"sites": [cases[0].site]} if role == "coordinator" else {})))
        answer = client.post(EXPORTS, json.dumps(wish), content_type="application/json")

        assert answer.status_code == status, (role, wish, answer.content)
        assert status != 422 or all(one["detail"] for one in answer.json()["errors"])


def test_rights_are_those_of_the_moment(cases):
    kyoto = everything(lambda: cases[0].site)
    nurse = person("coordinator", sites=[kyoto])
    asks = Asks(nurse)
    url = asks.asks(profile="full", tables=["patient"])["Location"]
    made()
    files = files_in(asks("get", f"{url}/file"))
    assert json.loads(files["manifest.json"])["export"]["sites"] == ["KYO"]
    assert {row["case"] for row in csv.DictReader(files["patient.csv"].decode().splitlines())} == {
        "KYO-0001",
        "KYO-0002",
    }
    for words in ({"scopes": [Scope.READ]}, {"scopes": [Scope.READ, Scope.EXPORT], "has_identifiers": False}):
        assert Asks(nurse, **words)("get", f"{url}/file").status_code == 403
    assert Asks(nurse, scopes=[Scope.READ]).asks(profile="full").status_code == 403


def test_what_is_given_up_expired_or_holds_somebody_who_withdrew_is_gone(cases):
    lead = Asks(person("lead"))
    wanted = [lead.asks(profile="consortium", tables=[one])["Location"] for one in ("death", "relapse", "crs")]
    assert lead.asks(profile="consortium").status_code == 429
    assert lead("delete", wanted[2]).json()["state"] == "cancelled" and lead("delete", wanted[2]).status_code == 409
    made()
    assert everything_jobs(lambda: ExportJob.objects.get(pk=wanted[2].rpartition("/")[2]).sha256) == ""
    assert lead("delete", wanted[0]).json()["state"] == "deleted"
    later = lead.asks(profile="deidentified", tables=["crs"])["Location"]
    made()
    everything_jobs(
        lambda: ExportJob.objects.filter(pk=later.rpartition("/")[2]).update(expires_at=timezone.now() - timedelta(1))
    )
    with_case = Patient.objects
    corrected(everything(lambda: with_case.get(case=cases[1])), consent_withdrawn=1)
    assert as_worker(actions_of_exports.take_back_exports) == 3
    states = {url: lead("get", url).json() for url in [*wanted, later]}
    assert [one["state"] for one in states.values()] == ["deleted", "taken_back", "cancelled", "expired"]
    for url, body in states.items():
        gone = lead("get", f"{url}/file")
        assert gone.status_code == 410 and gone.json()["detail"] == body["reason"] and body["file"] is None
    assert not list(export_files.folder().iterdir())


def test_for_outside_the_consortium_go_the_cases_whose_consent_reaches_so_far(cases):
    for case, answer in zip(cases, (1, 1, 0, 0), strict=True):
        corrected(everything(lambda case=case: Patient.objects.get(case=case)), consent_share_intl=answer)
    lead, nurse = Asks(person("lead")), Asks(person("coordinator", sites=[cases[0].site]))
    refused = nurse.asks(profile="full", abroad=True)
    assert refused.status_code == 422 and [one["field"] for one in refused.json()["errors"]] == ["abroad"]
    url = lead.asks(profile="consortium", tables=["patient"], abroad=True)["Location"]
    made()
    body = lead("get", url).json()
    files = files_in(lead("get", body["file"]))
    assert body["abroad"] is True and json.loads(files["manifest.json"])["export"]["abroad"] is True
    assert len(list(csv.DictReader(files["patient.csv"].decode().splitlines()))) == 2
    note = everything(lambda: Export.objects.get())
    assert note.about["abroad"] is True and note.cases == [one.pk for one in cases[:2]]

    inside = lead.asks(profile="consortium", tables=["patient"])["Location"]
    made()
    corrected(everything(lambda: Patient.objects.get(case=cases[1])), consent_share_intl=0)
    assert as_worker(actions_of_exports.take_back_exports) == 1
    assert lead("get", inside).json()["state"] == "ready"
    gone = lead("get", f"{url}/file")
    assert gone.status_code == 410 and "does not reach outside" in gone.json()["detail"]


def test_the_history_of_every_answer_leaves_for_who_may_see_it(cases):
    form = everything(lambda: cases[0].infusion_set.get())
    corrected(form, inf_viability=80)
    corrected(form, inf_viability=70)
    nurse, lead = Asks(person("coordinator", sites=[cases[0].site])), Asks(person("lead"))
    for words in ({}, {"profile": "deidentified"}):
        refused = lead.asks(format="odm_audit", **words)
        assert refused.status_code == 422 and refused.json()["errors"][0]["field"] == "format"
    asked = [
        who.asks(format="odm_audit", profile=profile, tables=["infusion"])["Location"]
        for who, profile in ((nurse, "full"), (lead, "consortium"))
    ]
    made()
    own, pooled = (
        files_in(who("get", f"{url}/file"))["dataset.xml"] for who, url in zip((nurse, lead), asked, strict=True)
    )
    assert odm_faults(own) == [] and odm_faults(pooled) == []
    name = {"o": "http://www.cdisc.org/ns/odm/v1.3"}
    told = [
        (one.get("TransactionType"), one.get("Value"), one.findtext(".//o:ReasonForChange", None, name))
        for one in etree.fromstring(own).iterfind(".//o:ItemData[@ItemOID='IT.infusion.inf_viability']", name)
        if one.getparent().getparent().getparent().getparent().get("SubjectKey") == cases[0].number
    ]
    assert told[-2:] == [(told[-2][0], "80", "source"), ("Update", "70", "source")]
    assert b"ReasonForChange" not in pooled and cases[0].number.encode() not in pooled
    subjects = {one.get("SubjectKey") for one in etree.fromstring(own).iterfind(".//o:SubjectData", name)}
    assert subjects == {one.number for one in cases[:2]}


def test_a_killed_worker_loses_nothing_and_three_failures_are_the_end(cases, monkeypatch, settings):
    lead = Asks(person("lead"))
    url = lead.asks(profile="consortium", tables=["death"])["Location"]
    pk = int(url.rpartition("/")[2])

    class Killed(BaseException):
        """Nothing is put in order."""

    def killed(*_words, **_more):
        raise Killed

    def attempt():
        try:
            return actions_of_exports.make_export(pk)
        except Killed:
            return None

    with monkeypatch.context() as patch:
        patch.setattr(export_files, "stored", killed)
        patch.setattr(actions_of_exports, "_ring_for_next", lambda: None)
        assert as_worker(attempt) is None
    assert lead("get", url).json()["state"] == "running"
    assert as_worker(attempt) is False  # its lease is another's
    lapsed = timezone.now() - timedelta(seconds=1)
    everything_jobs(lambda: ExportJob.objects.update(lease_until=lapsed, rung_at=None, asked_at=lapsed - timedelta(1)))
    rung = []
    monkeypatch.setattr("registry.doorbell.ring", lambda task, *args: rung.append(args))
    as_worker(actions.sweep)
    assert rung == [(pk,)] and as_worker(attempt) is True
    assert lead("get", url).json()["state"] == "ready"

    other = lead.asks(profile="consortium", tables=["crs"])["Location"]
    pk = int(other.rpartition("/")[2])
    monkeypatch.setattr(actions_of_exports, "tables_of", lambda *_words, **_more: 1 / 0)
    for _time in range(3):
        with pytest.raises(ZeroDivisionError):
            as_worker(lambda: actions_of_exports.make_export(pk))
    failed = lead("get", other).json()
    assert failed["state"] == "failed" and "export" in failed["reason"]
