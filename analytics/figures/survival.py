"""A Kaplan-Meier figure for print and page: curves over their extended risk table, estimates and caption.

After Morris 2019 (KMunicate), doi:10.1136/bmjopen-2019-030215: at risk, events and censored under the axis, intervals always.
Where fewer than 5, or than 10 %, remain at risk the curve thins and greys; the Result says from when (`reliable_until`).
After Pocock 2002, doi:10.1016/S0140-6736(02)08594-X, the same numbers can be drawn going up, as the share with the event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analytics.figures import below
from analytics.figures.axis import months_axis
from analytics.figures.choices import FAILURE, USUAL, Choices
from analytics.figures.curves import (
    MOST_BANDS,
    POINTS_ROOM,
    Curve,
    Shares,
    asides,
    curve_traces,
    is_drawn,
    last_day,
    reliable_days,
    survival_curve,
)
from analytics.figures.frame import Frame, as_plotly, emptiness, labels, put_together, right_margin
from analytics.figures.overlay import key, marks
from analytics.figures.sizes import WIDE, Size
from analytics.figures.text import months, p_value
from analytics.figures.theme import LIGHT, Theme
from analytics.figures.words import Words

__all__ = ["as_plotly", "survival_figure"]


def survival_figure(
    result: dict, words: Words | None = None, theme: Theme = LIGHT, size: Size = WIDE, choices: Choices = USUAL
) -> dict:
    """The figure of a survival Result, stored or fresh, as {"data": […], "layout": {…}} of plotly.js.

    `layout.height` is fixed in px, the width is the page's, from `size.width` upward. Free text is escaped.
    """
    return figure_in(result, words or Words(), theme, size, choices, theme.styles(len(result["groups"])))


def figure_in(
    result: dict,
    words: Words,
    theme: Theme,
    size: Size,
    choices: Choices,
    styles: list[tuple[str, str]],
    said: Sequence[str] = (),
) -> dict:
    """The figure with a colour and a dash for each group, and more to say under it."""
    groups = result["groups"]
    has_points = any(is_drawn(group) and not group["curve"]["time"] for group in groups)
    days = max(map(last_day, groups), default=0) * (POINTS_ROOM if has_points else 1)
    axis = months_axis(days, result["analysis"]["tick_months"], size.columns, is_points=has_points)
    drawn = [
        (curve_of(group, choices.direction), style)
        for group, style in zip(groups, styles, strict=True)
        if is_drawn(group)
    ]
    named = below.end_names([curve.label for curve, _ in drawn], size) if len(groups) > 1 else []
    names = {"at_risk": words.at_risk, "events": words.events, "censored": words.censored}
    sheet = below.Sheet(size, theme, words, below.left_margin(size, names.values()), right_margin(named, size, axis))
    blocks = [below.block_of(group, style, names, axis, words) for group, style in zip(groups, styles, strict=True)]
    below.risk_table(sheet, blocks)
    _estimates(sheet, result, styles, choices.direction)
    below.caption(sheet, result, [*_said(result, words), *said, *key(choices.overlay, axis, words, choices.direction)])
    frame = Frame(sheet, axis, title(result, words, choices.direction), since(result, words))
    traces = [
        trace
        for (curve, style), aside in zip(drawn, asides(len(drawn)), strict=True)
        for trace in curve_traces(
            curve, style, axis, theme, words.hover, with_band=len(drawn) <= MOST_BANDS, aside=aside
        )
    ]
    colours = {group["group"]: colour for group, (colour, _) in zip(groups, styles, strict=True)}
    points, numbers, boxes = marks(frame, choices.overlay, colours, choices.direction)
    ends = labels(frame, [curve for curve, _ in drawn], named, [style[0] for _, style in drawn], boxes) if named else []
    notes = [*ends, *numbers] if drawn else [emptiness(frame, result), *numbers]
    return put_together(result, frame, [*traces, *points], notes)


def curve_of(group: dict, direction: str) -> Curve:
    """The group's curve in this direction; its limits change places with it."""
    curve = survival_curve(group)
    if direction != FAILURE:
        return curve
    return replace(curve, share=_less(curve.share), lower=_less(curve.upper), upper=_less(curve.lower))


