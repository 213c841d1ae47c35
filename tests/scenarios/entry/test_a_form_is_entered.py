"""A coordinator enters, corrects and removes forms through the pages."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import CartCourse, Case, HistoryEvent, Infusion, Patient
from tests import factories
from tests.registry.views.conftest import nurse, signed_in, world  # noqa: F401


def scoped(person, read):
    """The value of `read` inside the person's site scope."""
    from registry.access.row_security import person_scope

    with person_scope(person):
        return read()


def answers(page):
    """What the shown form would send back: every control's value."""
    html = page.content.decode()
    sent = dict(re.findall(r'<input type="(?:text|hidden)"[^>]*? name="(\w+)"[^>]*? value="([^"]*)"', html))
    sent |= dict(re.findall(r'<input type="radio" name="(\w+)"[^>]*? value="([^"]*)" checked', html))
    return {name: value for name, value in sent.items() if name not in ("csrfmiddlewaretoken", "next")}


def test_a_case_is_enrolled_and_registered(world, nurse):  # noqa: F811
    enrolled = nurse.post("/cases/new/", {"site": world.kyoto.pk})
    assert enrolled.url == "/cases/KYO-0001/patient/new/"

    saved = nurse.post(
        enrolled.url,
        {
            "version": 0,
            "mrn_hash": "123-456",
            "birth_date": "2012-03",
            "sex_at_birth": "1",
            "decision_date": "14 Mar 2024",
            "consent_date": "nd",
            "go": "stay",
        },
    )
    assert saved.url == "/cases/KYO-0001/patient/1/"
    patient = scoped(world.nurse, lambda: Patient.objects.get())
    assert (patient.birth_date, patient.birth_date_p) == (date(2012, 3, 1), "M")
    assert (patient.decision_date, patient.consent_date, patient.consent_date_mr) == (date(2024, 3, 14), None, "ND")
    assert len(patient.mrn_hash) == 64
    page = nurse.get(saved.url)
    assert b"123-456" not in page.content and patient.mrn_hash.encode() not in page.content


def test_a_value_outside_the_possible_range_is_refused_and_everything_typed_is_kept(world, nurse):  # noqa: F811
    case = factories.infused_case(world.kyoto)
    address = f"{case.get_absolute_url()}infusion/1.1/"

    page = nurse.post(
        address, {"version": 1, "inf_date": "not yet", "inf_dose_total": "99999", "inf_weight": "4O", "reason": "Typo"}
    )

    assert page.status_code == 422
    html = page.content.decode()
    for text in ('value="not yet"', 'value="99999"', 'value="4O"', 'value="Typo"', 'href="#inf_date"', 'href="#inf_dose_total"',
                 'id="inf_dose_total-findings"', "possible values are 0.1 to 1000"):  # fmt: skip
        assert text in html, text
    assert scoped(world.nurse, lambda: Infusion.objects.get().inf_date) == factories.DAY_0


def test_a_value_outside_the_usual_range_is_stored_and_asked_about(world, nurse):  # noqa: F811
    case = factories.infused_case(world.kyoto)
    address = f"{case.get_absolute_url()}infusion/1.1/"

    saved = nurse.post(address, {**answers(nurse.get(address)), "inf_dose_total": "5", "reason": "Read again"})

    assert saved.status_code == 302
    assert "usual values are 10 to 250" in nurse.get(address).content.decode()


def test_a_correction_needs_a_reason_and_the_story_tells_it(world, nurse):  # noqa: F811
    case = factories.infused_case(world.kyoto)
    address = f"{case.get_absolute_url()}infusion/1.1/"
    sent = {**answers(nurse.get(address)), "inf_dose_total": "120"}

    refused = nurse.post(address, sent)
    assert refused.status_code == 422
    assert 'value="120"' in refused.content.decode() and 'id="reason-error"' in refused.content.decode()

    assert nurse.post(address, {**sent, "reason": "Misread the label"}).status_code == 302
    story = nurse.get(f"{address}history/").content.decode()
    assert "Aoi Nakamura" in story and "Misread the label" in story
    assert "150 ×10⁶" in story and "120 ×10⁶" in story


def test_an_answer_to_a_question_not_asked_is_refused_and_stays_to_be_cleared(world, nurse):  # noqa: F811
    case = factories.infused_case(world.kyoto)
    address = f"{case.get_absolute_url()}cart_course/1/"

    page = nurse.post(address, {"version": 1, "infused": "1", "noninf_reason": "3", "prod_name": "1"})

    assert page.status_code == 422
    html = page.content.decode()
    assert "does not apply with the other answers" in html and 'href="#noninf_reason"' in html
    assert re.search(r'<option value="3"[^>]* selected>', html)


