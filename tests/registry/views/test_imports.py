"""A file is looked at answer by answer, and stored only as it was looked at: all or nothing, once."""

import io
import re
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from registry.access.row_security import everything_scope, person_scope
from registry.actions import import_work
from registry.models import HistoryEvent, ImportJob, Patient, Person, ResponseAssessment, Site
from registry.views import imports as page
from tests import factories
from tests.standing import standing

HEADER = "patient_id,redcap_repeat_instrument,redcap_repeat_instance,rsp_bm_blast,rsp_date,rsp_bm_done\n"


@standing
def kyoto():
    """A case of Kyoto with a response, and one of Osaka."""
    kyoto = factories.site("KYO")
    case = factories.infused_case(kyoto)
    factories.infused_case(factories.site("OSA"))
    factories.stored_form(
        case, "response_assessment", rsp_date=factories.day(28), rsp_bm_done=1, rsp_bm_blast=Decimal(2)
    )
    return kyoto


@pytest.fixture
def nurse(kyoto):
    client = Client()
    client.force_login(factories.person("coordinator", sites=[kyoto]))
    return client


def look(client, text, name="records.csv", encoding="utf-8"):
    content = text if isinstance(text, bytes) else text.encode()
    answer = client.post(
        "/imports/", {"step": "preview", "encoding": encoding, "file": SimpleUploadedFile(name, content)}
    )
    return answer.status_code, answer.content.decode()


def confirm(client, html):
    sent = re.search(r'name="sent" value="([^"]+)"', html)[1]
    answer = client.post("/imports/", {"step": "store", "sent": sent}, follow=True)
    return answer.status_code, answer.content.decode()


def blast():
    with everything_scope(actor="tests"):
        return ResponseAssessment.objects.get(case__number="KYO-0001").rsp_bm_blast


def events():
    with everything_scope(actor="tests"):
        return HistoryEvent.objects.count()


def test_a_look_stores_nothing_and_its_confirmation_what_was_seen_once(nurse):
    file = HEADER + "KYO-0001,response_assessment,1,35,2024-07-01,1\n"
    before = events()
    status, html = look(nurse, file)
    assert (status, events(), blast()) == (200, before, 2)
    assert "<del>2</del>" in html
    assert "<strong>35</strong>" in html
    assert "<strong>2024" not in html, "a date that is stored so already is no change"
    assert "1 answer would be stored" in html

    assert confirm(nurse, html)[0] == 200
    assert blast() == 35
    with everything_scope(actor="tests"):
        event = HistoryEvent.objects.filter(item="rsp_bm_blast").last()
    assert (event.reason, event.old, event.request.partition("-")[0]) == ("import", 2, "import")

    after = events()
    assert "Nothing would change" in look(nurse, file)[1]
    assert "Nothing would change" in confirm(nurse, html)[1], "the same confirmation twice"
    assert events() == after


def test_the_checks_speak_before_anything_is_stored(nurse):
    header = "patient_id,redcap_repeat_instrument,redcap_repeat_instance,inf_dose_total\n"
    status, html = look(nurse, header + "KYO-0001,infusion,1,900\n")
    assert status == 200
    assert "What the checks would ask" in html
    assert blast() == 2


def test_every_fault_is_told_with_its_place_and_nothing_is_stored(nurse):
    rows = "KYO-0001,response_assessment,1,x,2024-02-31,1\nOSA-0001,response_assessment,1,3,,\nKYO-0001,nix,1,3,,\n"
    status, html = look(nurse, HEADER + rows)
    assert status == 422
    assert 'value="store"' not in html
    assert "<strong>" not in html.partition("Answer by answer")[2], "what is refused is no change"
    assert "KYO-0002" not in html, "the next number of a hospital is not told to whoever names another's"
    for word in ("rsp_bm_blast", "2024-02-31", "OSA-0001", "nix"):
        assert word in html
    assert blast() == 2


