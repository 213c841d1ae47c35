"""Options of the endpoint rules on single cases: each is a rule of its own, and differs where it says so."""

from datetime import date

import pytest

from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.core.endpoints.derive import derive
from analytics.core.sentences import NOT_REPORTED, RESTS_ON_IMPUTED
from tests.analytics.core.worlds import COLLECTED, answer, day_of, timeline_of
from tests.reference.twelve_patients import (
    alive,
    aplasia,
    bcells,
    counts,
    dead,
    episode,
    neoplasm,
    no_response,
    occurred,
    on,
    relapse,
    remission,
    therapy,
)

BCELLS, CENSORED_AT_ALIVE = "B-cell recovery", "last known alive"


def excluded(endpoint, *events, **options):
    return derive(timeline_of(*events), ENDPOINTS[endpoint], **options)["excluded"].tolist()


def stopped(reason):
    form = {"infused": 0, "noninf_reason": reason, "noninf_date": on(-15), "noninf_date_p": "D"}
    decided = ("patient", {"decision_date": on(-50), "decision_date_p": "D"})
    return COLLECTED, decided, ("cart_course", form)


@pytest.mark.parametrize("rule", ["EFS_A", "EFS_C"])
def test_another_treatment_in_remission_is_an_event_only_by_the_rules_that_say_so(rule):
    assert answer(f"{rule}_ITT", before=stopped(6))[1] == 0
    assert answer(f"{rule}_ITT_ANY", before=stopped(6)) == (25, 1, "other treatment instead of infusion")
    assert answer(f"{rule}_DEC_ANY", before=stopped(6)) == (35, 1, "other treatment instead of infusion")
    assert answer(f"{rule}_ITT_ANY", before=stopped(10)) == (25, 0, "transferred before infusion")
    assert answer(f"{rule}_DEC", before=stopped(4)) == (35, 1, "not infused")


def test_death_before_response_is_dated_on_day_0_by_the_strict_rule_only():
    assert answer("EFS_B", dead(12, 5, 99)) == (12, 1, "death")
    assert answer("EFS_B_DAY0", dead(12, 5, 99)) == (0.5, 1, "death before response")
    assert answer("EFS_B_DAY0", remission(28), dead(75, 5, 1)) == (75, 1, "death")
    assert answer("EFS_B_DAY0", remission(130), dead(200, 5, 1)) == (200, 1, "death")  # a remission, if a late one


def test_bcell_recovery_ends_the_stringent_rule_that_lists_it():
    once = (remission(28), aplasia(28), bcells(90, 60), aplasia(120), alive(300, 300))
    twice = (remission(28), aplasia(28), bcells(90, 60), bcells(120, 70), alive(300, 300))

    assert answer("EFS_C", *once)[:2] == (300, 0)
    assert answer("EFS_C_BCA", *once) == (90, 1, BCELLS)
    assert answer("EFS_C_BCA_TWICE", *once)[:2] == (300, 0)
    assert answer("EFS_C_BCA_TWICE", *twice) == (90, 1, BCELLS)


def test_bcells_before_any_aplasia_are_no_recovery():
    assert answer("EFS_C_BCA", remission(28), bcells(1, 300), bcells(30, 200), aplasia(60), alive(300, 300))[1] == 0
    assert answer("EFS_C_BCA", remission(28), bcells(1, 300), bcells(60, 200), alive(300, 300)) == (60, 1, BCELLS)


def test_loss_of_aplasia_by_confirmation_lower_limits_and_after_therapy():
    def low(day):
        form, at, answers = bcells(day, 20)
        return form, at, {**answers, "b19_pct": 3}

    seen = (remission(28), aplasia(28), bcells(90, 60), aplasia(120), bcells(200, 60), bcells(220, 60))
    by_share = (remission(28), aplasia(28), low(90), low(120))

    assert answer("BCA_LOSS", *seen) == (90, 1, BCELLS)
    assert answer("BCA_LOSS_TWICE", *seen) == (200, 1, BCELLS)
    assert answer("BCA_LOSS_TWICE", *seen[:3]) == (90, 0, "last B-cell sample")  # nobody has looked again
    assert answer("BCA_LOSS", *by_share) == (120, 0, "last B-cell sample")
    assert answer("BCA_LOSS_US", *by_share) == (90, 1, BCELLS)
    assert answer("BCA_LOSS", *seen, therapy(50, 8, 1, 1)) == (50, 2, "new therapy")
    assert answer("BCA_LOSS_STX", *seen, therapy(50, 8, 1, 1)) == (90, 1, BCELLS)


