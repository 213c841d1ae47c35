"""The pages of cuts: freezing by form, what a cut shows, what changed between two datasets and which cases did it."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics import actions_of_cuts, comparison
from analytics.catalogue import CATALOGUE
from analytics.models import CutOrder, Dataset, Export
from registry import clock
from registry.models import Patient
from tests import factories
from tests.remembered import remembered
from tests.scenarios.cuts.test_a_cut_is_frozen import corrected
from tests.scenarios.cuts.worlds import (
    COHORT,
    as_worker,
    built,
    everything,
    four_cases,
    frozen,
    person,
    tomorrow,
    worked,
)

pytestmark = pytest.mark.django_db(transaction=True)
CUT = f"/datasets/{COHORT}/cuts/asco-2027/"


@pytest.fixture
def cases(transactional_db):
    return remembered(four_cases)


@pytest.fixture
def as_(client):
    """A client of somebody in this role."""

    def as_(role, **words):
        client.force_login(person(role, **words))
        return client

    return as_


def text(answer, status=200):
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def freeze(client, **typed):
    sent = {"name": "asco-2027", "date": factories.day(250).isoformat(), "reason": "Abstract", **typed}
    return client.post(f"/datasets/{COHORT}/cuts/", sent)


def test_a_lead_freezes_a_cut_and_watches_it_come(cases, as_):
    built()
    lead = as_("lead", name="Kei Lead")
    assert "Freeze a cut" in text(lead.get("/datasets/"))

    assert freeze(lead).url == CUT
    assert "waits for a worker" in text(lead.get(CUT))
    assert lead.get(f"{CUT}state/").json()["is_open"] is True
    assert "is being frozen" in text(lead.get("/datasets/"))
    as_worker(lambda: [actions_of_cuts.work_on_cut(pk) for pk in _orders()])
    assert "0 of 2 analyses" in text(lead.get(CUT))
    worked()

    page = text(lead.get(CUT))
    assert "Kei Lead" in page and "Abstract" in page and "Data cut of" in page
    assert everything(lambda: Dataset.objects.get(kind="cut").hash) in page
    assert 'href="/analyses/os/?data=cut:asco-2027"' in page
    assert lead.get(f"{CUT}state/").json() == {"is_open": False, "progress": []}
    assert "Kei Lead" in text(lead.get("/datasets/"))
    one = text(lead.get("/analyses/os/?data=cut:asco-2027"))
    assert "On the data cut asco-2027 of" in one and "<caption>" in one
    assert text(lead.get("/analyses/os/"))
    text(lead.get("/analyses/os/?data=cut:other"), 404)
    assert "asco-2027" in text(lead.get(f"/dashboards/{COHORT}/?data=cut:asco-2027"))


def _orders():
    return everything(lambda: list(CutOrder.objects.filter(state="queued").values_list("pk", flat=True)))


def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(cases, as_):
    built()
    lead = as_("lead")
    page = text(freeze(lead, date=tomorrow().isoformat(), reason="<script>alert(1)</script>"), 422)
    assert "has not come yet" in page and "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page
    assert "cannot be a name" in text(freeze(lead, name="=1+1"), 422)
    assert "is not a date of the calendar" in text(freeze(lead, date="31.3.27"), 422)
    freeze(lead)
    assert "is being frozen at this moment" in text(freeze(as_("manager")), 422)
    assert everything(lambda: CutOrder.objects.count()) == 1
    assert freeze(lead, name="x").status_code == 302 and client_404(lead, "/datasets/nobody/cuts/")


def client_404(client, address):
    return client.post(address, {"name": "x", "date": "2024-01-01"}).status_code == 404


def test_who_may_not_freeze_has_no_form_and_is_refused(cases, as_):
    built()
    reader = as_("statistician")
    assert "Freeze a cut" not in text(reader.get("/datasets/"))
    text(freeze(reader), 403)
    text(freeze(as_("coordinator", sites=[factories.site("KYO")])), 403)


def test_a_failed_order_says_so(cases, as_, monkeypatch):
    lead = as_("lead")
    freeze(lead)

    def broken(*_args, **_words):
        raise RuntimeError

    monkeypatch.setattr(actions_of_cuts, "extract", broken)
    for _time in range(3):
        with pytest.raises(RuntimeError):
            as_worker(lambda: [actions_of_cuts.work_on_cut(pk) for pk in _orders()])
    assert "It could not be frozen" in text(lead.get(CUT))
    assert lead.get(f"{CUT}state/").json()["is_open"] is False


def test_verifying_from_the_page(cases, as_):
    frozen()
    lead = as_("manager")
    assert "not yet" in text(lead.get(CUT))
    assert lead.post(f"{CUT}verify/").url == CUT
    assert "Verifying" in text(lead.get(CUT))
    worked()
    assert "as frozen" in text(lead.get(CUT))


def test_a_retired_cut_says_why_and_leads_to_its_successor(cases, as_):
    frozen()
    corrected(everything(lambda: Patient.objects.get(case=cases[0])), reason="letter", consent_withdrawn=1)
    as_worker(actions_of_cuts.retire_all_cuts)
    lead = as_("lead")

    page = text(lead.get(CUT))
    assert "Somebody in it withdrew consent" in page and 'href="/datasets/tisagenlecleucel/cuts/asco-2027-2/"' in page
    assert "Successor of asco-2027" in text(lead.get(f"/datasets/{COHORT}/cuts/asco-2027-2/"))
    assert "retired" in text(lead.get("/datasets/"))
    for address in ("verify/", "report/", "compute/"):
        text(lead.post(f"{CUT}{address}"), 404)
    text(lead.get(f"/dashboards/{COHORT}/?data=cut:asco-2027"), 404)
    text(lead.get(f"/datasets/{COHORT}/compare/?a=cut:asco-2027"), 404)


def test_comparing_a_cut_with_live_names_what_changed_and_whose_case_it_was(cases, as_):
    frozen(day=factories.day(300))
    factories.death(cases[2], 150)
    built()
    lead = as_("lead")

    page = text(lead.get(f"/datasets/{COHORT}/compare/?a=cut:asco-2027&b=live"))
    assert "Overall survival" in page and cases[2].number in page
    assert "no event at day 300, now death" in page.lower()
    assert f'href="/cases/{cases[2].number}/"' in page and f'href="/cases/{cases[0].number}/"' not in page
    figure = lead.get(f"/datasets/{COHORT}/compare/os/figure/?a=cut:asco-2027&b=live").json()["figure"]
    lines = [one for one in figure["data"] if one.get("line", {}).get("shape") == "hv"]
    assert {one["line"]["dash"] for one in lines} == {"solid", "7px,3px"}
    said = json.dumps(figure)
    assert "asco-2027" in said and "n 4, events 1" in said and "n 4, events 2" in said

    reader = as_("statistician")
    theirs = text(reader.get(f"/datasets/{COHORT}/compare/"))
    assert "Overall survival" in theirs
    assert not any(case.number in theirs for case in cases)


def test_two_datasets_that_are_the_same_have_no_difference(cases, as_):
    frozen(name="one", day=factories.day(300))
    frozen(person("manager"), name="two", day=factories.day(300))
    page = text(as_("lead").get(f"/datasets/{COHORT}/compare/?a=cut:one&b=cut:two"))

    assert "0 results changed" in page and "results are the same" in page


def test_comparing_with_what_is_not_there(cases, as_):
    lead = as_("lead")
    assert "There is no live revision yet" in text(lead.get(f"/datasets/{COHORT}/compare/"))
    built()
    text(lead.get(f"/datasets/{COHORT}/compare/?a=cut:none"), 404)
    text(lead.get(f"/datasets/{COHORT}/compare/?a=%3Cb%3E"), 404)
    text(lead.get("/datasets/nobody/compare/"), 404)
    text(lead.get(f"/datasets/{COHORT}/compare/flow/figure/"), 404)


def test_the_number_of_queries_does_not_grow_with_cuts_and_cases(cases, as_):
    frozen()
    factories.death(cases[1], 120)
    built()
    lead = as_("lead")
    addresses = ("/datasets/", CUT, f"/datasets/{COHORT}/compare/?a=cut:asco-2027&b=live")

    def counted():
        counts = []
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                text(lead.get(address))
            counts.append(len(queries))
        return counts

    before = counted()
    for _n in range(3):
        factories.death(factories.infused_case(factories.site("KYO")), 100)
    built()
    frozen(person("manager"), name="second", day=factories.day(300))
    assert counted() == before


def test_the_report_is_written_by_the_worker_and_each_download_is_noted(cases, as_):
    frozen()
    lead = as_("lead")
    address = reverse("cut_report", args=[COHORT, "asco-2027", "html"])
    text(lead.get(address), 404)
    assert lead.post(f"{CUT}report/").url == CUT
    assert "Writing the report" in text(lead.get(CUT))
    worked()

    assert "Report (PDF)" in text(lead.get(CUT))
    page = lead.get(address)
    assert page["Content-Disposition"].startswith("attachment") and page["Content-Type"] == "text/html; charset=utf-8"
    pdf = lead.get(address.replace(".html", ".pdf"))
    assert pdf.content.startswith(b"%PDF-")
    noted = everything(lambda: list(Export.objects.order_by("pk").values_list("what", "format", "audience")))
    assert noted == [(f"report {COHORT} cut:asco-2027", kind, "exact") for kind in ("html", "pdf")]


def test_a_cut_of_today_differs_from_live_only_by_what_is_due(cases, as_, monkeypatch):
    """No case differs; the later day alone makes forms overdue, which is said as that and not as another answer."""
    names = ("os", "flow", "completeness")
    few = tuple(one for one in CATALOGUE if one.name in names and one.cohort == COHORT)
    monkeypatch.setattr("analytics.actions.CATALOGUE", few)
    built()
    cut = frozen(name="today", day=clock.today())
    live = everything(lambda: Dataset.objects.filter(kind="live").select_related("cohort").first())

    found = {one.name: one for one in everything(lambda: comparison.compared(cut, live)) if one.name in names}
    assert {name: one.changed for name, one in found.items()} == {"os": False, "flow": False, "completeness": True}
    first = found["completeness"].rows[0]
    assert (first.label, first.a) == ("What is due was judged on", clock.today().isoformat())
    assert first.b < first.a
    assert all(row.a != "–" or row.b != "–" for row in found["completeness"].rows)
    assert [
        row for row in found["completeness"].rows if "–" not in (row.a, row.b) and row.label.startswith("Completeness")
    ]
    said = {**found["os"].a.result, "warnings": ["In 4 of 4 cases something else is said."]}
    assert comparison.numbers_digest(said) == comparison.numbers_digest(found["os"].a.result)
    page = text(as_("lead").get(f"/datasets/{COHORT}/compare/?a=cut:today&b=live"))
    assert "What is due was judged on" in page
