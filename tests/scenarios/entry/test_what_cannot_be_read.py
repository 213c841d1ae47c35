"""What no form of the registry sends: characters that PostgreSQL cannot store, and more than a form can hold."""

from urllib.parse import urlencode

import pytest

from registry.access.row_security import everything_scope
from registry.models import FORMS, Case, HistoryEvent
from tests import factories
from tests.registry.views.conftest import nurse, world  # noqa: F401
from tests.standing import standing


@standing
def case(world):  # noqa: F811
    return factories.infused_case(world.kyoto)


def stored():
    """Everything of which an attempt could leave half."""
    with everything_scope(actor="test"):
        return [model.objects.count() for model in (Case, HistoryEvent, *FORMS)]


@pytest.mark.parametrize("address", ["/cases/?q=%00", "/cases/?site=K%00", "/codebook/?q=a%00", "/cases/?%00=1"])
def test_a_nul_in_an_address_is_answered(nurse, case, address):  # noqa: F811
    page = nurse.get(address)

    assert page.status_code == 400
    assert b"could not read that" in page.content


@pytest.mark.parametrize("name", ["reason", "nonce", "rel_cd19", "rel_sites_oth", "rel_date", "version", "a\0"])
def test_a_nul_in_a_form_stores_nothing(nurse, case, name):  # noqa: F811
    before = stored()

    page = nurse.post(f"{case.get_absolute_url()}relapse/new/", {"version": "0", name: "a\0b"})

    assert page.status_code == 400
    assert stored() == before


def test_a_nul_in_the_reason_of_a_removal_stores_nothing(nurse, case):  # noqa: F811
    before = stored()

    page = nurse.post(f"{case.get_absolute_url()}infusion/1.1/remove/", {"version": "1", "reason": "\0"})

    assert page.status_code == 400
    assert stored() == before


MANY, LONG = {f"x{n}": "1" for n in range(1500)}, {"reason": "a" * 3_000_000}


@pytest.mark.parametrize(
    ("sent", "how", "found"),
    [
        (MANY, {}, "More than 1,000 fields were sent at once."),
        (LONG, {}, "The texts of a form may have 2.5 MB together"),
        (LONG, {"content_type": "application/x-www-form-urlencoded"}, "2.9 MB were sent; a form may have 2.5 MB."),
    ],
    ids=["many", "long", "long, without files"],
)
def test_more_than_a_form_can_hold_is_answered_in_words(nurse, case, sent, how, found):  # noqa: F811
    before = stored()
    body = urlencode({"version": "0", **sent}) if how else {"version": "0", **sent}

    page = nurse.post(f"{case.get_absolute_url()}relapse/new/", body, **how)

    text = page.content.decode()
    assert (page.status_code, found in text) == (413, True), text
    assert "Nothing was stored. Go back: what you typed into a form is kept in the browser tab." in text
    assert stored() == before


def test_what_scripts_and_rest_send_is_answered_as_they_read_it(nurse, case):  # noqa: F811
    draft = nurse.post(f"{case.get_absolute_url()}relapse/new/draft/", LONG, headers={"Sec-Fetch-Dest": "empty"})
    rest = nurse.get("/api/v1/cases", MANY)
    japanese = nurse.post("/cases/new/", MANY, headers={"Accept-Language": "ja"})

    assert draft.status_code == 413
    assert draft.json()["said"].endswith("more was sent. It is kept in this browser tab alone.")
    assert (rest.status_code, rest.json()["code"]) == (413, "too_large")
    assert "More than 1,000 fields" in rest.json()["detail"]
    assert "1,000" in japanese.content.decode()
    assert "fields" not in japanese.content.decode()


def test_a_broken_body_and_a_strange_host_are_told_apart(nurse, case):  # noqa: F811
    broken = nurse.generic("POST", "/cases/new/", b"x", content_type="multipart/form-data; boundary=")
    strange = nurse.get("/cases/", headers={"Host": "evil.example"})

    assert (broken.status_code, b"broken or without its end" in broken.content) == (400, True)
    assert (strange.status_code, b"does not know the host name" in strange.content) == (400, True)
