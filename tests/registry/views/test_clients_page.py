"""The pages that lead a program to the registry: five lines for each tool, and the REST interface for people."""

import pytest
from django.test import Client

from registry.api.browsable import collections
from registry.clients import HOST, blocks
from registry.models import FORMS
from tests import factories

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def client(db):
    """Somebody signed in."""
    client = Client()
    client.force_login(factories.person("statistician"))
    return client


def test_every_block_of_the_documentation_is_there_for_this_host(client):
    page = client.get("/clients/").content.decode()

    assert page.count('class="code__text"') == len(blocks()) >= 10
    assert HOST not in page and page.count("http://testserver/api/v1/") >= 10
    assert "http://testserver/api/redcap/api/" in page and 'href="/accounts/tokens/"' in page


def test_a_browser_gets_the_interface_as_a_page_and_a_program_as_json(client):
    page, said = client.get("/api/v1/", headers=BROWSER), client.get("/api/v1/")
    text = page.content.decode()

    assert page.headers["Content-Type"] == "text/html; charset=utf-8" and "Accept" in page.headers["Vary"]
    assert (
        said.headers["Content-Type"] == "application/json" and client.get("/api/v1/?format=json").json() == said.json()
    )
    told = {one.name for one in collections()}
    assert {form.form_name for form in FORMS} | {"cases", "queries", "datasets", "runs"} <= told
    for address in {**said.json()["collections"], **said.json()["forms"]}.values():
        if address.rstrip("/") not in ("/api/v1/schema", "/api/v1/docs"):
            assert f"<code>http://testserver{address.rstrip('/')}</code>" in text, address
    assert "inf_dose_total_mr" in text and "changed_since" in text


def test_what_the_page_says_of_a_collection_is_true(client):
    (found,) = [one for one in collections() if one.name == "datasets"]
    assert [name for name, _words, _values in found.filters] == ["cohort", "cursor", "limit"]
    assert {"revision", "hash", "cut_date"} <= set(found.columns)
    for one in collections():
        answer = client.get(f"/api/v1/{one.name}", {name: "%" for name, _words, _values in one.filters})
        assert answer.status_code in (400, 403) or not one.filters, one.name
        assert answer.status_code == 200 or answer.json()["code"] != "unknown_parameter", one.name


def test_somebody_unknown_is_asked_to_sign_in(db):
    page = Client().get("/api/v1/", headers=BROWSER)

    assert (page.status_code, page.headers["Location"]) == (302, "/accounts/login/?next=/api/v1/")
    assert Client().get("/api/v1/").status_code == 401
