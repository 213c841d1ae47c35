"""An attacker who adds and subtracts any of the public numbers of a cut, however many: a linear program over all of them at once.

The unknowns are how many patients are alike in everything that any number counts. Which kinds of patients there can be is taken from a cohort
twice as large, so that a relation that holds in the attacked one by chance alone is not known. Each printed number bounds its sum by the
rules of rounding; how many patients there are is known exactly. Judged: every count of 1 … k - 1 of every table, proportion and curve,
shown or not, keeps k possible values from 1 on.

Seen red with `tables._without_what_follows` left out: those with an onset of CRS and those without CRS left few possible numbers of those
whose grade nobody reported. DEEP=200 runs a twentieth as many cohorts.
"""

import os
from contextlib import suppress
from datetime import date

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, vstack

from analytics.catalogue import CATALOGUE
from analytics.core.disclosure.across import admitted
from analytics.core.disclosure.behind import MODELS, Shown, counts_of, form_of
from analytics.core.disclosure.own_form import says_nothing, without_near_rows
from analytics.core.disclosure.policy import POLICIES, PUBLIC
from analytics.core.disclosure.release import METHODS, RefusedError, release
from analytics.core.run import run
from tests.access.test_disclosure_attacks import COHORTS, is_pinned_below
from tests.analytics.core.disclosure import cohorts

POLICY = POLICIES[PUBLIC]
K = POLICY.k
LARGER = (990, 400)
DAY = date(2027, 1, 1)
IS_DEEP = "DEEP" in os.environ
WORLDS = [(n, size) for n in range(COHORTS // 20) for size in (42, 90, 200)] if IS_DEEP else [(1, 200)]
COUNTED = set(METHODS) - set(
    MODELS
)  # models tell no counts but n and events, rounded; their ratios are attacked over time
USUAL = {
    "os",
    "best-response",
    "cir",
    "efs-landmark-transplant",
    "enrolment",
    "flow",
    "table-one",
    "response",
    "toxicity",
}
ASKED = [one for one in CATALOGUE if one.cohort == cohorts.COHORT and one.method in COUNTED]
ASKED = ASKED if IS_DEEP else [one for one in ASKED if one.name in USUAL]


def test_every_method_that_counts_is_attacked():
    """A method that is added to what is released must be added here, or this fails."""
    assert {one.method for one in ASKED} == COUNTED


def issued(world):
    """Analysis → its exact Result and what is issued of it (None if nothing), as `actions_of_public` issues a cut."""
    table, found, forms = cohorts.table_of(*world), {}, []
    for analysis in ASKED:
        exact = run(analysis, table, not_after=DAY)
        if exact.get("table"):  # sites are no rows of what is released
            rows = [one for one in exact["table"].get("rows", ()) if one.get("column") != "site"]
            exact = {**exact, "table": {**exact["table"], **({"rows": rows} if rows else {})}}
        found[analysis] = [exact, None]
        with suppress(RefusedError):
            body = release(exact, PUBLIC, sites=9, is_cut=True)
            if not says_nothing(body):
                made = lambda one, of=analysis, exact=exact: form_of("a", of, table, Shown(exact, one, POLICY, DAY))  # noqa: E731
                found[analysis][1], form = without_near_rows(body, made, POLICY)
                forms.append(form)
    near = {panel for panel, one in admitted(forms, [], POLICY).items() if one}
    return {one: (exact, None if one.name in near else body) for one, (exact, body) in found.items()}


def numbers(world):
    """(name → cases in the cohort), (name → cases in the larger one), (name → what is printed)."""
    table, larger = cohorts.table_of(*world), cohorts.table_of(*LARGER)
    true, known, printed = {}, {}, {}
    for analysis, (exact, body) in issued(world).items():
        for is_printed, form in ((False, exact), (True, body)):
            if form is None:
                continue
            shown = Shown(exact, form, POLICY, DAY)
            kinds = {name: cases for name, cases, _ in counts_of(analysis, larger, shown)}
            for name, cases, number in counts_of(analysis, table, shown):
                if not is_printed or (number is not None and (number or not cases)):
                    key = (analysis.name, name, is_printed)
                    true[key], known[key] = cases, kinds[name]
                    if is_printed:
                        printed[key] = number
    return true, known, printed


def matrix(names, sets, everybody):
    place = {case: at for at, case in enumerate(everybody)}
    found = np.zeros((len(names), len(place)), dtype=np.int8)
    for row, name in enumerate(names):
        found[row, [place[case] for case in sets[name]]] = 1
    return found


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: f"{world[1]}-{world[0]}")
def test_no_small_count_follows_from_any_sum(world):
    true, known, printed = numbers(world)
    names = list(true)
    cohort, larger = (cohorts.table_of(*one)["case"] for one in (world, LARGER))
    kinds = np.unique(np.hstack([matrix(names, true, cohort), matrix(names, known, larger)]), axis=1)
    row_of = dict(zip(names, kinds, strict=True))
    bounds = [(0, 0) if one == 0 else (max(K, one - 2), one + 2) for one in printed.values()]
    assert all(low <= len(true[name]) <= high for (low, high), name in zip(bounds, printed, strict=True))
    rows = csr_matrix(np.array([*(row_of[name] for name in printed), np.ones(kinds.shape[1])], dtype=float))
    low, high = (np.array([*one, len(cohort)], dtype=float) for one in zip(*bounds, strict=True))
    within = {"A_ub": vstack([rows, -rows]).tocsr(), "b_ub": np.concatenate([high, -low]), "method": "highs"}
    small = {row_of[name].tobytes(): name for name in names if 0 < len(true[name]) < K and name not in printed}
    pinned = []
    for name in small.values():
        ends = [sign * linprog(sign * row_of[name].astype(float), **within).fun for sign in (1, -1)]
        if is_pinned_below(np.ceil(ends[0] - 1e-6), np.floor(ends[1] + 1e-6), K):
            pinned.append((name, len(true[name]), ends))
    assert len(printed) > 100
    assert len(small) > 1
    assert not pinned
