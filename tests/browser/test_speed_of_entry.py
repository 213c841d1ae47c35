"""Quick entry in a real browser: by keyboard alone, with units, relative dates, "none", "as last time" and typed selects."""

import pytest
from playwright.sync_api import expect

from registry.access.row_security import everything_scope
from registry.models import FORM_OF
from tests import factories
from tests.browser.test_accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CASE = "/cases/KYO-0001/"


@pytest.fixture
def world(transactional_db):
    """Kyoto's coordinator and an infused patient with one response assessment."""
    factories.cohort()
    kyoto = factories.site("KYO", "Kyoto University Hospital")
    nurse = factories.person("coordinator", sites=[kyoto], name="Aoi Nakamura")
    case = factories.infused_case(kyoto, by=nurse)
    factories.stored_form(
        case,
        "response_assessment",
        by=nurse,
        rsp_date=factories.day(28),
        rsp_timepoint=1,
        rsp_bm_done=1,
        rsp_site=1,
        rsp_mrd_method=2,
        rsp_mrd_result=0,
        rsp_mrd_sample=1,
    )
    return nurse


def stored(form_name, **which):
    """The stored row of a form."""
    with everything_scope(actor="test"):
        return FORM_OF[form_name].objects.get(**which)


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def test_a_form_is_filled_in_by_keyboard_alone(opened):
    page = opened("crs/new/")
    page.locator("[name=crs_occurred]").first.focus()
    press(page, "1", "Enter")
    assert page.evaluate("document.activeElement.name") == "toci_given"
    press(page, "1", "Enter")
    page.keyboard.type("2")
    press(page, "Enter")
    page.keyboard.type("+3")
    press(page, "Enter")
    expect(page.locator("#toci_first_date-echo")).to_have_text("6 Jun 2024 · day 3")
    press(page, "Alt+0")
    assert page.locator("[name=steroid_crs][value='0']").is_checked()
    assert page.locator("[name=anticytokine][value='0']").is_checked()
    assert page.locator("[name=toci_given][value='1']").is_checked(), "an answer is never replaced"
    press(page, "Alt+j", "0", "Enter")
    page.keyboard.type("1.2e4")
    press(page, "Enter")
    page.keyboard.type("12 mg/L")
    press(page, "Enter")
    expect(page.locator("#peak_crp-echo")).to_have_text("12 mg/L = 1.2 mg/dL")
    press(page, "Control+s")
    expect(page.locator("[data-saved]").or_(page.locator(".messages")).first).to_be_visible()

    form = stored("crs")
    assert (form.crs_occurred, form.toci_given, form.toci_doses, form.icu_admit) == (1, 1, 2, 0)
    assert (form.steroid_crs, form.anticytokine) == (0, [0])
    assert form.toci_first_date == factories.day(3)
    assert (str(form.peak_ferritin), str(form.peak_crp)) == ("12000", "1.2")
    assert not page.faults


def test_none_is_undone_by_the_same_key_and_spares_what_was_changed_since(opened):
    page = opened("prior_therapy/new/")
    section = page.locator("details.section", has_text="Other therapy")
    page.locator("[name=prior_cd19_other]").first.focus()
    button = section.locator("[data-none-button]")
    expect(button).to_have_text("Set the other 4 to “none”")
    press(page, "Alt+0")
    expect(button).to_have_text("Undo “none” for 4")
    expect(section.get_by_text("Set together with the others of this section.").locator("visible=true")).to_have_count(
        4
    )
    page.locator("[name=prior_rt][value='0']").uncheck()
    page.locator("[name=prior_rt][value='1']").check()
    expect(section.get_by_text("Set together with the others of this section.").locator("visible=true")).to_have_count(
        3
    )
    button.click()

    assert page.locator("[name=prior_rt][value='1']").is_checked()
    assert page.locator(".section [name=prior_cd22_car][value='0']:checked").count() == 0
    assert not page.faults


def test_answers_of_last_time_are_looked_at_before_they_are_stored(opened):
    page = opened("response_assessment/new/")
    page.locator("#rsp_date").fill("+56")
    page.locator("[name=rsp_mrd_method]").first.focus()
    section = page.locator("details.section", has_text="Measurable residual disease")
    expect(section.locator("[data-last-button]")).to_have_text("Repeat 1 of last time")
    press(page, "Alt+Shift+l")
    assert page.locator("[name=rsp_mrd_method]").input_value() == "2"
    assert page.locator("[name=rsp_mrd_sample][value='1']").is_checked(), "asked once the method is known"
    assert page.locator("[name=rsp_mrd_result]:checked").count() == 0, "a finding is never repeated"
    assert page.locator(".field--copied").count() == 2
    address = page.url
    press(page, "Control+s")
    assert page.url == address
    assert page.evaluate("document.activeElement.id") == "rsp_mrd_method"
    press(page, "Enter")
    assert page.locator(".field--copied").count() == 1
    page.get_by_role("button", name="It does").click()
    assert page.locator(".field--copied").count() == 0
    press(page, "Control+s")
    page.wait_for_url("**/response_assessment/1.2/")

    assert stored("response_assessment", rsp_seq=2).rsp_mrd_method == 2
    assert not page.faults


