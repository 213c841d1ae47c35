"""A double click, a reload and a retrying network make one case and one form."""

import re

import pytest

from registry.access.row_security import everything_scope
from registry.models import Case, Relapse
from tests.factories import cohort, day, infused_case, person, site

pytestmark = pytest.mark.django_db


@pytest.fixture
def kyoto(client):
    """A coordinator of Kyoto, signed in, with one infused case in remission."""
    hospital = site("KYO")
    cohort()
    client.force_login(person("coordinator", sites=[hospital]))
    return infused_case(hospital)


def nonce_of(page):
    return re.search(r'name="nonce" value="([^"]+)"', page.content.decode())[1]


def relapses():
    with everything_scope(actor="test"):
        return list(Relapse.objects.order_by("rel_seq").values_list("rel_seq", "rel_date", "version"))


def test_a_new_form_that_is_sent_twice_is_stored_once(client, kyoto):
    url = f"/cases/{kyoto.number}/relapse/new/"
    typed = {"version": "0", "nonce": nonce_of(client.get(url)), "rel_date": day(120).isoformat(), "rel_kind": "1"}

    first, second = client.post(url, typed), client.post(url, typed)

    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert relapses() == [(1, day(120), 1)]


def test_a_page_that_was_refused_can_be_sent_again(client, kyoto):
    url = f"/cases/{kyoto.number}/relapse/new/"
    typed = {"version": "0", "nonce": nonce_of(client.get(url)), "rel_date": "some day", "rel_kind": "1"}
    refused = client.post(url, typed)
    assert refused.status_code == 422
    assert nonce_of(refused) == typed["nonce"]

    client.post(url, {**typed, "rel_date": day(120).isoformat()})

    assert relapses() == [(1, day(120), 1)]


def test_going_back_and_sending_other_answers_shows_both_versions(client, kyoto):
    url = f"/cases/{kyoto.number}/relapse/new/"
    typed = {"version": "0", "nonce": nonce_of(client.get(url)), "rel_date": day(120).isoformat(), "rel_kind": "1"}
    client.post(url, typed)

    conflict = client.post(url, {**typed, "rel_date": day(150).isoformat()})

    assert conflict.status_code == 409
    assert f"/cases/{kyoto.number}/relapse/1.1/" in conflict.content.decode()
    assert relapses() == [(1, day(120), 1)]


def test_enrolling_twice_from_one_page_makes_one_case(client, kyoto):
    typed = {"nonce": nonce_of(client.get("/cases/new/")), "site": kyoto.site_id}

    first, second = client.post("/cases/new/", typed), client.post("/cases/new/", typed)

    assert first["Location"] == second["Location"] == "/cases/KYO-0002/patient/new/"
    with everything_scope(actor="test"):
        assert Case.objects.count() == 2
