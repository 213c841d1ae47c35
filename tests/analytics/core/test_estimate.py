"""The estimators on any CSV: what comes out, and what is refused in one line."""

import json

import pytest

from analytics.core.estimate import RefusedError, Request, estimate

ROWS = "t,s,g,e,k\n5,1,b,0,1\n10,0,b,2,1\n7,1,a,0,1\n12,1,a,1,1\n,1,a,0,1\n"


@pytest.fixture
def ask(tmp_path):
    """Ask of a CSV given as text."""

    def ask(text=ROWS, method="kaplan-meier", time="t", status="s", **options):
        file = tmp_path / "in.csv"
        file.write_text(text, encoding="utf-8")
        return json.loads(json.dumps(estimate(Request(file, method, time, status, **options)), allow_nan=False))

    return ask


def test_survival_by_group(ask):
    answer = ask(group="g", at=(7.0, 6.0))
    first, second = answer["groups"]

    assert (answer["n"], answer["events"]) == (4, 3)
    assert answer["options"]["limits"] == "log-log"
    assert (first["group"], first["n"], first["median"]["estimate"]) == ("a", 2, 9.5)
    assert [row["time"] for row in second["at"]] == [6, 7]
    assert second["at"][0]["survival"] == 0.5
    assert "1 rows with a missing value are left out (line 6)." in answer["warnings"]


def test_what_is_undefined_is_null_and_said(ask):
    answer = ask("t,s\n5,0\n6,1\n", at=(5.0, 6.0, 99.0))
    at = answer["groups"][0]["at"]

    assert [row["lower"] for row in at] == [None, None, None]
    assert "limits at 5 are null: not defined before the first event." in answer["warnings"]
    assert "limits at 6 are null: not defined where the curve is at 0." in answer["warnings"]


def test_reverse_counts_censorings(ask):
    answer = ask(method="reverse-kaplan-meier")

    assert answer["options"]["event"] == "censoring"
    assert (answer["events"], answer["groups"][0]["events"]) == (1, 1)
    assert answer["groups"][0]["median"]["estimate"] == 11


def test_logrank_of_numbered_groups_in_the_order_of_numbers(ask):
    answer = ask("t,s,g\n1,1,10\n2,1,9\n3,0,9\n4,1,10\n", method="logrank", group="g", trend=True)

    assert [group["group"] for group in answer["groups"]] == ["9", "10"]
    assert answer["trend"]["df"] == 1


def test_a_cause_makes_the_other_causes_censored(ask):
    answer = ask("t,s\n1,1\n2,2\n3,0\n", cause=2)

    assert answer["events"] == 1
    assert any("all others are taken as censored" in warning for warning in answer["warnings"])


def test_no_row_is_an_answer(ask):
    answer = ask("t,s\n")

    assert (answer["n"], answer["groups"]) == (0, [])
    assert answer["warnings"] == ["No row can be used: nothing is estimated."]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (ROWS, {"time": "x"}, "--time column 'x' is absent; it has t, s, g, e, k"),
        (ROWS, {"time": "g"}, "lines 2, 3, 4, 5, 6, column g: 'b' is not a number"),
        ("t,s\n-1,1\n", {}, "line 2, column t: a time is negative"),
        ("t,s\n1,1.5\n", {}, "line 2, column s: expected 0 censored"),
        ("t,s\n1,2\n", {}, "line 2, column s: status above 1 is a competing event"),
        ("t,s,e\n1,1,1\n", {"entry": "e"}, "line 2, column e: entry is not before t"),
        (ROWS, {"method": "logrank"}, "--method logrank needs --group"),
        (ROWS, {"method": "logrank", "group": "g", "limits": "log"}, "--limits does not apply to logrank"),
        (ROWS, {"strata": "g"}, "--strata does not apply to kaplan-meier"),
        (ROWS, {"method": "guess"}, "--method is 'guess'; expected one of kaplan-meier"),
        (ROWS, {"at": (-1.0,)}, "--at must be numbers from 0"),
        ("", {}, "cannot be read as CSV"),
        ("t,s\n1,1,1,1\n2,1,3\n", {}, "cannot be read as CSV"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(ask, text, options, message):
    with pytest.raises(RefusedError) as refusal:
        ask(text, **options)

    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(RefusedError, match="there is no such file"):
        estimate(Request(tmp_path / "none.csv", "kaplan-meier", "t", "s"))


def test_an_odds_ratio_without_an_event_says_why_it_is_null(ask):
    answer = ask("s,g\n0,a\n0,b\n0,c\n", method="odds-ratio", time=None, group="g")

    assert answer["chi_squared"]["p"] is None
    assert "The tests and ratios are null: all rows have the event, or none has." in answer["warnings"]


def test_a_warning_is_one_line_whatever_a_label_holds(ask):
    answer = ask('t,s,g\n1,1,"a\nb"\n2,0,"a\nb"\n', group="g", at=(9.0,))

    assert answer["warnings"] and not any("\n" in one for one in answer["warnings"])
