"""A script asks for the same views as the page, follows the run, reads the numbers, and takes back what it does not need."""

from types import SimpleNamespace

import pytest
from django.test import Client

from analytics.models import AnalysisRun
from registry.access.token_scopes import Scope
from tests import factories
from tests.analytics.explore.worlds import compute, patients, runs
from tests.remembered import remembered

pytestmark = pytest.mark.django_db(transaction=True)
VIEW = "cuts=10&endpoint=efs-b&group=age_infusion"


class Script:
    """A statistician's program: JSON and a token."""

    def __init__(self, person, **token):
        self.client, self.headers = Client(), {"Authorization": f"Bearer {factories.token(person, **token)}"}

    def ask(self, query):
        """Ask for a view."""
        return self.client.post("/api/v1/runs", {"query": query}, content_type="application/json", headers=self.headers)

    def get(self, path):
        """Read an address."""
        return self.client.get(path, headers=self.headers)

    def cancel(self, path):
        """Take a run back."""
        return self.client.delete(path, headers=self.headers)


@pytest.fixture
def world(transactional_db):
    """A dataset; the programs of a statistician and of a lead."""
    remembered(patients)
    people = [factories.person("statistician"), factories.person("lead")]
    return SimpleNamespace(person=people[0], script=Script(people[0]), lead=Script(people[1]))


def test_a_view_is_asked_for_followed_and_read_and_asked_again_is_the_same_run(world):
    asked = world.script.ask(VIEW)
    assert asked.status_code == 202
    assert asked.headers["Retry-After"] == "2"
    assert asked.json()["state"] == "queued"
    assert world.script.ask("?" + VIEW).headers["Location"] == asked.headers["Location"]
    assert world.lead.ask("group=age_infusion&endpoint=efs-b&cuts=10").headers["Location"] == asked.headers["Location"]
    compute(asked.json()["id"])

    done = world.script.ask(VIEW)
    assert (done.status_code, done.json()["state"], "Retry-After" in done.headers) == (200, "done", False)
    result = world.script.get(f"{done.headers['Location']}/result").json()
    assert [group["label"] for group in result["groups"]] != []
    assert result["analysis_hash"] == done.json()["analysis_hash"]
    assert len(runs()) == 1


def test_a_view_that_is_done_has_its_script_by_rest_and_on_the_page(world):
    view = "endpoint=os&is.sex=male&method=landmark&day=20"
    asked = world.script.ask(view)
    address = f"/api/v1/runs/{asked.json()['id']}/script"
    assert world.script.get(address).status_code == 409
    compute(asked.json()["id"])

    answer = world.script.get(address)
    result = world.script.get(f"/api/v1/runs/{asked.json()['id']}/result").json()
    text = answer.content.decode()
    assert answer.status_code == 200 and answer["Content-Type"] == "text/plain; charset=utf-8"
    assert result["dataset"]["hash"] in text and 'rows$sex %in% c("male")' in text and "landmark <- 20" in text
    world.script.client.force_login(world.person)
    assert address in world.script.client.get(f"/explore/?{'day=20&is.sex=male&method=landmark'}").content.decode()

    months = world.script.ask("from.period=2024-03&endpoint=os").json()["id"]
    compute(months)
    refused = world.script.get(f"/api/v1/runs/{months}/script")
    assert refused.status_code == 404 and "whole years" in refused.json()["detail"]


def test_what_is_wrong_with_a_view_is_named_by_its_parameter(world):
    refused = world.script.ask("endpoint=efs-z&group=age_infusion")
    assert refused.status_code == 422
    assert {"endpoint", "cuts"} <= {one["field"] for one in refused.json()["errors"]}
    for body in ({"query": 5}, {"query": VIEW, "dataset": "live"}, {}):
        words = {"content_type": "application/json", "headers": world.script.headers}
        assert world.script.client.post("/api/v1/runs", body, **words).status_code == 422
    assert runs() == []


def test_who_asked_and_a_lead_take_a_run_back_nobody_else(world):
    own = world.script.ask(VIEW).headers["Location"]
    of_lead = world.lead.ask("endpoint=os").headers["Location"]

    assert world.script.cancel(of_lead).status_code == 404
    assert world.script.cancel(own).json()["state"] == "cancelled"
    again = world.script.cancel(own)
    assert (again.status_code, again.json()["code"]) == (409, "ended")
    assert world.script.ask(VIEW).json()["state"] == "queued"
    assert world.lead.cancel(own).json()["state"] == "cancelled"
    assert world.script.cancel("/api/v1/runs/999999").status_code == 404


def test_a_token_to_read_asks_for_nothing_and_cancels_nothing(world):
    reader = Script(world.person, scopes=[Scope.READ])
    own = world.script.ask(VIEW).headers["Location"]

    refused = reader.ask("endpoint=os")
    assert (refused.status_code, refused.json()["code"]) == (403, "right_missing")
    assert reader.cancel(own).status_code == 403
    assert reader.get(own).json()["state"] == AnalysisRun.QUEUED


def test_three_at_a_time_and_then_one_is_told_to_wait(world):
    for months in (6, 12, 18):
        assert world.script.ask(f"endpoint=os&at={months}").status_code == 202
    late = world.script.ask("endpoint=os&at=24")
    assert (late.status_code, late.headers["Retry-After"]) == (429, "2")
