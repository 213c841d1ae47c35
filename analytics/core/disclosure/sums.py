"""Whether a small count follows from any sum of released counts, however many: a linear program over all of them at once.

Counts that are subtracted two by two are judged by `across`. Here the unknowns are how many cases are alike in everything that any
count tells of them. The attacker knows which kinds of cases there are, how many cases each cut has, and the rules of rounding.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from scipy.optimize import linprog  # type: ignore[import-untyped]
from scipy.sparse import csr_matrix, vstack  # type: ignore[import-untyped]

from analytics.core.disclosure.across import Cases, Difference, Form
from analytics.core.disclosure.counts import alike, is_small
from analytics.core.disclosure.policy import Policy

NEARLY = 1e-6  # of a whole number, as a solver finds it


@dataclass(frozen=True, slots=True)
class Small:
    """A count of 1 … k - 1 that must not be found out: of which analysis, its name, its cases."""

    panel: str
    cell: str
    cases: Cases


def told_by_sums(
    cut: str, forms: Sequence[Form], issued: Sequence[Form], small: Sequence[Small], policy: Policy
) -> dict[str, Difference]:
    """Panel → what would follow, for each form that must be withheld so that of no small count fewer than k values remain possible.

    forms   of one cut, the most wanted first; issued: all before. Forms only add to what is known: the first one with which something
    follows is withheld, and the others are judged again without it
    """
    stands, found = list(forms), {}
    while told := followed(stands, issued, small, policy):
        first = bisect_left(
            range(len(stands)), True, key=lambda n: bool(followed(stands[: n + 1], issued, small, policy))
        )
        withheld = stands.pop(first)
        found[withheld.panel] = Difference("", cut, told.panel, told.cell, len(told.cases))
    return found


def followed(forms: Sequence[Form], issued: Sequence[Form], small: Sequence[Small], policy: Policy) -> Small | None:
    """The first small count of which fewer than k values from 1 on remain possible; None if there is none, or no form to tell it."""
    if not forms:
        return None
    counted = (cases for form in (*issued, *forms) for cases in form.counts.values())
    shown = list(dict.fromkeys(cases for cases in counted if not is_small(len(cases), policy)))
    sizes = _cuts((*issued, *forms))
    rows, wanted = _of_kinds([*shown, *sizes], [one.cases for one in small if one.cases not in shown])
    bounds = [*(alike(len(cases), policy) for cases in shown), *((len(cases), len(cases)) for cases in sizes)]
    low, high = (np.array(one, dtype=float) for one in zip(*bounds, strict=True))
    known = {"A_ub": vstack([rows, -rows]).tocsr(), "b_ub": np.concatenate([high, -low]), "method": "highs"}
    for one in small:
        row = wanted.get(one.cases)
        if row is not None and _is_pinned(row, known, policy):
            return one
    return None


def _cuts(forms: Sequence[Form]) -> list[Cases]:
    """Everybody of each cut: how many they are is taken for known."""
    everybody: dict[str, set[str]] = {}
    for form in forms:
        everybody.setdefault(form.cut, set()).update(form.read, *form.counts.values())
    return [frozenset(one) for one in everybody.values()]


def _of_kinds(sums: Sequence[Cases], small: Sequence[Cases]) -> tuple[csr_matrix, dict[Cases, np.ndarray]]:
    """(sums by kinds of cases, small set → (kinds,)): 1 where the cases of the kind are in the set."""
    everybody = sorted(frozenset().union(*sums, *small))
    place = {case: at for at, case in enumerate(everybody)}
    sets = list(dict.fromkeys([*sums, *small]))
    found = np.zeros((len(sets), len(place)), dtype=np.int8)
    for at, cases in enumerate(sets):
        found[at, [place[case] for case in cases]] = 1
    kinds = np.unique(found, axis=1).astype(float)
    row_of = dict(zip(sets, kinds, strict=True))
    return csr_matrix(np.array([row_of[one] for one in sums])), {one: row_of[one] for one in small}


def _is_pinned(row: np.ndarray, known: dict, policy: Policy) -> bool:
    """Whether fewer than k values from 1 on, and not all of 0 … k, remain between what the program finds."""
    ends = []
    for sign in (1, -1):
        answer = linprog(sign * row, **known)
        if not answer.success:  # the truth always fits: only a limit of the solver ends here
            raise RuntimeError(f"the attacker found no cohort that fits: {answer.message}")
        ends.append(sign * answer.fun)
    least, most = ceil(ends[0] - NEARLY), floor(ends[1] + NEARLY)
    return bool(most - max(1, least) + 1 < policy.k)
