"""Whether a public form may be issued beside all that were issued before it: anybody can subtract any two published numbers.

A released count is the size of a set of cases. If one set lies within another and has 1 … k - 1 cases fewer, the difference of the two
numbers is about these few; so it is if the same number of two cuts rests on sets that differ by so few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analytics.core.disclosure.policy import Policy

Cases = frozenset[str]


@dataclass(frozen=True, slots=True)
class Form:
    """What the released form of one analysis on one cut rests on.

    cut     which cut; panel: which analysis
    counts  name of each count that is shown → its cases. Anybody can subtract them from each other
    marks   the same of what is told by an estimate, not as a count: events until a month. Compared with the same of other cuts alone
    read    every case that the analysis reads → digest of what it reads of it
    """

    cut: str
    panel: str
    counts: Mapping[str, Cases]
    marks: Mapping[str, Cases] = field(default_factory=dict)
    read: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """Why a form may not be issued: its `cell` differs from `other_cell` of another form by n cases. "" for a cell: by what
    is read; and in `sums`, where the form with others tells the n cases of `other_cell`."""

    cell: str
    cut: str
    panel: str
    other_cell: str
    n: int


def admitted(forms: Sequence[Form], issued: Sequence[Form], policy: Policy) -> dict[str, Difference | None]:
    """Panel → None if its form may be issued, else the first difference that forbids it.

    forms   of one cut, the most wanted first: each is held against `issued` and against those of this cut that are issued before it
    issued  every public form that was ever issued of the cohort, those that were taken down too: they have been seen
    """
    stands, found = list(issued), {}
    for form in forms:
        found[form.panel] = difference(form, [*stands, form], policy)
        if found[form.panel] is None:
            stands.append(form)
    return found


def difference(form: Form, others: Sequence[Form], policy: Policy) -> Difference | None:
    """The first difference of 1 … k - 1 cases between the form and the others; None if there is none."""
    for other in others:
        for name, cases in form.counts.items():
            for other_name, other_cases in other.counts.items():
                is_same = (other.panel, other_name) == (form.panel, name)
                n = _apart(cases, other_cases, policy.k, is_same)
                if n:
                    return Difference(name, other.cut, other.panel, other_name, n)
        if other.panel == form.panel and other is not form:
            found = _between_cuts(form, other, policy)
            if found:
                return found
    return None


def _between_cuts(form: Form, other: Form, policy: Policy) -> Difference | None:
    """What estimates of the same analysis on two cuts tell."""
    for name, cases in form.marks.items():
        if name in other.marks and 0 < len(cases ^ other.marks[name]) < policy.k:
            return Difference(name, other.cut, other.panel, name, len(cases ^ other.marks[name]))
    n = _changed(form.read, other.read)
    return Difference("", other.cut, other.panel, "", n) if 0 < n < policy.k else None


def _apart(cases: Cases, others: Cases, k: int, is_same: bool) -> int:
    """By how few two sets differ that can be subtracted: 1 … k - 1; else 0."""
    if not is_same and not 0 < abs(len(cases) - len(others)) < k:
        return 0
    if is_same or cases < others or others < cases:
        n = len(cases ^ others)
        return n if n < k else 0
    return 0


def _changed(before: Mapping[str, str], now: Mapping[str, str]) -> int:
    """How many cases came, went, or read otherwise."""
    return sum(before.get(case) != now.get(case) for case in before.keys() | now.keys())
