"""Where the login leads when a session has ended while a page was open."""

import pytest
from django.test import Client

HOST = "http://testserver"


def way_back(path, page=None):
    """The page after the login, for a button pressed on `page` without a session."""
    headers = {"Referer": page} if page else {}
    answer = Client().post(path, {"version": "1"}, headers=headers)
    assert answer.status_code == 302
    address, _mark, query = answer.url.partition("?next=")
    assert address == "/accounts/login/"
    return query


@pytest.mark.parametrize("deed", ["lock/", "unlock/", "remove/", "death/1/remove/"])
def test_a_button_leads_back_to_its_page(db, deed):
    page = "/cases/KYO-0001/death/1/"

    assert way_back(f"/cases/KYO-0001/{deed}", f"{HOST}{page}") == page


def test_the_filters_of_a_list_are_kept(db):
    assert way_back("/queries/", f"{HOST}/queries/?state=open") == "/queries/%3Fstate%3Dopen"


@pytest.mark.parametrize(
    "page", [None, "https://elsewhere.example/cases/", "//elsewhere.example/", "javascript:alert(1)"]
)
def test_any_other_page_leads_home(db, page):
    assert way_back("/cases/KYO-0001/lock/", page) == "/"


def test_a_link_leads_to_its_page(db):
    assert Client().get("/cases/KYO-0001/").url == "/accounts/login/?next=/cases/KYO-0001/"
