"""Checks of bridging, lymphodepletion and the intervals to infusion: X04, X05, X13."""

from __future__ import annotations

from collections.abc import Iterator

from registry.dictionary.words import gettext_noop
from registry.edit_checks.base import SOFT, Finding
from registry.edit_checks.whole import Dated, Record, broken_links, dated, pair

LABEL_DAYS = (2, 14)  # last lymphodepletion day to infusion
VEIN_TO_VEIN_DAYS = (21, 180)
OUT_OF_ORDER = gettext_noop(
    "Bridging or lymphodepletion is out of order: %(label)s (%(found)s) is before %(other)s (%(expected)s). Correct whichever "
    "disagrees with the source."
)


def bridging_and_lymphodepletion_are_in_order(case: Record) -> Iterator[Finding]:
    """X04: first collection, bridging, lymphodepletion, infusion."""
    row = case.one("lymphodepletion")
    collected, start, end = dated(case.collection(), "aph_end_date"), dated(row, "ld_start"), dated(row, "ld_end")
    for block in case.of("bridging_therapy"):
        for late, early in broken_links((collected, dated(block, "brg_start"), dated(block, "brg_end"), start)):
            yield pair(late, early, "X04", OUT_OF_ORDER)
    if not case.of("bridging_therapy"):
        for late, early in broken_links((collected, start)):
            yield pair(late, early, "X04", OUT_OF_ORDER)
    for late, early in broken_links((start, end)):
        yield pair(late, early, "X04", OUT_OF_ORDER)
    day_0, last = case.day_0(), end or start
    if day_0 and last and last.days.first >= day_0.days.last:
        yield pair(
            last,
            day_0,
            "X04",
            gettext_noop(
                "Bridging or lymphodepletion is out of order: %(label)s (%(found)s) is not before %(other)s (%(expected)s). Correct "
                "whichever disagrees with the source."
            ),
        )


def interval_from_lymphodepletion_is_the_labels(case: Record) -> Iterator[Finding]:
    """X05: 2 to 14 days from the last lymphodepletion day to infusion."""
    end, day_0 = dated(case.one("lymphodepletion"), "ld_end"), case.day_0()
    if not end or not day_0 or end.days.first >= day_0.days.last:
        return
    yield from _interval(
        end,
        day_0,
        "X05",
        LABEL_DAYS,
        gettext_noop(
            "Interval from lymphodepletion to infusion is outside the label: %(label)s is %(found)s, %(other)s %(expected)s; usual "
            "are %(low)s to %(high)s days."
        ),
    )


def vein_to_vein_time_is_usual(case: Record) -> Iterator[Finding]:
    """X13: 21 to 180 days from the collection behind the infused product to infusion."""
    day_0 = case.day_0()
    collected = dated(case.collection_behind(day_0.row), "aph_end_date") if day_0 else None
    if not collected or not day_0 or collected.days.surely_after(day_0.days):
        return
    yield from _interval(
        day_0,
        collected,
        "X13",
        VEIN_TO_VEIN_DAYS,
        gettext_noop(
            "Unusual vein-to-vein time: %(label)s is %(found)s, %(other)s %(expected)s; usual are %(low)s to %(high)s days."
        ),
    )


def _interval(first: Dated, other: Dated, rule: str, usual: tuple[int, int], text: str) -> Iterator[Finding]:
    earlier, later = sorted((first, other), key=lambda one: one.days)
    fewest, most = later.days.since(earlier.days)
    if most < usual[0] or fewest > usual[1]:
        yield pair(first, other, rule, text, SOFT, low=str(usual[0]), high=str(usual[1]))
