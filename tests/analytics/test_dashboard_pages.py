"""The dashboards as pages and as JSON: who sees them, what stands there without JavaScript, what is asked twice costs nothing."""

import json
import re
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.test import Client

from analytics.models import AnalysisRun, Dataset
from analytics.pseudonyms import site_pseudonym
from analytics.templatetags.numbers import unbroken
from registry.access.row_security import everything_scope
from tests import factories
from tests.analytics.test_api_datasets import compute
from tests.conftest import log_in_as
from tests.remembered import remembered

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/dashboards/tisagenlecleucel/"
OS = f"{PAGE}panels/os/"
CURVES = ("os", "efs-a", "efs-b", "efs-c")


def signed_in(role, **words):
    client = Client()
    client.force_login(factories.person(role, **words))
    return client


@pytest.fixture
def kyoto(transactional_db):
    """Kyoto, without a case."""
    factories.cohort()
    return factories.site("KYO")


@pytest.fixture
def world(transactional_db):
    """Three infused patients at two sites, one dead at day 200; computed; the lead's browser."""
    return remembered(three_patients)


def three_patients():
    """Kyoto and the lead's browser, where the curves of three patients are computed."""
    factories.cohort()
    kyoto = factories.site("KYO")
    osaka = factories.site("OSA")
    factories.death(factories.infused_case(kyoto), 200)
    factories.follow_up(factories.infused_case(kyoto), 400)
    factories.follow_up(factories.infused_case(osaka), 500)
    compute(names=CURVES)
    return SimpleNamespace(kyoto=kyoto, lead=signed_in("lead"))


def text_of(response):
    """The page's text, without tags and with plain spaces."""
    html = re.sub(r'<span class="nowrap">([^<]*)</span>', r"\1", response.content.decode())
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ").split())


@pytest.mark.parametrize("address", ["/dashboards/", PAGE, f"{PAGE}state/", OS])
def test_pooled_outcomes_open_to_leads_managers_and_statisticians_only(kyoto, address):
    for role in ("lead", "manager", "statistician"):
        assert signed_in(role).get(address).status_code == 200, role
    for role in ("coordinator", "investigator", "administrator"):
        assert signed_in(role, sites=[kyoto] if role != "administrator" else []).get(address).status_code == 403, role
    assert Client().get(address).url.startswith("/accounts/login/")


def test_a_coordinator_is_told_why(kyoto):
    nurse = signed_in("coordinator", sites=[kyoto])

    page = nurse.get(PAGE)
    assert "Pooled outcomes are for leads, data managers and statisticians" in text_of(page)
    answer = nurse.get(OS, headers={"Accept": "application/json"})
    assert answer.status_code == 403 and "detail" in answer.json()


def test_what_does_not_exist_is_404(kyoto):
    lead = signed_in("lead")

    for address in (
        "/dashboards/nothing/",
        "/dashboards/nothing/state/",
        f"{PAGE}panels/nothing/",
        f"{PAGE}panels/",
        f"{PAGE}panels/?of=os:wide,nothing:wide",
        f"{PAGE}panels/?of={','.join(['os:wide'] * 99)}",
        "/dashboards/nothing/panels/os/",
    ):
        assert lead.get(address).status_code == 404, address
    assert lead.post(PAGE).status_code == 405


def test_several_panels_at_once_are_those_that_each_would_be(world):
    asked = {"os": "wide", "efs": "compact"}

    together = world.lead.get(f"{PAGE}panels/", {"of": ",".join(f"{name}:{size}" for name, size in asked.items())})
    tag = together.headers["ETag"]

    for name, found in zip(asked, together.json()["panels"], strict=True):
        alone = world.lead.get(f"{PAGE}panels/{name}/", {"size": asked[name]}).json()
        assert found == {key: value for key, value in alone.items() if key not in {"state", "behind"}}
    again = world.lead.get(f"{PAGE}panels/", {"of": "os:wide,efs:compact"}, headers={"If-None-Match": tag})
    assert again.status_code == 304


def test_before_the_first_dataset_the_page_says_what_will_come(kyoto):
    lead = signed_in("lead")

    text = text_of(lead.get(PAGE))
    assert "Not computed yet" in text and "no dataset yet" in text
    assert lead.get(OS).json()["figure"] is None


def test_the_page_stands_without_javascript(world):
    page = world.lead.get(PAGE)
    text = text_of(page)

    assert "12-month overall survival 67 % (95 % CI 5–95); n 3, events 1" in text
    assert "Infused patients 3 of 3 registered" in text and "Sites 2 with registered patients" in text
    assert "At risk 3 3 2 Events 0 0 1" in text  # months 0, 6, 12
    assert "OS_INF@1 · live revision 1" in text
    assert re.search('href="/api/v1/runs/[0-9]+/result"', page.content.decode())
    assert "endpoints?format=csv&amp;endpoint=OS_INF" in page.content.decode()
    assert b"style=" not in page.content and b"<script>" not in page.content


def test_the_place_of_a_figure_is_kept_at_its_height(world):
    page = world.lead.get(PAGE).content.decode()
    height = world.lead.get(f"{OS}?size=compact").json()["figure"]["layout"]["height"]

    assert f'figure__place--compact" width="100%" height="{height}"' in page


