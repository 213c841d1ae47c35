"""Cumulative incidences for print and page: a curve for each cause, or for the event itself in each group, over their risk table.

Aalen-Johansen with log(-log) bands; never 1 - Kaplan-Meier. The axis is days where the analysis counts by single months, as for
the onset of CRS. Stacked, the causes and the share free of all of them are areas that add up to 100 % (`stacked.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from analytics.figures import below
from analytics.figures.axis import Axis, days_axis, months_axis
from analytics.figures.choices import USUAL, Choices
from analytics.figures.curves import MOST_BANDS, POINTS_ROOM, Curve, asides, curve_traces, last_day, reliable_days
from analytics.figures.frame import Frame, emptiness, labels, put_together, right_margin
from analytics.figures.overlay import key, marks
from analytics.figures.sizes import WIDE, Size
from analytics.figures.stacked import FREE_KEY, stacked_panels
from analytics.figures.text import p_value
from analytics.figures.theme import LIGHT, Theme
from analytics.figures.words import Words

MOST_BANDS_OF_CAUSES = 3
OWN = 1  # code of the rule's own event


def incidence_figure(
    result: dict, words: Words | None = None, theme: Theme = LIGHT, size: Size = WIDE, choices: Choices = USUAL
) -> dict:
    """The figure of a Result of cumulative incidences, as {"data": […], "layout": {…}} of plotly.js."""
    words = words or Words()
    if choices.stacked and not is_released(result) and any(map(has_curves, result["groups"])):
        return _stacked(result, words, theme, size)
    drawn = drawn_curves(result, words, theme)
    named = below.end_names([one.curve.label for one in drawn], size)
    axis = axis_of(result, size)
    sheet = below.Sheet(size, theme, words, _left_margin(size, words), right_margin(named, size, axis))
    _tables(sheet, result, axis, drawn, theme.styles(len(result["groups"])))
    below.caption(sheet, result, [*said(result, words), *key(choices.overlay, axis, words, USUAL.direction)])
    frame = Frame(sheet, axis, title(result, words), since(result, words, axis))
    hover = words.hover_days if axis.unit == 1 else words.hover_share
    traces = [
        trace
        for one, aside in zip(drawn, asides(len(drawn)), strict=True)
        for trace in curve_traces(
            one.curve, one.style, axis, theme, hover, with_band=has_band(one, drawn, result), aside=aside
        )
    ]
    colours = {one.curve.key: one.style[0] for one in drawn} if is_grouped(result) else {}
    points, numbers, boxes = marks(frame, choices.overlay, colours, USUAL.direction)
    ends = labels(frame, [one.curve for one in drawn], named, [one.style[0] for one in drawn], boxes) if named else []
    return put_together(
        result, frame, [*traces, *points], [*ends, *numbers] if drawn else [emptiness(frame, result), *numbers]
    )


def has_curves(group: dict) -> bool:
    """Whether the group has curves: patients, and in a released form enough of them."""
    return bool(group["n"] != 0 and group["event_free"]["time"])


def is_released(result: dict) -> bool:
    """Whether the Result is a released form, which has estimates at some months instead of curves."""
    return "disclosure" in result


def has_band(one: Drawn, drawn: list[Drawn], result: dict) -> bool:
    """Whether the curve has a band: not where they would cover each other; the event itself has one before what competes."""
    if is_grouped(result):
        return len(drawn) <= MOST_BANDS
    return len(drawn) <= MOST_BANDS_OF_CAUSES or one.cause["cause"] == OWN


def is_grouped(result: dict) -> bool:
    """Whether the curves are of groups, and not of causes."""
    return bool(result["analysis"]["groups"])


@dataclass(frozen=True, slots=True)
class Drawn:
    """A curve with its colour and dash, and the part of the Result that it shows."""

    curve: Curve
    style: tuple[str, str]
    cause: dict


def drawn_curves(result: dict, words: Words, theme: Theme) -> list[Drawn]:
    """In groups the rule's own event of each; else every cause that has happened, and the own one in any case."""
    if is_grouped(result):
        styles = theme.styles(len(result["groups"]))
        return [
            Drawn(_curve(group, cause, group["group"], group["label"], is_released(result)), style, cause)
            for group, style in zip(result["groups"], styles, strict=True)
            for cause in group["causes"]
            if has_curves(group) and cause["cause"] == OWN
        ]
    styles = theme.styles(len(result["causes"]))
    return [
        Drawn(_curve(group, cause, str(cause["cause"]), name, is_released(result)), style, cause)
        for group in result["groups"]
        for cause, name, style in zip(group["causes"], cause_names(result, words), styles, strict=True)
        if has_curves(group) and (cause["events"] or cause["cause"] == OWN)
    ]


def _curve(group: dict, cause: dict, name: str, label: str, is_points: bool) -> Curve:
    curve = cause["curve"]
    return Curve(
        name,
        label,
        curve["time"],
        curve["incidence"],
        curve["lower"],
        curve["upper"],
        [],
        [],
        reliable_days(group),
        last_day(group),
        is_points,
    )


def cause_names(result: dict, words: Words) -> list[str]:
    """Each cause by its events: "Relapse", "Death"."""
    return [words.one_of([str(one) for one in cause["events"]]) for cause in result["causes"]]


def title(result: dict, words: Words) -> str:
    """What the y axis shows: in groups the endpoint's name, else incidence of whatever is named at the curves."""
    return words.outcome or (str(result["endpoint"]["label"]) if is_grouped(result) else words.incidence)


