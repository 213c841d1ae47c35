"""What a patient's consent allows: the rule, and what the actions refuse after a withdrawal."""

from datetime import date
from itertools import product

import pytest
from django.core.exceptions import ValidationError

from registry.access.row_security import everything_scope
from registry.actions.consent import WithdrawnError
from registry.actions.forms import enter_forms, save_form, void_form
from registry.actions.queries import raise_query
from registry.consent import NO_BASIS, NOT_REGISTERED, NOT_SHARED, OF_AGE, WITHDRAWN, consent_of, is_about_consent
from registry.models import FORM_OF, Case, Death, HistoryEvent, Patient, Relapse
from registry.record import stored_case
from tests import factories
from tests.registry.api.conftest import Rest
from tests.registry.views.conftest import signed_in, world  # noqa: F401 - the pages' world
from tests.standing import standing

TODAY = date(2026, 9, 1)
WRITTEN, OPT_OUT, WAIVER, PARENTS = 1, 2, 3, 4


def allowed(answers, **words):
    """(entry, analysis, export, abroad) and why not."""
    one = consent_of(answers, today=TODAY, **words)
    return (one.may_enter, one.may_be_analysed, one.may_be_exported, one.may_go_abroad), one.why


@pytest.mark.parametrize(
    ("answers", "rights", "why"),
    [
        (None, (1, 0, 0, 0), (NOT_REGISTERED,)),
        ({}, (1, 0, 0, 0), (NO_BASIS,)),
        ({"consent_type": None, "consent_type_mr": "UK", "consent_share_intl": 1}, (1, 0, 0, 0), (NO_BASIS,)),
        ({"consent_type": 99}, (1, 0, 0, 0), (NO_BASIS,)),
        ({"consent_type": WRITTEN, "consent_share_intl": 1}, (1, 1, 1, 1), ()),
        ({"consent_type": OPT_OUT, "consent_share_intl": 0}, (1, 1, 1, 0), (NOT_SHARED,)),
        ({"consent_type": WAIVER, "consent_share_intl": 99}, (1, 1, 1, 0), (NOT_SHARED,)),
        ({"consent_type": WRITTEN, "consent_share_intl": 1, "consent_withdrawn": 0}, (1, 1, 1, 1), ()),
        ({"consent_type": WRITTEN, "consent_share_intl": 1, "consent_withdrawn": 1}, (0, 0, 0, 0), (WITHDRAWN,)),
        ({"consent_withdrawn": 1}, (0, 0, 0, 0), (WITHDRAWN,)),
    ],
)
def test_the_rule(answers, rights, why):
    assert allowed(answers) == (tuple(map(bool, rights)), why)


@pytest.mark.parametrize(
    ("born", "precision", "abroad"),
    [
        (date(2008, 9, 1), "D", False),  # 18 today
        (date(2008, 9, 2), "D", True),
        (date(2008, 9, 1), "M", True),  # perhaps only later this month
        (date(2008, 1, 1), "Y", True),
        (date(2007, 1, 1), "Y", False),
        (None, None, True),
    ],
)
def test_who_has_come_of_age_consents_before_the_data_go_abroad(born, precision, abroad):
    answers = {"consent_type": PARENTS, "consent_share_intl": 1, "birth_date": born, "birth_date_p": precision}

    rights, why = allowed(answers)
    assert rights == (True, True, True, abroad) and why == (() if abroad else (OF_AGE,))
    assert allowed({**answers, "consent_type": WRITTEN})[0] == (True,) * 4


def test_published_data_need_no_basis_but_a_refusal_counts():
    assert allowed({"consent_type": None}, is_published=True) == ((True,) * 4, ())
    assert allowed(None, is_published=True) == ((True,) * 4, ())
    assert allowed({"consent_withdrawn": 1}, is_published=True)[0] == (False,) * 4


def test_less_consent_never_allows_more():
    answers = [
        {"consent_type": kind, "consent_share_intl": share, "consent_withdrawn": withdrawn}
        for kind, share, withdrawn in product((None, 1, 2, 3, 4), (None, 0, 1, 99), (None, 0, 1))
    ]
    for one in [None, *answers]:
        entry, analysis, export, abroad = allowed(one)[0]
        assert entry >= analysis >= export >= abroad


def test_only_answers_about_consent_are_about_consent():
    about = {name for name in Patient().columns() if is_about_consent("patient", [name])}

    assert about == {name for name in Patient().columns() if name.startswith("consent_")}
    assert not is_about_consent("death", [])


