"""The explorer as a page: an address is a view, a run is asked for by POST, a result that exists is shown at once."""

import html
import re
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from django.test import Client

from analytics.actions_of_runs import claim, whole_of
from analytics.acts.runs import cancel_run
from analytics.core import progress
from analytics.core.run import run as core_run
from analytics.explore.address import analysis_of
from analytics.models import AnalysisRun, Viewed
from registry import clock
from registry.access.row_security import everything_scope
from tests import factories
from tests.analytics.explore.worlds import beat, compute, newest_dataset, patients, runs
from tests.conftest import log_in_as
from tests.remembered import remembered

pytestmark = pytest.mark.django_db(transaction=True)
VIEW = "cuts=10&endpoint=efs-b&group=age_infusion"


@pytest.fixture
def world(transactional_db):
    """A dataset, and the browsers of a lead and a statistician."""
    dataset = remembered(patients)
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


def test_an_address_is_a_view_and_looking_computes_nothing(world):
    first = page(world.lead)
    assert first.status_code == 200
    assert "Overall survival" in text_of(first)
    assert "Not computed yet." in text_of(first)

    otherwise = "form=1&method=&endpoint=efs-b&since=&group=age_infusion&cuts=10&at=6,12,24&ticks=6"
    answer = page(world.lead, otherwise)
    assert (answer.status_code, answer.url) == (302, f"/explore/?{VIEW}"), "the same choice has one address"
    assert page(world.lead, "form=1").url == "/explore/"

    begun = page(world.lead, "add=site").content.decode()
    hospitals = re.findall(r'name="is\.site" value="([^"]+)"', begun)
    assert len(hospitals) == 2
    assert page(world.lead, urlencode({"group": "site", "is.site": hospitals[0]})).status_code == 200
    assert "Cut point 80 leaves a group empty" in text_of(page(world.lead, "cuts=80&group=age_infusion"))
    assert "Nobody is in this range" in text_of(page(world.lead, "from.age_infusion=90"))
    assert "is in the future" in text_of(page(world.lead, "from.period=2090-01"))
    assert not runs()


BAD = {
    "group=age_infusion": "Write where to cut it",
    "is.site=NOWHERE": "“NOWHERE” is not known. Possible:",
    "group=crs_grade": "splitting by it grants immortal time",
    "endpoint=efs-b&since=leukapheresis": "It exists from: infusion.",
    "data=cut%3Anever": "“cut:never” is not known. Possible: live.",
    "data=../etc/passwd": "“../etc/passwd” is not known.",
    "foo=%3Cscript%3Ealert(1)%3C/script%3E&%3Cb%3E=1": "“<b>” is no choice of this page.",
    "is.burden=%07huge": "is not known. Possible: low, high.",
    urlencode([(f"x{n}", n) for n in range(900)]): "at most 4000 are read",
    "&".join("a=" for _ in range(900)): "at most 200 are possible",
}


def test_bad_addresses_say_what_to_do_and_keep_the_form(world, monkeypatch):
    for query, said in BAD.items():
        answer = page(world.lead, query)

        assert answer.status_code == 422, query[:40]
        assert said in html.unescape(text_of(answer)), query[:40]
        assert "<script>alert" not in answer.content.decode()
        assert 'id="choices-question"' in answer.content.decode()
        assert ask(world.lead, query, accept="application/json").status_code == 422
    assert page(world.lead, "&".join(f"x{n}=" for n in range(3000))).status_code == 413, "no page reads so many"
    assert not runs()
    monkeypatch.setattr("analytics.explore.choosing.MOST_GROUPS", 1)
    assert "These are 2 groups; up to 1 can be told apart" in text_of(page(world.lead, "group=site"))


