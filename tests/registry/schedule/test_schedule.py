"""Which forms a case should have, when each is due, and what becomes of it."""

from datetime import date, timedelta

import pytest

from registry.dictionary.visits import ASSESSMENTS, CONTACTS, months_later, period_end
from registry.edit_checks.base import Row
from registry.edit_checks.case import Record
from registry.models import FORMS
from registry.schedule import NEEDED, OWED, Expected, possibly_lost_since, schedule

DAY_0 = date(2024, 6, 3)


def day(number):
    return DAY_0 + timedelta(days=number)


def record(*rows, today=None):
    """A case of (form, key, answers); forms of a course belong to course 1."""
    patient = {form.form_name for form in FORMS if not form.of_course and form.form_name != "cart_course"}
    return Record([Row(form, key, {}, answers, None if form in patient else 1) for form, key, answers in rows], today)


INFUSED = (("cart_course", "1", {"infused": 1}), ("infusion", "1.1", {"inf_date": DAY_0}))


def once(*rows):
    """Form → its expectation, for the forms that are no planned visit and not stored."""
    return {one.form: one for one in schedule(record(*rows)) if not one.slot and not one.key}


def visits(form, *rows, exemptions=None):
    """Planned visit → its expectation."""
    return {one.slot: one for one in schedule(record(*rows), exemptions) if one.form == form and one.slot}


def states(form, on, *rows, exemptions=None):
    """Planned visit → its state on a day after infusion."""
    return {slot: one.state(day(on)) for slot, one in visits(form, *rows, exemptions=exemptions).items()}


def contact(key, on, code=9, **answers):
    return "follow_up", f"1.{key}", {"fup_date": day(on), "fup_visit": code, "vital_status": 1, **answers}


def assessed(key, on, timepoint=9, **answers):
    return "response_assessment", f"1.{key}", {"rsp_date": day(on), "rsp_timepoint": timepoint, **answers}


# ── forms that are there once, and events


def test_a_new_case_owes_registration_baseline_and_disposition_and_no_visit():
    assert [one.form for one in schedule(record())] == ["patient", "baseline_disease", "prior_therapy", "cart_course"]


def test_the_forms_of_the_decision_are_due_two_and_four_weeks_after_it():
    found = {one.form: one for one in schedule(record(("patient", "1", {"decision_date": DAY_0})))}

    assert (found["patient"].due, found["patient"].key) == (day(14), "1")
    assert (found["baseline_disease"].due, found["prior_therapy"].due) == (day(30), day(30))


def test_collections_count_once_they_are_known_and_manufacturing_once_shipped():
    collected = ("leukapheresis", "1.1", {"aph_start_date": day(-41), "aph_end_date": day(-40)})
    shipped = ("leukapheresis", "1.1", {"aph_end_date": day(-40), "aph_shipped": 1})
    again = ("leukapheresis", "1.2", {"aph_end_date": day(-20), "aph_shipped": 1})
    failed = ("manufacturing", "1.1", {"mfg_outcome": 3})

    assert "leukapheresis" not in once()
    assert "leukapheresis" in once(*INFUSED) and "leukapheresis" in once(failed)
    assert [one.due for one in schedule(record(collected)) if one.form == "leukapheresis"] == [day(-26)]
    assert "manufacturing" not in once(collected) and "manufacturing" in once(shipped)
    assert "manufacturing" not in once(shipped, failed), "one attempt for one shipment"
    assert once(shipped, again, failed)["manufacturing"].event == day(-20), (
        "the repeated collection has its attempt too"
    )


def test_an_infused_case_owes_its_toxicity_forms_on_day_42():
    found = once(*INFUSED)

    assert (found["crs"].due, found["icans"].due, found["lymphodepletion"].due) == (day(42), day(42), day(14))
    assert found["iechs_haematotoxicity"].earliest == day(30) and found["iechs_haematotoxicity"].due == day(42)
    assert "crs_episode" not in found and "manufacturing" not in found


def test_the_late_questions_of_haematotoxicity_have_until_day_114():
    def due(**answers):
        rows = (*INFUSED, ("iechs_haematotoxicity", "1", answers))
        return next(one.due for one in schedule(record(*rows)) if one.form == "iechs_haematotoxicity")

    assert due(anc500_days=8) == day(114)
    assert due(late_anc_nadir=0) == due(late_anc_nadir_mr="ND") == day(42)


