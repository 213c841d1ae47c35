"""Two patients from registration on, as a hospital and a data manager go through them in the browser.

One is followed for two years after a manufacturing failure and a second collection; CRS is graded from a daily log; a query is
raised, answered and closed; forms are signed and locked; a correction after unlocking voids the signature. One is never infused.
Then the history holds, until somebody with the database's own password changes it.
"""

import re
from decimal import Decimal

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import expect

from registry.access.row_security import everything_scope
from registry.actions.seals import seal_history
from registry.demo.enter import forms_of
from registry.demo.outcome import Outcome
from registry.models import Case, CrsDay, DerivedValue, HistoryEvent, Query, Signature
from registry.record import stored_case
from registry.trail import verify_history
from tests import factories
from tests.conftest import log_in_as

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TWO_YEARS = Outcome(
    patient="SCN-1",
    blasts=Decimal(40),
    prior_hsct=True,
    response="CR",
    assessment_day=28,
    relapse_day=None,
    hsct_day=None,
    death_day=None,
    last_day=760,
)
SEED = 5  # infused on 2023-05-29, collected on 2023-03-24
FAILED = {
    "ship_date": "2023-03-28",
    "mfg_start_date": "2023-03-31",
    "mfg_site": 5,
    "mfg_outcome": 3,
    "mfg_fail_reason": 1,
}

SECOND_COLLECTION = {
    "aph_start_date": "2023-04-13", "aph_end_date": "2023-04-14", "aph_days": 2, "aph_weight": "25.0", "pb_blast_aph": 1,
    "aph_tnc": "9.8", "aph_cd3": "3.9", "aph_cd3_pct": 40, "aph_adequate": 1, "aph_repeat_reason": 2, "aph_shipped": 1,
}  # fmt: skip
SECOND_PRODUCT = {
    "ship_date": "2023-04-17", "mfg_start_date": "2023-04-19", "release_date": "2023-05-14", "product_receipt_date": "2023-05-16",
}  # fmt: skip


KINDS = "all => all.map((one) => [one.dataset.question, one.querySelector(`[name='${one.dataset.question}']`)?.type])"


@pytest.fixture
def desks(live_server, new_context, settings, tmp_path):
    """Pages of the coordinator, the investigator and the data manager, signed in; console errors fail the test."""
    settings.MEDIA_ROOT = str(tmp_path)  # the anchors of the history
    kyoto = factories.site("KYO", "Kyoto University Hospital")
    factories.cohort()
    complaints = []
    people = {
        "coordinator": factories.person("coordinator", sites=[kyoto], name="Aoi Nakamura"),
        "investigator": factories.person("investigator", sites=[kyoto], name="Dr Rin Mori"),
        "manager": factories.person("manager", name="Mio Tanaka"),
        "second": factories.person("manager", name="Ken Abe", email="second@example.org"),
    }
    yield Desks(lambda role: Desk(live_server.url, new_context, people[role], complaints))
    assert not [one for one in complaints if not re.search("409|422", one)], complaints


class Desks(dict):
    """The browsers by role, each opened when somebody sits down."""

    def __init__(self, sit_down):
        self.sit_down = sit_down

    def __missing__(self, role):
        self[role] = self.sit_down(role)
        return self[role]


