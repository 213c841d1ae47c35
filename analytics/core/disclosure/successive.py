"""Whether a new released form may follow those before it: the difference of two is a released number, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.core.disclosure.policy import Policy


@dataclass(frozen=True, slots=True)
class Basis:
    """What a released form was made of.

    counts  of each curve, exact: its name → patients and events
    cases   name of each case → digest of what the analyses read of it
    """

    counts: Mapping[str, Mapping[str, int]]
    cases: Mapping[str, str] = field(default_factory=dict)


def counts_of(
    exact: Mapping[str, Mapping[str, Any]], released: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, int]]:
    """The exact counts behind the curves that are released, by analysis and group."""
    return {
        f"{name}/{group['group']}": {"n": group["n"], "events": group["events"]}
        for name, result in exact.items()
        for group, form in zip(result.get("groups", ()), released[name].get("groups", ()), strict=False)
        if "curve" in group and form["events"] is not None
    }


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> int:
    """How many cases came, went, or read otherwise."""
    return sum(before.get(case) != now.get(case) for case in before.keys() | now.keys())


def may_follow(new: Basis, earlier: Sequence[Basis], policy: Policy) -> bool:
    """Whether the difference from every earlier form, the last one at the end, gives nobody away.

    At least k cases differ from the last one: whose change a changed number is, stays open. And between any two forms the events of
    each curve differ by none or by at least 2 k: a curve by months tells a difference of one, and that a form is issued at all tells
    that the last entry was an event.
    """
    if not earlier:
        return True
    if changed(earlier[-1].cases, new.cases) < policy.k:
        return False
    return not any(
        0 < abs(count["events"] - basis.counts[name]["events"]) < policy.gathered_events
        for basis in earlier
        for name, count in new.counts.items()
        if name in basis.counts
    )