def test_an_episode_is_owed_once_the_summary_says_that_there_was_one():
    assert once(*INFUSED, ("icans", "1", {"icans_occurred": 1}))["icans_episode"].due == day(42)
    assert "icans_episode" not in once(*INFUSED, ("icans", "1", {"icans_occurred": 0}))
    long = (*INFUSED, ("crs_episode", "1.1", {"crs_onset": day(3), "crs_resolved": day(50)}))
    assert next(one.due for one in schedule(record(*long)) if one.form == "crs_episode") == day(64)


def test_a_case_that_was_not_infused_owes_no_form_of_the_infusion_and_is_followed_from_that_day():
    told = [("cart_course", "1", {"infused": 0, "noninf_date": DAY_0, "noninf_reason": 4})]

    assert not {"infusion", "crs", "lymphodepletion", "bridging_therapy"} & set(once(*told))
    assert visits("follow_up", *told)["M6"].planned == date(2024, 12, 3)
    assert not visits("response_assessment", *told)


@pytest.mark.parametrize(
    ("form", "rows", "due"),
    [
        ("relapse", [assessed(1, 60, rsp_site=4)], day(90)),
        ("relapse", [assessed(1, 28, rsp_site=1), contact(1, 200, disease_status_fup=4)], day(230)),
        ("relapse", [("subsequent_therapy", "1.1", {"stx_date": day(70), "stx_reason": 4})], day(100)),
        ("subsequent_therapy", [contact(1, 200, disease_status_fup=5)], day(230)),
        ("death", [contact(1, 200, vital_status=2)], day(230)),
        ("subsequent_neoplasm", [("death", "1", {"death_date": day(300), "death_cause": 7})], day(315)),
        ("adverse_event", [("death", "1", {"death_date": day(300), "death_cause": 5})], day(330)),
    ],
)
def test_an_event_is_expected_once_another_form_speaks_of_it(form, rows, due):
    assert form not in once(*INFUSED)
    assert once(*INFUSED, *rows)[form].due == due


def test_active_disease_without_a_remission_is_no_relapse():
    assert "relapse" not in once(*INFUSED, assessed(1, 28, rsp_site=3), contact(1, 60, disease_status_fup=4))


def test_every_stored_row_is_in_the_schedule_once():
    rows = [(form.form_name, "1.1" if form.of_course else "1", {}) for form in FORMS]
    found = [(one.form, one.key) for one in schedule(record(*rows)) if one.key]

    assert sorted(found) == sorted((form, key) for form, key, _answers in rows)
    assert set(NEEDED) == {form.form_name for form in FORMS}


# ── planned visits


def test_contacts_and_assessments_are_planned_to_year_15():
    years = [f"Y{year}" for year in range(3, 16)]

    assert list(visits("follow_up", *INFUSED)) == ["D28", "D100", "M6", "M12", "M18", "M24", *years]
    assert list(visits("response_assessment", *INFUSED)) == ["D28", "M3", "M6", "M9", "M12", "M18", "M24", *years]
    assert list(visits("bcell_assessment", *INFUSED)) == list(visits("response_assessment", *INFUSED))


def test_a_contact_is_due_30_days_after_its_day_and_an_assessment_14_after_its_window():
    told, response = visits("follow_up", *INFUSED), visits("response_assessment", *INFUSED)

    assert (told["D100"].earliest, told["D100"].planned, told["D100"].due) == (day(85), day(100), day(130))
    assert told["M12"].planned == date(2025, 6, 3) and told["M12"].due == date(2025, 7, 3)
    assert (response["M3"].earliest, response["M3"].due) == (day(75), day(134))
    assert response["D28"].due == day(56)