class Desk:
    """The browser of one person."""

    def __init__(self, base, new_context, who, complaints):
        self.page = new_context(base_url=base, viewport={"width": 1440, "height": 1000}, locale="en-GB").new_page()
        self.page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: complaints.append(str(error)))
        self.page.goto("/accounts/login/")
        self.page.get_by_label("E-mail").fill(who.email)
        self.page.get_by_label("Password").fill(factories.PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", level=1)).not_to_have_text("Sign in")

    def enrol(self):
        """A new case; its number."""
        self.page.goto("/cases/new/")
        self.page.get_by_role("button", name=re.compile("Enrol")).click()
        expect(self.page).to_have_url(re.compile("/patient/new/"))
        return self.page.url.split("/")[4]

    def enter(self, number, form, answers, *, is_complete=True):
        """Fill in a new form and complete it."""
        self.page.goto(f"/cases/{number}/{form}/new/")
        self.answer(answers)
        self.page.keyboard.press("Control+Enter")
        said = self.page.locator(".messages")
        expect(said).to_contain_text("complete, saved" if is_complete else "Not complete yet", timeout=15_000)

    def complete(self, number, form, key):
        """Mark a stored form complete."""
        self.page.goto(f"/cases/{number}/{form}/{key}/")
        self.page.keyboard.press("Control+Enter")
        expect(self.page.locator(".messages")).to_contain_text("complete, saved", timeout=15_000)

    def answer(self, answers):
        """Answer questions in the order in which they stand on the page."""
        asked = self.page.locator("[data-question]").evaluate_all(KINDS)
        for name, kind in asked:
            if name in answers:
                self._put(name, kind, answers[name])
        assert not answers.keys() - dict(asked).keys(), "every question was on the page"

    def _put(self, name, kind, answer):
        control = self.page.locator(f"[name='{name}']").first
        if kind in ("radio", "checkbox"):
            expect(self.page.locator(f"[data-question='{name}']")).to_be_visible()
            for code in answer if isinstance(answer, list) else [answer]:
                one = self.page.locator(f"[name='{name}'][value='{code}']")
                if kind == "radio" or not one.is_checked():
                    one.press("Space")
                expect(one).to_be_checked()
        elif kind == "select-one":
            expect(self.page.locator(f"[data-question='{name}']")).to_be_visible()
            control.select_option(str(answer), force=True)
        else:
            control.fill(str(answer))  # waits until it is visible


def everything(question):
    """The answer of a question over all sites."""
    with everything_scope(actor="tests"):
        return question()


def expected_forms(page):
    """Names of the forms that the case's page lists, stored or due."""
    links = page.locator("tbody a[data-row]").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    return {link.split("/")[3] for link in links if link.startswith("/cases/")}


def states(number):
    """Form and key → state, of one case."""
    stored = everything(lambda: stored_case(Case.objects.get(number=number)))
    return {(form.form_name, form.key): stored.state_of(form) for form in stored.forms}


def test_a_patient_who_is_never_infused(desks):
    coordinator = desks["coordinator"]
    number = coordinator.enrol()
    entered = dict(forms_of(TWO_YEARS, SEED))
    for form in ("patient", "baseline_disease", "prior_therapy", "prior_transplant", "leukapheresis"):
        coordinator.enter(number, form, entered[form])
    coordinator.enter(number, "manufacturing", FAILED)
    ended = {"infused": 0, "noninf_reason": 4, "noninf_date": "2023-05-02", "prod_name": 1}
    coordinator.enter(number, "cart_course", ended)

    page = coordinator.page
    page.goto(f"/cases/{number}/")
    expect(page.get_by_text("not infused").first).to_be_visible()
    for form in ("crs", "response_assessment", "bcell_assessment", "infusion"):
        assert form not in expected_forms(page), "nothing after an infusion falls due"
    assert set(states(number).values()) == {"complete"}

    contact = {"fup_visit": 4, "fup_date": "2024-03-20", "fup_source": 1, "vital_status": 1, "disease_status_fup": 4}
    coordinator.enter(number, "follow_up", {**contact, "last_disease_date": "2024-03-20", "lost_to_fup": 0})
    assert states(number)["follow_up", "1.1"] in ("complete", "query")


def test_registration_to_two_years(desks):
    coordinator = desks["coordinator"]
    number = coordinator.enrol()
    for form, answers in two_years():
        coordinator.enter(number, form, answers, is_complete=answers is not SECOND_COLLECTION)
    assert states(number)["leukapheresis", "1.2"] == "started", "it was shipped before its manufacturing form was there"
    coordinator.complete(number, "leukapheresis", "1.2")
    assert set(states(number).values()) <= {"complete", "query"}, "everything is complete"

    the_grade_comes_from_the_daily_log(coordinator, number)
    a_query_is_raised_answered_and_closed(desks, number)
    forms_are_signed_and_locked(desks, number)
    a_correction_voids_the_signature(desks, number)
    the_history_holds_until_it_is_tampered_with(number)


def two_years():
    """The forms of the first patient in order of entry: the first product fails, the second collection gives the one infused."""
    wanted = {"response_assessment": (1, 5, 7), "bcell_assessment": (), "crs_day": (), "follow_up": (4, 6)}
    for form, answers in forms_of(TWO_YEARS, SEED):
        if form == "manufacturing":
            yield "manufacturing", FAILED
            yield "leukapheresis", SECOND_COLLECTION
            yield "manufacturing", {**answers, **SECOND_PRODUCT}
        elif form == "crs_episode":
            yield "crs_episode", {**answers, "crs_grade_site": 3}  # one grade below what the log will say
        elif form not in wanted or answers.get("rsp_timepoint", answers.get("fup_visit")) in wanted[form]:
            yield form, answers


def the_grade_comes_from_the_daily_log(coordinator, number):
    """Three days are entered; the episode has the grade of the worst one; the site's own grade differs, so it is asked."""
    page = coordinator.page
    page.goto(f"/cases/{number}/crs_episode/1.1/days/")
    days = (("2023-06-03", 1, 0, 0), ("2023-06-04", 1, 3, 1), ("2023-06-05", 2, 1, 0))
    for place, (day, fever, hypotension, hypoxia) in enumerate(days):
        page.locator(f"[name='d{place}-crs_day_date']").fill(day)
        for item, code in (("fever", fever), ("hypotension", hypotension), ("hypoxia", hypoxia)):
            page.locator(f"[name='d{place}-crs_day_{item}']").select_option(str(code))
    page.keyboard.press("Control+s")
    expect(page.locator(".messages")).to_contain_text("saved", timeout=15_000)
    assert everything(lambda: CrsDay.objects.count()) == 3
    grade = everything(lambda: DerivedValue.objects.get(form="crs_episode", name="crs_grade").value)
    assert grade == 4, "two vasopressors on the second day"
    assert states(number)["crs_episode", "1.1"] == "query", "the site charted grade 3"
    page.goto(f"/cases/{number}/crs_episode/1.1/")
    expect(page.locator("main")).to_contain_text("Site grade and derived grade differ")


def a_query_is_raised_answered_and_closed(desks, number):
    """The data manager asks at a question, the coordinator answers, the manager closes."""
    manager, coordinator = desks["manager"].page, desks["coordinator"].page
    manager.goto(f"/cases/{number}/infusion/1.1/")
    asked = manager.locator("details", has=manager.locator("[name='ask_inf_weight']"))
    asked.locator("summary").click()
    manager.locator("[name='ask_inf_weight']").fill("Which scale was used?")
    asked.get_by_role("button", name="Raise").click()
    expect(manager.locator(".messages")).to_be_visible()
    query = everything(lambda: Query.objects.get(origin="manager"))
    assert states(number)["infusion", "1.1"] == "query"

    coordinator.goto("/queries/")
    coordinator.get_by_role("link", name="Which scale was used?").click()
    coordinator.get_by_label("confirmed against the source").check()
    coordinator.get_by_label("What the source says").fill("The ward's scale, see the chart.")
    coordinator.get_by_role("button", name="Answer").click()
    expect(coordinator.locator(".story")).to_contain_text("The ward's scale")
    assert states(number)["infusion", "1.1"] == "answered"

    manager.goto(f"/queries/{query.pk}/")
    manager.get_by_role("button", name="Close", exact=True).click()
    expect(manager.locator(".story")).to_contain_text("closed")
    assert states(number)["infusion", "1.1"] == "complete"
    acts = everything(lambda: [step.act for step in query.steps.all()])
    assert acts == ["opened", "answered", "closed"]


def forms_are_signed_and_locked(desks, number):
    """The investigator signs every complete form with the password asked again; the data manager verifies and locks the infusion."""
    page = desks["investigator"].page
    page.goto(f"/cases/{number}/sign/")
    page.get_by_label("These data are complete and agree with the source").check()
    page.get_by_label("Password of Dr Rin Mori").fill("not the password")
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.locator("main")).to_contain_text("This is not your password")
    assert everything(lambda: Signature.objects.count()) == 0
    page.get_by_label("Password of Dr Rin Mori").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("signed", timeout=15_000)
    page.goto(f"/cases/{number}/infusion/1.1/")
    for words in ("Dr Rin Mori", "These data are complete and agree with the source"):
        expect(page.locator(".form-state")).to_contain_text(words)

    manager = desks["manager"].page
    for deed in ("Verify", "Lock"):
        manager.goto(f"/cases/{number}/infusion/1.1/")
        manager.locator(".form-state").get_by_role("button", name=re.compile(f"^{deed}")).click()
        expect(manager.locator(".messages")).to_be_visible()
    assert states(number)["infusion", "1.1"] == "locked"
    desks["coordinator"].page.goto(f"/cases/{number}/infusion/1.1/")
    expect(desks["coordinator"].page.locator("[data-save]")).to_have_count(0)