def test_an_unknown_code_is_refused_and_shown(world, nurse):  # noqa: F811
    case = factories.enrolled_case(world.kyoto)

    page = nurse.post(
        f"{case.get_absolute_url()}patient/new/", {"version": 0, "sex_at_birth": "7", "race_ethnicity": "many"}
    )

    assert page.status_code == 422
    html = page.content.decode()
    assert "has no code 7" in html and 'value="7" checked' in html and re.search(r'value="many"[^>]* selected', html)


def test_the_text_of_other_comes_with_its_code(world, nurse):  # noqa: F811
    case = factories.enrolled_case(world.kyoto)

    saved = nurse.post(
        f"{case.get_absolute_url()}patient/new/", {"version": 0, "race_ethnicity": "8", "race_ethnicity_oth": "Ainu"}
    )

    assert saved.status_code == 302
    assert scoped(world.nurse, lambda: Patient.objects.get().race_ethnicity_oth) == "Ainu"


def test_a_stale_version_shows_both_and_loses_nothing(world, nurse):  # noqa: F811
    case = factories.infused_case(world.kyoto)
    address = f"{case.get_absolute_url()}infusion/1.1/"
    mine = {**answers(nurse.get(address)), "inf_dose_total": "120", "inf_weight": "41", "reason": "Misread"}
    signed_in(world.other_nurse).post(
        address, {**answers(nurse.get(address)), "inf_dose_total": "130", "inf_viability": "92", "reason": "Recounted"}
    )

    page = nurse.post(address, mine)

    assert page.status_code == 409
    html = page.content.decode()
    assert "Ren Ito stored this form" in html
    for words in ("150 ×10⁶", "130 ×10⁶", "120 ×10⁶", "41 kg", "92 %"):
        assert words in html, words
    assert scoped(world.nurse, lambda: Infusion.objects.get().inf_dose_total) == 130

    kept = {
        **mine,
        "version": page.context["page"]["version"],
        "choosing": "1",
        "take_inf_dose_total": "theirs",
        "take_inf_weight": "mine",
        "take_inf_viability": "theirs",
    }
    assert nurse.post(address, kept).status_code == 302
    row = scoped(world.nurse, lambda: Infusion.objects.get())
    assert (row.inf_dose_total, row.inf_weight, row.inf_viability) == (130, 41, 92)


def test_two_people_beginning_the_same_form_meet(world, nurse):  # noqa: F811
    case = factories.enrolled_case(world.kyoto)
    address = f"{case.get_absolute_url()}patient/new/"
    signed_in(world.other_nurse).post(address, {"version": 0, "sex_at_birth": "1"})

    page = nurse.post(address, {"version": 0, "sex_at_birth": "2"})

    assert page.status_code == 409
    assert [(one.theirs, one.mine, one.is_mine) for one in page.context["page"]["differences"]] == [
        ("Male", "Female", True)
    ]


def test_a_form_entered_by_mistake_leaves_the_case_and_stays_in_the_story(world, nurse):  # noqa: F811
    case = factories.infused_case(world.kyoto)
    factories.relapse(case, 90)
    address = f"{case.get_absolute_url()}relapse/1.1/"

    assert nurse.post(f"{address}remove/", {"version": 1, "reason": ""}).url == address
    assert nurse.get(address).status_code == 200
    assert nurse.post(f"{address}remove/", {"version": 1, "reason": "Another patient's"}).url == case.get_absolute_url()
    assert nurse.get(address).status_code == 404
    assert "Another patient" in nurse.get(f"{case.get_absolute_url()}history/").content.decode()


def test_a_form_that_misses_answers_is_stored_stays_open_and_says_why_it_is_not_complete(world, nurse):  # noqa: F811
    case = factories.enrolled_case(world.kyoto)

    saved = nurse.post(f"{case.get_absolute_url()}patient/new/", {"version": 0, "sex_at_birth": "1", "go": "complete"})

    assert saved.url == f"{case.get_absolute_url()}patient/1/"
    page = nurse.get(saved.url).content.decode()
    assert "Not complete yet: 8 answers missing" in page
    assert scoped(world.nurse, lambda: Patient.objects.get().is_complete) is False


def test_complete_and_next_opens_the_next_form_that_is_open(world, nurse):  # noqa: F811
    case = factories.enrolled_case(world.kyoto)
    typed = {"version": 0, "infused": "1", "prod_name": "1"}

    saved = nurse.post(f"{case.get_absolute_url()}cart_course/new/", {**typed, "go": "complete"})

    assert scoped(world.nurse, lambda: CartCourse.objects.get().is_complete) is True
    assert saved.url == f"{case.get_absolute_url()}infusion/new/"