def test_other_deaths_end_or_compete_with_duration_of_response():
    unknown = (remission(28), dead(128, 99, 0))

    assert answer("DOR", remission(28), dead(128, 1, 0)) == (100, 1, "death from leukaemia")
    assert answer("DOR", *unknown) == (100, 0, "death from another cause")
    assert answer("DOR_COMP", *unknown) == (100, 2, "death from another cause")
    assert answer("DOR_C_COMP", *unknown, therapy(60, 8, 1, 1)) == (32, 0, "new therapy in remission")


def test_relapse_by_cd19_on_one_day_is_the_most_telling_one():
    def by(cd19, *more):
        events = (remission(28), *(relapse(100, cd19=one) for one in (cd19, *more)))
        return [answer(name, *events)[1] for name in ("CIR_19P", "CIR_19N", "CIR_19ND", "CIR_19U")]

    assert by(1) == [1, 2, 2, 2]
    assert by(2) == [2, 1, 1, 2]
    assert by(3) == by(4) == [2, 2, 1, 2]
    assert by(98) == by(None) == [2, 2, 2, 1]
    assert by(1, 2) == by(2, 1) == [2, 1, 1, 2]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((dead(30, 5, 1),), (30, 1, "death from another cause")),
        ((dead(30, 1, 0),), (30, 2, "death from leukaemia")),
        ((dead(31, 5, 1),), (30, 0, "end of the window")),
        ((alive(20),), (20, 0, CENSORED_AT_ALIVE)),
        ((alive(30),), (30, 0, "end of the window")),
    ],
)
def test_a_window_tells_who_was_followed_to_its_end(events, expected):
    assert answer("TRM30", *events) == expected


@pytest.mark.parametrize("kind", ["crs", "icans"])
def test_what_nobody_reported_is_not_an_absence(kind):
    any_grade, severe = f"TT_{kind.upper()}", f"TT_{kind.upper()}3"
    followed, undated = alive(200), episode(kind, None, None, 3)
    undated = (undated[0], None, undated[2])

    assert excluded(any_grade, followed) == [NOT_REPORTED]
    assert excluded(any_grade, followed, occurred(kind, 99)) == [NOT_REPORTED]
    assert excluded(any_grade, followed, occurred(kind, 1), undated) == [NOT_REPORTED]
    assert answer(any_grade, followed, occurred(kind, 0)) == (42, 0, "end of the window")
    ungraded = (followed, occurred(kind, 1), episode(kind, 3, 5, None))
    assert answer(any_grade, *ungraded)[:2] == (3, 1)
    assert excluded(severe, *ungraded) == [NOT_REPORTED]
    assert answer(severe, *ungraded, episode(kind, 8, 9, 4))[:2] == (8, 1)
    assert answer(severe, followed, occurred(kind, 1), episode(kind, 3, 5, 2))[:2] == (42, 0)


def test_onset_on_the_day_of_death_is_an_onset_and_recovery_then_is_none():
    assert answer("TT_CRS", episode("crs", 9, None, 5), dead(9, 2, 0)) == (9, 1, "CRS")
    assert answer("SMN_CIF", neoplasm(90, 1), dead(90, 7, 0)) == (90, 1, "subsequent neoplasm")
    assert answer("DUR_CRS", episode("crs", 3, 9, 5), dead(9, 2, 0)) == (6, 2, "death")
    assert answer("TT_ANC", counts(9, 9), dead(9, 2, 0)) == (9, 2, "death")


def test_duration_is_that_of_the_first_episode_until_all_that_began_then_is_over():
    first = (episode("crs", 3, 6, 1), episode("crs", 3, 9, 2), episode("crs", 20, 30, 1), alive(100))

    assert answer("DUR_CRS", *first)[:2] == (6, 1)
    assert answer("DUR_CRS", episode("crs", 3, None, 1), alive(100)) == (97, 0, CENSORED_AT_ALIVE)
    assert answer("DUR_CRS", alive(100)) is None


