"""The page by which two persons take a name out: who sees what, what is refused, what is kept when it is."""

from registry.access.row_security import everything_scope
from registry.models import Redaction
from tests import factories
from tests.registry.views.conftest import signed_in
from tests.standing import standing

NAME = "Hanako Suzuki"


@standing
def case(world):
    """A case whose referring clinic was typed with the patient's name."""
    return factories.infused_case(world.kyoto, by=world.nurse, referring_site=f"Clinic for {NAME}")


def words_of(answer):
    return answer.content.decode()


def test_a_coordinator_asks_and_a_data_manager_takes_it_out(world, case, nurse):
    page = f"/cases/{case.number}/names/"
    assert page in words_of(nurse.get(f"/cases/{case.number}/"))
    refused = nurse.post(page, {"text": NAME, "reason": f"It is {NAME}"})
    assert refused.status_code == 422 and "without the name itself" in words_of(refused)
    assert nurse.post(page, {"text": NAME, "reason": "In the referring clinic"}, follow=True).status_code == 200
    with everything_scope(actor="tests"):
        asked = Redaction.objects.get()
    assert "Take it out for good" not in words_of(nurse.get(page)), "not by whoever asked"

    manager = signed_in(world.manager)
    assert "In the referring clinic" in words_of(manager.get("/history/"))
    confirm, field = f"{page}{asked.pk}/confirm/", f"{asked.pk}-text"
    other = manager.post(confirm, {field: "Hanako"})
    assert (
        other.status_code == 422
        and "not the text that was asked for" in words_of(other)
        and 'value="Hanako"' in words_of(other)
    )
    done = words_of(manager.post(confirm, {field: NAME}, follow=True))
    assert "It is taken out" in done and NAME not in done
    for address in (f"/cases/{case.number}/history/", f"/cases/{case.number}/patient/1/", "/history/"):
        told = words_of(manager.get(address))
        assert NAME not in told and "■■" in told or address == "/history/" and NAME not in told
    file = b"".join(manager.get("/history/export/").streaming_content).decode()
    assert NAME not in file and "■■" in file and "redaction" in file
    assert (
        "In the referring clinic"
        not in words_of(manager.get("/history/")).partition("<main")[2].partition("Worth a look")[0]
    )


def test_what_was_asked_for_can_be_left_as_it_is(world, case, nurse):
    page = f"/cases/{case.number}/names/"
    nurse.post(page, {"text": NAME, "reason": "In the referring clinic"})
    nurse.post(page, {"text": NAME, "reason": "In the referring clinic"})
    with everything_scope(actor="tests"):
        asked = Redaction.objects.get(state="asked")  # the second one stands for the first

    assert signed_in(world.osaka_nurse).post(f"{page}{asked.pk}/leave/").status_code == 404
    assert signed_in(world.other_nurse).post(f"{page}{asked.pk}/leave/").status_code == 404
    assert "stays as it is" in words_of(nurse.post(f"{page}{asked.pk}/leave/", follow=True))
