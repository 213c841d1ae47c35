"""A daily log in a real browser: filled in by keyboard alone, graded while typing, saved; and on a phone."""

import pytest
from playwright.sync_api import expect

from registry.access.row_security import everything_scope
from registry.models import CrsDay, DerivedValue
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db):
    """Kyoto's coordinator and a patient with an episode of CRS and one of ICANS."""
    factories.cohort()
    kyoto = factories.site("KYO", "Kyoto University Hospital")
    nurse = factories.person("coordinator", sites=[kyoto], name="Aoi Nakamura")
    case = factories.infused_case(kyoto, by=nurse)
    parts = {"fever": 1, "hypotension": 1, "hypoxia": 0, "attrib_other": 0, "death": 0, "system": 1, "grade_site": 2}
    dates = {"crs_onset": factories.day(2), "crs_resolved": factories.day(6)}
    factories.stored_form(case, "crs", by=nurse, crs_occurred=1, toci_given=1)
    factories.stored_form(case, "crs_episode", by=nurse, **dates, **{f"crs_{name}": one for name, one in parts.items()})
    factories.stored_form(case, "icans", by=nurse, icans_occurred=1, dev_delay=0)
    dates = {"icans_onset": factories.day(4), "icans_resolved": factories.day(7)}
    factories.stored_form(case, "icans_episode", by=nurse, icans_alt_cause=0, icans_death=0, icans_tool=1, **dates)
    return nurse


def days():
    with everything_scope(actor="test"):
        return [
            (one.crs_day_date, one.crs_day_fever, one.crs_day_hypotension, one.crs_day_hypoxia)
            for one in CrsDay.objects.order_by("crs_day_date")
        ]


def test_a_log_is_filled_in_by_keyboard_alone(opened):
    page = opened("crs_episode/1.1/days/")
    page.locator("#d0-crs_day_tmax").focus()
    page.keyboard.type("39.4")
    page.keyboard.press("Tab")
    page.keyboard.type("1")  # the code of an answer chooses it
    page.keyboard.press("Alt+0")
    expect(page.locator("tr[data-day='0'] [data-grade]")).to_have_text("grade 1")
    page.keyboard.press("Control+ArrowDown")
    assert page.evaluate("document.activeElement.id") == "d1-crs_day_fever"
    page.keyboard.press("Alt+l")
    page.keyboard.press("Tab")
    page.keyboard.type("2")
    expect(page.locator("tr[data-day='1'] [data-grade]")).to_have_text("grade 3")
    expect(page.locator("[data-episode]")).to_have_text("Worst day: grade 3")
    page.keyboard.press("Control+s")
    expect(page.locator("[role=status]").first).to_contain_text("2 days saved")
    assert days() == [(factories.day(2), 1, 0, 0), (factories.day(3), 1, 2, 0)]
    with everything_scope(actor="test"):
        assert DerivedValue.objects.get(form="crs_episode", name="crs_grade").value == 3
    assert "The site says Grade 2: the two differ." in page.content()
    assert page.faults == []


def test_a_log_works_on_a_phone(opened):
    page = opened("icans_episode/1.1/days/", viewport={"width": 390, "height": 844}, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#d0-icans_day_ice_total").fill("5")
    page.locator("tr[data-day='0'] [data-nothing]").tap()
    expect(page.locator("tr[data-day='0'] [data-grade]")).to_have_text("grade 2")
    page.locator("tr[data-day='1'] [data-same]").tap()
    expect(page.locator("tr[data-day='1'] [data-grade]")).to_have_text("grade 2")
    page.locator("[data-save]").tap()
    expect(page.locator("[role=status]").first).to_contain_text("2 days saved")
    assert page.faults == []


def test_what_is_typed_survives_a_session_that_ends(opened):
    page = opened("crs_episode/1.1/days/")
    page.locator("#d1-crs_day_fever").select_option("1")
    page.locator("#d1-crs_day_tmax").fill("39.1")
    page.context.clear_cookies(name="sessionid")
    page.locator("[data-save]").click()
    assert "/accounts/login/" in page.url
    page.locator("[name=username]").fill("coordinator.kyo@example.org")
    page.locator("[name=password]").fill(factories.PASSWORD)
    page.keyboard.press("Enter")
    page.locator("[data-put-back]").click()
    expect(page.locator("#d1-crs_day_tmax")).to_have_value("39.1")
    expect(page.locator("#d1-crs_day_fever")).to_have_value("1")
    page.locator("tr[data-day='1'] [data-nothing]").click()
    page.locator("[data-save]").click()
    expect(page.locator("[role=status]").first).to_contain_text("1 day saved")
    assert days() == [(factories.day(3), 1, 0, 0)]
    expect(page.locator("#log-kept")).to_be_hidden()
