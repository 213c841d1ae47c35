"""An attacker who keeps every form that was ever released and takes each from the next, while cases are entered one by one elsewhere.

Every released kind of answer: curves with p, regressions, incidences, proportions, toxicity, Table 1, response, flow. Forms are issued as
the worker issues them, all kinds together and only where `may_follow` allows it. The attacker reads the delivered JSON, knows the rules, knows
how many cases there are each time, and that a case once entered stays: only the truth judges.

T1 (no change of a count is pinned) and T3 (p and hazard ratios move with many or not at all) were seen red with `may_follow` answering True.
Scorecards: `test_scorecards_over_time.py`.
"""

import json
from functools import cache

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from analytics.catalogue import CATALOGUE, OVERALL_SURVIVAL, TOXICITY
from analytics.core.analysis import COX
from analytics.core.columns.column import CATEGORY
from analytics.core.columns.declarations import COLUMN_OF
from analytics.core.disclosure.policy import OTHERS, POLICIES
from analytics.core.disclosure.release import RefusedError, release
from analytics.core.disclosure.successive import Basis, counts_of, may_follow
from analytics.core.parts import Covariate, Groups
from analytics.core.run import run
from tests.access.test_disclosure_attacks import possible
from tests.analytics.core.disclosure import cohorts

POLICY = POLICIES[OTHERS]
K = POLICY.k
FIRST = 40
GATE = K  # of the short way round `may_follow`
SEEDS = (3,)
SEX = Groups("sex", "Sex", COLUMN_OF["sex"].levels[:2])
BY_SEX = OVERALL_SURVIVAL.with_(name="os-by-sex", groups=SEX)
NAMED = {one.name: one for one in CATALOGUE}
KINDS = (
    OVERALL_SURVIVAL,
    BY_SEX,
    BY_SEX.with_(
        name="cox",
        method=COX,
        groups=None,
        covariates=(Covariate("sex", "Sex", CATEGORY, COLUMN_OF["sex"].levels[:2]),),
    ),
    next(one for one in CATALOGUE if one.method == "cumulative-incidence" and one.cohort == cohorts.COHORT),
    NAMED["best-response"],
    TOXICITY.with_(groups=None),
    NAMED["table-one"].with_(groups=None),
    NAMED["response"],
    NAMED["flow"],
)
COUNTED = tuple(
    one.name
    for one in KINDS
    if one.method in ("proportion", "toxicity", "table-one", "response", "flow", "cumulative-incidence")
)


@cache
def issued(seed, size=240):
    """The cases, and (how many cases, name of the kind → (exact Result, delivered form)) of every form that is issued while cases come one by one."""
    table = cohorts.others_of(cohorts.table_of(seed, size))
    bases, found = [], []
    deaths = table["D_DTH"].notna().to_numpy().cumsum()
    for n in range(FIRST, len(table)):
        others = table.iloc[:n]
        cases = dict.fromkeys(others["case"], "")
        apart = [abs(int(deaths[n - 1] - deaths[len(one.cases) - 1])) for one in bases]
        if bases and (len(cases) - len(bases[-1].cases) < GATE or any(0 < one < 2 * GATE for one in apart)):
            continue  # `may_follow` would say no; asking it takes an analysis
        exact = {one.name: run(one, others) for one in (OVERALL_SURVIVAL, BY_SEX)}
        new = Basis(counts_of(exact, {name: delivered(one) for name, one in exact.items()}), cases)
        if may_follow(new, bases, POLICY):
            bases.append(new)
            exact = {one.name: run(one, others) for one in KINDS}
            found.append((n, {name: (one, delivered(one)) for name, one in exact.items()}))
    return table, found


def delivered(exact):
    """What leaves: the JSON, read again; one that says nothing where it is refused."""
    try:
        return json.loads(json.dumps(release(exact, OTHERS, sites=9), allow_nan=False))
    except RefusedError:
        return {"groups": [], "table": None, "models": []}


def rows_of(exact, form):
    """(row, true counts, shown counts) whose counts add up to the cases that are counted: of tables and proportions."""
    method = exact["analysis"]["method"]
    if method in OTHER_ROWS:
        if form["groups" if method == "cumulative-incidence" else "table"]:
            yield from OTHER_ROWS[method](exact, form)
        return
    if method == "proportion":
        for own, shown in zip(exact["groups"], form["groups"], strict=True):
            rest, hidden = own["n"] - own["x"], None
            yield "outcome", [own["x"], rest, own["not_known"]], [shown["x"], hidden, shown["not_known"]]
        return
    released = {row["column"]: row for row in (form["table"] or {"rows": ()})["rows"]}
    for own in exact["table"]["rows"]:
        shown = released.get(own["column"])
        if shown is None or "levels" not in own:
            continue
        levels = {one["value"]: one["cells"][0]["x"] for one in shown["levels"]}
        truth = [(one["value"], one["cells"][0]["x"]) for one in own["levels"]]
        truth += [("missing", one["x"]) for one in own.get("missing", ())[:1]]
        told = [levels.get(value) for value, _x in truth]
        if "missing" in own and "missing" in shown:
            told[-1] = shown["missing"][0]["x"]
        yield own["column"], [x for _value, x in truth], told


