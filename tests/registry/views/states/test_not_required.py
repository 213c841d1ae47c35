"""Expected forms that are not required: waived, reported elsewhere, asked for again."""

import pytest

from registry.access.row_security import everything_scope
from registry.actions import states
from registry.models import Exemption
from registry.record import stored_case
from tests.registry.views.conftest import signed_in
from tests.registry.views.states.conftest import only_complete, text

pytestmark = pytest.mark.django_db


def exempt(world, who, form="bridging_therapy", query="", **body):
    """What the page answers."""
    return signed_in(who).post(f"/cases/{world.case.number}/{form}/not-required/{query}", body, follow=True)


def test_the_data_manager_waives_and_takes_it_back(world):
    page = text(exempt(world, world.manager, kind="waived", reason="None was given"))
    assert "not required from now on." in page
    assert "None was given" in page
    with everything_scope(actor="tests"):
        (row,) = Exemption.objects.all()
        assert stored_case(world.case).exemptions == {("bridging_therapy", ""): "waived"}

    page = text(signed_in(world.manager).post(f"/cases/{world.case.number}/not-required/{row.pk}/end/", follow=True))

    assert "required again." in page
    with everything_scope(actor="tests"):
        assert stored_case(world.case).exemptions == {}


def test_the_site_says_what_is_reported_elsewhere_and_waives_nothing(world):
    assert (
        exempt(world, world.nurse, kind="elsewhere", reason="In TRUMP", query="?slot=M12", form="follow_up").status_code
        == 200
    )
    assert exempt(world, world.nurse, kind="waived", reason="Too much work").status_code == 422
    with everything_scope(actor="tests"):
        (row,) = Exemption.objects.all()
    assert (row.form, row.slot, row.kind) == ("follow_up", "M12", "elsewhere")
    assert "Month 12" in text(signed_in(world.nurse).get(f"/cases/{world.case.number}/"))


def test_the_site_does_not_take_back_what_the_manager_waived(world):
    exempt(world, world.manager, kind="waived", reason="None was given")
    with everything_scope(actor="tests"):
        (row,) = Exemption.objects.all()

    assert signed_in(world.nurse).post(f"/cases/{world.case.number}/not-required/{row.pk}/end/").status_code == 403


def test_a_reason_is_asked_and_what_was_chosen_is_kept(world):
    answer = exempt(world, world.manager, kind="elsewhere", reason=" ")

    assert answer.status_code == 422
    assert "Please say why." in text(answer)
    assert 'value="elsewhere" required checked' in text(answer)


def test_a_visit_that_is_not_planned_does_not_exist(world):
    assert exempt(world, world.manager, kind="waived", reason="x", query="?slot=Q9").status_code == 404


def test_in_a_locked_case_nothing_is_exempted(world):
    form = only_complete(world)
    states.lock_case(form.case, by=world.manager)

    answer = signed_in(world.manager).post(
        f"/cases/{form.case.number}/bridging_therapy/not-required/", {"kind": "waived", "reason": "x"}
    )

    assert answer.status_code == 422
    assert "The whole case is locked." in text(answer)
