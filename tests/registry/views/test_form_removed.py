"""The address of a form that was removed."""

from html import unescape

import pytest

from registry import clock
from registry.access.row_security import person_scope
from registry.actions.forms import void_form
from registry.models import Relapse
from tests import factories
from tests.registry.views.conftest import signed_in

pytestmark = pytest.mark.django_db


def test_the_address_of_a_removed_form_says_when_and_by_whom_and_leads_to_its_history(world, nurse):
    case = factories.infused_case(world.kyoto, by=world.nurse)
    factories.relapse(case, 90)
    address = f"{case.get_absolute_url()}relapse/1.1/"
    with person_scope(world.other_nurse):
        void_form(Relapse.objects.get(), by=world.other_nurse, seen_version=1, reason="Another patient's")

    page = nurse.get(address)

    assert page.status_code == 404
    shown = unescape(page.content.decode())
    assert "This form was removed." in shown and "There is nothing here for you" not in shown
    assert "<h1>Relapse / progression" in shown and ": new" not in shown
    today = clock.today().isoformat()
    assert today in shown and world.other_nurse.name in shown and "Another patient's" in shown
    history = f"{address}history/"
    assert f'href="{history}"' in shown and nurse.get(history).status_code == 200
    foreign = signed_in(world.osaka_nurse).get(address)
    assert foreign.status_code == 404 and "was removed" not in foreign.content.decode()