def _less(shares: Shares) -> Shares:
    """One less each of the shares."""
    return [None if share is None else 1 - share for share in shares]


def title(result: dict, words: Words, direction: str) -> str:
    """What the y axis shows: survival by the endpoint's name, failure by its events."""
    rule = result["endpoint"]
    if direction != FAILURE:
        return words.outcome or str(rule["label"])
    return words.failure or words.one_of([str(one) for one in rule["causes"][0]["events"]])


def since(result: dict, words: Words) -> str:
    """The title of the axis of time; after a landmark it is counted from there."""
    clock = result["endpoint"]["clock"]
    if "landmark" in result:
        return words.landmark_axis.format(clock=clock, day=result["landmark"]["days"])
    return words.axis.format(clock=clock)


def _estimates(sheet: below.Sheet, result: dict, styles: list[tuple[str, str]], direction: str) -> None:
    """Survival at the months of the analysis and the median, each with its limits; a row for each group with patients."""
    shown = [(group, style) for group, style in zip(result["groups"], styles, strict=True) if group["n"]]
    if not shown:
        return
    words = sheet.words
    chosen = below.chosen_months([row["months"] for row in shown[0][0]["at"]], sheet.size.estimates)
    heads = [words.at.format(months=month) for month in chosen] + [words.median]
    rows = [
        below.Estimates(group["label"], style[0], _cells(group, chosen, words, direction)) for group, style in shown
    ]
    below.estimates(sheet, heads, rows, len(result["groups"]) > 1)


def _cells(group: dict, chosen: list[int], words: Words, direction: str) -> list[str]:
    read = {row["months"]: row for row in group["at"]}
    cells = []
    for month in chosen:
        share, lower, upper = ([read[month][name]] for name in ("survival", "lower", "upper"))
        if direction == FAILURE:
            share, lower, upper = _less(share), _less(upper), _less(lower)
        cells.append(below.with_limits(share[0], lower[0], upper[0]))
    median = group["median"]
    nr = words.not_reached
    edges = (months(median["lower"], nr), months(median["upper"], nr))
    interval = "" if edges == (nr, nr) else f" ({'–'.join(edges)})"
    if median.get("withheld"):
        return [*cells, words.withheld]
    return [*cells, months(median["estimate"], nr) + interval]


def _said(result: dict, words: Words) -> list[str]:
    """Test, limits, tail rule, and what a landmark leaves out."""
    groups = [group for group in result["groups"] if group["n"]]
    found = []
    test = result["logrank"]
    if test:
        said = [words.logrank.format(statistic=f"{test['statistic']:.1f}", df=test["df"], p=p_value(test["p"]))]
        if permuted := result.get("permutation"):
            said.append(words.permutation.format(p=p_value(permuted["p"])))
        found.append(" ".join(said))
    is_points = any(is_drawn(group) and not group["curve"]["time"] for group in groups)
    notes = [(words.points if is_points else words.limits).format(limits=result["limits"])] if groups else []
    if len(groups) > MOST_BANDS:
        notes.append(words.no_bands.format(n=MOST_BANDS))
    if any(group.get("withheld") is not None for group in groups):
        notes.append(words.withheld_note)
    if any(None in group["median"].values() for group in groups if not group["median"].get("withheld")):
        notes.append(words.not_reached_note)
    if any(reliable_days(group) < group["curve"]["time"][-1] for group in groups if group["curve"]["time"]):
        notes.append(words.tail)
    found += [" ".join(notes)] if notes else []
    found += below.follow_up(result, words)
    if "landmark" in result:
        mark = result["landmark"]
        left = {name: words.withheld if n is None else n for name, n in mark["excluded"].items()}
        found.append(words.landmark.format(day=mark["days"], n=mark["n"], **left))
    return found
