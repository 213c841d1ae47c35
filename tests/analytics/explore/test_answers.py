"""Any question of the forms on the page: found by a word, chosen and split by, computed, taken as a file, the same on a cut."""

import csv
import io
import re
from datetime import date
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import translation

from analytics import actions_of_cuts, phrases
from analytics.actions_of_runs import cases_of, tables_of, whole_of
from analytics.core.run import run as core_run
from analytics.explore.address import analysis_of
from analytics.models import DatasetTable
from analytics.r_scripts import script
from registry import clock
from registry.access.row_security import everything_scope
from tests import factories
from tests.analytics.explore.worlds import compute, newest_dataset, runs
from tests.conftest import log_in_as

pytestmark = pytest.mark.django_db(transaction=True)
CNS, FERRITIN = (1, 3, 3, 98), (500, 1500, 2500, None)
SPLIT = "cuts=1000&group=last.pre_ferritin"


@pytest.fixture
def world(transactional_db):
    """Four infused patients with answers before infusion, a lead's browser and a statistician's program."""
    site = factories.site("KYO")
    for number, (cns, ferritin) in enumerate(zip(CNS, FERRITIN, strict=True)):
        before = {"pre_seq": 1, "pre_date": factories.day(-5), "pre_cns": cns, "pre_ferritin": ferritin}
        case = factories.infused_case(site, birth_date=date(2012, 3, 4), **before)
        factories.stored_form(case, "baseline_disease", cyto_abn=[2, 15] if number else [0])
        factories.follow_up(case, 200 + number)
    dataset = newest_dataset()
    lead, browser = factories.person("lead"), Client()
    browser.force_login(lead)
    token = {"Authorization": f"Bearer {factories.token(lead)}"}
    return SimpleNamespace(
        dataset=dataset, page=lambda query: browser.get(f"/explore/?{query}"), browser=browser, token=token
    )


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\u00a0", " ").split())


def links_of(response, words):
    """Addresses behind the links with this label for a screen reader."""
    return re.findall(rf'href="([^"]+)" data-explore-link aria-label="{re.escape(words)}"', response.content.decode())


def test_a_question_is_found_by_a_word_and_its_link_leads_to_a_view_that_counts_what_was_entered(world):
    found = world.page(urlencode({"find": "フェリチン"}))
    assert found.status_code == 200 and "Ferritin before LD" in text_of(found)
    assert "Pre-infusion assessment, ng/mL, known at infusion" in text_of(found)
    assert "clock has started before it is known" in text_of(world.page("find=peak_ferritin"))
    assert "No coded or numeric question fits" in text_of(world.page("find=birth_date"))
    (link,) = links_of(found, "Split by: Ferritin before LD, last")

    begun = world.page(link.replace("&amp;", "&").removeprefix("?"))
    assert begun.status_code == 422 and "In the data from 500 to 2500." in text_of(begun)
    world.browser.post("/explore/run/", {"query": SPLIT})
    compute(runs()[0].pk)
    shown = world.page(SPLIT)
    assert "by ferritin before LD (last), cut at 1000" in text_of(shown)
    assert "/live/answers/pre_infusion_assessment?format=csv" in shown.content.decode()

    with everything_scope(actor="test"):
        body = runs()[0].result.body
    assert {one["label"]: one["n"] for one in body["groups"]} == {"< 1000 ng/mL": 1, "≥ 1000 ng/mL": 2}
    assert "items.pre_infusion_assessment.csv" in script(body)


def test_codes_are_ticked_in_the_form_and_a_filter_says_what_became_of_the_others(world):
    begun = world.page("add=any.cyto_abn")
    assert 'name="any.cyto_abn" value="15"' in begun.content.decode()
    ticked = world.page("form=1&add=any.cyto_abn&any.cyto_abn=2&any.cyto_abn=15")
    assert (ticked.status_code, ticked["Location"]) == (302, "/explore/?is.any.cyto_abn.2_15=yes")

    kept = of_dataset(world.dataset, "is.any.cyto_abn.2_15=yes")
    assert kept["n"] == 3
    by_cns = of_dataset(world.dataset, "group=first.pre_cns")
    assert {one["label"]: one["n"] for one in by_cns["groups"]} == {"CNS1": 1, "CNS2": 0, "CNS3": 2}
    assert {"reason": "CNS status before infusion (first) not known", "n": 1} in by_cns["excluded"]


def test_labels_that_a_result_stores_are_said_in_the_readers_language():
    said = (
        "CNS status before infusion (first)",
        "Kind of event: Infection (in any row)",
        "CNS1",
        "Ferritin before LD",
        "KYO",
    )
    with translation.override("ja"):
        first, any_row, code, question, data = map(phrases.label, said)
    assert first.endswith("（最初）") and "before infusion" not in first
    assert any_row.endswith("（いずれかの記録）") and "Infection" not in any_row
    assert (code[:3], data) == ("CNS", "KYO") and "フェリチン" in question


def of_dataset(dataset, query):
    """The Result of an address, as the worker computes it."""
    log_in_as("reg_worker")
    analysis = analysis_of(query).analysis
    with everything_scope(actor="test"):
        result = core_run(analysis, cases_of(dataset, analysis), cut=dataset.cut_date, not_after=clock.today())
    log_in_as("reg_app")
    return result


def test_the_answers_are_a_file_by_rest_as_the_script_reads_them(world):
    path = "/api/v1/datasets/tisagenlecleucel/live/answers/pre_infusion_assessment"
    client = Client()

    taken = client.get(path, headers={**world.token, "Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(taken.content.decode())))
    said = client.get(path, headers=world.token).json()

    assert sorted(row["pre_cns"] for row in rows) == ["1", "3", "3", "98"]
    assert {row["day"] for row in rows} == {"-5"} and not any("date" in name for name in rows[0])
    assert sorted(one["pre_ferritin"] or 0 for one in said["results"]) == [0, 500, 1500, 2500]
    assert next(one for one in said["items"] if one["name"] == "pre_cns")["unknown"] == ["98"]
    assert client.get(path.replace("pre_infusion_assessment", "case"), headers=world.token).status_code == 404


def test_a_view_of_a_cut_says_the_same_and_a_cut_from_before_says_what_it_lacks(world):
    log_in_as("reg_worker")
    cut = actions_of_cuts.take_cut(world.dataset.cohort, "today", clock.today(), reason="", by="lead@example.org")
    with everything_scope(actor="test"):
        answers = {one.name: bytes(one.parquet) for one in cut.tables.filter(name__startswith="items.")}
        live = {one.name: bytes(one.parquet) for one in world.dataset.tables.filter(name__startswith="items.")}
    log_in_as("reg_app")
    assert answers == live and len(live) == 25

    for query in (SPLIT, "is.any.cyto_abn.2_15=yes"):
        assert of_dataset(cut, query)["n"] == of_dataset(world.dataset, query)["n"]

    log_in_as("reg_worker")
    with everything_scope(actor="test"):
        DatasetTable.objects.filter(dataset=cut, name__startswith="items.").delete()
        assert len(whole_of(cut)) == len(tables_of(cut)["cases"])
    log_in_as("reg_app")
    lacking = world.page("cuts=1000&data=cut%3Atoday&group=last.pre_ferritin")
    assert lacking.status_code == 422 and "before the answers of the forms were kept" in text_of(lacking)