def test_the_server_refuses_what_nobody_has_looked_at(opened, client, world):
    client.force_login(world)
    answers = {"version": "0", "rsp_mrd_method": "2", "copied": "rsp_mrd_method", "go": "stay"}

    page = client.post(f"{CASE}response_assessment/new/", answers)

    assert page.status_code == 422
    assert "nobody has looked at it yet" in page.content.decode()
    assert client.post(f"{CASE}response_assessment/new/", {**answers, "copied": ""}).status_code == 302


@pytest.mark.parametrize(("language", "spellings"), [("en-GB", ("京都", "26")), ("ja-JP", ("kyo", "京都府"))])
def test_a_long_list_is_found_in_both_languages(opened, language, spellings):
    page = opened("patient/1/", language=language)
    box = page.locator("#residence_pref")
    for typed in spellings:
        box.fill("")
        press(page, "Tab")
        assert page.locator("[name=residence_pref]").input_value() == ""
        box.focus()
        page.keyboard.insert_text(typed)
        press(page, "Enter")

        assert page.locator("[name=residence_pref]").input_value() == "26"
        assert page.evaluate("document.activeElement.name") == "referring_site"
    assert not page.faults


def test_what_is_no_answer_of_the_list_is_not_lost_silently(opened):
    page = opened("patient/1/")
    box = page.locator("#residence_pref")
    box.focus()
    page.keyboard.type("Atlantis")
    press(page, "Tab")
    expect(page.locator(".typed-select__fault:visible").filter(has_text="list")).to_have_text(
        "No answer of this list fits. Choose one, or empty the box."
    )
    press(page, "Control+s")

    expect(box).to_be_focused()
    expect(box).to_have_value("Atlantis")
    assert not page.faults


def test_the_list_is_gone_through_by_arrows_and_left_by_escape(opened):
    page = opened("patient/1/")
    box = page.locator("#residence_pref")
    box.focus()
    press(page, "ArrowDown", "ArrowDown")
    assert box.get_attribute("aria-expanded") == "true"
    active = page.locator(f"#{box.get_attribute('aria-activedescendant')}")
    expect(active).to_be_visible()
    name = active.text_content()
    press(page, "Enter")
    expect(box).to_have_value(name)
    box.focus()
    page.keyboard.type("To")
    press(page, "Escape")
    expect(box).to_have_value(name)


def test_a_finger_gets_the_list_of_the_phone(opened):
    page = opened("patient/1/", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)

    assert page.locator("select#residence_pref").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_a_usual_reason_is_one_key(opened):
    page = opened("patient/1/")
    page.locator("[name=sex_at_birth][value='1']").focus()
    press(page, "f", "Alt+2")
    expect(page.locator("#reason")).to_have_value("typing error")
    press(page, "Control+s")
    expect(page.locator("[data-saved]").or_(page.locator(".messages")).first).to_be_visible()

    assert stored("patient").sex_at_birth == 2


def test_sections_fold_and_keys_are_listed_while_somebody_types(opened):
    page = opened("crs/new/")
    page.locator("#peak_crp").focus()
    press(page, "Alt+o")
    assert not page.locator("details.section").last.evaluate("one => one.open")
    press(page, "Alt+k")
    assert page.evaluate("document.activeElement.name") == "icu_admit"
    press(page, "Alt+/")
    expect(page.locator("#keys")).to_be_visible()


def test_axe_finds_nothing_while_the_shortcuts_are_at_work(opened):
    page = opened("response_assessment/new/", reduced_motion="reduce")  # no colour on its way to another
    page.locator("#rsp_anc").fill("1200 /µL")
    page.locator("[name=rsp_mrd_method]").first.focus()
    press(page, "Alt+Shift+l")
    expect(page.locator("#rsp_anc-echo")).not_to_be_empty()
    page.locator("#rsp_timepoint").click()
    expect(page.get_by_role("listbox")).to_be_visible()
    found = in_both_themes(page)
    page.locator("#rsp_timepoint").fill("nothing like it")
    press(page, "Tab")
    expect(page.locator(".typed-select__fault", has_text="list")).to_be_visible()
    found += in_both_themes(page)
    page.goto(page.url.replace("response_assessment/new", "patient/1"))
    page.locator("[name=sex_at_birth][value='1']").focus()
    press(page, "f")
    expect(page.get_by_role("button", name="typing error")).to_be_visible()
    found += in_both_themes(page)

    assert not found


def in_both_themes(page):
    """What axe-core finds on the page as it is, in light and in the dark."""
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        found += violations(page, theme)
    return found