def test_nothing_changed_writes_nothing(world, nurse):  # noqa: F811
    case = factories.infused_case(world.kyoto)
    address = f"{case.get_absolute_url()}infusion/1.1/"
    before = scoped(world.nurse, lambda: HistoryEvent.objects.count())

    assert nurse.post(address, answers(nurse.get(address))).status_code == 302
    assert scoped(world.nurse, lambda: HistoryEvent.objects.count()) == before


def test_a_write_to_a_foreign_case_is_404_and_stores_nothing(world):  # noqa: F811
    case = factories.infused_case(world.kyoto)

    answer = signed_in(world.osaka_nurse).post(
        f"{case.get_absolute_url()}infusion/1.1/", {"version": 1, "inf_dose_total": "1"}
    )

    assert answer.status_code == 404
    assert scoped(world.nurse, lambda: Infusion.objects.get().inf_dose_total) == 150


def test_the_echo_says_the_day_after_infusion(world, nurse):  # noqa: F811
    case = factories.infused_case(world.kyoto)

    answer = nurse.post(f"{case.get_absolute_url()}follow_up/echo/", {"item": "fup_date", "text": "1 Jul 2024"})

    assert answer.json() == {"understood": "1 Jul 2024 · day 28"}


@pytest.mark.parametrize("address", ["/cases/", "/worklist/", "/cases/KYO-0001/history/"])
def test_a_list_asks_as_many_queries_for_seven_as_for_two(world, nurse, address):  # noqa: F811
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert nurse.get(address).status_code == 200
        return len(captured)

    for _case in range(2):
        factories.follow_up(factories.infused_case(world.kyoto), 100)
    first = scoped(world.nurse, lambda: Case.objects.get(number="KYO-0001"))
    few = queries()
    for number in range(5):
        factories.follow_up(factories.infused_case(world.kyoto), 100)
        factories.follow_up(first, 150 + number)

    assert queries() == few


def test_a_case_number_in_the_search_opens_the_case(world, nurse):  # noqa: F811
    factories.enrolled_case(world.kyoto)

    assert nurse.get("/cases/", {"q": "kyo-0001"}).url == "/cases/KYO-0001/"
    assert scoped(world.nurse, lambda: Case.objects.count()) == 1


def test_filters_narrow_the_list(world, nurse):  # noqa: F811
    factories.infused_case(world.kyoto, pre_bm_blast="60", pre_phase=2, pre_bm_done=1)
    died = factories.infused_case(world.kyoto, pre_bm_blast="2", pre_phase=2, pre_bm_done=1)
    factories.death(died, 50)
    factories.enrolled_case(world.kyoto)

    def found(**filters):
        return [row.case.number for row in nurse.get("/cases/", filters).context["rows"]]

    assert found() == ["KYO-0001", "KYO-0002", "KYO-0003"]
    assert found(state="died") == ["KYO-0002"]
    assert found(burden="high") == ["KYO-0001"]
    assert found(burden="low", state="infused") == []
    assert found(state="nonsense") == ["KYO-0001", "KYO-0002", "KYO-0003"]


def test_a_repeated_collection_is_asked_for_its_reason(world, nurse):  # noqa: F811
    case = factories.infused_case(world.kyoto)
    address = f"{case.get_absolute_url()}leukapheresis/"
    question = r'<div class="field" data-question="aph_repeat_reason"([^>]*)>'

    first = re.search(question, nurse.get(f"{address}1.1/").content.decode())[1]
    following = re.search(question, nurse.get(f"{address}new/").content.decode())[1]

    assert "data-not-elsewhere" in first and "hidden" in first
    assert following.strip() == 'data-asked-if="[]"'
    saved = nurse.post(f"{address}new/", {"version": 0, "aph_repeat_reason": "2"})
    assert saved.url == f"{address}1.2/"
    assert re.search(question, nurse.get(saved.url).content.decode())[1].strip() == 'data-asked-if="[]"'


def test_a_form_without_any_answer_is_not_stored(world, nurse):  # noqa: F811
    case = factories.infused_case(world.kyoto)

    page = nurse.post(f"{case.get_absolute_url()}relapse/new/", {"version": 0, "go": "next"})

    assert page.status_code == 422
    assert "No question is answered yet" in page.content.decode()
    assert scoped(world.nurse, lambda: case.relapse_set.count()) == 0
    saved = nurse.post(f"{case.get_absolute_url()}relapse/new/", {"version": 0, "rel_date_mr": "PD"})
    assert saved.url == f"{case.get_absolute_url()}relapse/1.1/"
