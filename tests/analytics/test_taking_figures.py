"""A run's figure and data are taken along by those who may see pooled outcomes, and every taking is noted."""

import csv
import hashlib
import io
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from django.test import Client

from analytics.models import AnalysisRun, Export
from registry.access.row_security import everything_scope
from tests import factories
from tests.analytics.test_api_datasets import compute
from tests.remembered import remembered

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = {"svg": "image/svg+xml", "pdf": "application/pdf", "png": "image/png"}
SIGNATURES = {"svg": b"<?xml", "pdf": b"%PDF-1.4", "png": b"\x89PNG"}


@pytest.fixture
def world(transactional_db):
    """A death at day 200 and a patient alive at day 400; three done runs by name, one that waits, and a browser for each role."""
    return remembered(three_runs)


def three_runs():
    """The runs by name, the people by role."""
    kyoto = factories.site("KYO")
    factories.death(factories.infused_case(kyoto), 200)
    factories.follow_up(factories.infused_case(kyoto), 400)
    compute(names={"os", "efs-b", "table-one"})
    with everything_scope(actor="tests"):
        runs = {run.analysis: run for run in AnalysisRun.objects.select_related("dataset").filter(state="done")}
        kept = {name: getattr(runs["os"], name) for name in ("dataset", "analysis", "spec", "requested_by", "deadline")}
        runs["waits"] = AnalysisRun.objects.create(**kept, spec_hash="0" * 64, code_version="another")
    people = {role: factories.person(role) for role in ("lead", "statistician")}
    people["nurse"] = factories.person("coordinator", sites=[kyoto])
    return SimpleNamespace(runs=runs, people=people)


def browser_of(person, **headers):
    """A browser in which somebody is logged in."""
    client = Client(headers=headers)
    client.force_login(person)
    return client


def exports():
    """What was noted, oldest first."""
    with everything_scope(actor="tests"):
        return list(Export.objects.select_related("person").order_by("pk"))


def test_a_lead_takes_the_figure_and_its_data(world):
    lead, run = world.people["lead"], world.runs["os"]
    browser, begin = browser_of(lead), run.dataset.hash[:8]
    digests = []

    for kind in KINDS:
        answer = browser.get(f"/runs/{run.pk}/figure.{kind}", {"direction": "failure", "size": "compact"})
        assert (answer.status_code, answer["Content-Type"]) == (200, KINDS[kind])
        assert answer.content.startswith(SIGNATURES[kind])
        assert answer["Content-Disposition"] == f'attachment; filename="os_live-1_{begin}_compact_failure.{kind}"'
        assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "private, no-store")
        digests.append(hashlib.sha256(answer.content).hexdigest())
    table = browser.get(f"/runs/{run.pk}/data.csv")
    digests.append(hashlib.sha256(table.content).hexdigest())

    rows = list(csv.DictReader(io.StringIO(table.content.decode())))
    assert table["Content-Disposition"] == f'attachment; filename="os_live-1_{begin}.csv"'
    assert [(row["time_days"], row["at_risk"], row["events"], row["survival"]) for row in rows] == [
        ("0.0", "2", "0", "1.0"),
        ("200.0", "2", "1", "0.5"),
        ("400.0", "1", "0", "0.5"),
    ]
    noted = exports()
    assert [(one.what, one.format) for one in noted] == [("figure os", kind) for kind in KINDS] + [("data os", "csv")]
    assert [one.digest for one in noted] == digests
    assert {(one.person, one.role, one.audience, one.dataset_hash, one.spec_hash) for one in noted} == {
        (lead, "lead", "exact", run.dataset.hash, run.spec_hash)
    }


