"""What a hospital sees of outcomes: its own cases exactly, the others as released, nothing else; and how releases come and go."""

import html
import re
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import DatabaseError, transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse

from analytics import actions, actions_of_releases, live
from analytics.models import Release, ReleaseBasis
from analytics.pseudonyms import pseudonym, site_pseudonym
from registry.access.row_security import person_scope
from tests import factories
from tests.analytics.test_consent_in_datasets import answer_consent, as_worker, everything
from tests.remembered import remembered

pytestmark = pytest.mark.django_db(transaction=True)


def issue():
    """As the worker does after a change: the dataset, then what is due."""
    as_worker(actions.build_datasets)
    as_worker(actions_of_releases.issue_releases)


def page_of(person, **query):
    """The page as this person gets it."""
    client = Client()
    client.force_login(person)
    return client.get(reverse("own_site"), query)


@pytest.fixture
def world(transactional_db):
    """Kyoto with two cases and a coordinator; four hospitals with four cases each; half of theirs died."""
    return remembered(five_hospitals)


def five_hospitals():
    """Kyoto, the others, Kyoto's coordinator, its cases, theirs."""
    kyoto = factories.site("KYO", "Kyoto")
    others = [factories.site(code, f"Hospital of {code}") for code in ("OSA", "TOK", "NAG", "SAP")]
    nurse = factories.person("coordinator", sites=[kyoto])
    own = [factories.infused_case(kyoto) for _ in range(2)]
    factories.death(own[0], 100)
    factories.follow_up(own[1], 700)
    cases = [factories.infused_case(site) for site in others for _ in range(4)]
    for place, case in enumerate(cases):
        if place % 2:
            factories.death(case, 120 + 10 * place)
        else:
            factories.follow_up(case, 600 + place)
    return kyoto, others, nurse, own, cases


def test_the_page_says_why_a_release_may_stand_for_months(world):
    _kyoto, _others, nurse, _own, _cases = world
    issue()

    shown = " ".join(page_of(nurse).content.decode().split())

    assert "until 10 have gathered" in shown and "may therefore stand for months" in shown
    assert "released " in shown


def bases(what):
    """What a worker finds of the bases of releases, which the web may not read."""
    found = []
    as_worker(lambda: found.append(everything(lambda: what(ReleaseBasis.objects.all()))))
    return found[0]


def bodies(site, audience):
    """Analysis → body of what is released to the hospital."""
    return everything(lambda: {one.analysis: one.body for one in Release.objects.filter(site=site, audience=audience)})


def test_the_own_cases_are_exact_and_the_others_are_not(world):
    kyoto, others, nurse, _own, _cases = world
    issue()

    own, rest = bodies(kyoto, "own")["os"], bodies(kyoto, "others")["os"]
    assert (own["n"], own["events"]) == (2, 1)
    assert (rest["n"], rest["events"]) == (15, 10)  # of 16 and 8
    page = page_of(nurse).content.decode()
    assert "Your hospital" in page and "All other hospitals" in page
    for site in others:
        assert site.name not in page and site_pseudonym(site.code) not in page


def test_a_hospital_reads_only_what_is_released_to_it(world):
    kyoto, others, nurse, _own, _cases = world
    stranger = factories.person("coordinator", sites=[others[0]], email="osaka@example.org")
    issue()

    with pytest.raises(DatabaseError), transaction.atomic(), person_scope(nurse):
        list(ReleaseBasis.objects.all())  # exact counts: for workers alone
    with person_scope(nurse):
        assert set(Release.objects.values_list("site", flat=True)) == {kyoto.pk}
    assert page_of(stranger, site="KYO").status_code == 404
    client = Client()
    client.force_login(nurse)
    figure = client.get(reverse("own_site_figure", args=["os"]))
    assert figure.status_code == 200
    assert len(figure.json()["figure"]["data"]) > 2


def test_a_number_of_the_own_cases_leads_to_them_and_none_of_the_others_does(world):
    kyoto, others, nurse, own, cases = world
    stranger = factories.person("coordinator", sites=[others[0]], email="osaka@example.org")
    issue()
    client = Client()
    client.force_login(nurse)

    page = client.get("/own-site/").content.decode()
    links = [html.unescape(one) for one in re.findall(r'href="(/own-site/[^"]+/cases/[^"]+)"', page)]
    asked = {one: client.get(one) for one in links}
    assert {one.split("/")[2] for one in links} >= {"os", "efs-a", "toxicity"}
    assert {answer.status_code for answer in asked.values()} == {200}
    whole = "".join(answer.content.decode() for answer in asked.values())
    assert own[0].number in whole
    for case in cases:
        assert case.number not in whole and pseudonym("case", case.pk) not in whole
    died = asked["/own-site/os/cases/?what=event&site=KYO"].content.decode()
    assert own[0].number in died and own[1].number not in died

    leads = client.get("/own-site/os/figure/").json()["cases"]
    assert leads == {"url": "/own-site/os/cases/", "keys": {"own": "site=KYO&group=all"}}
    step = client.get(f"{leads['url']}?{leads['keys']['own']}&from=100&to=100").content.decode()
    assert own[0].number in step
    for words in ("group=others", "group=own", "what=none", "site=OSA", "from=x"):
        assert client.get(f"/own-site/os/cases/?{words}").status_code == 404, words
    assert client.get("/own-site/cir/cases/").status_code == 404
    client.force_login(stranger)
    assert client.get("/own-site/os/cases/?site=KYO").status_code == 404
    assert own[0].number not in client.get("/own-site/os/cases/").content.decode()


