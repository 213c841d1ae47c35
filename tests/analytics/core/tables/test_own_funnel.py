"""What a hospital sees of the others: from three on, in rounded counts, without a name; and its own point exactly."""

import json

import pytest

from analytics.core.disclosure.policy import OTHERS, POLICIES
from analytics.core.disclosure.standing import Standing
from analytics.core.tables.own_funnel import is_withheld, others_funnels, own_scorecard, rounded

POLICY = POLICIES[OTHERS]


def funnel(*counts):
    """A completeness table of hospitals A, B, … with (x, n) in one funnel."""
    names = "ABCDEFGHIJ"[: len(counts)]
    rows = [
        {"site": name, "x": x, "n": n, "share": x / n if n else None}
        for name, (x, n) in zip(names, counts, strict=True)
    ]
    one = {"measure": "forms_complete", "label": "Forms", "x": 0, "n": 0, "pooled": 0, "sites": rows, "curves": []}
    return {"day": "2026-01-01", "thresholds": [], "sites": [{"site": name} for name in names], "funnels": [one]}


def others_of(*counts):
    """What stands of the hospitals B, C, …"""
    return others_funnels([Standing("2026-01-01", {"forms_complete": pair}) for pair in counts])


def released(*counts):
    return others_of(*counts)["funnels"][0]


def test_others_are_shown_from_three_hospitals_on_and_never_small_counts():
    assert released((50, 60), (70, 80))["pooled"] is None, "two others"
    assert released((50, 60), (70, 80), (0, 0))["pooled"] is None, "one of three has nothing"
    found = released((52, 61), (71, 83), (33, 40))
    assert (found["x"], found["n"], found["pooled"]) == (155, 185, 155 / 185)
    assert [(one["x"], one["n"]) for one in found["sites"]] == [(35, 40), (50, 60), (70, 80)]
    assert released((61, 61), (80, 83), (40, 40))["pooled"] is None, "three forms are missing in all: withheld"
    assert [one["n"] for one in released((52, 61), (71, 83), (33, 40), (39, 40))["sites"]] == [40, 60, 80]


def test_own_points_are_exact_and_others_do_not_move_with_them():
    before, after = (own_scorecard(t, "A", others_of((52, 61), (71, 83), (33, 40))) for t in (funnel((9, 9), (52, 61), (71, 83), (33, 40)), funnel((3, 9), (52, 61), (71, 83), (33, 40))))  # fmt: skip
    assert before["funnels"][0]["sites"][:-1] == after["funnels"][0]["sites"][:-1]
    assert before["funnels"][0]["sites"][-1] | {"outside": None} == {
        **before["funnels"][0]["sites"][-1],
        "outside": None,
    }
    assert (after["funnels"][0]["sites"][-1]["x"], after["funnels"][0]["sites"][-1]["outside"]) == (3, 0.998)


@pytest.mark.parametrize(("x", "n", "withheld"), [(0, 4, True), (0, 5, False), (1, 20, True), (19, 20, True), (5, 20, False), (20, 20, False)])  # fmt: skip
def test_small_counts_and_all_but_small_counts_are_withheld(x, n, withheld):
    assert is_withheld(x, n, POLICY) is withheld


def test_a_form_more_elsewhere_shows_in_steps_of_five_only():
    """Whoever compares what was shown before and after learns no exact count: runs of neighbours look the same."""
    shown = [json.dumps(released((40 + more, 61 + more), (71, 83), (33, 40))) for more in range(20)]

    assert len(set(shown)) < 20 / 2
    assert all(
        value % 5 == 0 for found in map(json.loads, shown) for one in found["sites"] for value in (one["x"], one["n"])
    )


def test_counts_are_rounded_by_their_parts():
    assert (rounded(52, 61, POLICY), rounded(0, 7, POLICY), rounded(7, 7, POLICY)) == ((50, 60), (0, 5), (5, 5))