def test_a_view_is_computed_once_and_shown_to_all_who_ask(world, django_assert_max_num_queries):
    first, again = ask(world.lead, VIEW), ask(world.other, VIEW)
    assert first.status_code == again.status_code == 302
    assert first.url == f"/explore/?{VIEW}"
    (run,) = runs()
    assert not views()
    assert compute(run.pk)

    shown = page(world.other, VIEW)
    assert "event-free survival, trial-type" in shown.context["panel"]["answer"]
    assert "&lt; 10 years" in shown.content.decode()
    assert "The smallest group has 2 patients: treat this view as patient data." in text_of(shown)
    body = world.other.get(f"/explore/panel/?{VIEW}&size=wide").json()
    with everything_scope(actor="test"):
        expected = core_run(
            analysis_of(VIEW).analysis, whole_of(world.dataset), not_after=clock.day_of(world.dataset.made_at)
        )
    for name in ("groups", "logrank", "restricted_mean", "n", "events", "analysis_hash"):
        assert body["result"][name] == expected[name], name
    assert body["figure"]["data"]
    assert body["state"] == "done"
    with django_assert_max_num_queries(32):
        page(world.lead, VIEW)
    assert [(one.analysis, one.smallest) for one in views()] == [("explore", 2), ("explore", 2)], "each looked, once"

    factories.death(factories.infused_case(factories.site("NGY"), birth_date="2010-05-05"), 90)
    newer = newest_dataset()
    older = page(world.lead, VIEW)
    assert "A newer revision exists" in text_of(older)
    assert "live revision 1" in text_of(older)
    ask(world.lead, VIEW)
    compute(runs(dataset=newer)[0].pk)
    assert "live revision 2" in text_of(page(world.lead, VIEW))


def views():
    with everything_scope(actor="test"):
        return list(Viewed.objects.all())


def test_runs_wait_in_a_line_of_their_own_and_can_be_taken_back(world):
    ask(world.lead, VIEW)
    assert "no worker is answering" in text_of(page(world.lead, VIEW))
    beat()
    assert "Waiting: next in line." in text_of(page(world.lead, VIEW))
    ask(world.lead, "endpoint=efs-a")
    state = world.lead.get("/explore/state/?endpoint=efs-a").json()
    assert (state["state"], state["may_cancel"], state["words"]) == ("queued", True, "Waiting: number 2 in line.")

    second, first = runs()
    log_in_as("reg_worker")
    with everything_scope(actor="test"):
        assert claim(first.pk)
        AnalysisRun.objects.filter(pk=first.pk).update(steps=5, steps_done=1, step="selecting cases")
        catalogue = AnalysisRun.objects.filter(analysis="os").first()
    assert not compute(second.pk), "one explored run is computed at a time"
    assert compute(catalogue.pk), "the dashboards' runs do not wait for it"
    assert "Computing: step 2 of 5, selecting cases." in text_of(page(world.other, VIEW))
    assert world.lead.post(f"/explore/runs/{catalogue.pk}/cancel/", {}).status_code == 404, (
        "nor can they be cancelled here"
    )

    cancel = f"/explore/runs/{first.pk}/cancel/"
    assert world.other.post(cancel, {"query": VIEW}).status_code == 404
    assert world.lead.post(cancel, {"query": VIEW}).status_code == 302
    told = text_of(page(world.lead, VIEW))
    assert f"Cancelled by {world.person.email}." in told
    assert "Run again" in told
    assert not compute(first.pk)
    assert compute(second.pk)
    ask(world.other, VIEW)
    assert compute(first.pk)
    assert page(world.lead, VIEW).context["panel"]["asked"].state == "done"


def test_a_computation_ends_at_its_next_step_when_it_is_cancelled(world, monkeypatch):
    ask(world.lead, VIEW)
    (run,) = runs()
    begin = progress.begin

    def cancelled_meanwhile(step, place=0):
        if step == progress.COMPARING:
            with everything_scope(actor="test"):
                cancel_run(run, by=world.person.email)
        begin(step, place)
        assert step != progress.PERMUTING, "it went on"

    monkeypatch.setattr(progress, "begin", cancelled_meanwhile)
    assert not compute(run.pk)
    assert page(world.lead, VIEW).context["panel"]["asked"].state == "cancelled"


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
    "cuts=80&group=age_infusion",
    "from.age_infusion=90",
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
    assert "no patients in ≥ 80 years" in text_of(page(world.lead, "cuts=80&group=age_infusion"))
    assert "No patient can be analysed yet." in text_of(page(world.lead, "from.age_infusion=90"))
