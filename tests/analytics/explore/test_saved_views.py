"""Saved views: kept on dashboards, the own and the shared; two people do not overwrite each other; what they typed stays text."""

import html
from types import SimpleNamespace

import pytest
from django.test import Client

from analytics.models import SavedDashboard
from registry.access.row_security import person_scope
from tests import factories
from tests.analytics.explore.worlds import beat, compute, patients, runs

pytestmark = pytest.mark.django_db(transaction=True)
VIEW = "cuts=10&endpoint=efs-b&group=age_infusion"
MARKUP = '<img src=x onerror=alert(1)> =HYPERLINK("http://evil") $x^2$ %{x}'


@pytest.fixture
def world(transactional_db):
    """A lead, a second lead and a statistician, signed in."""
    people = {
        "lead": factories.person("lead"),
        "second": factories.person("lead", email="second@example.test"),
        "other": factories.person("statistician"),
    }
    return SimpleNamespace(people=people, **{name: signed_in(person) for name, person in people.items()})


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def save(client, **words):
    return client.post("/explore/save/", {"query": VIEW, **words})


def shared_board(world, title="Monthly call"):
    """A dashboard that the lead shares, with one view; its key."""
    return int(save(world.lead, new_title=title, is_shared="1", title="EFS by age").url.split("/")[-2])


def test_a_view_is_saved_on_a_new_dashboard_for_oneself_or_for_all(world):
    own = save(world.lead, new_title="Mine").url
    shared = save(world.lead, new_title="Ours", is_shared="1", title=MARKUP).url

    assert world.lead.get(own).status_code == 200
    assert world.other.get(own).status_code == 404, "one's own is nobody else's"
    shown = world.other.get(shared)
    assert shown.status_code == 200
    assert html.escape(MARKUP) in shown.content.decode()
    assert "<img src=x" not in shown.content.decode()
    listed = world.other.get("/dashboards/").content.decode()
    assert "Ours" in listed
    assert "Mine" not in listed


def test_a_saved_view_is_shown_live_and_computed_on_asking(world):
    patients()
    beat()
    pk = shared_board(world)
    board = f"/dashboards/saved/{pk}/"
    assert "Not computed yet." in world.other.get(board).content.decode()
    assert world.other.post("/explore/run/", {"query": VIEW, "board": pk}).url == board
    compute(runs()[0].pk)

    shown = world.second.get(board)
    assert "event-free survival, trial-type" in shown.context["panels"][0]["panel"]["answer"]
    (panel,) = [one["panel"] for one in shown.context["panels"]]
    body = world.second.get(panel["shown"].url).json()
    assert body["question"] == "EFS by age"
    assert body["figure"]["data"]
    assert body["digest"] == panel["shown"].digest


def test_two_who_save_to_the_same_dashboard_do_not_overwrite_each_other(world):
    pk = shared_board(world)
    seen = f"{pk}.1"
    assert save(world.lead, dashboard=seen, title="Of the first").status_code == 302

    late = save(world.second, dashboard=seen, title="Of the second & <b>")
    assert late.status_code == 409
    text = late.content.decode()
    assert "has changed since you opened the view" in text
    assert "Of the first" in text
    assert html.escape("Of the second & <b>") in text, "what was typed is kept"
    assert f'value="{pk}.2" selected' in text
    assert save(world.second, dashboard=f"{pk}.2", title="Of the second").status_code == 302
    assert [one.title for one in _panels(world, pk)] == ["EFS by age", "Of the first", "Of the second"]


def test_two_who_take_the_same_title_are_told_and_what_they_typed_is_kept(world):
    pk = shared_board(world)

    late = save(world.second, new_title="monthly CALL", is_shared="1", title="Mine <b>")
    text = html.unescape(late.content.decode())
    assert late.status_code == 409 and "shares a dashboard “Monthly call” already" in text
    assert 'value="monthly CALL"' in text and "Mine <b>" in text
    assert save(world.second, new_title="Monthly call").status_code == 302, "for oneself alone it may be called so"
    again = save(world.second, new_title="Monthly call")
    assert again.status_code == 409 and "You have a dashboard “Monthly call” already" in again.content.decode()

    same = save(world.second, dashboard=f"{pk}.1", title="EFS by age")
    assert same.status_code == 409 and "“EFS by age” stands on “Monthly call” already" in same.content.decode()
    assert [one.title for one in _panels(world, pk)] == ["EFS by age"]


def test_a_saved_view_whose_filter_keeps_nobody_says_so(world):
    patients()
    beat()
    board = save(world.lead, new_title="Nobody", query="endpoint=os&is.sex=intersex").url
    world.lead.post("/explore/run/", {"query": "is.sex=intersex"})
    assert compute(runs()[0].pk)

    shown = html.unescape(world.lead.get(board).content.decode())
    assert "No case can be analysed" in shown and "Sex at birth" in shown and "4" in shown
    (panel,) = [one["panel"] for one in world.lead.get(board).context["panels"]]
    body = world.lead.get(panel["shown"].url).json()
    assert body["result"]["n"] == 0 and body["answer"]
    assert all("script" not in url for _label, url in panel["downloads"])


