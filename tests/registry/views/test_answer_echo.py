"""The page says beside each control how the typed date or amount was understood."""

import pytest

from tests import factories
from tests.registry.views.conftest import signed_in
from tests.standing import standing


@standing
def case(world):
    return factories.infused_case(world.kyoto)


def understood(browser, case, form, item, text):
    """What the page would show."""
    answer = browser.post(f"{case.get_absolute_url()}{form}/echo/", {"item": item, "text": text})
    assert answer.status_code == 200
    return answer.json()["understood"]


@pytest.mark.parametrize(
    ("form", "item", "text", "words"),
    [
        ("crs", "peak_crp", "12 mg/L", "12 mg/L = 1.2 mg/dL"),
        ("crs", "peak_crp", "1.2", ""),
        ("crs", "peak_crp", "12 kg", ""),
        ("crs", "peak_crp", "nd", "Not done"),
        ("infusion", "inf_dose_total", "1.5e8", "1.5 ×10⁸ = 150 ×10⁶"),
        ("response_assessment", "rsp_mrd_value", "0.03 %", "0.03 % = 0.0003 fraction"),
        ("response_assessment", "rsp_date", "+28", "1 Jul 2024 · day 28"),
        ("response_assessment", "rsp_date", "July 2024", "Jul 2024, day unknown"),
        ("response_assessment", "rsp_date", "3/4/2024", ""),
        ("death", "death_cause", "1", ""),
    ],
)
def test_it_says_what_was_understood(nurse, case, form, item, text, words):
    assert understood(nurse, case, form, item, text) == words


def test_no_answer_stands_in_an_address(nurse, case):
    assert nurse.get(f"{case.get_absolute_url()}crs/echo/?item=peak_crp&text=12").status_code == 405


@pytest.mark.parametrize(("form", "item"), [("crs", "nothing"), ("nothing", "peak_crp"), ("crs", "")])
def test_what_does_not_exist_is_404(nurse, case, form, item):
    assert nurse.post(f"{case.get_absolute_url()}{form}/echo/", {"item": item, "text": "1"}).status_code == 404


def test_a_foreign_case_is_not_there(world, case):
    address = f"{case.get_absolute_url()}crs/echo/"

    assert signed_in(world.osaka_nurse).post(address, {"item": "peak_crp", "text": "1"}).status_code == 404


def test_a_refused_page_still_says_what_was_understood_of_the_rest(nurse, case):
    page = nurse.post(
        f"{case.get_absolute_url()}crs/new/", {"peak_crp": "12 mg/L", "peak_ferritin": "many", "version": "0"}
    )

    assert page.status_code == 422
    assert "12 mg/L = 1.2 mg/dL" in page.content.decode()


def test_an_amount_is_stored_in_the_unit_of_the_dictionary(nurse, case):
    nurse.post(f"{case.get_absolute_url()}crs/new/", {"crs_occurred": "1", "peak_crp": "12.30 mg/L", "version": "0"})
    page = nurse.get(f"{case.get_absolute_url()}crs/1/").content.decode()

    assert 'id="peak_crp" value="1.23"' in page
