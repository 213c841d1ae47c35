"""Entry in a real browser: by keyboard alone, under the strict policy, readable for everybody."""

import re

import pytest
from playwright.sync_api import expect

from registry.access.row_security import everything_scope
from registry.actions.forms import save_form
from registry.models import Infusion, Person
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def kyoto(transactional_db):
    """Kyoto with its coordinator and two cases: one infused, one only enrolled."""
    site = factories.site("KYO", "Kyoto University Hospital")
    factories.cohort()
    nurse = factories.person("coordinator", sites=[site], name="Aoi Nakamura", email="nurse@example.org")
    case = factories.infused_case(site, by=nurse)
    factories.stored_form(case, "crs", by=nurse, crs_occurred=1)
    factories.stored_form(
        case, "crs_episode", by=nurse, crs_onset=factories.day(2), crs_resolved=factories.day(6), crs_grade_site=3
    )
    factories.follow_up(case, 120, by=nurse)
    factories.enrolled_case(site, by=nurse)
    return case


@pytest.fixture
def desk(page, live_server, kyoto):
    """The coordinator's browser, signed in; console errors and policy violations fail the test."""
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{live_server.url}/accounts/login/")
    page.keyboard.type("nurse@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type(factories.PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server.url}/worklist/")
    page.base = live_server.url
    yield page
    refusals = [one for one in complaints if not any(known in one for known in ("422", "409", "ERR_INTERNET"))]
    assert not refusals, refusals


def test_a_follow_up_is_entered_with_the_keyboard_alone(desk):
    desk.keyboard.press("/")
    desk.keyboard.type("kyo-0001")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(f"{desk.base}/cases/KYO-0001/")
    desk.goto(f"{desk.base}/cases/KYO-0001/follow_up/new/")

    desk.locator("#fup_visit").focus()
    desk.keyboard.type("Month 6")
    desk.keyboard.press("Alt+n")
    desk.keyboard.type("day 190")
    desk.keyboard.press("Alt+n")
    expect(desk.locator("#fup_date-echo")).to_have_text("10 Dec 2024 · day 190")
    desk.keyboard.press("1")
    desk.keyboard.press("Alt+n")
    desk.keyboard.press("2")
    desk.keyboard.press("Control+s")

    expect(desk).to_have_url(f"{desk.base}/cases/KYO-0001/follow_up/1.2/")
    expect(desk.locator(".messages")).to_contain_text("saved")
    expect(desk.locator("#fup_date")).to_have_value("2024-12-10")
    expect(desk.locator('input[name="fup_source"][value="1"]')).to_be_checked()
    expect(desk.locator('input[name="vital_status"][value="2"]')).to_be_checked()


def test_a_question_appears_when_it_applies_and_stays_when_it_no_longer_does(desk):
    desk.goto(f"{desk.base}/cases/KYO-0001/follow_up/new/")
    question = desk.locator('[data-question="transfer_site"]')
    expect(question).to_be_hidden()

    desk.locator('input[name="lost_to_fup"][value="2"]').check(force=True)
    expect(question).to_be_visible()
    desk.locator("#transfer_site").fill("Nara Hospital")
    desk.locator('input[name="lost_to_fup"][value="0"]').check(force=True)

    expect(question).to_be_visible()
    expect(question).to_contain_text("Does not apply")
    question.get_by_role("button", name="Clear").click()
    expect(question).to_be_hidden()
    expect(desk.locator("details.section").nth(2).locator(".section__count")).to_have_text("1 of 1 answered")


def test_what_was_typed_comes_back_when_the_session_ended(desk):
    address = f"{desk.base}/cases/KYO-0001/follow_up/new/"
    desk.goto(address)
    desk.locator("#fup_date").fill("2024-12-10")
    desk.context.clear_cookies(name="sessionid")

    desk.keyboard.press("Control+s")
    expect(desk).to_have_url(f"{desk.base}/accounts/login/?next=/cases/KYO-0001/follow_up/new/")
    desk.fill("#id_username", "nurse@example.org")
    desk.fill("#id_password", factories.PASSWORD)
    desk.keyboard.press("Enter")

    expect(desk).to_have_url(address)
    expect(desk.locator("#draft-notice")).to_be_visible()
    expect(desk.locator("#fup_date")).to_have_value("2024-12-10")


def test_what_was_typed_over_an_older_version_comes_back_with_both(desk, kyoto):
    address = f"{desk.base}/cases/KYO-0001/infusion/1.1/"
    desk.goto(address)
    desk.locator("#inf_weight").fill("41")
    desk.on("dialog", lambda dialog: dialog.accept())
    desk.goto(f"{desk.base}/worklist/")
    with everything_scope(actor="test"):
        theirs = Infusion.objects.get(case=kyoto)
    theirs.inf_weight = 38
    save_form(theirs, by=Person.objects.get(email="nurse@example.org"), seen_version=1, reason="Weighed again")

    desk.goto(address)
    expect(desk.locator("#draft-notice")).to_be_visible()
    expect(desk.locator("#inf_weight")).to_have_value("41")
    desk.locator("#reason").fill("Misread")
    desk.keyboard.press("Control+s")

    expect(desk.locator("main")).to_contain_text("38 kg")
    expect(desk.locator("main")).to_contain_text("41 kg")


def test_save_and_next_leads_to_the_next_open_form(desk):
    desk.goto(f"{desk.base}/cases/KYO-0001/follow_up/1.1/")
    desk.locator("#ps_fup").fill("90")
    for name, code in {"fup_visit": "9", "disease_status_fup": "1"}.items():
        desk.locator(f"[name={name}]").select_option(code, force=True)
    for name, code in {"fup_source": "1", "lost_to_fup": "0"}.items():
        desk.locator(f"[name={name}][value='{code}']").check(force=True)
    desk.keyboard.press("Control+Enter")

    expect(desk).to_have_url(re.compile(r"/cases/KYO-0001/(?!follow_up/1\.1)\w+/"))
    expect(desk.locator(".messages")).to_contain_text("saved")


def test_what_was_saved_does_not_come_back_in_the_next_new_form(desk):
    address = f"{desk.base}/cases/KYO-0001/follow_up/new/"
    desk.goto(address)
    desk.locator("#fup_date").fill("2024-12-10")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".messages")).to_contain_text("saved")

    desk.goto(address)

    expect(desk.locator("#draft-notice")).to_be_hidden()
    expect(desk.locator("#fup_date")).to_have_value("")


def test_an_error_is_named_and_led_to(desk):
    desk.goto(f"{desk.base}/cases/KYO-0001/infusion/1.1/")
    desk.locator("#inf_dose_total").fill("a lot")
    desk.keyboard.press("Control+s")

    summary = desk.locator("#error-summary")
    expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    expect(desk.locator("#inf_dose_total")).to_be_focused()
    expect(desk.locator("#inf_dose_total")).to_have_value("a lot")
    expect(desk.locator("#inf_dose_total")).to_have_attribute(
        "aria-describedby", "inf_dose_total-findings inf_dose_total-echo inf_dose_total-unit"
    )


def test_the_keys_are_listed_and_lead_to_the_places(desk):
    desk.keyboard.press("?")
    expect(desk.locator("dialog#keys")).to_be_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("g")
    desk.keyboard.press("c")
    expect(desk).to_have_url(f"{desk.base}/cases/")
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(f"{desk.base}/cases/KYO-0002/")
