"""What is printed, as a browser prints it: the summary on exactly one sheet, nothing cut off at the right, only paper in print."""

import re

import pytest

from deploy import messages
from registry.demo.enter import enter_case
from registry.demo.outcome import kato_synthetic
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
SIZE = re.compile(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]")
A4 = (595, 842)  # points
TEXT_WIDTH = 688  # pixels: A4 less the margins of the style sheet
BEYOND = """() => [...document.querySelectorAll(".sheet *")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > window.innerWidth + 1)
  .map((one) => one.outerHTML.slice(0, 120))"""
LANGUAGES = ("en-GB", "ja-JP")


@pytest.fixture
def nurse(transactional_db):
    """Kyoto's coordinator."""
    messages.compile_all(messages.ROOT)
    return factories.person("coordinator", sites=[factories.site("KYO")], name="Aoi Nakamura")


@pytest.fixture
def pages(new_context, live_server, nurse, client):
    """The coordinator's browser in each language."""
    client.force_login(nurse)
    opened = []
    for locale in LANGUAGES:
        context = new_context(base_url=live_server.url, locale=locale, viewport={"width": 1280, "height": 900})
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        opened.append(context.new_page())
    return opened


def full_case(nurse):
    """A case with every phase of the course: transplant, infusion, relapse, death."""
    outcome = next(one for one in kato_synthetic() if one.prior_hsct and one.relapse_day and one.death_day)
    site = nurse.sites.get()
    return enter_case(outcome, seed=1, site=site, cohort=factories.cohort(), by=nurse)


def crowded_case(nurse):
    """More of everything than a sheet has room for."""
    case = factories.infused_case(nurse.sites.get(), by=nurse)
    many = {
        "prior_transplant": [{"hsct_date": factories.day(-900 + 200 * n), "hsct_donor": 2} for n in range(3)],
        "leukapheresis": [{"aph_start_date": factories.day(-35 + n), "aph_repeat_reason": 2} for n in range(4)],
        "manufacturing": [
            {"ship_date": factories.day(-30 + n), "mfg_outcome": 3, "mfg_fail_reason": 1} for n in range(4)
        ],
        "bridging_therapy": [
            {
                "brg_given": 1,
                "brg_start": factories.day(-25 + n),
                "brg_end": factories.day(-20 + n),
                "brg_type": [1, 2, 3],
            }
            for n in range(5)
        ],
        "crs_episode": [{"crs_onset": factories.day(2 + n), "crs_grade_site": 2} for n in range(3)],
        "icans_episode": [
            {"icans_onset": factories.day(4 + n), "icans_grade_site": 3, "icans_therapy": [1, 2]} for n in range(3)
        ],
        "response_assessment": [{"rsp_date": factories.day(28 + 30 * n), "rsp_site": 1 + n % 3} for n in range(12)],
        "bcell_assessment": [{"bca_date": factories.day(28 + 30 * n), "b19_abs": 3} for n in range(6)],
        "relapse": [{"rel_date": factories.day(200 + 40 * n), "rel_kind": 1} for n in range(4)],
        "subsequent_therapy": [{"stx_date": factories.day(210 + 40 * n), "stx_type": 1 + n % 3} for n in range(6)],
        "follow_up": [{"fup_date": factories.day(28 + 30 * n), "vital_status": 1} for n in range(16)],
        "subsequent_neoplasm": [{"smn_date": factories.day(500 + n), "smn_type": 1} for n in range(2)],
    }
    factories.stored_form(case, "crs", crs_occurred=1, toci_given=1, steroid_crs=1, icu_admit=1, icu_days=4)
    factories.stored_form(case, "icans", icans_occurred=1)
    factories.stored_form(case, "prior_therapy", prior_hsct=1, prior_blina=1, prior_ino=1, prior_cd19_other=[1, 2])
    factories.stored_form(case, "baseline_disease", all_subtype=2, cyto_abn=[1, 2, 3, 4, 5, 6, 7], n_relapses=3)
    for form, rows in many.items():
        for answers in rows:
            factories.stored_form(case, form, by=nurse, **answers)
    return case


def sheets(page):
    """How many sheets the page is printed on; every one is A4."""
    pdf = page.pdf(prefer_css_page_size=True)
    sizes = {(round(float(width)), round(float(height))) for width, height in SIZE.findall(pdf)}
    assert sizes == {A4}
    return len(PAGE.findall(pdf))


@pytest.mark.parametrize("make", [lambda nurse: factories.enrolled_case(nurse.sites.get(), by=nurse), full_case, crowded_case],
                         ids=["empty", "full", "crowded"])  # fmt: skip
def test_the_summary_takes_exactly_one_sheet(pages, nurse, make):
    case = make(nurse)
    for page in pages:
        page.goto(f"/cases/{case.number}/summary/")
        sheet = page.locator(".summary")
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 703, "height": 1000})  # A4 less the margins of this sheet
        assert sheet.evaluate("one => one.scrollHeight <= one.clientHeight + 1"), "its end would be cut off"
        assert page.evaluate(BEYOND) == []
        page.emulate_media(media="null")
        page.set_viewport_size({"width": 1280, "height": 900})
        assert sheets(page) == 1


def test_on_a_telephone_what_is_wider_than_the_summary_scrolls_inside(pages, nurse):
    case = crowded_case(nurse)
    for page in pages:
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"/cases/{case.number}/summary/")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_every_blank_form_keeps_within_the_sheet_and_has_its_number_on_each(pages):
    for page in pages:
        page.set_viewport_size({"width": TEXT_WIDTH, "height": 1000})
        page.goto("/forms/print/")
        page.emulate_media(media="print")
        assert page.evaluate(BEYOND) == []
        assert not page.locator(".paper__bar").is_visible()
        assert sheets(page) >= page.locator(".sheet").count() > 20


def test_a_printed_case_keeps_within_the_sheet(pages, nurse):
    case = full_case(nurse)
    for page in pages:
        page.set_viewport_size({"width": TEXT_WIDTH, "height": 1000})
        page.goto(f"/cases/{case.number}/print/?history=1")
        page.emulate_media(media="print")
        assert page.evaluate(BEYOND) == []
        assert sheets(page) > 5


def test_the_button_prints(pages):
    page = pages[0]
    page.goto("/forms/death/print/")
    page.evaluate("window.print = () => { window.printed = true; }")
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed")
