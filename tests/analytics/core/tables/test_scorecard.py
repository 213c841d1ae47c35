"""Scorecards by hand: scores, thresholds, stages, ages of queries, time to entry."""

from datetime import date

import pandas as pd
import pytest

from analytics.core.quality_facts import quality_facts
from analytics.core.quality_tables import QUALITY_TABLES
from analytics.core.tables.scorecard import query_ages, scorecard, time_to_entry

TODAY = date(
    2026, 2, 10
)  # periods: 2025 January to April (1), May to August (2), September to December (3), the running one (4)


def form(name, due, completed="", *, event=None, entered="2025-01-02", required=1, complete=None):
    """A form due on a day, complete since another ("": not complete)."""
    is_complete = int(bool(completed)) if complete is None else complete
    values = ("C1", name, None, due, event, entered, completed or None, required, 0, 1, is_complete, 0, 0)
    return dict(zip(QUALITY_TABLES["form_states"], values, strict=True))


def cases(forms=(), opened=()):
    """One case with these forms, and queries opened on these days."""
    queries = [("C1", "crs", "soft", "machine", "open", day) for day in opened]
    tables = {
        "form_states": pd.DataFrame(forms, columns=list(QUALITY_TABLES["form_states"])),
        "open_queries": pd.DataFrame(queries, columns=list(QUALITY_TABLES["open_queries"])),
    }
    return quality_facts(tables, pd.DataFrame({"case": ["C1"]}))


def card(*forms, day=TODAY):
    return scorecard(cases(forms), day)


def stages(found):
    return [one["stage"] for one in found["periods"] if one["is_over"]]


def measure(found, period, name):
    return next(one for one in found["periods"][period]["measures"] if one["measure"] == name)


def test_the_score_is_expected_less_incomplete_of_expected_and_not_rounded():
    found = card(
        form("infusion", "2025-02-01", "2025-01-20"),
        form("patient", "2025-02-01", "2025-03-20"),
        form("baseline_disease", "2025-02-01"),
        form("crs", "2025-06-01", "2025-06-01"),
        form("crs", "2026-02-10"),  # due today: not expected yet
        form("crs", "2025-02-01", required=0),  # waived, ended by death, lost, reported elsewhere
        form("crs", None),  # no day by which it is due
    )

    assert found["score"] == {
        "critical": {"expected": 3, "incomplete": 1, "score": 2 / 3},
        "others": {"expected": 1, "incomplete": 0, "score": 1.0},
    }
    assert [one["score"]["critical"]["expected"] for one in found["periods"]] == [3, 0, 0, 0]
    assert [(one["from"], one["to"]) for one in found["periods"]][:2] == [("2025-01-01", "2025-04-30"), ("2025-05-01", "2025-08-31")]  # fmt: skip


def test_each_threshold_looks_at_its_own_forms_in_its_own_time():
    found = card(
        form("infusion", "2025-02-01", "2025-02-01"),  # on its due day
        form("infusion", "2025-02-01", "2025-08-31"),  # by the end of the next period
        form("patient", "2025-02-01", "2025-09-01"),  # a day after it
        form("crs", "2025-03-01", "2025-04-30"),
        form("crs", "2025-03-01", "2025-05-01"),
    )

    def counted(period, name):
        one = measure(found, period, name)
        return one["x"], one["n"], one["is_met"]

    assert counted(0, "critical_by_due") == (1, 3, False)
    assert counted(0, "others_by_deadline") == (1, 2, False)
    assert counted(0, "critical_of_previous") == (0, 0, None)  # before the hospital began
    assert counted(1, "critical_of_previous") == (2, 3, False)
    assert counted(1, "critical_by_due") == (0, 0, None)


@pytest.mark.parametrize(("complete", "n", "is_met"), [(1, 2, True), (0, 1, False), (4, 9, False)])
def test_half_of_the_critical_forms_by_their_due_day_is_enough(complete, n, is_met):
    forms = [form("infusion", "2025-02-01", "2025-01-20" if number < complete else "2025-03-01") for number in range(n)]
    assert measure(card(*forms), 0, "critical_by_due")["is_met"] is is_met