def a_correction_voids_the_signature(desks, number):
    """Opening a lock takes two persons and voids the signature; the correction is made and told."""
    manager, coordinator = desks["manager"].page, desks["coordinator"].page
    manager.goto(f"/cases/{number}/infusion/1.1/")
    manager.get_by_role("link", name="Ask that it is opened").click()
    manager.get_by_label("Reason").select_option("source")
    manager.get_by_label("What has to be changed").fill("The pharmacy corrected the weight")
    manager.get_by_role("button", name="Ask a second person").click()
    expect(manager.locator(".messages")).to_be_visible()
    second = desks["second"].page
    second.goto("/worklist/")
    second.get_by_role("link", name=re.compile(f"^{number}.*nfusion")).click()
    second.get_by_label("Why you agree").fill("I saw the pharmacy's letter")
    second.get_by_role("button", name="Agree and open it").click()
    expect(second.locator(".messages")).to_contain_text("opened")
    manager.goto(f"/cases/{number}/infusion/1.1/")
    signature = everything(lambda: Signature.objects.get(form="infusion"))
    assert signature.voided_because == "The form was unlocked."
    expect(manager.locator(".form-state")).to_contain_text("The form was unlocked.")

    coordinator.goto(f"/cases/{number}/infusion/1.1/")
    coordinator.locator("[name='inf_weight']").fill("24.6")
    coordinator.locator("#reason").fill("Pharmacy's correction")
    coordinator.keyboard.press("Control+s")
    expect(coordinator.locator(".messages")).to_contain_text("saved", timeout=15_000)
    event = everything(lambda: HistoryEvent.objects.filter(form="infusion", item="inf_weight").last())
    assert (event.old, event.new, event.reason) == (24.4, 24.6, "Pharmacy's correction")
    coordinator.goto(f"/cases/{number}/history/")
    expect(coordinator.locator("main")).to_contain_text("Pharmacy's correction")


def the_history_holds_until_it_is_tampered_with(number):
    """`verify_history` on this database, then after a superuser changed one answer past the triggers and one event."""
    log_in_as("reg_worker")
    seal_history()
    log_in_as("reg_app")
    assert verify_history() == []

    event = everything(lambda: HistoryEvent.objects.filter(form="infusion", item="inf_weight").last())
    with psycopg.connect(settings.ADMIN_URL, dbname=connection.settings_dict["NAME"]) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE registry_infusion SET inf_dose_total = 12")
        superuser.execute("UPDATE registry_historyevent SET new = '24.5' WHERE id = %s", [event.pk])
    places = [fault.place for fault in verify_history()]
    assert any("registry_infusion" in place and "inf_dose_total" in place for place in places), places
    assert any("registry_infusion" in place and "inf_weight" in place for place in places), places