def test_recovery_is_awaited_only_where_counts_were_low():
    assert excluded("TT_ANC", counts(None, None), alive(90)) == [NOT_REPORTED]
    assert answer("TT_ANC", counts(None, None, never=1), alive(90)) == (90, 0, CENSORED_AT_ALIVE)
    assert answer("TT_PLT", counts(None, None, days_low=3), relapse(50)) == (50, 2, "relapse")


def test_survival_after_failure_starts_at_the_first_failure():
    events = (remission(28), therapy(80, 1, 1, 1), relapse(100), dead(150, 1, 0))

    assert answer("OS_POST", *events) == (50, 1, "death")
    assert answer("OS_POST_C", *events) == (70, 1, "death")
    assert answer("OS_POST", dead(100, 5, 0)) is None
    assert answer("OS_POST", relapse(100, kind=6), dead(100, 1, 0)) == (0.5, 1, "death")


def test_cases_on_imputed_dates_are_left_out_and_counted_on_request():
    form, day, answers = therapy(92, 1, 1, 1)
    events = (remission(28), (form, day, {**answers, "stx_date_p": "M"}), alive(300, 300))

    assert excluded("EFS_C", *events, without_imputed=True) == [RESTS_ON_IMPUTED]
    assert derive(timeline_of(*events), ENDPOINTS["EFS_C"], without_imputed=True)["time"].isna().all()
    assert answer("EFS_C", *events)[1] == 1
    assert derive(timeline_of(*events), ENDPOINTS["EFS_A"], without_imputed=True)["excluded"].isna().all()


@pytest.mark.parametrize(
    ("events", "confirmed"),
    [
        ((remission(28), alive(200, 56)), True),
        ((remission(28), alive(200, 55)), False),
        ((remission(28), relapse(55)), False),
        ((remission(28), relapse(56)), True),
        ((remission(28), no_response(50), alive(200, 200)), False),
        ((remission(28), no_response(40), remission(60), alive(200, 200)), True),
        ((remission(28), relapse(40, kind=2, confirmed=1), alive(200, 200)), True),  # MRD alone is no relapse
        ((remission(28), dead(60, 5, 1)), True),
        ((remission(28), dead(60, 5, 99)), False),
        ((remission(15), alive(200, 200)), False),  # before day 21
    ],
)
def test_a_confirmed_response_was_held_for_28_days(events, confirmed):
    assert timeline_of(*events)["bor_confirmed"].tolist() == [confirmed]


def test_a_remission_seen_only_before_day_21_is_counted_apart():
    line = timeline_of(remission(15), alive(200, 200))

    assert line[["responder", "early_cr_only", "bor_evaluable"]].iloc[0].tolist() == [True, True, False]
    assert timeline_of(remission(15), remission(40))["early_cr_only"].tolist() == [False]


def test_mrd_counts_within_14_days_of_remission():
    def tested(*events):
        return timeline_of(*events)[["mrd_tested_cr", "mrd_negative_cr"]].iloc[0].tolist()

    form, day, answers = remission(28)
    untested = (form, day, {**answers, "rsp_mrd_method": 0})
    positive = (form, day, {**answers, "rsp_mrd_result": 1, "rsp_mrd_value": 1e-3})

    assert tested(untested, remission(42)) == [True, True]
    assert tested(untested, remission(43)) == [False, False]
    assert tested(positive) == [True, False]


def test_a_rolling_cut_never_knows_what_happens_later():
    events = (remission(28), aplasia(28), episode("crs", 3, 40, 3), bcells(90, 60), relapse(120), dead(200, 1, 0))
    for day in range(0, 220, 7):
        cut = date.fromisoformat(on(day))
        line = timeline_of(*events, cut=cut)
        for name, rule in ENDPOINTS.items():
            rows = derive(line, rule)
            if len(rows) and rows["excluded"].isna().all():
                start = day_of(line, rule.clock)
                assert start + rows["time"].iloc[0] <= max(day, start + 0.5), (name, day)
    assert answer("CIR", *events, cut=date.fromisoformat(on(119)))[1] == 0
    assert answer("CIR", *events, cut=date.fromisoformat(on(120)))[1] == 1