def test_what_moved_since_the_look_is_shown_again(nurse):
    _status, html = look(nurse, HEADER + "KYO-0001,response_assessment,1,35,,\n")
    other = look(nurse, HEADER + "KYO-0001,response_assessment,1,7,,\n")[1]
    confirm(nurse, other)
    status, again = confirm(nurse, html)
    assert status == 409
    assert "<del>7</del>" in again
    assert blast() == 7


def test_a_confirmation_is_this_persons_and_cannot_be_made_up(nurse):
    _status, html = look(nurse, HEADER + "KYO-0001,response_assessment,1,35,,\n")
    stranger = Client()
    stranger.force_login(factories.person("investigator", sites=[factories.site("KYO")]))
    assert confirm(stranger, html)[0] == 422
    assert nurse.post("/imports/", {"step": "store", "sent": "utf-8.0.a.b.c"}).status_code == 422
    assert blast() == 2


def test_shift_jis_is_taken_where_it_is_declared_and_refused_where_it_is_not(nurse):
    text = "case,karyotype_done,karyotype_iscn\nKYO-0001,1,染色体①\n".encode("cp932")
    status, html = look(nurse, text, "baseline_disease.csv")
    assert status == 422
    assert "not UTF-8" in html
    status, html = look(nurse, text, "baseline_disease.csv", "shift_jis")
    assert status == 200
    assert "染色体①" in html
    assert look(nurse, "症例,\x80\n".encode() + b"\xff\xff", "baseline_disease.csv", "shift_jis")[0] == 422


def archive(*files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files:
            made.writestr(name, content)
    return out.getvalue()


ODM = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><ODM>&b;</ODM>'


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("dataset.xml", ODM, "document type"),
        ("dataset.xml", "<a/>", "first element"),
        ("records.csv", "patient_id,patient_id\nKYO-0001,KYO-0001\n", "twice"),
        ("records.csv", "patient_id,nix,nax\nKYO-0001,1,2\n", "&#x27;nix&#x27;, &#x27;nax&#x27;"),
        ("records.csv", b"patient_id\n\xff\xfe", "not UTF-8"),
        ("records.pdf", b"%PDF", "expected .csv or .xlsx"),
        ("infusion.csv", "case,course_no,inf_seq,nix\nKYO-0001,1,1,2\n", "nix"),
        ("infusion.csv", "case,inf_date\nKYO-0001,2024-06-03\n", "course_no"),
        ("export.zip", b"PK\x03\x04 nothing", "ZIP archive"),
        ("export.zip", archive(*((f"{n}.csv", "case\n") for n in range(101))), "101 files"),
        ("export.zip", archive(("patient.csv", b"case\n" + b"0" * (201 * 1024**2))), "201 MB"),
    ],
)
def test_what_cannot_be_read_is_refused_as_a_whole_and_in_words(nurse, name, content, word):
    status, html = look(nurse, content, name)
    assert status == 422
    assert word in html


def own_job(client):
    """The newest import, worked on as far as it goes without its person."""
    person = Person.objects.get(role="coordinator")
    with person_scope(person):
        pk = ImportJob.objects.first().pk
    import_work.run_import(pk, person.pk, seconds=None)
    return pk


def test_more_rows_than_somebody_waits_for_are_an_import_of_their_own(nurse, monkeypatch):
    monkeypatch.setattr(page, "MOST_ROWS", 1)
    assert look(nurse, HEADER + "KYO-0001,,,,,\nKYO-0001,response_assessment,1,35,,\n")[0] == 302
    pk = own_job(nurse)
    html = nurse.get(f"/imports/{pk}/").content.decode()
    assert "1 record can be stored" in html
    assert "<strong>35</strong>" in html
    assert blast() == 2
    assert nurse.post(f"/imports/{pk}/", {"step": "store"}).status_code == 302
    assert nurse.get(f"/imports/{pk}/state/").json()["state"] == "queued"
    own_job(nurse)
    assert "1 record stored" in nurse.get(f"/imports/{pk}/").content.decode()
    assert blast() == 35