# ── the actions


@standing
def withdrawn(world):  # noqa: F811
    """A case with a relapse, withdrawn by the coordinator; the world with it."""
    case = factories.infused_case(world.kyoto)
    factories.relapse(case, 120)
    withdraw(case, world.nurse)
    world.case = case
    return world


def withdraw(case, by):
    with everything_scope(actor="tests"):
        patient = Patient.objects.get(case=case)
        patient.consent_withdrawn, patient.consent_wd_date = 1, factories.day(200)
        save_form(patient, by=by, seen_version=patient.version, reason="Letter of the parents")


def stored(model, case):
    with everything_scope(actor="tests"):
        return model.objects.get(case=case)


def test_after_a_withdrawal_nothing_new_is_stored_and_nothing_changed(withdrawn):
    case, nurse = withdrawn.case, withdrawn.nurse
    relapse, patient = stored(Relapse, case), stored(Patient, case)
    relapse.rel_bm_blast, patient.sex_at_birth = 40, 2

    with pytest.raises(WithdrawnError):
        factories.death(case, 300, by=nurse)
    with pytest.raises(WithdrawnError), everything_scope(actor="tests"):
        save_form(relapse, by=nurse, seen_version=relapse.version, reason="chart")
    with pytest.raises(WithdrawnError), everything_scope(actor="tests"):
        save_form(patient, by=nurse, seen_version=patient.version, reason="chart")
    with pytest.raises(WithdrawnError), everything_scope(actor="tests"):
        enter_forms([FORM_OF["death"](case=case, death_date=factories.day(300))], by=nurse)
    with everything_scope(actor="tests"):
        assert not Death.objects.filter(case=case).exists()


def test_the_registration_cannot_be_removed_to_undo_a_withdrawal_and_other_forms_can_go(withdrawn):
    case, nurse = withdrawn.case, withdrawn.nurse
    relapse, patient = stored(Relapse, case), stored(Patient, case)

    with pytest.raises(WithdrawnError), everything_scope(actor="tests"):
        void_form(patient, by=nurse, seen_version=patient.version, reason="mistake")
    with everything_scope(actor="tests"):
        void_form(relapse, by=nurse, seen_version=relapse.version, reason="another patient's")
        assert not Relapse.objects.filter(case=case).exists()


def test_a_withdrawal_recorded_in_error_is_taken_back_and_both_are_on_the_trail(withdrawn):
    case, nurse = withdrawn.case, withdrawn.nurse
    with everything_scope(actor="tests"):
        patient = Patient.objects.get(case=case)
        patient.consent_withdrawn, patient.consent_wd_date, patient.consent_wd_date_p = 0, None, None
        save_form(patient, by=nurse, seen_version=patient.version, reason="Another patient's letter")
        told = HistoryEvent.objects.filter(case_id=case.pk, item="consent_withdrawn").order_by("pk")
        trail = [(one.old, one.new, one.actor, one.reason) for one in told]

    assert trail[-2:] == [
        (0, 1, nurse.email, "Letter of the parents"),
        (1, 0, nurse.email, "Another patient's letter"),
    ]
    factories.death(case, 300, by=nurse)


def test_a_file_brings_no_clinical_form_of_somebody_who_withdrew(world):  # noqa: F811
    case = factories.enrolled_case(world.kyoto)
    forms = [
        FORM_OF["patient"](case=case, consent_withdrawn=1),
        FORM_OF["death"](case=case, death_date=factories.day(9)),
    ]

    with pytest.raises(ValidationError), everything_scope(actor="tests"):
        enter_forms(forms, by=world.nurse)


def test_after_a_withdrawal_only_the_registration_is_asked_about(withdrawn):
    with everything_scope(actor="tests"):
        stored = stored_case(withdrawn.case)

    assert {one.form for one in stored.findings} <= {"patient"}
    assert {one.form for one in stored.queries if one.origin == "machine"} <= {"patient"}


def test_a_contradiction_with_a_form_that_is_hidden_now_leaves_the_registration_in_order(world):  # noqa: F811
    case = factories.infused_case(world.kyoto, birth_date=factories.day(30))  # born after the infusion
    with everything_scope(actor="tests"):
        before = stored_case(case)
    assert any(one.severity == "hard" for one in before.findings_of(before.rows_of("patient")[0]))

    withdraw(case, world.nurse)

    with everything_scope(actor="tests"):
        after = stored_case(case)
    (registration,) = after.rows_of("patient")
    assert after.state_of(registration) != "error"
    assert {one.item for one in after.findings} <= {name for name in Patient().columns() if name.startswith("consent_")}


