"""Endpoint rules on single cases: ties, windows, what cuts and what only ends, and what data errors lead to."""

from datetime import date

import pytest

from analytics.core.endpoints.definitions import ENDPOINTS, TIE_ORDER
from analytics.core.endpoints.derive import NO_CLOCK, OUT_OF_ORDER, derive
from analytics.core.endpoints.timeline import COLUMNS, DATES
from tests.analytics.core.worlds import COLLECTED, GIVEN, INFUSED, answer, day_of, timeline_of
from tests.reference.twelve_patients import alive, bcells, dead, no_response, on, relapse, remission, therapy


def mrd_positive(day):
    form, day, answers = remission(day)
    return form, day, {**answers, "rsp_mrd_result": 1, "rsp_mrd_value": 1e-3}


def test_relapse_then_death_counts_once_at_the_relapse():
    events = (remission(28), relapse(120), dead(200, 1, 0))

    assert answer("EFS_A", *events) == (120, 1, "relapse")
    assert answer("OS_INF", *events) == (200, 1, "death")


def test_a_telephone_call_does_not_prolong_event_free_survival():
    events = (remission(28), alive(400, 90))

    assert answer("EFS_A", *events) == (90, 0, "last disease assessment")
    assert answer("OS_INF", *events) == (400, 0, "last known alive")


def test_a_death_is_an_event_however_long_ago_the_disease_was_assessed():
    assert answer("EFS_A", remission(28), dead(75, 5, 1)) == (75, 1, "death")


def test_therapy_in_remission_cuts_b_counts_in_c_and_is_nothing_in_a():
    events = (remission(28), therapy(100, 1, 1, 1), relapse(250))

    assert answer("EFS_A", *events) == (250, 1, "relapse")
    assert answer("EFS_B", *events) == (100, 0, "new therapy in remission")
    assert answer("EFS_C", *events) == (100, 1, "new therapy")


def test_therapy_for_relapse_is_not_therapy_in_remission():
    events = (remission(28), relapse(100), therapy(100, 6, 4, 4), alive(300, 300))

    assert answer("EFS_B", *events) == (100, 1, "relapse")


@pytest.mark.parametrize(
    ("endpoint", "events", "expected"),
    [
        ("EFS_A", (remission(28), relapse(90), dead(90, 1, 0)), (90, 1, "death")),
        ("EFS_B", (remission(28), relapse(90), therapy(90, 1, 1, 1)), (90, 1, "relapse")),
        ("EFS_C", (remission(28), relapse(90), therapy(90, 1, 1, 1)), (90, 1, "relapse")),
        ("CIR", (remission(28), relapse(90), dead(90, 1, 0)), (62, 1, "relapse")),
        ("NRM", (remission(28), relapse(90), dead(90, 1, 0)), (90, 2, "relapse")),
    ],
)
def test_ties_on_one_day(endpoint, events, expected):
    assert answer(endpoint, *events) == expected


def test_a_death_on_day_0_is_half_a_day():
    assert answer("OS_INF", dead(0, 8, 99)) == (0.5, 1, "death")


def test_no_news_after_infusion_is_half_a_day():
    assert answer("OS_INF") == (0.5, 0, "last known alive")
    assert answer("EFS_A") == (0.5, 0, "last disease assessment")


def test_remission_counts_until_day_100_and_before_therapy_for_failure():
    assert day_of(timeline_of(remission(100)), "D_CR") == 100
    assert day_of(timeline_of(remission(101)), "D_CR") is None
    assert day_of(timeline_of(therapy(40, 6, 5, 4), remission(60)), "D_CR") is None
    assert day_of(timeline_of(therapy(40, 8, 1, 1), remission(60)), "D_CR") == 60


def test_no_response_is_dated_by_its_therapy_when_nobody_assessed_it():
    assert answer("EFS_A", therapy(40, 6, 5, 4), alive(90, 90)) == (40, 1, "no response")
    assert answer("EFS_B", therapy(40, 6, 5, 4), alive(90, 90)) == (0.5, 1, "no response")


def test_no_response_at_first_and_remission_later_in_the_window_is_remission():
    events = (no_response(14), remission(40), alive(300, 300))

    assert answer("EFS_A", *events) == (300, 0, "last disease assessment")


def test_relapse_without_a_documented_remission_still_ends_event_free_survival():
    line = timeline_of(relapse(200), alive(400, 400))

    assert day_of(line, "D_REL") == 200
    assert line["relapse_without_remission"].tolist() == [True]
    assert answer("EFS_A", relapse(200), alive(400, 400)) == (200, 1, "relapse")
    assert answer("RFS_U", relapse(200), alive(400, 400)) is None


def test_mrd_relapse_counts_when_confirmed_or_seen_twice_after_negativity():
    unconfirmed = (remission(28), relapse(90, kind=2, confirmed=0), alive(200, 200))
    once = (remission(28), mrd_positive(60), remission(90), alive(200, 200))
    twice = (remission(28), mrd_positive(60), mrd_positive(90), alive(200, 200))

    assert answer("EFS_C", *unconfirmed) == (200, 0, "last disease assessment")
    assert answer("EFS_C", *once) == (200, 0, "last disease assessment")
    assert answer("EFS_C", *twice) == (60, 1, "MRD relapse")


def test_best_response_starts_at_day_21():
    assert timeline_of(remission(20))["BOR"].isna().tolist() == [True]
    assert timeline_of(no_response(21), remission(60))["BOR"].tolist() == ["CR"]