def since(result: dict, words: Words, axis: Axis) -> str:
    """The title of the axis of time."""
    clock = result["endpoint"]["clock"]
    return (words.days_axis if axis.unit == 1 else words.axis).format(clock=clock)


def axis_of(result: dict, size: Size) -> Axis:
    """The axis of time: in days where the Result counts by weeks."""
    groups = result["groups"]
    days = max(map(last_day, groups), default=0) * (POINTS_ROOM if is_released(result) else 1)
    if any(group.get("risk_table_days") for group in groups):
        return days_axis(days, size.columns)
    return months_axis(days, result["analysis"]["tick_months"], size.columns, is_points=is_released(result))


def _left_margin(size: Size, words: Words) -> int:
    return below.left_margin(size, (words.at_risk, words.events, words.competing, words.censored))


def _tables(sheet: below.Sheet, result: dict, axis: Axis, drawn: list[Drawn], styles: list[tuple[str, str]]) -> None:
    """The risk table and the estimates. styles: of the groups."""
    groups = zip(result["groups"], styles, strict=True)
    below.risk_table(sheet, [_block(group, style, axis, sheet.words) for group, style in groups])
    _estimates(sheet, drawn)


def _stacked(result: dict, words: Words, theme: Theme, size: Size) -> dict:
    """The same numbers as areas. Groups are told apart by their panels, so that colours are the causes'."""
    plain = (theme.ink, "solid")
    drawn, own = drawn_curves(result, words, theme), []
    if is_grouped(result):
        drawn = [replace(one, style=plain) for one in drawn]
        own = [words.estimates_of.format(cause=cause_names(result, words)[0])]
    axis = axis_of(result, size)
    sheet = below.Sheet(size, theme, words, _left_margin(size, words), size.name_width + 12)
    _tables(sheet, result, axis, drawn, [plain] * len(result["groups"]))
    below.caption(sheet, result, [words.stacked, *own, *said(result, words)])
    frame = Frame(sheet, axis, words.outcome or words.stacked_axis, since(result, words, axis))
    names = {str(cause["code"]): name for cause, name in zip(result["causes"], cause_names(result, words), strict=True)}
    return stacked_panels(result, frame, {**names, FREE_KEY: words.event_free})


def _block(group: dict, style: tuple[str, str], axis: Axis, words: Words) -> below.Block:
    """At risk, events of the rule's own cause, competing ones together, censored, each under its tick."""
    unit, table = ("days", "risk_table_days") if axis.unit == 1 else ("months", "risk_table")
    rows = [row for row in group.get(table, ()) if row[unit] in axis.ticks] if group["n"] != 0 else []
    told = [row for row in rows if "causes" in row]  # Results of older code do not tell the causes apart
    columns = {
        "at_risk": (words.at_risk, [row["at_risk"] for row in rows]),
        "events": (words.events, [row["causes"][0] for row in told]),
        "competing": (words.competing, [_sum(row["causes"][1:]) for row in told]),
        "censored": (words.censored, [row["censored"] for row in rows]),
    }
    table_rows = tuple(
        (name, word, list(zip([row[unit] for row in rows], numbers, strict=True)))
        for name, (word, numbers) in columns.items()
        if any(number is not None for number in numbers)
    )
    return below.Block(group["group"], group["label"], below.counts_of(group, words), style, table_rows)


def _sum(counts: list[int | None]) -> int | None:
    """The sum; None where one of them is withheld."""
    known = [one for one in counts if one is not None]
    return sum(known) if len(known) == len(counts) else None


def _estimates(sheet: below.Sheet, drawn: list[Drawn]) -> None:
    """Incidence at the months of the analysis with its limits; a row for each curve."""
    if not drawn:
        return
    months = below.chosen_months([row["months"] for row in drawn[0].cause["at"]], sheet.size.estimates)
    rows = []
    for one in drawn:
        read = {row["months"]: row for row in one.cause["at"]}
        cells = [
            below.with_limits(*(read[month][name] for name in ("incidence", "lower", "upper"))) for month in months
        ]
        rows.append(below.Estimates(one.curve.label, one.style[0], cells))
    below.estimates(sheet, [sheet.words.at_month(month) for month in months], rows, True)


def said(result: dict, words: Words) -> list[str]:
    """What counts and what competes, Gray's test, limits, tail rule."""
    groups = [group for group in result["groups"] if group["n"] != 0]
    causes = [cause for group in groups for cause in group["causes"]]
    names = cause_names(result, words)
    found = [words.causes.format(own=names[0], others=words.between.join(names[1:]))] if names[1:] else []
    found += [
        words.gray.format(cause=name, statistic=f"{test['statistic']:.1f}", df=test["df"], p=p_value(test["p"]))
        for cause, name in zip(result["causes"], names, strict=True)
        for test in result["gray"]
        if test["cause"] == cause["code"] and test["statistic"] is not None
    ]
    text = words.points if is_released(result) and any(map(has_curves, groups)) else words.limits
    notes = [text.format(limits=result["limits"])] if groups else []
    if len(groups) > MOST_BANDS:
        notes.append(words.no_bands.format(n=MOST_BANDS))
    elif not is_grouped(result) and sum(bool(cause["events"]) for cause in causes) > MOST_BANDS_OF_CAUSES:
        notes.append(words.own_band.format(own=names[0]))
    if any(reliable_days(group) < last_day(group) for group in groups):
        notes.append(words.tail)
    if any(group.get("withheld") is not None for group in groups):
        notes.append(words.withheld_note)
    found += [" ".join(notes)] if notes else []
    return [*found, *below.follow_up(result, words)]
