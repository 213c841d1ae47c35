"""What no form of the registry sends: characters that PostgreSQL cannot store, and more than a form can hold."""

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


@pytest.mark.parametrize(
    "sent", [{f"x{n}": "1" for n in range(1500)}, {"reason": "a" * 3_000_000}], ids=["many", "long"]
)
def test_more_than_a_form_can_hold_is_answered(nurse, case, sent):  # noqa: F811
    page = nurse.post(f"{case.get_absolute_url()}relapse/new/", {"version": "0", **sent})

    assert page.status_code == 400
    assert b"Nothing was stored" in page.content
