"""The worklist: what each role owes, in which order, and with how many queries."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registry import clock, worklist
from registry.access.row_security import everything_scope
from registry.actions import queries
from registry.actions.drafts import keep_draft
from registry.actions.forms import void_form
from registry.models import Exemption, Patient, Relapse
from registry.worklist import owed, owed_queries
from tests import factories
from tests.registry.views.conftest import signed_in


def infused_days_ago(site, days, **answers):
    """A case infused so many days before today."""
    on = clock.today() - timedelta(days=days)
    dates = {"aph_start_date": on - timedelta(days=40), "aph_end_date": on - timedelta(days=39), "inf_date": on}
    return factories.infused_case(site, **dates, **answers)


def contact_days_ago(case, days, **answers):
    """A contact so many days before today."""
    on = clock.today() - timedelta(days=days)
    answers = {"fup_date": on, "last_disease_date": on, "vital_status": 1, "lost_to_fup": 0, **answers}
    return factories.stored_form(case, "follow_up", **answers)


def page_of(person, query=""):
    """The text of the person's worklist."""
    return signed_in(person).get(f"/worklist/{query}").content.decode()


def owed_by(person):
    """What the person owes over all cases that are theirs."""
    from registry.views.worklist import followed

    with everything_scope(actor="tests"):
        return owed(followed(person), person=person, today=clock.today())


def test_the_most_overdue_comes_first(world):
    infused_days_ago(world.kyoto, 60)
    infused_days_ago(world.kyoto, 300)

    found = owed_by(world.nurse).overdue

    days = [one.due for one in found]
    assert days == sorted(days) and found[0].case.number == "KYO-0002"
    crs = [(one.case.number, one.state) for one in found if one.form == "crs"]
    assert crs[0] == ("KYO-0002", "late") and ("KYO-0001", crs[1][1]) == crs[1]


def test_planned_visits_of_a_form_are_one_row(world):
    case = infused_days_ago(world.kyoto, 250)

    (contact,) = [one for one in owed_by(world.nurse).overdue if one.form == "follow_up"]

    assert (contact.slot, contact.more, contact.case.pk) == ("D28", 2, case.pk)
    assert "Day 28 (and 2 more)" in page_of(world.nurse)


def test_what_has_no_date_is_one_row_a_case_and_whoever_only_reads_is_led_to_the_case(world):
    case = factories.enrolled_case(world.kyoto)

    (one,) = owed_by(world.nurse).undated
    assert (one.form, one.more) == ("patient", 3)
    assert f'href="{case.get_absolute_url()}patient/new/" data-row' in page_of(world.nurse)
    assert f'href="{case.get_absolute_url()}" data-row' in page_of(world.manager)


def test_a_planned_visit_is_entered_as_that_visit(world):
    case = infused_days_ago(world.kyoto, 120)
    base = case.get_absolute_url()

    assert f'href="{base}follow_up/new/?visit=D28"' in page_of(world.nurse)
    browser = signed_in(world.nurse)
    assert f'href="{base}response_assessment/new/?visit=M3"' in browser.get(base).content.decode()
    chosen = re.compile('<option value="3"[^>]* selected>Month 6')
    assert chosen.search(browser.get(f"{base}follow_up/new/?visit=M6").content.decode())
    assert not chosen.search(browser.get(f"{base}follow_up/new/?visit=M3").content.decode()), (
        "no contact is planned then"
    )


def test_a_stored_form_is_owed_until_it_is_complete(world):
    case = infused_days_ago(world.kyoto, 60)
    factories.stored_form(case, "crs", crs_occurred=0)
    own = [one for one in owed_by(world.nurse).overdue if one.form == "crs"]
    assert [(one.key, one.state in ("overdue", "late")) for one in own] == [("1", True)]
    with everything_scope(actor="tests"):
        case.crs_set.update(is_complete=True)

    assert not [one for one in owed_by(world.nurse).overdue if one.form == "crs"]


def test_what_is_not_required_is_not_owed(world):
    case = infused_days_ago(world.kyoto, 60)
    with everything_scope(actor="tests"):
        Exemption.objects.create(
            case=case,
            site=case.site,
            form="follow_up",
            slot="D28",
            kind="waived",
            reason="abroad",
            actor="m",
            at=timezone.now(),
        )

    assert "follow_up" not in {one.form for one in owed_by(world.nurse).overdue}


def test_nothing_is_owed_of_the_dead_but_what_happened(world):
    case = infused_days_ago(world.kyoto, 400)
    on = clock.today() - timedelta(days=300)
    factories.stored_form(case, "death", death_date=on, death_cause=1)

    forms = {one.form for one in owed_by(world.nurse).overdue if not one.key}

    assert "crs" in forms and not {"follow_up", "response_assessment", "bcell_assessment"} & forms


def test_a_withdrawn_case_is_in_no_list(world):
    case = infused_days_ago(world.kyoto, 400)
    assert "KYO-0001" in page_of(world.nurse)
    with everything_scope(actor="tests"):
        Patient.objects.filter(case=case).update(consent_withdrawn=1)

    assert "KYO-0001" not in page_of(world.nurse)
    assert "Nothing is owed." in page_of(world.nurse)


