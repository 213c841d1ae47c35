"""Dates as people type them."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from registry import clock
from registry.entry.dates import as_typed, echo, echo_date, read_date, understood

DAY_0 = date(2025, 2, 14)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2025-03-14", (date(2025, 3, 14), "D")),
        ("2025/3/14", (date(2025, 3, 14), "D")),
        ("20250314", (date(2025, 3, 14), "D")),
        ("14 Mar 2025", (date(2025, 3, 14), "D")),
        ("14mar2025", (date(2025, 3, 14), "D")),
        ("14 September 2025", (date(2025, 9, 14), "D")),
        ("14.3.2025", (date(2025, 3, 14), "D")),
        ("2025年3月14日", (date(2025, 3, 14), "D")),
        ("２０２５－０３－１４", (date(2025, 3, 14), "D")),
        ("令和7年3月14日", (date(2025, 3, 14), "D")),
        ("R7.3.14", (date(2025, 3, 14), "D")),
        ("令和元年5月", (date(2019, 5, 1), "M")),
        ("H30", (date(2018, 1, 1), "Y")),
        ("2025-03", (date(2025, 3, 1), "M")),
        ("Mar 2025", (date(2025, 3, 1), "M")),
        ("2025", (date(2025, 1, 1), "Y")),
        ("day 28", (date(2025, 3, 14), "D")),
        ("d-5", (date(2025, 2, 9), "D")),
        ("Day +28", (date(2025, 3, 14), "D")),
        ("+28", (date(2025, 3, 14), "D")),
        ("−5", (date(2025, 2, 9), "D")),
        ("投与後28日", (date(2025, 3, 14), "D")),
        ("投与5日前", (date(2025, 2, 9), "D")),
        ("投与日", (DAY_0, "D")),
        ("14/3/2025", (date(2025, 3, 14), "D")),
        ("3/14/2025", (date(2025, 3, 14), "D")),
        ("3/3/2025", (date(2025, 3, 3), "D")),
        ("March 14, 2025", (date(2025, 3, 14), "D")),
        ("2025 3 14", (date(2025, 3, 14), "D")),
        ("2025年 3月 14日", (date(2025, 3, 14), "D")),
        ("令和二年2月29日", (date(2020, 2, 29), "D")),
        ("令和二年二月二十九日", (date(2020, 2, 29), "D")),
        ("平成三十一年四月三十日", (date(2019, 4, 30), "D")),
        ("二〇二五年三月十四日", (date(2025, 3, 14), "D")),
        ("投与後二十八日", (date(2025, 3, 14), "D")),
        ("R4.5.1 (日)", (date(2022, 5, 1), "D")),
        ("2025-03-14(金)", (date(2025, 3, 14), "D")),
        ("令和7年3月14日（金曜日）", (date(2025, 3, 14), "D")),
        ("Ｒ４・５・１", (date(2022, 5, 1), "D")),
        ("令和 4年 5月 1日", (date(2022, 5, 1), "D")),
        ("r020229", (date(2020, 2, 29), "D")),
        ("H310430", (date(2019, 4, 30), "D")),
        ("令和元年", (date(2019, 1, 1), "Y")),
        ("S64.1.7", (date(1989, 1, 7), "D")),
        ("平成元年1月", (date(1989, 1, 1), "M")),
    ],
)
def test_what_people_type_is_understood(typed, meant):
    assert understood(typed, partial=True, day0=DAY_0) == meant


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("03/04/2025", "ambiguous_date"),
        ("3-4-25", "ambiguous_date"),
        ("2025-02-30", "not_a_date"),
        ("2025-13", "not_a_date"),
        ("soon", "not_a_date"),
        ("14 Foo 2025", "not_a_date"),
        ("0000-01-01", "not_a_date"),
        ("31/31/2025", "not_a_date"),
        ("14/3/25", "ambiguous_date"),
        ("3/4", "ambiguous_date"),
        ("day 28", "no_infusion"),
        ("+3", "no_infusion"),
        ("31 Feb", "not_a_date"),
        ("28", "not_a_date"),
        ("2月30日", "not_a_date"),
        ("3 days", "not_a_date"),
        ("令和二年2月30日", "not_a_date"),
        ("r010229", "not_a_date"),
        ("令和十十年", "not_a_date"),
        ("平成36年5月1日", "outside_era"),
        ("H310501", "outside_era"),
        ("平成31年5月", "outside_era"),
        ("昭和65年", "outside_era"),
        ("S64.1.8", "outside_era"),
        ("令和元年4月30日", "outside_era"),
        ("R0.5.1", "outside_era"),
        ("2025-03-14(木)", "other_weekday"),
    ],
)
def test_what_cannot_be_understood_is_said(typed, code):
    with pytest.raises(ValidationError) as refusal:
        understood(typed, partial=True)

    assert refusal.value.code == code
    assert typed in refusal.value.messages[0]


def test_a_date_after_its_era_is_told_when_the_era_ended():
    with pytest.raises(ValidationError) as refusal:
        understood("平成36年5月1日", partial=False)

    (said,) = refusal.value.messages
    assert "平成36年5月1日" in said and "the era 平成 ended on 2019-04-30" in said


@pytest.mark.parametrize(
    ("typed", "back"),
    [
        ("today", 0),
        ("t", 0),
        ("今日", 0),
        ("Yesterday", 1),
        ("昨日", 1),
        ("おととい", 2),
        ("3 days ago", 3),
        ("３日前", 3),
        ("2 weeks ago", 14),
        ("２週間前", 14),
    ],
)
def test_days_may_count_back_from_today(typed, back):
    assert understood(typed, partial=False) == (clock.today() - timedelta(days=back), "D")


@pytest.mark.parametrize("typed", ["14/3", "3/14", "3月14日", "３／１４", "14 Mar", "Mar 14", "14march"])
def test_a_day_without_a_year_is_the_latest_that_has_come_and_says_so(typed):
    found = read_date(typed, partial=False)

    assert (found.day.month, found.day.day, found.is_latest) == (3, 14, True)
    assert timedelta(0) <= clock.today() - found.day < timedelta(366)
    assert echo_date(found).endswith("the latest such day")


def test_a_leap_day_without_a_year_is_found():
    found = read_date("29/2", partial=False).day

    assert (found.month, found.day) == (2, 29) and found <= clock.today()


def test_japanese_writes_the_month_first():
    with override("ja"):
        assert read_date("3/4", partial=False).day.month == 3
        with pytest.raises(ValidationError):
            read_date("3/4/2025", partial=False)


def test_a_date_needed_to_the_day_refuses_a_month():
    with pytest.raises(ValidationError) as refusal:
        understood("2025-03", partial=False)

    assert refusal.value.code == "partial"


def test_a_stored_date_is_shown_as_far_as_it_is_known():
    assert [as_typed(date(2025, 3, 1), precision) for precision in "YMD"] == ["2025", "2025-03", "2025-03-01"]


def test_the_echo_names_the_day_of_the_study():
    assert echo(date(2025, 3, 14), "D", day0=DAY_0) == "14 Mar 2025 · day 28"
    assert echo(date(2025, 3, 1), "M", day0=DAY_0) == "Mar 2025, day unknown"