def test_another_product_is_not_in_the_infused_set():
    before = (COLLECTED, ("cart_course", {"infused": 1, "prod_name": 88}), INFUSED[2])

    assert answer("OS_INF", dead(10, 1, 0), before=before) is None
    assert answer("OS_HCT", dead(10, 1, 0), before=before) == (10, 1, "death")


def test_infused_without_a_date_has_no_time_and_says_why():
    rows = derive(timeline_of(before=(COLLECTED, GIVEN)), ENDPOINTS["OS_INF"])

    assert rows["excluded"].tolist() == [NO_CLOCK]
    assert rows["time"].isna().all()


def test_death_before_infusion_is_out_of_order():
    rows = derive(timeline_of(dead(-5, 1, 0)), ENDPOINTS["OS_INF"])

    assert rows["excluded"].tolist() == [OUT_OF_ORDER]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (4, (25, 1, "not infused")),
        (10, (25, 0, "transferred before infusion")),
        (6, (0.5, 0, "last disease assessment")),
    ],
)
def test_not_being_infused_is_an_event_unless_chosen_in_remission_or_transferred(reason, expected):
    stopped = {"infused": 0, "noninf_reason": reason, "noninf_date": on(-15), "noninf_date_p": "D"}

    assert answer("EFS_A_ITT", before=(COLLECTED, ("cart_course", stopped))) == expected


def test_the_clock_of_the_decided_starts_at_an_earlier_collection():
    def decided(day):
        return answer("OS_DEC", before=(*INFUSED, ("patient", {"decision_date": on(day), "decision_date_p": "D"})))

    assert decided(-60)[0] == 60
    assert decided(-20)[0] == 40


def test_bcells_back_before_aplasia_are_not_a_loss():
    form, day, answers = bcells(30, 0)
    events = (bcells(1, 300), (form, day, {**answers, "b19_pct": 0}), bcells(90, 60), remission(28))

    assert answer("BCA_LOSS", *events) == (90, 1, "B-cell recovery")


def test_the_data_cut_rolls_later_events_back():
    cut = date.fromisoformat(on(150))
    events = (remission(28), relapse(180), dead(300, 1, 0))

    assert answer("EFS_A", *events, cut=cut) == (150, 0, "last disease assessment")
    assert answer("OS_INF", *events, cut=cut) == (150, 0, "last known alive")
    assert answer("OS_INF", *events, cut=date.fromisoformat(on(-1))) is None


def test_an_imputed_date_is_flagged_only_where_a_time_rests_on_it():
    form, day, answers = therapy(92, 1, 1, 1)  # 1 June
    line = timeline_of(remission(28), (form, day, {**answers, "stx_date_p": "M"}), alive(300, 300))
    flags = {name: derive(line, ENDPOINTS[name])["imputed"].tolist() for name in ("EFS_A", "EFS_B", "OS_INF")}

    assert day_of(line, "D_STX") == 106  # 15 June
    assert flags == {"EFS_A": [False], "EFS_B": [True], "OS_INF": [False]}


def test_a_remission_of_unknown_day_is_placed_before_the_relapse_of_the_same_month():
    form, _, answers = remission(31)  # 1 April
    line = timeline_of((form, 31, {**answers, "rsp_date_p": "M"}), relapse(38))

    assert day_of(line, "D_CR") == 37
    assert day_of(line, "D_REL") == 38


def burden(*rows):
    """Disease burden from (phase, day, marrow done, blasts)."""
    before = [
        (
            "pre_infusion_assessment",
            {
                "pre_seq": number,
                "pre_phase": phase,
                "pre_date": on(day),
                "pre_date_p": "D",
                "pre_bm_done": done,
                "pre_bm_blast": blasts,
                "pre_bm_blast_op": 1,
            },
        )
        for number, (phase, day, done, blasts) in enumerate(rows)
    ]
    (found,) = timeline_of(before=(*INFUSED, *before))["burden"].astype(object)
    return found


def test_burden_is_read_after_bridging_before_after_lymphodepletion_before_bridging():
    assert burden((1, -30, 1, 60), (2, -10, 1, 2), (3, -1, 1, 60)) == "low"
    assert burden((2, -10, 1, 2), (2, -8, 1, 60)) == "high"
    assert burden((1, -30, 1, 2), (3, -1, 1, 60)) == "high"
    assert burden((1, -30, 1, 2)) == "low"


def test_burden_passes_over_an_assessment_without_a_marrow():
    assert burden((1, -30, 1, 60), (2, -10, 0, None)) == "high"


def test_burden_after_infusion_is_not_burden_before_it():
    assert burden((1, -30, 1, 60), (2, 3, 1, 0)) == "high"


def test_second_courses_count_for_survival_only():
    form, row = "follow_up", {"vital_status": 1, "fup_date": on(700), "fup_date_p": "D", "course_no": 2}
    later = ("relapse", {"rel_kind": 1, "rel_date": on(600), "rel_date_p": "D", "course_no": 2})
    before = (*INFUSED, (form, row), later)

    assert answer("OS_INF", remission(28), before=before)[0] == 700
    assert answer("EFS_A", remission(28), before=before)[:2] == (28, 0)


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda endpoint: endpoint.id)
def test_every_rule_is_made_of_columns_the_timeline_has(endpoint):
    listed = (*endpoint.events, *endpoint.competing)

    assert {endpoint.set, endpoint.clock, endpoint.censor_end, *endpoint.censor_cut} <= set(COLUMNS)
    assert {event.date for event in listed} | {column for event in listed for column in event.when} <= set(DATES)
    assert {event.name for event in listed} <= set(endpoint.tie_order) <= set(TIE_ORDER)
    assert endpoint.print.endswith(".")