def _of_response(exact, form):
    """Of each measure: who counts, who does not, and who is not in the denominator."""
    for own, shown in zip(exact["table"]["rows"][:1], form["table"]["rows"][:1], strict=True):
        for cell, told in zip(own["cells"], shown["cells"], strict=True):
            yield cell["measure"], [cell["x"], cell["n"] - cell["x"], own["n"] - cell["n"]], [told["x"], None, None]


def _of_flow(exact, form):
    """Of each box: who left it for which reason, and who went on to which."""
    released = {box["id"]: box for box in form["table"]["nodes"]}
    for own in exact["table"]["nodes"]:
        shown = released.get(own["id"], {"exits": [], "next": []})
        told = {
            (kind, one["reason" if kind == "exits" else "id"]): one["n"]
            for kind in ("exits", "next")
            for one in shown[kind]
        }
        ways = [(("exits", one["reason"]), one["n"]) for one in own["exits"]] + [
            (("next", one["id"]), one["n"]) for one in own["next"]
        ]
        if ways:
            yield own["id"], [n for _way, n in ways], [told.get(way) for way, _n in ways]


def _of_incidence(exact, form):
    """Of each group, until the last month that is shown: events of each cause, and who had none."""
    for own, shown in zip(exact["groups"], form["groups"], strict=True):
        if not shown["risk_table"]:
            continue
        last = shown["risk_table"][-1]["months"]
        events = next(row["causes"] for row in own["risk_table"] if row["months"] == last)
        yield own["group"], [*events, own["n"] - sum(events)], [*(one["events"] for one in shown["causes"]), None]


OTHER_ROWS = {"response": _of_response, "flow": _of_flow, "cumulative-incidence": _of_incidence}


def steps(seed):
    """(kind, row, counts before, after, shown before, after) of each pair of forms that follow each other."""
    _table, found = issued(seed)
    for (_n, before), (_m, after) in zip(found, found[1:], strict=False):
        for kind in COUNTED:
            pairs = zip(rows_of(*before[kind]), rows_of(*after[kind]), strict=False)
            for (row, truth, told), (later, now, said) in pairs:
                if row == later and len(truth) == len(now):
                    yield kind, row, truth, now, told, said


def range_of_change(place, told, said, totals):
    """Least and greatest whole change at `place` that fits what two forms show, each with its total known. By HiGHS."""
    size, (first, second) = len(told), totals
    bounds = [*(possible(one, first) for one in told), *(possible(one, second) for one in said)]
    sums = [[1] * size + [0] * size, [0] * size + [1] * size]
    grown = [[-(at == one) for at in range(size)] + [int(at == one) for at in range(size)] for one in range(size)]
    rows = LinearConstraint(np.array([*sums, *grown], float), [*totals, *[0] * size], [*totals, *[second] * size])
    low, high = (np.array(one, float) for one in zip(*bounds, strict=True))
    cost = np.array([-(at == place) for at in range(size)] + [int(at == place) for at in range(size)], float)
    ends = []
    for sign in (1, -1):
        answer = milp(sign * cost, constraints=rows, bounds=Bounds(low, high), integrality=np.ones(2 * size))
        assert answer.success, answer.message
        ends.append(sign * round(answer.fun))
    return ends


@pytest.mark.parametrize("seed", SEEDS)
def test_no_change_of_a_count_is_pinned(seed):
    """T1: of no row of two forms that follow each other a change of fewer than k is known, nor that all who came are of one kind."""
    pinned, looked = [], 0
    for kind, row, truth, now, told, said in steps(seed):
        totals = sum(truth), sum(now)
        came = totals[1] - totals[0]
        if any(after < before for before, after in zip(truth, now, strict=True)) or not came > 0:
            continue
        for place, (before, after) in enumerate(zip(truth, now, strict=True)):
            looked += 1
            is_alone = kind == "flow" and now[place] == totals[1]  # that everybody goes on is shown by one form, too
            if told[place] is None or said[place] is None or is_alone:
                continue
            least, most = range_of_change(place, told, said, totals)
            assert least <= after - before <= most
            if (least == most and 0 < least < K) or least == came:
                pinned.append((kind, row, place, before, after, (least, most), came))
    assert looked > 50
    assert not pinned, pinned[:5]


def _numbers(value):
    if isinstance(value, dict):
        for one in value.values():
            yield from _numbers(one)
    elif isinstance(value, list):
        for one in value:
            yield from _numbers(one)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield float(value)


def ratios(form):
    """The p values and hazard ratios of a form."""
    return list(_numbers([form.get("logrank"), [one.get("terms") for one in form.get("models", ())]]))


def test_p_and_hazard_ratios_move_with_many_or_not_at_all():
    """T3: two forms whose p or hazard ratio differ are of k or more different cases, and of none or 2 k or more different events."""
    table, found = issued(3)
    assert len(found) > 2, "nothing was ever issued: the attack looked at nothing"
    moved = 0
    for place, (n, first) in enumerate(found):
        for m, second in found[place + 1 :]:
            assert m - n >= K
            for kind in ("cox", "os-by-sex"):
                (one, told), (other, said) = first[kind], second[kind]
                if ratios(told) != ratios(said):
                    moved += 1
                    assert abs(one["events"] - other["events"]) in (0, *range(2 * K, len(table)))
    assert moved
