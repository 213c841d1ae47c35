"""What the head of a form says after a refusal."""

from tests import factories


def faults(answer):
    assert answer.status_code == 422
    page = answer.context["page"]
    return page.fault_title, [fault.message for fault in page.faults]


def test_a_stored_form_is_not_said_to_be_lost(nurse, world):
    case = factories.enrolled_case(world.kyoto, by=world.nurse)
    address = f"{case.get_absolute_url()}death/"

    title, _messages = faults(nurse.post(f"{address}new/", {"version": 0, "death_date": "soon"}))
    assert title.startswith("Nothing is stored yet.")

    form = factories.death(case, 30, by=world.nurse)
    title, _messages = faults(nurse.post(f"{address}1/", {"version": form.version, "death_date": "soon"}))
    assert title.startswith("Your changes are not stored.")


def test_the_hospital_number_is_called_as_its_question_is(nurse, world):
    case = factories.enrolled_case(world.kyoto, by=world.nurse)

    _title, messages = faults(
        nurse.post(f"{case.get_absolute_url()}patient/new/", {"version": 0, "mrn_hash": "12/34?"})
    )

    (message,) = [one for one in messages if "hospital number" in one]
    assert message.startswith("Hospital number (kept only as a fingerprint): ")