def test_two_missed_reports_ask_for_a_contact_or_the_loss(world):
    case = infused_days_ago(world.kyoto, 800)
    contact_days_ago(case, 430, fup_visit=4)

    assert [(one.case.pk, one.since) for one in owed_by(world.nurse).lost] == [
        (case.pk, clock.today() - timedelta(days=64))
    ]
    assert "Record a contact, or that the patient is lost to follow-up" in page_of(world.nurse)
    assert "Possibly lost to follow-up" in signed_in(world.nurse).get(case.get_absolute_url()).content.decode()

    contact_days_ago(case, 10, fup_visit=9, lost_to_fup=1)
    assert not owed_by(world.nurse).lost


def test_sites_see_their_own_work_and_the_manager_all(world):
    infused_days_ago(world.kyoto, 100)
    infused_days_ago(world.osaka, 100)

    assert "OSA-0001" not in page_of(world.nurse) and "KYO-0001" in page_of(world.nurse)
    manager = page_of(world.manager)
    assert "OSA-0001" in manager and "KYO-0001" in manager
    assert "KYO-0001" not in page_of(world.manager, "?site=OSA")


def test_a_query_is_owed_by_the_site_while_it_is_open_and_by_the_manager_once_answered(world):
    case = infused_days_ago(world.kyoto, 10)
    with everything_scope(actor="tests"):
        form = Patient.objects.get(case=case)
        asked = queries.raise_query(form, item="sex_at_birth", text="Is this the sex at birth?", by=world.manager)

    def states(person):
        with everything_scope(actor="tests"):
            return [one.state for one in owed_queries(type(case).objects.all(), person) if one.origin == "manager"]

    assert states(world.nurse) == ["open"] and states(world.manager) == []
    assert "Is this the sex at birth?" in page_of(world.nurse) and "Is this the sex at birth?" not in page_of(
        world.osaka_nurse
    )
    with everything_scope(actor="tests"):
        queries.answer_query(
            asked, kind="confirmed", text="As in the chart.", by=world.nurse, seen_version=asked.version
        )
    assert states(world.nurse) == [] and states(world.manager) == ["answered"]


def test_complete_forms_wait_for_a_signature_and_for_verification(world):
    doctor = factories.person("investigator", sites=[world.kyoto])
    case = infused_days_ago(world.kyoto, 10)
    with everything_scope(actor="tests"):
        case.patient_set.update(is_complete=True)
        case.infusion_set.update(is_complete=True, is_verified=True)

    assert [(one.case.pk, one.count) for one in owed_by(doctor).unsigned] == [(case.pk, 2)]
    assert [(one.case.pk, one.count) for one in owed_by(world.manager).unverified] == [(case.pk, 1)]
    assert not owed_by(world.nurse).unsigned and not owed_by(world.nurse).unverified and not owed_by(doctor).unverified
    assert "2 forms to sign" in page_of(doctor) and "1 form to verify" in page_of(world.manager)


def test_a_draft_is_shown_to_who_typed_it(world):
    case = infused_days_ago(world.kyoto, 10)
    keep_draft(Relapse(case=case, site=case.site), [("rel_date", "2026")], by=world.nurse, seen_version=0)

    assert "not saved" in page_of(world.nurse, "?show=drafts")
    assert "not saved" not in page_of(world.other_nurse)


def test_a_kind_of_work_has_a_page_of_its_own(world):
    for _case in range(3):
        infused_days_ago(world.kyoto, 300)

    alone = page_of(world.nurse, "?show=overdue")
    assert 'id="work-overdue"' in alone and 'id="work-undated"' not in alone
    assert 'id="work-undated"' in page_of(world.nurse, "?show=nonsense"), "a value that is not offered counts as none"
    assert signed_in(world.nurse).get("/worklist/?show=overdue&page=99").status_code == 200


@pytest.mark.parametrize("who", ["nurse", "manager"])
def test_the_number_of_queries_does_not_grow_with_the_cases(world, who):
    def asked():
        browser = signed_in(getattr(world, who))
        worklist._known.clear()  # nothing is kept from before
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert browser.get("/worklist/").status_code == 200
        return len(seen)

    case = infused_days_ago(world.kyoto, 400)
    contact_days_ago(case, 35, fup_visit=4)
    asked()  # what is read once a process
    one = asked()
    for number in range(6):
        case = infused_days_ago(world.kyoto, 300 + number, inf_dose_total=Decimal(150))
        contact_days_ago(case, 20)
    assert asked() == one


def test_what_is_kept_of_each_case_is_what_reading_it_anew_gives(world):
    first, second = infused_days_ago(world.kyoto, 60), infused_days_ago(world.kyoto, 300)
    found = []

    def compared():
        """What is owed as made from what is kept, which must be what is made anew."""
        kept = owed_by(world.nurse)
        worklist._known.clear()
        assert kept == owed_by(world.nurse) and kept not in found
        found.append(kept)
        return worklist._known[second.pk]

    compared()
    form = factories.stored_form(first, "crs", crs_occurred=0)
    compared()
    with everything_scope(actor="tests"):
        first.crs_set.update(is_complete=True)
    untouched = compared()
    with everything_scope(actor="tests"):
        first.crs_set.update(is_complete=False)
        Exemption.objects.create(
            case=first, site=first.site, form="lymphodepletion", slot="", kind="waived", reason="x", actor="m", at=timezone.now()
        )  # fmt: skip
    owed_by(world.nurse)
    assert worklist._known[second.pk] is untouched, "a case that has not changed is not read again"
    compared()
    void_form(form, by=factories.BUILDER, seen_version=form.version, reason="Another patient's")
    compared()