def test_the_page_hears_of_its_own_releases_and_saves_and_of_nobody_elses(world, monkeypatch):
    kyoto, others, nurse, own, cases = world
    told = []
    monkeypatch.setattr(live, "publish", lambda channel, what, _revision: told.append((channel, what)))
    issue()
    assert ("site-KYO", "release") in told
    page = page_of(nurse)
    assert 'data-events-url="/events/own-site/KYO"' in page.content.decode()
    assert page.context["state"]["state"] == "live"
    assert page.context["state"]["made_at"] == bodies_at(kyoto)

    told.clear()
    factories.follow_up(cases[0], 650)
    assert page_of(nurse).context["state"]["state"] == "live", "when others save is not told"
    issue()
    assert "site-KYO" not in [channel for channel, _what in told]

    factories.follow_up(own[1], 750)
    assert page_of(nurse).context["state"]["state"] == "stalled", "no worker has answered yet"
    before = page_of(nurse).context["pairs"][0]["pair"].digest
    issue()
    assert ("site-KYO", "release") in told
    after = page_of(nurse)
    assert after.context["state"]["state"] == "live" and after.context["pairs"][0]["pair"].digest != before


def bodies_at(site):
    """When overall survival of the own cases was released to the hospital."""
    return everything(lambda: Release.objects.get(site=site, audience="own", analysis="os").issued_at.isoformat())


@pytest.mark.parametrize(
    ("role", "path", "may"),
    [
        ("coordinator", "/events/own-site/KYO", True),
        ("coordinator", "/events/own-site/OSA", False),
        ("coordinator", "/events/own-site/", False),
        ("coordinator", "/events/dashboards/tisagenlecleucel", False),
        ("coordinator", "/events/dashboards/site-OSA", False),
        ("lead", "/events/own-site/KYO", False),
        ("lead", "/events/dashboards/tisagenlecleucel", True),
        ("lead", "/events/elsewhere", False),
    ],
)
def test_who_may_listen_where(transactional_db, role, path, may):
    kyoto, _osaka = factories.site("KYO"), factories.site("OSA")
    client = Client()
    client.force_login(factories.person(role, sites=[kyoto] if role == "coordinator" else []))

    assert async_to_sync(live.allowed)(client.session.session_key, path) is may


def test_one_entry_elsewhere_changes_nothing_here(world):
    kyoto, _others, _nurse, _own, cases = world
    issue()
    before = seen(kyoto)
    bases(lambda rows: rows.update(made_at=F("made_at") - timedelta(days=2)))

    factories.follow_up(cases[0], 650)
    issue()

    assert seen(kyoto) == before
    for place in (2, 4, 6, 8):
        factories.follow_up(cases[place], 660 + place)
    issue()
    assert seen(kyoto) != before, "five cases have changed, and no event with them"


def seen(site):
    """All that is released to the hospital, with its dates."""
    return everything(lambda: list(Release.objects.filter(site=site).values_list("audience", "body", "issued_at")))


def test_an_own_entry_shows_at_once(world):
    kyoto, _others, _nurse, own, _cases = world
    issue()
    rest = bodies(kyoto, "others")

    factories.death(own[1], 800)
    issue()

    assert bodies(kyoto, "own")["os"]["events"] == 2
    assert bodies(kyoto, "others") == rest


def test_a_withdrawal_takes_down_what_was_released_with_the_dataset_itself(world):
    kyoto, _others, nurse, _own, cases = world
    issue()
    assert bodies(kyoto, "others")

    answer_consent(cases[0], consent_withdrawn=1, consent_wd_date=factories.day(300))
    as_worker(actions.build_datasets)

    assert not bodies(kyoto, "others")
    as_worker(actions_of_releases.issue_releases)
    assert not bodies(kyoto, "others"), "one case less is one case told"
    assert "not released at present" in page_of(nurse).content.decode()
    assert bases(lambda rows: all(len(one.cases) < 16 for one in rows))


def test_few_others_are_not_shown_and_it_says_why(transactional_db):
    kyoto, osaka = factories.site("KYO", "Kyoto"), factories.site("OSA", "Osaka")
    nurse = factories.person("coordinator", sites=[kyoto])
    for site in (kyoto, *[osaka] * 6):
        factories.follow_up(factories.infused_case(site), 400)
    issue()

    page = page_of(nurse).content.decode()
    assert "Fewer than 3 sites contribute: nothing can be shown." in page
    assert not bases(lambda rows: rows.exclude(policy="own").exists())


def test_before_the_first_case_the_page_says_so(transactional_db):
    nurse = factories.person("investigator", sites=[factories.site("KYO", "Kyoto")])
    assert "Nothing has been computed yet" in page_of(nurse).content.decode()