def test_faulty_records_are_left_out_and_come_back_as_a_file(nurse):
    _status, html = look(nurse, HEADER + "KYO-0001,response_assessment,1,35,,\nOSA-0001,response_assessment,1,3,,\n")
    sent = re.search(r'name="sent" value="([^"]+)"', html)[1]
    assert nurse.post("/imports/", {"step": "store", "sent": sent}).status_code == 422, "it was not looked at whole"
    assert blast() == 2
    assert nurse.post("/imports/", {"step": "rows", "sent": sent}).status_code == 302
    pk = own_job(nurse)
    nurse.post(f"/imports/{pk}/", {"step": "store"})
    own_job(nurse)
    assert blast() == 35
    refused = nurse.get(f"/imports/{pk}/refused.csv").content.decode("utf-8-sig")
    assert [line.partition(",")[0] for line in refused.splitlines()] == ["patient_id", "OSA-0001"]
    report = nurse.get(f"/imports/{pk}/report.csv").content.decode("utf-8-sig").splitlines()
    assert report[1].startswith("2,KYO-0001,KYO-0001,changed,1")
    nurse.post(f"/imports/{pk}/", {"step": "give_up"})
    assert nurse.get(f"/imports/{pk}/refused.csv").status_code == 410


TABLE = "Hospital no.,Sex at birth,born,mg,remarks\nA-1,Female,3/2/2011,25,<b>x</b>\nA-2,Male,13/2/2011,30,\n"


def test_a_table_of_another_system_is_mapped_once(nurse):
    assert look(nurse, TABLE, "cases.csv")[0] == 302
    with everything_scope(actor="tests"):
        kyoto = Site.objects.get(code="KYO")
    with person_scope(Person.objects.get(role="coordinator")):
        pk = ImportJob.objects.first().pk
    html = nurse.get(f"/imports/{pk}/mapping/").content.decode()
    assert 'name="target-1" list="items" value="patient.sex_at_birth"' in html, "guessed by the label of the question"
    assert "Female = 2" in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    sent = {
        "step": "table", "site": kyoto.code, "target-0": "patient.mrn_hash", "target-1": "patient.sex_at_birth",
        "codes-1": "Female = 2\nMale = 1", "target-2": "patient.birth_date", "dates-2": "DMY", "target-3": "nix.nix",
        "constant": ["patient.consent_type", "", ""], "value": ["2", "", ""],
    }  # fmt: skip
    refused = nurse.post(f"/imports/{pk}/mapping/", sent)
    assert refused.status_code == 422
    assert "“nix.nix” (mg) is no item" in refused.content.decode()
    assert "Female = 2" in refused.content.decode(), "what was typed stays"
    sent |= {"target-3": "pre_infusion_assessment.pre_crp", "unit-3": "mg/L"}
    assert nurse.post(f"/imports/{pk}/mapping/", sent).status_code == 302
    own_job(nurse)
    html = nurse.get(f"/imports/{pk}/").content.decode()
    assert "2 records can be stored" in html
    assert "<strong>2.5</strong>" in html, "25 mg/L, in the unit of the item"
    nurse.post(f"/imports/{pk}/", {"step": "store"})
    own_job(nurse)
    with everything_scope(actor="tests"):
        assert Patient.objects.filter(case__number__startswith="KYO").order_by(
            "case__number"
        ).last().birth_date == date(2011, 2, 13)
    look(nurse, TABLE + "A-3,Male,1/1/2012,20,\n", "next.csv")
    with person_scope(Person.objects.get(role="coordinator")):
        pk = ImportJob.objects.first().pk
    html = nurse.get(f"/imports/{pk}/mapping/").content.decode()
    assert "These columns are known: the mapping of cases.csv" in html
    assert 'list="items" value="pre_infusion_assessment.pre_crp"' in html


def test_answers_that_look_like_markup_stay_text(nurse):
    html = look(nurse, "case,karyotype_done,karyotype_iscn\nKYO-0001,1,<b>=1+1</b>\n", "baseline_disease.csv")[1]
    assert "<b>=1+1" not in html
    assert "&lt;b&gt;=1+1&lt;/b&gt;" in html
