"""Sums of many public numbers: a small count that no two of them tell."""

from analytics.core.disclosure.across import Difference, Form, admitted
from analytics.core.disclosure.policy import POLICIES, PUBLIC
from analytics.core.disclosure.sums import Small, followed, told_by_sums

POLICY = POLICIES[PUBLIC]
EVERYBODY = 57


def cases(first, after):
    return frozenset(f"c{number}" for number in range(first, after))


def form(panel, cut="a", **counts):
    return Form(cut, panel, counts, {}, dict.fromkeys(cases(0, EVERYBODY), ""))


PARTS = [form("one", x=cases(0, 18)), form("two", x=cases(18, 36)), form("three", x=cases(36, 54))]
REST = Small("three", "missing", cases(54, EVERYBODY))


def test_what_is_left_of_three_numbers_is_found_and_the_last_of_them_withheld():
    """20 + 20 + 20 are 54 or more of 57, so 3 or fewer are left: any two of them tell nothing."""
    assert admitted(PARTS, [], POLICY) == {"one": None, "two": None, "three": None}
    assert followed(PARTS[:2], [], [REST], POLICY) is None
    assert followed(PARTS, [], [REST], POLICY) == REST
    assert told_by_sums("a", PARTS, [], [REST], POLICY) == {"three": Difference("", "a", "three", "missing", 3)}


def test_what_was_issued_before_is_known():
    assert told_by_sums("a", PARTS[2:], PARTS[:2], [REST], POLICY).keys() == {"three"}
    assert told_by_sums("a", PARTS[1:2], PARTS[:1], [REST], POLICY) == {}


def test_a_cut_of_the_same_cases_is_subtracted():
    """The parts of one cut, everybody of another."""
    earlier = Form("b", "n", {"n": cases(0, EVERYBODY + 20)}, {}, dict.fromkeys(cases(0, EVERYBODY + 20), ""))
    assert told_by_sums("a", PARTS, [earlier], [REST], POLICY).keys() == {"three"}


def test_nothing_is_withheld_where_nothing_small_follows():
    assert told_by_sums("a", PARTS, [], [], POLICY) == {}
    assert told_by_sums("a", [], PARTS, [REST], POLICY) == {}