def test_the_file_says_in_the_readers_language_what_it_is_and_the_panel_offers_it(world):
    address = f"/runs/{world.runs['os'].pk}/figure.svg"
    english = browser_of(world.people["lead"]).get(address).content
    japanese = browser_of(world.people["lead"], **{"Accept-Language": "ja"}).get(address).content

    texts = "".join(ElementTree.fromstring(english).itertext())
    assert "Exact numbers, for use within the consortium" in texts and world.runs["os"].dataset.hash[:16] in texts
    assert "exact, internal" in texts and "Overall survival: n 2, events 1." in texts, "what it shows, in words"
    assert "リスク" in "".join(ElementTree.fromstring(japanese).itertext())
    assert browser_of(world.people["lead"]).get(address).content == english, "the same bytes each time"

    # The panel offers the files as it is drawn.
    text = browser_of(world.people["lead"]).get("/dashboards/tisagenlecleucel/?direction=failure").content.decode()

    assert f'href="/runs/{world.runs["os"].pk}/figure.pdf?direction=failure"' in text
    assert f'href="/runs/{world.runs["os"].pk}/data.csv"' in text


def test_others_and_runs_without_a_figure_get_words_and_nothing_is_noted(world):
    run = world.runs["os"]
    for address in (f"/runs/{run.pk}/figure.pdf", f"/runs/{run.pk}/data.csv"):
        assert browser_of(world.people["nurse"]).get(address).status_code == 403
        assert Client().get(address).status_code == 302
    lead = browser_of(world.people["lead"])
    assert lead.get("/runs/999999/figure.svg").status_code == 404
    assert lead.get(f"/runs/{run.pk}/figure.gif").status_code == 404
    assert lead.post(f"/runs/{run.pk}/figure.svg").status_code == 405
    assert exports() == []

    waits = world.runs["waits"]
    for name in ("figure.svg", "data.csv"):
        answer = lead.get(f"/runs/{waits.pk}/{name}")
        assert answer.status_code == 404 and "has no result: it is queued" in answer.content.decode()
    table = world.runs["table-one"].pk
    answer = lead.get(f"/runs/{table}/figure.svg")
    assert answer.status_code == 404 and "This analysis has no figure" in answer.content.decode()
    assert lead.get(f"/runs/{table}/data.csv").content.startswith(b"characteristic,label,unit,level,")
    for name in ("figure", "data"):
        problem = lead.get(f"/api/v1/runs/{waits.pk}/{name}")
        assert problem.status_code == 409 and problem.json()["code"] == "not_done"
    assert lead.get(f"/api/v1/runs/{table}/figure").status_code == 404
    assert [one.what for one in exports()] == ["data table-one"]


def test_figure_and_data_by_rest_are_those_of_page_and_file(world):
    run, browser = world.runs["efs-b"], browser_of(world.people["statistician"])
    words = {"direction": "failure", "theme": "dark", "size": "compact"}

    panel = browser.get("/dashboards/tisagenlecleucel/panels/efs/", {"rule": "b", **words}).json()
    answer = browser.get(f"/api/v1/runs/{run.pk}/figure", words)

    assert panel["result"]["analysis"]["name"] == "efs-b"
    assert answer.json()["figure"] == panel["figure"] and answer.json()["alt"] == panel["alt"]
    again = browser.get(f"/api/v1/runs/{run.pk}/figure", words, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    other = browser.get(f"/api/v1/runs/{run.pk}/figure", headers={"If-None-Match": answer["ETag"]})
    assert other.status_code == 200 and other["ETag"] != answer["ETag"]
    assert browser.get(f"/api/v1/runs/{run.pk}/figure?direction=up").status_code == 400
    assert browser.get(f"/api/v1/runs/{run.pk}/figure?width=page").status_code == 400

    address = f"/api/v1/runs/{world.runs['os'].pk}/data"
    body, text = browser.get(address).json(), browser.get(f"{address}?format=csv")

    assert text["Content-Type"] == "text/csv; charset=utf-8" and text["Record-Count"] == "3"
    rows = list(csv.DictReader(io.StringIO(text.content.decode())))
    assert list(rows[0]) == body["columns"]
    assert [{name: "" if one[name] is None else str(one[name]) for name in one} for one in body["results"]] == rows
    assert browser.get(address, headers={"If-None-Match": text["ETag"]}).status_code == 304
    assert [(one.what, one.format) for one in exports()] == [("data os", "json"), ("data os", "csv")]