@pytest.mark.parametrize(("complete", "n", "is_met"), [(9, 10, True), (89, 100, False), (90, 100, True)])
def test_nine_in_ten_other_forms_by_the_deadline_meet_the_threshold_exactly(complete, n, is_met):
    forms = [form("crs", "2025-02-01", "2025-04-30" if number < complete else "") for number in range(n)]
    assert measure(card(*forms), 0, "others_by_deadline")["is_met"] is is_met


@pytest.mark.parametrize(("complete", "n", "is_met"), [(98, 100, True), (97, 100, False), (49, 50, True)])
def test_critical_forms_of_the_period_before_are_nearly_all_complete(complete, n, is_met):
    forms = [form("infusion", "2025-02-01", "2025-08-31" if number < complete else "") for number in range(n)]
    assert measure(card(*forms), 1, "critical_of_previous")["is_met"] is is_met


LATE = {period: form("crs", f"{period}-15", f"{period}-15") for period in ("2025-02", "2025-06", "2025-10")}
MISSING = {period: form("crs", f"{period}-15") for period in LATE}


def test_stages_follow_periods_in_a_row_and_one_good_period_restores():
    began = form("crs", None, entered="2024-01-02")
    bad = card(began, form("crs", "2024-10-01"), *MISSING.values())
    assert stages(bad) == ["warning", "probation", "suspension", "suspension"]
    assert (bad["stage"], bad["since"], bad["because"]) == ("suspension", "2025-08-31", ["others_by_deadline"])

    better = card(began, form("crs", "2024-10-01"), MISSING["2025-02"], LATE["2025-06"], MISSING["2025-10"])
    assert stages(better) == ["warning", "probation", "good", "warning"]

    idle = card(began, MISSING["2025-02"], MISSING["2025-10"])  # nothing fell due in between: nothing changes
    assert stages(idle) == ["warning", "warning", "probation"]


def test_the_running_period_and_the_time_before_the_hospital_began_set_no_stage():
    running = card(form("crs", "2026-01-15"))
    assert (running["stage"], running["since"]) == ("good", None)
    assert running["periods"][-1]["is_met"] is None and not running["periods"][-1]["is_over"]

    before = card(*(form("crs", f"{day}-15", "2026-01-10", entered="2026-01-10") for day in LATE))
    assert stages(before) == ["good"] * 3 and not any(one["is_judged"] for one in before["periods"][:3])
    assert before["score"]["others"]["score"] == 1.0  # late, and there


def test_the_newest_three_years_are_listed_and_all_of_them_judged():
    found = card(*(form("crs", f"{year}-02-01", entered="2015-01-02") for year in range(2015, 2026)))
    assert len(found["periods"]) == 9 and found["periods"][-1]["from"] == "2026-01-01"
    assert found["stage"] == "suspension" and found["periods"][0]["stage"] == "suspension"


def test_a_hospital_without_forms_is_in_good_standing_with_nothing_expected():
    found = card()
    assert found["stage"] == "good" and found["score"]["critical"]["score"] is None


def test_ages_of_queries_are_counted_to_the_day():
    found = query_ages(cases(opened=["2026-02-10", "2026-01-11", "2026-01-10", "2025-02-10"]), TODAY)
    assert found == {"open": 4, "median_days": 30.5, "oldest_days": 365.0, "over_30": 2}
    assert query_ages(cases(opened=["2026-03-01"]), TODAY)["oldest_days"] == 0  # asked after the newest information
    assert query_ages(cases(), TODAY) == {"open": 0, "median_days": None, "oldest_days": None, "over_30": 0}


def test_time_to_entry_counts_from_the_day_of_which_a_form_tells():
    forms = [
        form("infusion", "2025-02-01", event="2025-01-01", entered=entered)
        for entered in ("2025-01-01", "2025-01-03", "2025-01-05", "2025-01-09", "2025-02-01")
    ]
    other = [form("crs", None, event=None), form("crs", None, event="2025-01-01", entered=None)]
    found = time_to_entry(cases([*forms, *other]))
    assert found == {"forms": 5, "median_days": 4.0, "lower_quartile_days": 2.0, "upper_quartile_days": 8.0}
    assert time_to_entry(cases())["median_days"] is None
