"""The story of a case, a form, a question, a person, and the trail of all sites: told whole, narrowed, paged, exported."""

import csv
import html
import io
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.access.row_security import everything_scope
from registry.actions.cases import remove_case
from registry.actions.forms import save_form, void_form
from registry.actions.queries import close_query, raise_query
from registry.actions.signatures import sign_forms
from registry.actions.states import lock_form, verify_form
from registry.models import Case, HistoryEvent, Infusion, Patient, Query
from registry.views import history_pages, trail_review
from tests import factories
from tests.registry.views.conftest import signed_in
from tests.standing import standing


@standing
def case(world):
    """A case of Kyoto with an infusion whose weight was corrected."""
    made = factories.infused_case(world.kyoto, by=world.nurse)
    correct(made, world.nurse, inf_weight=Decimal("41.5"))
    return made


def correct(case, by, reason="Weighed again", **answers):
    """A correction of the infusion."""
    with everything_scope(actor="tests"):
        form = Infusion.objects.get(case=case)
        for name, answer in answers.items():
            setattr(form, name, answer)
        return save_form(form, by=by, seen_version=form.version, reason=reason)


def words(response):
    """The text of a page below its filters, blanks made one."""
    page = response.content.decode().partition("<main")[2] or response.content.decode()
    page = re.sub(r"<(form|header).*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(page)))


def test_a_case_tells_who_when_from_where_why_and_each_answer(world, nurse, case):
    sent = {
        "version": "2",
        "inf_weight": "42",
        "inf_date": "2024-06-03",
        "inf_dose_total": "150",
        "reason": "Third time",
    }
    assert nurse.post("/cases/KYO-0001/infusion/1.1/", sent).status_code == 302

    told = words(nurse.get("/cases/KYO-0001/history/"))

    assert "Aoi Nakamura · Infusion 1 : changed" in told
    assert "Reason: Third time" in told and "Reason: Weighed again" in told
    assert "41.5 kg → 42 kg" in told and "40 kg → 41.5 kg" in told
    assert "on a page" in told
    assert "the case : enrolled" in told


def test_the_history_of_one_question_stands_beside_it(nurse, case):
    page = nurse.get("/cases/KYO-0001/infusion/1.1/").content.decode()
    assert "/cases/KYO-0001/infusion/1.1/history/?item=inf_weight" in page

    told = words(nurse.get("/cases/KYO-0001/infusion/1.1/history/?item=inf_weight&beside=1"))

    assert "40 kg → 41.5 kg" in told and "Weighed again" in told and "Aoi Nakamura" in told
    assert "150" not in told
    assert nurse.get("/cases/KYO-0001/infusion/1.1/history/?item=nothing&beside=1").status_code == 404
    assert nurse.get("/cases/KYO-0001/infusion/1.9/history/?item=inf_weight&beside=1").status_code == 404


@pytest.mark.parametrize(
    ("query", "there", "absent"),
    [
        ("form=infusion&item=inf_weight", "41.5 kg", "150"),
        ("form=infusion&act=changed", "41.5 kg", "Registration"),
        ("act=enrolled", "enrolled", "41.5 kg"),
        ("who=second@example.org", "Ren Ito", "41.5 kg"),
        ("until=2001-01-01", "Nothing fits", "Infusion 1 :"),
        ("since=2001-01-01", "41.5 kg", "Nothing fits"),
        ("since=0000-99-99&who=nobody&form=x&act=y&item=z", "41.5 kg", "Nothing fits"),
    ],
)
def test_the_history_of_a_case_is_narrowed(world, nurse, case, query, there, absent):
    factories.relapse(case, 100, by=world.other_nurse)

    told = words(nurse.get(f"/cases/KYO-0001/history/?{query}"))

    assert there in told
    assert absent not in told


def test_states_signatures_and_queries_are_told(world, nurse, case):
    investigator = factories.person("investigator", sites=[world.kyoto], name="Sora Kimura")
    with everything_scope(actor="tests"):
        unknown = {
            "death_in_remission_mr": "UK",
            "death_cart_related_mr": "UK",
            "death_cause_mr": "UK",
            "death_cause": None,
        }
        death = factories.death(case, 300, by=world.nurse, **unknown)
        death = save_form(death, by=world.nurse, seen_version=1, complete=True)
        for query in Query.objects.filter(form="death").exclude(state="closed"):
            close_query(query, text="Seen", by=world.manager, seen_version=query.version)
        death = verify_form(death, by=world.manager, seen_version=death.version)
        sign_forms(
            case, [("death", "1", death.version)], meaning="reviewed", password=factories.PASSWORD, by=investigator
        )
        death = lock_form(death, by=world.manager, seen_version=death.version)
        second = factories.person("manager", email="second.manager@example.org")
        factories.opened(death, by=world.manager, second=second, reason="Autopsy came")
        death.refresh_from_db()
        raise_query(death, item="death_date", text="Which day was it?", by=world.manager)
        void_form(death, by=world.nurse, seen_version=death.version, reason="Of another patient")

    told = words(nurse.get("/cases/KYO-0001/history/"))

    for act in (
        "Death: entered, marked complete",
        "Death: signed",
        "Death: verified, locked",
        "Death: unlocked",
        "Death: signature void",
        "query opened",
        "Which day was it?",
        "Death: removed, completion withdrawn",
        "Reason: Autopsy came",
    ):
        assert act in told, act


@pytest.mark.django_db(transaction=True)
@pytest.mark.django_db(transaction=True)
def test_a_history_is_paged_without_a_gap_and_without_a_count(nurse, case, monkeypatch):
    monkeypatch.setattr(history_pages, "MOST_EVENTS", 30)
    monkeypatch.setattr(history_pages, "MOST_ENTRIES", 4)
    with everything_scope(actor="tests"):
        saves = set(
            HistoryEvent.objects.filter(case_id=case.pk)
            .exclude(form="query")
            .values_list("transaction", "form", "row_id")
        )
    address, told = "/cases/KYO-0001/history/", []

    while address:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = nurse.get(address).context["page"]
        assert not any("COUNT(" in query["sql"] for query in queries)
        told += [(entry.at, entry.title, entry.what) for entry in page.entries]
        address = f"/cases/KYO-0001/history/?before={page.older}" if page.older else ""

    assert len(told) == len(set(told)) == len(saves)
    assert [at for at, *_rest in told] == sorted((at for at, *_rest in told), reverse=True)


def test_somebodys_history_is_told_to_the_administrator(world):
    admin = signed_in(world.admin)
    sent = {"name": "Aoi Nakamura", "role": "investigator", "sites": [world.osaka.pk], "is_active": "on"}
    assert admin.post(f"/people/{world.nurse.pk}/", sent).status_code == 302
    assert f"/people/{world.nurse.pk}/history/" in admin.get(f"/people/{world.nurse.pk}/").content.decode()

    told = words(admin.get(f"/people/{world.nurse.pk}/history/"))

    assert "Site coordinator → Site investigator" in told
    assert "Site OSA works there" in told and "Site KYO works there → cleared" in told
    assert "argon2" not in told
    assert "added" in words(admin.get(f"/sites/{world.kyoto.pk}/history/"))
    assert admin.get("/people/999999/history/").status_code == admin.get("/sites/999999/history/").status_code == 404


def test_the_trail_of_all_sites_is_read_in_as_many_queries_whatever_it_holds(world, case):
    manager = signed_in(world.manager)

    def queries():
        with CaptureQueriesContext(connection) as found:
            assert manager.get("/history/").status_code == 200
        return len(found)

    few = queries()
    for _number in range(3):
        other = factories.infused_case(world.osaka, by=world.osaka_nurse)
        correct(other, world.osaka_nurse, inf_weight=Decimal(50))

    assert queries() <= few
    told = words(manager.get("/history/"))
    assert "OSA-0003" in told and "KYO-0001" in told
    narrowed = words(manager.get("/history/?site=OSA&act=changed"))
    assert "OSA-0003 · Infusion 1" in narrowed and "KYO-0001 ·" not in narrowed
    assert "KYO-0001 ·" in words(manager.get("/history/?case=KYO-0001&who=" + world.nurse.email))


def test_the_trail_is_exported_chunk_by_chunk_and_runs_nothing(world, case, monkeypatch):
    monkeypatch.setattr(trail_review, "CHUNK", 20)
    correct(case, world.nurse, reason="=HYPERLINK(1)", inf_weight=Decimal(43))
    factories.stored_form(Case(pk=case.pk), "relapse", by=world.nurse, rel_date=factories.day(100), rel_kind=1)
    manager = signed_in(world.manager)

    answer = manager.get("/history/export/?case=KYO-0001")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")

    assert answer.streaming and answer["Content-Type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(io.StringIO(text)))
    with everything_scope(actor="tests"):
        assert len(lines) == HistoryEvent.objects.filter(case_id=case.pk).count() > 20
    (last,) = [line for line in lines if line["item"] == "inf_weight" and line["new"] == "43"]
    assert (last["old"], last["reason"], last["site"], last["case"]) == ("41.5", "'=HYPERLINK(1)", "KYO", "KYO-0001")
    assert not [cell for line in lines for cell in line.values() if cell.startswith(("=", "+", "@"))]


def test_an_export_ends_where_the_right_to_it_ends(world, case, monkeypatch):
    monkeypatch.setattr(trail_review, "CHUNK", 5)
    answer = signed_in(world.manager).get("/history/export/")
    chunks = iter(answer.streaming_content)
    next(chunks), next(chunks)

    with everything_scope(actor="tests"):
        world.manager.is_active = False
        world.manager.save()

    assert list(chunks) == []


def test_after_a_withdrawal_the_answers_are_kept_and_not_shown(world, nurse, case):
    with everything_scope(actor="tests"):
        patient = Patient.objects.get(case=case)
        patient.consent_withdrawn, patient.consent_wd_date = 1, factories.day(400)
        save_form(patient, by=world.nurse, seen_version=patient.version, reason="By letter")
    manager = signed_in(world.manager)

    told, of_all = words(nurse.get("/cases/KYO-0001/history/")), words(manager.get("/history/"))
    text = b"".join(manager.get("/history/export/?case=KYO-0001").streaming_content).decode("utf-8-sig")

    for page in (told, of_all):
        assert "consent withdrawn" in page and "Reason: By letter" in page
        assert "Infusion 1: changed The answers are not shown: consent was withdrawn." in page
        assert "41.5" not in page
    lines = list(csv.DictReader(io.StringIO(text)))
    assert {(line["old"], line["new"]) for line in lines if line["form"] == "infusion"} == {("", "")}
    assert [line["new"] for line in lines if line["item"] == "consent_withdrawn"][0] == "1"
    assert nurse.get("/cases/KYO-0001/infusion/1.1/history/?item=inf_weight&beside=1").status_code == 404


def test_a_case_enrolled_by_mistake_stays_on_the_trail(world):
    with everything_scope(actor="tests"):
        mistaken = factories.enrolled_case(world.kyoto, by=world.nurse)
        remove_case(mistaken, by=world.nurse, reason="Enrolled twice")

    told = words(signed_in(world.manager).get("/history/"))

    assert "KYO-0001 · the case: removed" in told
    assert "Reason: Enrolled twice" in told
