"""The explorer as a page: an address is a view, a run is asked for by POST, a result that exists is shown at once."""

import html
import re
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from django.test import Client

from analytics.actions_of_runs import whole_of
from analytics.core.run import run as core_run
from analytics.explore.address import analysis_of
from analytics.models import AnalysisRun, Viewed
from registry.access.row_security import everything_scope
from tests import factories
from tests.analytics.explore.worlds import beat, compute, newest_dataset, patients, runs
from tests.conftest import log_in_as

pytestmark = pytest.mark.django_db(transaction=True)
VIEW = "cuts=10&endpoint=efs-b&group=age_infusion"


@pytest.fixture
def world(transactional_db):
    """A dataset, and the browsers of a lead and a statistician."""
    dataset = patients()
    beat()
    lead, statistician = factories.person("lead"), factories.person("statistician")
    return SimpleNamespace(dataset=dataset, lead=signed_in(lead), other=signed_in(statistician), person=lead)


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def page(client, query=""):
    return client.get(f"/explore/?{query}")


def text_of(response):
    """The page's text, without tags and with plain spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\u00a0", " ").split())


def ask(client, query, **headers):
    return client.post("/explore/run/", {"query": query}, headers=headers)


def test_the_first_view_is_overall_survival_and_nothing_is_computed_by_looking(world):
    answer = page(world.lead)

    assert answer.status_code == 200
    assert "Overall survival" in text_of(answer)
    assert "Not computed yet." in text_of(answer)
    assert not runs()


def test_the_same_choice_said_otherwise_leads_to_the_one_address(world):
    answer = page(world.lead, "form=1&method=&endpoint=efs-b&since=&group=age_infusion&cuts=10&at=6,12,24&ticks=6")

    assert (answer.status_code, answer.url) == (302, f"/explore/?{VIEW}")


def test_a_view_is_computed_once_and_shown_to_all_who_ask(world):
    first, again = ask(world.lead, VIEW), ask(world.other, VIEW)

    assert first.status_code == again.status_code == 302
    assert first.url == f"/explore/?{VIEW}"
    (run,) = runs()
    assert "next in line" in text_of(page(world.lead, VIEW))
    assert compute(run.pk)

    shown = page(world.other, VIEW)
    assert "12-month event-free survival, trial-type" in text_of(shown)
    assert "&lt; 10 years" in shown.content.decode()
    body = world.other.get(f"/explore/panel/?{VIEW}&size=wide").json()
    with everything_scope(actor="test"):
        expected = core_run(analysis_of(VIEW).analysis, whole_of(world.dataset), not_after=world.dataset.made_at.date())
    for name in ("groups", "logrank", "restricted_mean", "n", "events", "analysis_hash"):
        assert body["result"][name] == expected[name], name
    assert body["figure"]["data"]
    assert body["state"] == "done"


def test_the_state_tells_how_far_it_is(world):
    ask(world.lead, VIEW)
    ask(world.lead, "endpoint=efs-a")
    state = world.lead.get("/explore/state/?endpoint=efs-a").json()
    assert (state["state"], state["may_cancel"]) == ("queued", True)
    assert state["words"] == "Waiting: number 2 in line."
    log_in_as("reg_worker")
    with everything_scope(actor="test"):
        AnalysisRun.objects.filter(pk=state["run"]).update(
            state="running", steps=5, steps_done=1, step="selecting cases"
        )
    log_in_as("reg_app")

    state = world.lead.get("/explore/state/?endpoint=efs-a").json()
    assert state["words"] == "Computing: step 2 of 5, selecting cases."


def test_without_a_worker_the_page_says_so(transactional_db):
    patients()
    lead = signed_in(factories.person("lead"))
    ask(lead, VIEW)

    assert "no worker is answering" in text_of(page(lead, VIEW))


def test_a_run_can_be_cancelled_by_who_asked_and_run_again(world):
    ask(world.lead, VIEW)
    (run,) = runs()
    address = f"/explore/runs/{run.pk}/cancel/"

    assert world.other.post(address, {"query": VIEW}).status_code == 404
    assert world.lead.post(address, {"query": VIEW}).status_code == 302
    assert f"Cancelled by {world.person.email}." in text_of(page(world.lead, VIEW))
    assert "Run again" in text_of(page(world.lead, VIEW))
    assert not compute(run.pk)

    ask(world.other, VIEW)
    assert compute(run.pk)
    assert page(world.lead, VIEW).context["panel"]["asked"].state == "done"


def test_a_catalogue_run_cannot_be_cancelled_here(world):
    with everything_scope(actor="test"):
        run = AnalysisRun.objects.filter(analysis="os").first()

    assert world.lead.post(f"/explore/runs/{run.pk}/cancel/", {}).status_code == 404


def test_nobody_has_more_than_three_runs_open(world):
    for day in (10, 20, 30):
        assert ask(world.lead, f"day={day}&method=landmark").status_code == 302
    refused = ask(world.lead, "day=40&method=landmark")
    assert refused.status_code == 429
    assert "3 computations on the way" in text_of(refused)
    assert ask(world.lead, "day=40&method=landmark", accept="application/json").status_code == 429
    assert ask(world.lead, "day=30&method=landmark").status_code == 302, "what is open already is no new one"
    assert ask(world.other, "day=40&method=landmark").status_code == 302, "the quota is each person's own"
    compute(runs()[-1].pk)
    assert ask(world.lead, "day=50&method=landmark").status_code == 302


def test_one_explored_run_is_computed_at_a_time(world):
    """The other process of the worker stays free for the dashboards."""
    ask(world.lead, VIEW)
    ask(world.lead, "endpoint=efs-a")
    second, first = runs()
    log_in_as("reg_worker")
    with everything_scope(actor="test"):
        from analytics.actions_of_runs import claim

        assert claim(first.pk)
    assert not compute(second.pk)
    with everything_scope(actor="test"):
        catalogue = AnalysisRun.objects.filter(analysis="os").first()
    assert compute(catalogue.pk), "the dashboards' runs do not wait"


def test_a_newer_revision_is_said_and_computed_on_asking(world):
    ask(world.lead, VIEW)
    compute(runs()[0].pk)
    factories.infused_case(factories.site("NGY"), birth_date="2010-05-05")
    newer = newest_dataset()

    shown = page(world.lead, VIEW)
    assert "A newer revision exists" in text_of(shown)
    assert "live revision 1" in text_of(shown)
    ask(world.lead, VIEW)
    compute(runs(dataset=newer)[0].pk)
    assert "live revision 2" in text_of(page(world.lead, VIEW))


def test_who_looks_at_a_result_is_noted_once_and_small_groups_are_said(world):
    assert not _views()
    ask(world.lead, VIEW)
    compute(runs()[0].pk)
    for _ in range(3):
        shown = page(world.lead, VIEW)
    world.lead.get(f"/explore/panel/?{VIEW}")
    page(world.other, VIEW)

    assert [(one.analysis, one.smallest) for one in _views()] == [("explore", 3), ("explore", 3)]
    assert "The smallest group has 3 patients: treat this view as patient data." in text_of(shown)


def _views():
    with everything_scope(actor="test"):
        return list(Viewed.objects.all())


BAD = {
    "group=age_infusion": "Write where to cut it",
    "is.site=NOWHERE": "“NOWHERE” is not known. Possible:",
    "group=crs_grade": "splitting by it grants immortal time",
    "endpoint=efs-b&since=leukapheresis": "It exists from: infusion.",
    "data=cut:never": "“cut:never” is not known. Possible: live.",
    "data=../etc/passwd": "“../etc/passwd” is not known.",
    "foo=%3Cscript%3Ealert(1)%3C/script%3E&%3Cb%3E=1": "“<b>” is no choice of this page.",
    "is.burden=%00": "is not known. Possible: low, high.",
    urlencode([(f"x{n}", n) for n in range(3000)]): "at most 4000 are read",
    "&".join("a=" for _ in range(1500)): "at most 200 are possible",
}


def test_bad_addresses_say_what_to_do_and_keep_the_form(world):
    for query, said in BAD.items():
        answer = page(world.lead, query)

        assert answer.status_code == 422, query[:40]
        assert said in html.unescape(text_of(answer)), query[:40]
        assert "<script>alert" not in answer.content.decode()
        assert 'id="choices-question"' in answer.content.decode()
        assert ask(world.lead, query, accept="application/json").status_code == 422
    assert not runs()


def test_a_filter_that_matches_nobody_and_cuts_outside_the_data_are_said(world):
    query = "cuts=80&group=age_infusion"
    assert "Cut point 80 leaves a group empty" in text_of(page(world.lead, query))
    ask(world.lead, query)
    compute(runs()[0].pk)
    assert "no patients in ≥ 80 years" in text_of(page(world.lead, query))

    nobody = "from.age_infusion=90"
    assert "Nobody is in this range" in text_of(page(world.lead, nobody))
    ask(world.lead, nobody)
    compute(runs()[0].pk)
    assert "No patient can be analysed yet." in text_of(page(world.lead, nobody))
    assert "is in the future" in text_of(page(world.lead, "from.period=2090"))


def test_thirty_hospitals_are_too_many_groups_until_some_are_chosen(world, monkeypatch):
    monkeypatch.setattr("analytics.explore.choosing.MOST_GROUPS", 1)

    assert "These are 2 groups; up to 1 can be told apart" in text_of(page(world.lead, "group=site"))
    found = page(world.lead, "add=site").content.decode()
    (first, *_rest) = re.findall(r'name="is\.site" value="([^"]+)"', found)
    assert page(world.lead, urlencode({"group": "site", "is.site": first})).status_code == 200


METHODS = (
    "method=cox&covariate=age_infusion&covariate=sex",
    "endpoint=cir",
    "covariate=age_infusion&endpoint=nrm&method=fine-gray",
    "method=proportion&outcome=crs_severe&group=site",
    "endpoint=trm100&method=proportion",
    "day=60&group=age_infusion&cuts=8&method=landmark",
    "day=60&exposure=remission&method=landmark",
    "exposure=transplant&method=time-dependent",
    "group=age_infusion&cuts=8&method=characteristics&p=1",
    "method=response",
    "method=toxicity&group=sex",
)


def test_every_method_is_computed_and_shown(world):
    for asked in METHODS:
        query = analysis_of(asked).query
        assert ask(world.lead, query).url == f"/explore/?{query}"
        assert compute(runs()[0].pk), query

        shown = page(world.lead, query)
        assert shown.status_code == 200, query
        assert "SHA-256" in text_of(shown), query
        assert world.lead.get(f"/explore/panel/?{query}&theme=dark&size=compact").json()["result"]["n"] >= 0, query


def test_the_page_asks_a_constant_number_of_questions(world, django_assert_max_num_queries):
    ask(world.lead, VIEW)
    compute(runs()[0].pk)
    page(world.lead, VIEW)
    with django_assert_max_num_queries(32):
        page(world.lead, VIEW)