def test_planned_dates_follow_the_calendar_over_leap_days():
    assert months_later(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert months_later(date(2024, 2, 29), 48) == date(2028, 2, 29)
    assert months_later(date(2023, 8, 31), 6) == date(2024, 2, 29)
    born_on_a_leap_day = (INFUSED[0], ("infusion", "1.1", {"inf_date": date(2024, 2, 29)}))
    planned = visits("follow_up", *born_on_a_leap_day)
    assert (planned["Y3"].planned, planned["Y4"].planned) == (date(2027, 2, 28), date(2028, 2, 29))


def test_reporting_periods_end_in_april_august_and_december():
    assert [period_end(date(2024, month, 1)) for month in (1, 4, 5, 9, 12)] == [
        date(2024, 4, 30), date(2024, 4, 30), date(2024, 8, 31), date(2024, 12, 31), date(2024, 12, 31),
    ]  # fmt: skip


def test_the_windows_of_one_kind_of_visit_do_not_overlap():
    for planned in (CONTACTS, ASSESSMENTS):
        assert all(one.last < following.first for one, following in zip(planned, planned[1:], strict=False))
        assert all(one.first <= one.day <= one.last for one in planned)


@pytest.mark.parametrize(
    ("on", "state"),
    [(84, "not_yet"), (85, "open"), (99, "open"), (100, "due_soon"), (130, "due_soon"), (131, "overdue"), (211, "overdue"), (212, "late")],
)  # fmt: skip
def test_a_visit_opens_falls_due_and_becomes_late_at_the_end_of_its_period(on, state):
    assert day(211) == date(2024, 12, 31)
    assert visits("follow_up", *INFUSED)["D100"].state(day(on)) == state


def test_a_visit_is_covered_by_the_visit_it_names_or_by_its_window():
    named = visits(
        "follow_up", *INFUSED, contact(1, 60, 1), contact(2, 230, 3), contact(3, 1100, 7), contact(4, 1450, 7)
    )
    unnamed = visits("follow_up", *INFUSED, contact(1, 100), contact(2, 140), contact(3, 200, None))

    assert {slot: one.key for slot, one in named.items() if one.key} == {
        "D28": "1.1",
        "M6": "1.2",
        "Y3": "1.3",
        "Y4": "1.4",
    }
    assert {slot: one.key for slot, one in unnamed.items() if one.key} == {"D100": "1.1", "M6": "1.3"}


def test_a_second_row_for_the_same_visit_is_an_unscheduled_one():
    found = schedule(record(*INFUSED, assessed(1, 28, 1), assessed(2, 40, 1)))

    assert [(one.slot, one.key) for one in found if one.form == "response_assessment" and one.key] == [
        ("D28", "1.1"),
        ("", "1.2"),
    ]


def test_a_sample_counts_for_the_assessment_of_its_day():
    late = visits(
        "bcell_assessment", *INFUSED, assessed(1, 225, 3), ("bcell_assessment", "1.1", {"bca_date": day(225)})
    )
    alone = visits("bcell_assessment", *INFUSED, ("bcell_assessment", "1.1", {"bca_date": day(180)}))

    assert late["M6"].key == alone["M6"].key == "1.1"


def test_a_visit_whose_time_is_over_is_passed_once_a_later_report_is_there():
    found = states("follow_up", 400, *INFUSED, contact(1, 365, 4))

    assert found["D28"] == found["D100"] == found["M6"] == "passed" and found["M12"] == "done"
    assert found["M18"] == "not_yet"
    assert states("follow_up", 400, *INFUSED)["M6"] == "late", "without a later report it is still owed"


def test_death_ends_every_planned_visit_and_nothing_else():
    for told in (contact(1, 200, vital_status=2), ("death", "1", {"death_date": day(200)})):
        assert set(states("response_assessment", 800, *INFUSED, told).values()) == {"ended"}
        assert not {"overdue", "late", "open", "due_soon"} & set(states("follow_up", 800, *INFUSED, told).values())
        assert once(*INFUSED, told)["crs"].state(day(800)) == "late", "its toxicity is still to be reported"
    died_waiting = ("cart_course", "1", {"infused": 0, "noninf_date": DAY_0, "noninf_reason": 1})
    assert set(states("follow_up", 800, died_waiting).values()) == {"ended"}
    assert once(died_waiting)["death"].due == day(30)


def test_withdrawal_ends_everything_that_is_not_stored():
    told = schedule(record(*INFUSED, ("patient", "1", {"consent_withdrawn": 1}), contact(1, 28, 1)))

    assert {one.state(day(900)) for one in told} == {"done", "ended"}


def test_a_patient_lost_to_follow_up_owes_no_visit_until_seen_again():
    lost = contact(1, 95, lost_to_fup=1)

    assert set(states("follow_up", 800, *INFUSED, lost).values()) == {"ended", "done"}
    assert states("follow_up", 800, *INFUSED, lost, contact(2, 700, 6, lost_to_fup=0))["M24"] == "done"
    assert states("follow_up", 1200, *INFUSED, lost, contact(2, 700, 6, lost_to_fup=0))["Y3"] == "late"


def test_a_relapsed_patient_is_contacted_but_not_assessed_for_response():
    relapsed = ("relapse", "1.1", {"rel_date": day(60)})

    assert set(states("response_assessment", 200, *INFUSED, relapsed).values()) == {"ended"}
    assert states("follow_up", 200, *INFUSED, relapsed)["M6"] == "due_soon"


def test_an_exempted_visit_is_not_required_and_the_next_one_is():
    exempted = {("follow_up", "M6"): "waived", ("crs", ""): "elsewhere"}
    found = states("follow_up", 600, *INFUSED, exemptions=exempted)

    assert found["M6"] == "not_required" and found["M12"] in ("overdue", "late")
    crs = next(one for one in schedule(record(*INFUSED), exempted) if one.form == "crs")
    assert crs.state(day(100)) == "not_required"
    assert states("follow_up", 600, *INFUSED, contact(1, 183, 3), exemptions=exempted)["M6"] == "done"


def test_late_effects_are_optional_each_year_and_never_owed():
    found = states("late_effects", 800, *INFUSED, ("late_effects", "1", {"late_date": day(370)}))

    assert (found["Y1"], found["Y2"], found["Y4"]) == ("done", "optional", "not_yet")
    assert not {"open", "due_soon", "overdue", "late"} & set(found.values())


def test_an_imported_transplant_expects_nothing_but_what_is_stored():
    found = schedule(
        record(("cart_course", "1", {"infused": 1, "prod_name": 88}), ("infusion", "1.1", {"inf_date": DAY_0}))
    )

    assert [one.form for one in found] == ["cart_course", "infusion"]


@pytest.mark.parametrize(
    "rows",
    [
        INFUSED,
        (*INFUSED, contact(1, 35, 4), assessed(1, 28, 1), contact(2, 900)),
        (*INFUSED, ("relapse", "1.1", {"rel_date": day(60)})),
        (*INFUSED, ("death", "1", {"death_date": day(60)}), contact(1, 50, 6)),
        (*INFUSED, contact(1, 95, lost_to_fup=2)),
        [("cart_course", "1", {"infused": 0, "noninf_date": DAY_0})],
    ],
)
def test_what_is_owed_does_not_depend_on_how_far_ahead_is_looked(rows):
    told = record(*rows)
    for on in (10, 21, 130, 500, 1200):
        owed = [one for one in schedule(told) if one.key or one.state(day(on)) in OWED]
        near = [one for one in schedule(told, until=day(on)) if one.key or one.state(day(on)) in OWED]
        assert near == owed


# ── loss to follow-up


@pytest.mark.parametrize(
    ("seen", "on", "since"),
    [
        (contact(1, 365, 4), 731, None),
        (contact(1, 365, 4), 732, 731),  # two intervals of 183 days
        (contact(1, 1096, 7), 1826, None),
        (contact(1, 1096, 7), 1827, 1826),
        (contact(1, 365, 4, lost_to_fup=1), 2000, None),
        (contact(1, 365, 4, vital_status=2), 2000, None),
        (contact(1, 5479, 7), 7000, None),  # after year 15
    ],
)
def test_a_patient_is_possibly_lost_after_two_planned_intervals(seen, on, since):
    assert possibly_lost_since(record(*INFUSED, seen, today=day(on))) == (day(since) if since else None)


def test_the_state_does_not_depend_on_the_order_of_what_ended_it():
    one = Expected("follow_up", "M6", due=day(200), ended="died", exemption="waived")

    assert one.state(day(400)) == "not_required" and one.deadline == date(2024, 12, 31)
