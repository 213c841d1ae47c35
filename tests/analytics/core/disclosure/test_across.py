"""Public forms of one cut after another: whether the next one gives somebody away, beside all that were issued before."""

import contextlib
from datetime import date
from random import Random

import pytest

from analytics.catalogue import CATALOGUE
from analytics.core.disclosure import words
from analytics.core.disclosure.across import Difference, Form, admitted, difference
from analytics.core.disclosure.behind import Shown, counts_of, form_of
from analytics.core.disclosure.counts import shown
from analytics.core.disclosure.own_form import says_nothing, without_near_rows
from analytics.core.disclosure.policy import POLICIES, PUBLIC
from analytics.core.disclosure.release import RefusedError, release
from analytics.core.run import run
from tests.analytics.core.disclosure import cohorts

NO_COUNTS = ("cox", "fine-gray", "time-dependent", "swimmer", "sensitivity", "completeness")
POLICY = POLICIES[PUBLIC]
K = POLICY.k
DAY = date(2027, 1, 1)


def cases(first, after):
    return frozenset(f"c{number}" for number in range(first, after))


def form(cut, panel="os", read="as before", **counts):
    everybody = frozenset().union(*counts.values())
    return Form(cut, panel, counts, {}, dict.fromkeys(everybody, read))


def test_a_third_cut_is_compared_with_the_first_too():
    """C follows B at a distance, and differs from A by one case."""
    a, b, c = form("a", n=cases(0, 40)), form("b", n=cases(0, 60)), form("c", n=cases(0, 41))
    assert admitted([b], [a], POLICY) == {"os": None}
    assert admitted([c], [b], POLICY) == {"os": None}
    assert admitted([c], [a, b], POLICY) == {"os": Difference("n", "a", "os", "n", 1)}


def test_a_case_that_reads_otherwise_is_found():
    """The same cases, the same counts, one of them with another time: an estimate tells it."""
    a = form("a", n=cases(0, 40))
    b = Form("b", "os", a.counts, {}, {**a.read, "c3": "corrected"})
    assert difference(b, [a], POLICY) == Difference("", "a", "os", "", 1)
    assert difference(form("b", read="all others", n=cases(0, 40)), [a], POLICY) is None


def test_a_group_and_all_but_a_few_are_not_both_shown():
    """Within one cut, too: the few without a group follow from the groups together and all."""
    everybody, grouped = form("a", n=cases(0, 40)), form("a", "os-by-burden", n=cases(0, 38))
    found = admitted([everybody, grouped], [], POLICY)
    assert found == {"os": None, "os-by-burden": Difference("n", "a", "os", "n", 2)}


def test_events_told_by_an_estimate_are_compared_with_those_of_the_same_month():
    before = Form("a", "os", {"n": cases(0, 50)}, {"all/cause 1/12": cases(0, 20)}, {})
    after = Form("b", "os", {"n": cases(0, 70)}, {"all/cause 1/12": cases(0, 21)}, {})
    assert difference(after, [before], POLICY) == Difference("all/cause 1/12", "a", "os", "all/cause 1/12", 1)


@pytest.mark.parametrize("seed", range(40))
def test_no_pair_of_issued_numbers_tells_a_few(seed):
    """The attacker subtracts every pair of issued numbers, over all cuts and panels, with sets that lie in each other."""
    random = Random(seed)  # noqa: S311 - reproducible, nothing secret
    issued, refused = [], 0
    for cut in "abcdef":
        size = random.randint(30, 120)
        news = []
        for panel in ("os", "response", "flow"):
            inner = random.sample(range(size), random.randint(10, size))
            counts = {"n": cases(0, size), "x": frozenset(f"c{one}" for one in inner), "late": cases(5, size)}
            if random.random() < 0.5:
                del counts[random.choice(sorted(counts))]
            news.append(Form(cut, panel, counts, {}, dict.fromkeys(cases(0, size), f"{cut}")))
        found = admitted(news, issued, POLICY)
        refused += sum(one is not None for one in found.values())
        issued += [one for one in news if found[one.panel] is None]
    numbers = [(one.panel, name, set(who)) for one in issued for name, who in one.counts.items()]
    for panel, name, who in numbers:
        for other_panel, other, others in numbers:
            if others <= who or (panel, name) == (other_panel, other):
                assert len(who ^ others) not in range(1, K), (panel, name, other_panel, other)
    assert issued
    assert refused


OF_ALL_KINDS = [one for one in CATALOGUE if one.cohort == cohorts.COHORT and one.method not in NO_COUNTS]


@pytest.fixture(scope="module")
def delivered():
    """Analysis → what is shown of a cohort of 200; only what is released."""
    table, found = cohorts.table_of(1, 200), {}
    for analysis in OF_ALL_KINDS:
        exact = run(analysis, table, not_after=DAY)
        with contextlib.suppress(RefusedError):
            found[analysis] = Shown(exact, release(exact, PUBLIC, sites=9, is_cut=True), POLICY, DAY)
    return found


def test_the_sets_are_those_behind_the_numbers(delivered):
    """Of every kind of result: each set, rounded, is the number that the released form shows."""
    table, kinds, looked = cohorts.table_of(1, 200), set(), 0
    for analysis, made in delivered.items():
        for name, who, number in counts_of(analysis, table, made):
            if number:
                assert shown(len(who), POLICY) == number, (analysis.name, name)
                kinds, looked = kinds | {analysis.method}, looked + 1
    assert looked > 100
    assert kinds >= {"kaplan-meier", "cumulative-incidence", "proportion", "toxicity", "response", "table-one", "flow"}


def test_the_same_cases_may_be_issued_again_and_with_one_less_nothing_may(delivered):
    """A real cohort: the same numbers may stand twice; with one case less every form is withheld."""
    table = cohorts.table_of(1, 200)
    forms = [form_of("a", one, table, made) for one, made in delivered.items()]
    first = admitted(forms, [], POLICY)
    issued = [one for one in forms if first[one.panel] is None]
    assert len(issued) > 8
    again = [form_of("b", one, table, made) for one, made in delivered.items() if one.name in {f.panel for f in issued}]
    assert not any(admitted(again, issued, POLICY).values())
    fewer = table[table["case"] != min(issued[0].counts["n"])]
    for analysis, made in delivered.items():
        if first[analysis.name] is None:
            assert difference(form_of("b", analysis, fewer, made), issued, POLICY), analysis.name


def test_rows_that_are_too_near_another_of_their_table_are_left_out(delivered):
    """Two levels of one patient more are not shown both: the later row goes, the others stay."""
    near = {"table": {"rows": [{"column": "burden"}, {"column": "burden_50"}, {"column": "sex"}]}, "warnings": []}
    sets = {"burden": cases(0, 30), "burden_50": cases(0, 31), "sex": cases(10, 45)}

    def made(body):
        return form(
            "a", "table-one", **{f"{row['column']}/all/low": sets[row["column"]] for row in body["table"]["rows"]}
        )

    body, left = without_near_rows(near, made, POLICY)
    assert [row["column"] for row in body["table"]["rows"]] == ["burden", "sex"]
    assert body["warnings"] == [words.NEAR_ROWS] and not difference(left, [left], POLICY)
    assert not any(says_nothing(one.released) for one in delivered.values() if one.exact["analysis"]["name"] == "os")
    assert says_nothing({"groups": [{"withheld": True, "n": None}, {"withheld": False, "n": 0}]})
    assert says_nothing({"models": [{"refused": "few"}]})
