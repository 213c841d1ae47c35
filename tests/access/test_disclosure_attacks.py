"""Attackers against what site users see of the other hospitals. They read the released JSON alone; the truth only judges them.

Harness                                      was seen red with
P1 no small count is pinned (tables)         the complementary suppression of blocks.withheld left out
P1 no small count is pinned (risk tables)    every number at risk shown (grid.months_at_risk answering all ticks)
P1 no small count is pinned (proportions)    those without the outcome left out of the block of shares.proportion
P2 nobody is guessed from two releases       may_follow answering True
P3 no day of an event is told                steps of the stored curve released instead of whole months
P4 exact is exact                            n rounded for the audience "own", too

DEEP=200 runs so many cohorts of 42, and a quarter as many of 200.
"""

import json
import os

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from analytics.catalogue import OVERALL_SURVIVAL
from analytics.core.disclosure.policy import OTHERS, OWN, POLICIES
from analytics.core.disclosure.release import release
from analytics.core.disclosure.successive import Basis, counts_of, may_follow
from analytics.core.run import run
from tests.analytics.core.disclosure import cohorts

COHORTS = int(os.environ.get("DEEP", "6"))
WORLDS = [(seed, 42) for seed in range(COHORTS)] + [(seed, 200) for seed in range(max(1, COHORTS // 4))]
POLICY = POLICIES[OTHERS]
K = POLICY.k


def released_of(exact, sites=9):
    """What is delivered: the JSON, read again."""
    return {
        name: json.loads(json.dumps(release(result, OTHERS, sites=sites), allow_nan=False))
        for name, result in exact.items()
    }


def possible(number, most):
    """Least and greatest true count behind a printed one, by the published rules alone."""
    if number is None:
        return 0, most
    if number == 0:
        return 0, 0
    return max(K, number - 2), number + 2


def range_of(place, bounds, rows, totals):
    """Least and greatest whole number at `place` that fits the bounds and the sums. By HiGHS."""
    low, high = (np.array(one, dtype=float) for one in zip(*bounds, strict=True))
    found = []
    for sign in (1, -1):
        cost = np.zeros(len(bounds))
        cost[place] = sign
        answer = milp(
            cost,
            constraints=LinearConstraint(np.array(rows, dtype=float), totals[0], totals[1]),
            bounds=Bounds(low, high),
            integrality=np.ones(len(bounds)),
        )
        assert answer.success, answer.message
        found.append(round(answer.x[place]))
    return found


def is_pinned(truth, least, most):
    """A true 1 … k - 1 of which fewer than k values, from 1 on, or not all of 0 … k, remain."""
    return 0 < truth < K and is_pinned_below(least, most, K)


def is_pinned_below(least, most, k):
    """Whether fewer than k values, from 1 on, and not all of 0 … k, remain between these."""
    return not (most - max(least, 1) + 1 >= k or (least == 0 and most >= k))


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: f"{world[1]}-{world[0]}")
def test_no_small_count_is_pinned(world):
    """P1: tables, proportions and risk tables, with the number of all others known exactly from elsewhere."""
    exact = cohorts.exact_of(cohorts.others_of(cohorts.table_of(*world)))
    released = released_of(exact)
    pinned = [*_of_table(exact, released), *_of_proportion(exact, released)]
    for name in ("os", "efs-a"):
        pinned += _of_curve(name, exact, released)
    assert not pinned


def _of_table(exact, released):
    table, form = (one["toxicity"]["table"] for one in (exact, released))
    n = table["heads"][0]["n"]
    for row, shown in zip(table["rows"], form["rows"], strict=True):
        if "levels" not in row:
            yield from _of_numbers(row, shown, n)
            continue
        truth = [level["cells"][0]["x"] for level in row["levels"]]
        bounds = [possible(level["cells"][0]["x"], n) for level in shown["levels"]]
        for place, count in enumerate(truth):
            if 0 < count < K:
                least, most = range_of(place, bounds, [[1] * len(truth)], ([n], [n]))
                if is_pinned(count, least, most):
                    yield row["column"], place, count, (least, most)


def _of_numbers(row, shown, n):
    """Those with a value, those without, and those not asked."""
    cell, form = row["cells"][0], shown["cells"][0]
    truth = [cell["n"], cell["missing"], n - cell["n"] - cell["missing"]]
    bounds = [possible(form["n"], n), possible(form["missing"], n), (0, n)]
    for place, count in enumerate(truth):
        if 0 < count < K:
            least, most = range_of(place, bounds, [[1, 1, 1]], ([n], [n]))
            if is_pinned(count, least, most):
                yield row["column"], place, count, (least, most)


def _of_proportion(exact, released):
    group, form = (one["best-response"]["groups"][0] for one in (exact, released))
    n = group["n"] + group["not_known"]
    truth = [group["x"], group["n"] - group["x"], group["not_known"]]
    bounds = [possible(form["x"], n), (0, n), possible(form["not_known"], n)]
    for place, count in enumerate(truth):
        if 0 < count < K:
            least, most = range_of(place, bounds, [[1, 1, 1]], ([n], [n]))
            if is_pinned(count, least, most):
                yield "best-response", place, count, (least, most)


def _of_curve(name, exact, released):
    """At each tick: events, censored, at risk; events known exactly where the curve is shown, for it tells them nearly."""
    group, form = (one[name]["groups"][0] for one in (exact, released))
    ticks = [row for row in group["risk_table"] if row["months"] <= form["shown_until"] / 30.4375]
    if not form["curve"]["time"]:
        assert form["events"] is None
        return
    first, n = form["curve"]["time"][0], group["n"]
    shown = {row["months"]: row for row in form["risk_table"]}
    truth, bounds, rows, low, high = [], [], [], [], []
    for place, row in enumerate(ticks):
        # At risk counts those of the tick's own day: events and censorings before it.
        before = [
            (t, e, c)
            for t, e, c in zip(*(group["curve"][k] for k in ("time", "events", "censored")), strict=True)
            if t < row["time"]
        ]
        events, censored = sum(e for _t, e, _c in before), sum(c for _t, _e, c in before)
        truth += [events, censored, row["at_risk"]]
        assert sum(truth[-3:]) == n
        printed = shown.get(row["months"], {"at_risk": None, "events": None})
        is_known = row["time"] > first
        bounds += [(events, events) if is_known else (0, n), (0, n), possible(printed["at_risk"], n)]
        line = [0] * 3 * len(ticks)
        line[3 * place : 3 * place + 3] = [1, 1, 1]
        rows, low, high = [*rows, line], [*low, n], [*high, n]
        for kind in (0, 1) if place else ():  # counts from the start on never fall
            line = [0] * 3 * len(ticks)
            line[3 * place + kind], line[3 * place - 3 + kind] = 1, -1
            rows, low, high = [*rows, line], [*low, 0], [*high, n]
    for place, count in enumerate(truth):
        is_told = place % 3 == 0 and ticks[place // 3]["time"] > first
        if 0 < count < K and not is_told:
            least, most = range_of(place, bounds, rows, (low, high))
            if is_pinned(count, least, most):
                yield (
                    name,
                    ticks[place // 3]["months"],
                    ("events", "censored", "at risk")[place % 3],
                    count,
                    (least, most),
                )


def test_no_day_of_an_event_is_told():
    """P3: of the days in the delivered bytes at most 5 % are those of an event; at month marks the curve errs by at most a point."""
    told = events = marks = 0
    worst = 0.0
    for world in WORLDS:
        exact = cohorts.exact_of(cohorts.others_of(cohorts.table_of(*world)))
        released = released_of(exact)
        for name in ("os", "efs-a"):
            curve, form = exact[name]["groups"][0]["curve"], released[name]["groups"][0]
            days = {round(t, 3) for t in _numbers(released[name])}
            own = [t for t, e in zip(curve["time"], curve["events"], strict=True) if e]
            events += len(own)
            told += sum(round(t, 3) in days for t in own)
            for day, value in zip(form["curve"]["time"], form["curve"]["survival"], strict=True):
                true = curve["survival"][max(i for i, t in enumerate(curve["time"]) if t <= day)]
                worst, marks = max(worst, abs(true - value)), marks + 1
    assert events > 100
    assert marks > 50
    assert told <= 0.05 * events
    assert worst <= 0.01


def _numbers(value):
    """Every number above 30 in a delivered body: what could be a day."""
    if isinstance(value, dict):
        for one in value.values():
            yield from _numbers(one)
    elif isinstance(value, list):
        for one in value:
            yield from _numbers(one)
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and value > 30:
        yield float(value)


def test_nobody_is_guessed_from_two_releases():
    """P2: after each single entry elsewhere the attacker looks again, and guesses whether it was a death, from what has changed."""
    table = cohorts.others_of(cohorts.table_of(3, 240))
    died = table["D_DTH"].notna().to_numpy()
    bases, last, right, without, looked = [], None, 0, 0, 0
    for size in range(40, len(table)):
        others = table.iloc[: size + 1]
        exact = {"os": run(OVERALL_SURVIVAL, others)}
        released = released_of(exact)
        new = Basis(counts_of(exact, released), dict.fromkeys(others["case"], ""))
        issued = may_follow(new, bases, POLICY)
        guess = _guess(last, released["os"]) if issued and last else None
        usual = died[: size + 1].mean() > 0.5  # what anybody would guess who knows how many die
        right, looked = right + ((usual if guess is None else guess) == died[size]), looked + 1
        without += usual == died[size]
        if issued:
            bases, last = [*bases, new], released["os"]
    assert len(bases) > 3, "nothing was ever issued: the attack looked at nothing"
    assert looked > 100
    assert right / looked <= without / looked + 0.05, "the releases help more than five points"


def _guess(before, after):
    """The released events have risen, or the curve has fallen: the attacker says it was a death."""
    first, second = ({r["months"]: r["survival"] for r in one["groups"][0]["at"]} for one in (before, after))
    fallen = any(first[m] is not None and second[m] is not None and second[m] < first[m] for m in first)
    return fallen or (after["events"] or 0) > (before["events"] or 0)


def test_single_entries_never_issue_and_gathered_ones_do():
    """The gate of P2 itself: fewer than k changed cases never issue; k do, unless a curve's events differ by 1 … 2 k - 1."""
    cases = {f"c{i}": "a" for i in range(20)}
    first = Basis({"os/all": {"n": 20, "events": 8}}, cases)
    for changed in range(1, 8):
        for events in (8, 9, 13, 17, 18):
            later = Basis({"os/all": {"n": 20, "events": events}}, {**cases, **{f"c{i}": "b" for i in range(changed)}})
            expected = changed >= K and events in (8, 18)
            assert may_follow(later, [first], POLICY) is expected, (changed, events)
    back = Basis({"os/all": {"n": 20, "events": 9}}, {f"c{i}": "c" for i in range(20)})
    between = Basis({"os/all": {"n": 20, "events": 14}}, cases)
    assert not may_follow(back, [first, between], POLICY)  # five less than the last, but one more than the first


def test_the_own_cases_are_exact():
    """P4: to the last digit, and without the name of any case."""
    table = cohorts.table_of(0, 200)
    own = table[(table["site"] == cohorts.OWN).to_numpy(dtype=bool)]
    assert len(own) % 5, "a rounded number would be the exact one"
    for name, result in cohorts.exact_of(own).items():
        assert json.dumps(release(result, OWN)) == json.dumps(result), name
        text = json.dumps(release(result, OWN))
        assert not any(case in text for case in own["case"])


def test_a_released_form_names_no_site_case_or_date():
    """Nothing of the others' pseudonyms or calendar is in the delivered bytes."""
    table = cohorts.table_of(0, 42)
    others = cohorts.others_of(table)
    text = json.dumps(released_of(cohorts.exact_of(others)))
    assert not any(f'"{word}"' in text for word in {*others["case"], *others["site"]})
    assert "2023-" not in text
