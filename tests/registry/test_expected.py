"""Which forms a case should have, and when each is due."""

from datetime import date, timedelta

from registry.edit_checks.base import Row
from registry.edit_checks.case import Record
from registry.expected import expected_forms, next_visits

DAY_0 = date(2024, 6, 3)


def day(number):
    return DAY_0 + timedelta(days=number)


def record(*rows):
    return Record([Row(form, key, {}, answers, 1) for form, key, answers in rows])


INFUSED = (("cart_course", "1", {"infused": 1}), ("infusion", "1.1", {"inf_date": DAY_0}))


def due(record):
    return {one.form: one.due for one in expected_forms(record)}


def test_a_new_case_owes_registration_baseline_and_disposition():
    assert set(due(record())) == {
        "patient",
        "baseline_disease",
        "prior_therapy",
        "leukapheresis",
        "cart_course",
        "follow_up",
    }


def test_the_forms_of_the_decision_are_due_two_and_four_weeks_after_it():
    found = due(record(("patient", "1", {"decision_date": DAY_0})))

    assert (found["patient"], found["baseline_disease"]) == (day(14), day(30))


def test_an_infused_case_owes_its_toxicity_forms_on_day_42():
    found = due(record(*INFUSED))

    assert (found["crs"], found["iechs_haematotoxicity"], found["lymphodepletion"]) == (day(42), day(42), day(14))
    assert "crs_episode" not in found and "manufacturing" not in found


def test_an_episode_is_owed_once_the_summary_says_that_there_was_one():
    assert "icans_episode" in due(record(*INFUSED, ("icans", "1", {"icans_occurred": 1})))
    assert "icans_episode" not in due(record(*INFUSED, ("icans", "1", {"icans_occurred": 0})))


def test_a_dead_patient_owes_the_death_form_and_no_visit():
    told = record(*INFUSED, ("follow_up", "1.1", {"fup_date": day(200), "vital_status": 2}))

    assert due(told)["death"] == day(230)
    assert next_visits(told) == []


def test_the_next_contact_follows_the_last_one():
    seen = record(*INFUSED, ("follow_up", "1.1", {"fup_date": day(95), "vital_status": 1}))

    assert {one.form: one.due for one in next_visits(seen)}["follow_up"] == day(183 + 30)


def test_a_relapsed_patient_is_contacted_but_not_assessed_for_response():
    relapsed = record(*INFUSED, ("relapse", "1.1", {"rel_date": day(60)}))

    assert [one.form for one in next_visits(relapsed)] == ["follow_up"]


def test_a_patient_lost_to_follow_up_owes_no_visit():
    assert next_visits(record(*INFUSED, ("follow_up", "1.1", {"fup_date": day(95), "lost_to_fup": 3}))) == []


def test_a_case_without_infusion_has_no_planned_visit():
    assert next_visits(record(("cart_course", "1", {"infused": 0}))) == []