def test_an_answer_about_consent_is_still_asked_about_after_a_withdrawal(world):  # noqa: F811
    case = factories.infused_case(world.kyoto)
    with everything_scope(actor="tests"):
        patient = Patient.objects.get(case=case)
        patient.consent_withdrawn = 1
        save_form(patient, by=world.nurse, seen_version=patient.version, reason="Letter of the parents")
        found = stored_case(case).findings

    assert "patient.consent_wd_date.missing" in {one.rule for one in found}


def test_its_queries_are_asked_no_more(withdrawn):
    other = factories.infused_case(withdrawn.kyoto)
    for case in (withdrawn.case, other):
        with everything_scope(actor="tests"):
            form = FORM_OF["infusion"].objects.get(case=case)
            raise_query(form, item="inf_date", text=f"Which day, {case.number}?", by=withdrawn.manager)

    for who in (withdrawn.nurse, withdrawn.manager):
        page = signed_in(who).get("/queries/").content.decode()
        assert other.number in page and withdrawn.case.number not in page
    assert f"Which day, {withdrawn.case.number}?" not in Rest(withdrawn.nurse).get("queries").content.decode()
    with everything_scope(actor="tests"):
        FORM_OF["leukapheresis"].objects.update(is_complete=True)
    review = signed_in(withdrawn.manager).get("/forms/").content.decode()
    assert other.number in review and withdrawn.case.number not in review


# ── pages and REST


def test_the_pages_say_plainly_that_consent_was_withdrawn(withdrawn):
    browser, base = signed_in(withdrawn.nurse), withdrawn.case.get_absolute_url()

    page = browser.get(base).content.decode()
    assert "Consent was withdrawn, or use of the data was refused." in page
    assert factories.day(200).isoformat() in page and "Relapse" not in page and "Schedule" not in page
    listed = browser.get("/cases/").content.decode()
    assert "consent withdrawn" in listed and factories.DAY_0.isoformat() not in listed
    assert browser.get(f"{base}relapse/1.1/").status_code == 404
    assert browser.get(f"{base}patient/1/").status_code == 200
    refused = browser.post(f"{base}death/new/", {"version": 0, "death_date": "2025-01-01"})
    assert refused.status_code in (403, 404, 409, 422) and "Consent was withdrawn" in refused.content.decode()


def test_a_case_without_a_basis_says_that_it_is_in_no_analysis(world):  # noqa: F811
    case = factories.infused_case(world.kyoto, consent_type=None)

    page = signed_in(world.nurse).get(case.get_absolute_url()).content.decode()
    assert "The basis for data use is not recorded." in page
    assert (
        "The basis for data use"
        not in signed_in(world.nurse).get(factories.infused_case(world.kyoto).get_absolute_url()).content.decode()
    )


def test_a_withdrawn_case_is_in_no_list_of_the_interface(withdrawn):
    other = factories.infused_case(withdrawn.kyoto)
    factories.relapse(other, 90)
    nurse = Rest(withdrawn.nurse)

    for collection, key in (("cases", "number"), ("relapse", "case"), ("patient", "case"), ("infusion", "case")):
        assert {one[key] for one in nurse.get(collection).json()["results"]} == {other.number}, collection
    assert nurse.get(f"relapse/{withdrawn.case.number}/1.1").status_code == 404
    assert nurse.get(f"patient/{withdrawn.case.number}/1").status_code == 200
    read = nurse.get(f"cases/{withdrawn.case.number}").json()
    assert [one["form"] for one in read["forms"]] == ["patient"]
    answer = nurse.post("death", {"case": withdrawn.case.number, "death_date": "2025-01-01"})
    assert answer.status_code == 422 and answer.json()["code"] == "withdrawn"


def test_the_words_of_the_querysets_agree_with_the_rule(world):  # noqa: F811
    cases = {}
    for answer in (None, 0, 1):
        case = factories.enrolled_case(world.kyoto)
        factories.stored_form(case, "patient", consent_type=1, consent_withdrawn=answer)
        cases[case.number] = consent_of({"consent_type": 1, "consent_withdrawn": answer}).is_withdrawn

    with everything_scope(actor="tests"):
        left = set(Case.objects.not_withdrawn().values_list("number", flat=True))
        rows = set(Patient.objects.not_withdrawn().values_list("case__number", flat=True))
    assert left == rows == {number for number, gone in cases.items() if not gone}
