"""Files that carry rows of patients, or curves that tell as much, leave by a session that was confirmed within five minutes."""

import pytest
from django.test import Client

from tests import factories
from tests.registry.accounts.test_factors import old

FILES = [
    ("lead", "/exports/1/file/"),
    ("lead", "/runs/1/figure.svg"),
    ("lead", "/runs/1/data.csv"),
    ("lead", "/datasets/tisagenlecleucel/cuts/one/report.pdf"),
    ("lead", "/exports/log.csv"),
    ("manager", "/queries/queries.csv"),
    ("manager", "/history/export/"),
]
REST = [
    "/api/v1/exports/1/file/",
    "/api/v1/runs/1/data/",
    "/api/v1/results/os/data/",
    "/api/v1/datasets/tisagenlecleucel/live/cases/",
    "/api/v1/datasets/tisagenlecleucel/live/endpoints/",
    "/api/v1/cases/?format=csv",
]


@pytest.fixture
def people(db):
    """A lead and a data manager, each with a browser whose last confirmation is more than five minutes old."""
    factories.site("KYO")
    found = {role: Client() for role in ("lead", "manager")}
    for role, browser in found.items():
        browser.force_login(factories.person(role))
        old(browser)
    return found


def test_a_file_is_asked_for_by_somebody_who_confirmed_it(people):
    for role, address in FILES:
        asked = people[role].get(address)
        assert (asked.status_code, asked.url[:24]) == (302, "/accounts/confirm/?next="), address
        page = people[role].get(asked.url, headers={"Referer": "http://testserver/worklist/"})
        assert ("back", "/worklist/") in page.context["sent"]
    sent = {"next": "/queries/queries.csv", "back": "/queries/", "_proof": factories.PASSWORD}
    done = people["manager"].post("/accounts/confirm/", sent)
    assert done["Refresh"] == "0; url=/queries/queries.csv" and done.context["back_url"] == "/queries/"
    assert people["manager"].get("/queries/queries.csv").status_code == 200
    for elsewhere in ("https://evil.example/", "//evil.example", "javascript:alert(1)", ""):
        done = people["manager"].post("/accounts/confirm/", {**sent, "back": elsewhere})
        assert done.context["back_url"] == "/"


def test_rest_asks_a_session_for_it_too_and_no_token(people):
    lead = people["lead"]
    for address in REST:
        refused = lead.get(address)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_confirmed"), address
        bearer = {"Authorization": f"Bearer {factories.token(factories.members.Person.objects.get(role='lead'))}"}
        assert Client().get(address, headers=bearer).status_code in (200, 404), address
    lead.post("/accounts/confirm/", {"_proof": factories.PASSWORD})
    assert all(lead.get(address).status_code in (200, 404) for address in REST)