@pytest.mark.parametrize(("asked", "letter"), [("", "A"), ("?rule=B", "B"), ("?rule=c", "C"), ("?rule=%3Cb%3E", "A")])
def test_the_rule_is_chosen_by_a_link(world, asked, letter):
    page = world.lead.get(PAGE + asked)

    assert f"EFS_{letter}@1" in text_of(page)
    assert re.search(rf'aria-current="true">{letter} ·', page.content.decode())
    assert f'panels/efs/?{"" if letter == "A" else f"rule={letter.lower()}"}"' in page.content.decode()


def test_a_panel_is_figure_result_and_words_of_one_run(world):
    body = world.lead.get(f"{OS}?theme=dark&size=compact").json()

    assert body["figure"]["layout"]["meta"] == {"analysis": "os", "size": "compact", "theme": "dark"}
    assert body["result"]["n"] == 3 and body["result"]["dataset"]["revision"] == 1
    assert body["answer"].startswith("12-month overall survival 67")
    assert (
        body["state"]["state"] == "live"
        and render_to_string("components/unbroken.html", unbroken(body["answer"])).strip() in body["html"]
    )


@pytest.mark.parametrize("query", ["?theme=%3Cscript%3E", "?size=huge", "?rule=z&theme=&size="])
def test_an_unknown_choice_is_the_default(world, query):
    meta = world.lead.get(OS + query).json()["figure"]["layout"]["meta"]

    assert meta == {"analysis": "os", "size": "wide", "theme": "light"}


@pytest.mark.parametrize("address", [OS, f"{PAGE}state/"])
def test_what_has_not_changed_is_not_sent_again(world, address):
    first = world.lead.get(address)
    again = world.lead.get(address, headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert first["Cache-Control"] == again["Cache-Control"] == "private, no-cache"
    assert world.lead.get(f"{address}?theme=dark&rule=b", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_new_case_changes_the_panel_and_its_digest(world):
    before, tag = world.lead.get(f"{PAGE}state/").json(), world.lead.get(OS)["ETag"]
    factories.death(factories.infused_case(world.kyoto), 100)

    waiting = world.lead.get(f"{PAGE}state/").json()
    assert waiting["state"]["state"] in ("recomputing", "stalled") and waiting["panels"] == before["panels"]

    compute(names=CURVES)
    after = world.lead.get(f"{PAGE}state/").json()
    assert after["state"]["revision"] == 2 and after["panels"]["os"] != before["panels"]["os"]
    assert next(one for one in after["tiles"] if one["name"] == "infused")["value"] == "4"
    changed = world.lead.get(OS, headers={"If-None-Match": tag})
    assert changed.status_code == 200 and "n 4, events 2" in changed.json()["answer"]


def test_the_other_language_has_another_tag(world):
    english = world.lead.get(OS)
    japanese = world.lead.get(OS, headers={"Accept-Language": "ja", "If-None-Match": english["ETag"]})

    assert japanese.status_code == 200 and japanese["ETag"] != english["ETag"]
    assert "Accept-Language" in english["Vary"] and "Cookie" in english["Vary"]


def test_a_label_from_the_data_cannot_become_markup(world):
    hostile = '<img src=x onerror="alert(1)">'
    log_in_as("reg_worker")
    with everything_scope(actor="tests"):
        run = AnalysisRun.objects.get(analysis="os", dataset=Dataset.objects.get())
        body = json.loads(json.dumps(run.result.body).replace("All cases", hostile.replace('"', '\\"')))
        body["warnings"] = [hostile]
        type(run.result).objects.filter(pk=run.result.pk).update(body=body)
    log_in_as("reg_app")

    assert hostile not in world.lead.get(PAGE).content.decode()
    panel = world.lead.get(OS).json()
    assert "<img" not in panel["html"] and "<img" not in json.dumps(panel["figure"])


def test_the_index_names_every_dashboard(world):
    text = text_of(world.lead.get("/dashboards/"))

    assert "Tisagenlecleucel, consortium live revision 1" in text
    assert "Historical transplants No dataset yet" in text


def test_hospitals_have_their_names_for_those_who_compare_them(kyoto):
    factories.infused_case(kyoto)
    compute(names=("enrolment",))

    for role, is_named in (("lead", True), ("manager", True), ("statistician", False)):
        browser = signed_in(role)
        body = browser.get(f"{PAGE}panels/enrolment/").json()
        file = browser.get(re.search(r'href="(/runs/[0-9]+/figure\.svg[^"]*)"', body["html"])[1].replace("&amp;", "&"))
        assert (f"KYO · {kyoto.name}" in body["html"]) is is_named, role
        assert ("KYO" in json.dumps(body["figure"])) is is_named, role
        assert (site_pseudonym("KYO") in json.dumps(body["figure"])) is not is_named, role
        assert body["result"]["table"]["sites"][0]["site"] == site_pseudonym("KYO"), (
            "what a program reads is as in the dataset"
        )
        assert (b">KYO<" in file.content) is is_named, role