def _panels(world, pk):
    with person_scope(world.people["lead"]):
        return list(SavedDashboard.objects.get(pk=pk).panels.all())


def test_rename_order_remove_and_share(world):
    pk = shared_board(world)
    save(world.lead, dashboard=f"{pk}.1", title="Second")
    first, second = _panels(world, pk)
    change = f"/dashboards/saved/{pk}/change/"
    words = {
        "version": 2,
        "title": "Renamed",
        "is_shared": "1",
        "was": [first.pk, second.pk],
        f"place.{first.pk}": 2,
        f"place.{second.pk}": 1,
        f"title.{first.pk}": "First, renamed",
        f"title.{second.pk}": "Second",
    }
    assert world.second.post(change, words).status_code == 302, "a lead may change what is shared"
    assert [one.title for one in _panels(world, pk)] == ["Second", "First, renamed"]

    stale = world.lead.post(change, {**words, "title": "Mine is older", "gone": [first.pk]})
    assert stale.status_code == 409
    assert "Mine is older" in stale.content.decode()
    assert "Renamed" in stale.content.decode()
    assert world.lead.post(change, {**words, "version": 3, "gone": [first.pk], "is_shared": ""}).status_code == 302
    assert [one.title for one in _panels(world, pk)] == ["Second"]
    assert world.second.get(f"/dashboards/saved/{pk}/").status_code == 404, "it is not shared any more"
    assert world.lead.post(change, {**words, "version": 4, "deed": "remove"}).status_code == 302
    assert world.lead.get(f"/dashboards/saved/{pk}/").status_code == 404


def test_a_title_that_is_taken_is_refused_for_a_dashboard_and_for_a_view(world):
    shared_board(world)
    pk = int(save(world.second, new_title="Mine", title="One").url.split("/")[-2])
    save(world.second, dashboard=f"{pk}.1", title="Two")
    with person_scope(world.people["second"]):
        one, two = SavedDashboard.objects.get(pk=pk).panels.all()
    change = f"/dashboards/saved/{pk}/change/"
    words = {"version": 2, "was": [one.pk, two.pk], f"title.{one.pk}": "One <b>", f"title.{two.pk}": "Two"}

    taken = world.second.post(change, {**words, "title": "MONTHLY call", "is_shared": "1"})
    text = html.unescape(taken.content.decode())
    assert taken.status_code == 409 and "has a dashboard “Monthly call” already" in text
    assert 'value="MONTHLY call"' in text and 'value="One <b>"' in text, "what was typed is kept"
    assert world.second.get(f"/dashboards/saved/{pk}/").context["board"].title == "Mine"

    alike = world.second.post(change, {**words, "title": "Mine", f"title.{two.pk}": "one <B>"})
    assert alike.status_code == 409 and "Two views would be called alike" in alike.content.decode()
    assert world.second.post(change, {**words, "title": "Monthly call"}).status_code == 302, "for oneself it may be"
    shared = world.second.post(change, {**words, "version": 3, "title": "Monthly call", "is_shared": "1"})
    assert shared.status_code == 409, "sharing it would set two of one title side by side"
    assert world.second.post(change, {**words, "version": 3, "title": "MONTHLY call"}).status_code == 302


def test_who_neither_owns_it_nor_leads_looks_only(world):
    pk = shared_board(world)

    assert world.other.get(f"/dashboards/saved/{pk}/").status_code == 200
    assert world.other.get(f"/dashboards/saved/{pk}/change/").status_code == 403
    assert save(world.other, dashboard=f"{pk}.1").status_code == 404


REFUSED = (
    ({"new_title": ""}, 422),
    ({"new_title": "x" * 121}, 422),
    ({"new_title": " \u0007\n "}, 422),
    ({"dashboard": "abc"}, 404),
    ({"dashboard": "99999999999999999999.1"}, 404),
    ({"query": "endpoint=none", "new_title": "x"}, 404),
)


def test_bad_input_is_refused_and_stores_nothing(world):
    for words, status in REFUSED:
        assert save(world.lead, **words).status_code == status, words
    with person_scope(world.people["lead"]):
        assert not SavedDashboard.objects.exists()


def test_a_dashboard_of_many_views_asks_no_more_questions(world, django_assert_max_num_queries):
    patients()
    pk = shared_board(world)
    for number, view in enumerate(
        ("endpoint=efs-a", "endpoint=cir", "method=response", "since=leukapheresis"), start=1
    ):
        world.lead.post("/explore/save/", {"query": view, "dashboard": f"{pk}.{number}", "title": view})
    with django_assert_max_num_queries(24):
        assert world.lead.get(f"/dashboards/saved/{pk}/").status_code == 200
