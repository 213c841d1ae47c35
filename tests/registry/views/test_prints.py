"""Forms and cases on paper: blank forms ask everything, printed ones hold every answer, signature and change."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import override, pgettext

from deploy import messages
from registry.access.row_security import everything_scope
from registry.actions.forms import save_form
from registry.actions.signatures import sign_forms
from registry.demo.enter import enter_case
from registry.demo.outcome import kato_synthetic
from registry.dictionary.items import EMPTY
from registry.entry import read_aloud
from registry.entry.conditions import asked_if_words
from registry.fields import code_label, written_unit
from registry.models import FORM_OF, FORMS, Case, Death, FollowUp, Patient, Signature
from registry.views.paper import LOG_LINES, MOST_BOXES
from tests import factories
from tests.registry.views.conftest import signed_in
from tests.standing import standing

ROW = re.compile(
    r'<dd>(?P<answer>.*?)</dd>\s*<dd class="answers__code">(?P<code>.*?)</dd>\s*<dd class="answers__name"><code>(?P<name>\w+)</code>',
    re.DOTALL,
)
TAGS = re.compile(r"<[^>]+>")


@pytest.fixture(scope="module", autouse=True)
def compiled():
    messages.compile_all(messages.ROOT)


@standing
def case(world):
    """A case with every phase of the course, as a hospital enters it."""
    outcome = next(one for one in kato_synthetic() if one.prior_hsct and one.relapse_day and one.death_day)
    return enter_case(outcome, seed=1, site=world.kyoto, cohort=factories.cohort(), by=world.nurse)


def forms_of(case):
    with everything_scope(actor="tests"):
        return [row for form in FORMS for row in form.objects.filter(case=case).in_order()]


def printed(page, form):
    """Item → (answer, code) on the sheet of one form."""
    found = {}
    for match in ROW.finditer(page):
        if match["name"] in form.items():
            text = unescape(TAGS.sub("", match["answer"].replace("<br>", "\n"))).strip()
            found[match["name"]] = (text, match["code"].strip())
    return found


# Blank.


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_blank_form_asks_every_question_with_its_codes_units_and_conditions(nurse, language, subtests):
    nurse.cookies["django_language"] = language
    for form in FORMS:
        page = unescape(nurse.get(f"/forms/{form.form_name}/print/").content.decode())
        with subtests.test(form.form_name), override(language):
            for name, item in form.items().items():
                if item.key:
                    continue
                assert f"<code>{name}</code>" in page
                assert name == "mrn_hash" or pgettext("item", item.label) in page
                assert asked_if_words(item, here=form) in page
                assert item.kind not in ("int", "dec") or written_unit(item.unit) in page
                for code in item.codelist or ():
                    assert f"<b>{code.value}</b> " in page and code_label(item.codelist, code.value) in page
                assert item.codelist is None or len(list(item.codelist)) <= MOST_BOXES or f"{name}" in page
            assert page.count('class="blank__missing"') == sum(not item.key for item in form.items().values())


def test_all_blank_forms_stand_on_one_page_in_clinical_order(nurse):
    page = nurse.get("/forms/print/").content.decode()
    titles = re.findall(r'class="sheet__form"><b>(F\d+)</b>', page)
    assert titles == [form.form_id for form in FORMS]


def test_a_blank_form_names_no_patient_and_every_reason_for_a_missing_answer(nurse):
    page = nurse.get("/forms/crs/print/").content.decode()
    assert "No patient&#x27;s name on this sheet" in page or "No patient's name on this sheet" in page
    for reason in ("ND", "UK", "NAP", "PD"):
        assert f"<b>{reason}</b>" in page
    assert "Site" in page and "Case" in page and "Initials" in page


@pytest.mark.parametrize("form", ["crs_day", "icans_day"])
def test_a_daily_log_has_a_table_with_a_line_for_each_day_and_a_column_for_each_question(nurse, form):
    page = nurse.get(f"/forms/{form}/print/").content.decode()
    table = page.partition('class="day-log__table"')[2].partition("</table>")[0]
    asked = sum(not item.key for item in FORM_OF[form].items().values())
    assert table.count('<th scope="row">') == LOG_LINES and table.count("<td>") == LOG_LINES * asked
    assert "day-log" not in nurse.get("/forms/death/print/").content.decode()


def test_a_form_that_does_not_exist_has_no_blank_sheet(nurse):
    assert nurse.get("/forms/secrets/print/").status_code == 404


# Filled.


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_printed_form_holds_every_answer_with_label_code_and_unit(nurse, case, language):
    nurse.cookies["django_language"] = language
    forms = forms_of(case)
    assert len(forms) > 20
    for form in forms:
        page = nurse.get(f"/cases/{case.number}/{form.form_name}/{form.key}/print/").content.decode()
        found = printed(page, form)
        with override(language):
            for name, item in form.items().items():
                answer = getattr(form, name)
                if item.key or answer in EMPTY:
                    continue
                if name == "mrn_hash":
                    assert answer[:8] in found[name][0] and answer not in page
                    continue
                codes = answer if isinstance(answer, list) else [answer]
                code = ", ".join(map(str, codes)) if item.codelist else ""
                assert found[name] == (read_aloud(form, name), code), f"{form.form_name}.{name}"


def test_a_missing_answer_is_printed_with_its_reason(nurse, world):
    case = factories.infused_case(world.kyoto)
    form = factories.stored_form(case, "death", death_date=factories.day(90), death_cause_mr="PD")
    page = nurse.get(f"/cases/{case.number}/death/1/print/").content.decode()
    assert printed(page, form)["death_cause"] == ("missing: Pending", "PD")
    assert printed(page, form)["autopsy"] == ("not answered", "")


def test_the_whole_case_holds_every_form_and_says_who_printed_it(nurse, world, case):
    page = nurse.get(f"/cases/{case.number}/print/").content.decode()
    assert page.count('class="sheet sheet--copy"') == len(forms_of(case))
    assert "by Aoi Nakamura" in page and "JST" in page
    assert "Appendix: history" not in page


def test_the_history_is_printed_from_the_first_entry_with_every_change_and_reason(nurse, world):
    case = factories.infused_case(world.kyoto)
    contact = factories.follow_up(case, 100, by=world.nurse)
    with everything_scope(actor="tests"):
        contact = FollowUp.objects.get(pk=contact.pk)
        contact.fup_date = factories.day(101)
        save_form(contact, by=world.nurse, seen_version=contact.version, reason="Letter of the clinic <b>")
    page = nurse.get(f"/cases/{case.number}/print/?history=1").content.decode()
    appendix = page.partition("Appendix: history")[2]
    assert appendix.index("Patient registration: entered") < appendix.index("Follow-up / survival status 1: entered")
    assert f"<del>{factories.day(100)}</del> → {factories.day(101)}" in appendix
    assert "Reason: Letter of the clinic &lt;b&gt;" in appendix


def test_free_text_is_printed_as_text(nurse, world):
    case = factories.infused_case(world.kyoto, referring_site="<script>alert(1)</script> =1+1 🧪")
    page = nurse.get(f"/cases/{case.number}/print/").content.decode()
    assert escape("<script>alert(1)</script> =1+1 🧪") in page and "<script>alert" not in page


# Signatures.


def signed_death(case, person):
    """A complete death form, signed."""
    with everything_scope(actor="tests"):
        form = Death.objects.get(case=case)
    return sign_forms(
        Case.objects.get(pk=case.pk),
        [("death", form.key, form.version)],
        meaning="accurate",
        password=factories.PASSWORD,
        by=person,
    )


@standing
def dead(world):
    """A case with a complete death form; its investigator."""
    investigator = factories.person("investigator", sites=[world.kyoto], name="Haruto Sato")
    case = factories.infused_case(world.kyoto)
    with everything_scope(actor="tests"):
        save_form(
            Death(
                case=case,
                death_date=factories.day(90),
                death_cause=1,
                death_in_remission=0,
                death_cart_related=1,
                autopsy=0,
            ),
            by=investigator,
            complete=True,
        )
        signed_death(case, investigator)
    return case, investigator


def squeezed(page):
    """The page without the line breaks of its templates."""
    return re.sub(r"\s+<", "<", page)


def signature_block(client, case):
    page = client.get(f"/cases/{case.number}/death/1/print/").content.decode()
    assert 'class="signature"' in page
    return page.partition('class="signature"')[2].partition('class="signature__digest"')[0]


def test_a_signature_is_printed_with_name_meaning_time_and_that_it_is_valid(dead):
    case, investigator = dead
    block = signature_block(signed_in(investigator), case)
    assert "Haruto Sato" in block and investigator.email in block
    assert "These data are complete and agree with the source" in block
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d JST · version 1", block)
    assert "signed</span>" in squeezed(block)


def test_a_signature_that_a_change_voided_is_printed_as_void_with_the_reason(dead):
    case, investigator = dead
    with everything_scope(actor="tests"):
        form = Death.objects.get(case=case)
        form.autopsy = 1
        save_form(form, by=investigator, seen_version=form.version, reason="Report came")
    block = signature_block(signed_in(investigator), case)
    assert "signature void</span>" in squeezed(block)


def test_a_signature_over_other_answers_than_those_stored_says_so(world):
    case = factories.infused_case(world.kyoto)
    form = factories.stored_form(case, "death", death_date=factories.day(90), death_cause=1)
    with everything_scope(actor="tests"):
        Signature.objects.create(
            case=case,
            site=world.kyoto,
            form="death",
            row_id=form.pk,
            form_version=form.version,
            digest="0" * 64,
            meaning="accurate",
            signer="haruto@example.org",
            signer_name="Haruto Sato",
            signed_at=timezone.now(),
        )
    assert "signature broken</span>" in squeezed(signature_block(signed_in(world.nurse), case))


# Consent, rights, cost.


def test_after_a_withdrawal_only_the_registration_is_printed(nurse, world):
    case = factories.infused_case(world.kyoto)
    with everything_scope(actor="tests"):
        patient = Patient.objects.get(case=case)
        patient.consent_withdrawn, patient.consent_wd_date = 1, factories.day(50)
        save_form(patient, by=world.nurse, seen_version=patient.version, reason="Asked by letter")
    page = nurse.get(f"/cases/{case.number}/print/?history=1").content.decode()
    assert page.count('class="sheet sheet--copy"') == 1 and "Appendix" not in page
    assert "Consent was withdrawn" in page
    assert nurse.get(f"/cases/{case.number}/infusion/1.1/print/").status_code == 404
    assert nurse.get(f"/cases/{case.number}/summary/").url == f"/cases/{case.number}/"


def test_what_is_not_stored_is_not_printed(nurse, world, case):
    for address in ("death/2/print/", "nothing/1/print/", "infusion/9.9/print/"):
        assert nurse.get(f"/cases/{case.number}/{address}").status_code == 404
    stranger = signed_in(world.osaka_nurse)
    for address in ("print/", "summary/", "patient/1/print/"):
        assert stranger.get(f"/cases/{case.number}/{address}").status_code == 404


def test_prints_of_patients_do_not_stay_in_the_browser(nurse, case):
    for address in ("print/", "summary/", "patient/1/print/"):
        assert nurse.get(f"/cases/{case.number}/{address}")["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("address", ["print/?history=1", "summary/", "patient/1/print/"])
def test_more_rows_cost_no_more_queries(nurse, world, address):
    few, many = factories.infused_case(world.kyoto), factories.infused_case(world.kyoto)
    for on in range(60, 660, 60):
        factories.follow_up(many, on)
        factories.stored_form(many, "response_assessment", rsp_date=factories.day(on))
    factories.follow_up(few, 60)
    factories.stored_form(few, "response_assessment", rsp_date=factories.day(60))

    def queries(case):
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert nurse.get(f"/cases/{case.number}/{address}").status_code == 200
        return len(caught)

    queries(few)
    assert queries(many) <= queries(few)
