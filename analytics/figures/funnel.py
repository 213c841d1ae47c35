"""Funnel plots of the hospitals' completeness: each share against its denominator, with the exact limits around all together.

Only the reader's own hospital is named, and it alone: the others are dots, in hover texts too.
"""

from __future__ import annotations

from analytics.figures.below import Sheet, caption
from analytics.figures.choices import USUAL, Choices
from analytics.figures.regions import Region, grid, seen, stacked, strong, title_height, title_lines
from analytics.figures.sizes import WIDE, Size
from analytics.figures.text import fitted, percent, safe, width
from analytics.figures.theme import LIGHT, Theme, mixed
from analytics.figures.words import Words

BETWEEN = 48  # px for the axis of each plot
GAP = 8  # px between the plot and what stands right of it
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)


def funnel_figure(
    result: dict, words: Words | None = None, theme: Theme = LIGHT, size: Size = WIDE, choices: Choices = USUAL
) -> dict:
    """The figure of a completeness table as {"data": […], "layout": {…}} of plotly.js: a funnel for each measure.

    choices.own names the reader's own hospital as the table does; "" or a stranger names none.
    """
    words = words or Words()
    funnels = funnels_of(result)
    sheet = Sheet(size, theme, words, 44, _right(funnels, words, size))
    if not funnels:
        return _nothing(result, sheet)
    has_own = any(site["site"] == choices.own and site["n"] for funnel in funnels for site in funnel["sites"])
    said = [words.funnel_note, *([words.funnel_own.format(own=choices.own)] if has_own else [])]
    caption(sheet, result, [" ".join(said)])
    regions, traces, notes = [], [], []
    for place, funnel in enumerate(funnels):
        lines = title_lines(sheet, funnel["label"])
        under = BETWEEN if place < len(funnels) - 1 else 0
        region = Region(place, round(size.plot * 0.72), title_height(sheet, lines), under)
        region.x, region.y = _axes(sheet, funnel)
        regions.append(region)
        traces += _curves(funnel, region, theme) + _dots(funnel, region, sheet, choices.own)
        notes += [region.title(sheet, lines, region.y["range"][1]), _pooled(funnel, region, sheet)]
        notes += _own_name(funnel, region, sheet, choices.own)
    return stacked(result, sheet, regions, traces, notes)


def funnels_of(result: dict) -> list[dict]:
    """The funnels of which something is counted."""
    table = result["table"]
    return list(table["funnels"]) if table else []


def _right(funnels: list[dict], words: Words, size: Size) -> int:
    """Room for the shares of all together."""
    shares = [words.funnel_pooled.format(share=percent(one["pooled"], "–")) for one in funnels]
    return round(max((width(share, size.small) for share in shares), default=0)) + 2 * GAP


def _nothing(result: dict, sheet: Sheet) -> dict:
    caption(sheet, result)
    region = Region(0, 60, 10, x={"range": [0, 1], "visible": False}, y={"range": [0, 1], "visible": False})
    note = region.note(sheet, safe(sheet.words.no_patients), 0.5, at=0.5, anchor="center", color=sheet.theme.ink_soft)
    return stacked(result, sheet, [region], [], [note])


def _axes(sheet: Sheet, funnel: dict) -> tuple[dict, dict]:
    most = max(max(site["n"] for site in funnel["sites"]), 1)
    step = next((one for one in STEPS if most / one <= (6 if sheet.size.name == "wide" else 4)), STEPS[-1])
    ticks = list(range(0, int(most) + 1, step))
    lowest = _floor(funnel)
    shares = [one for one in range(0, 101, 25 if lowest < 50 else 10) if one >= lowest]
    x = seen(sheet, ticks, [str(one) for one in ticks], dict(sheet.words.funnel_counts).get(funnel["measure"], ""))
    y = grid(sheet, shares, [f"{one} %" for one in shares])
    margin = (100 - lowest) * 0.04
    return {**x, "range": [0, most * 1.06]}, {**y, "range": [lowest - margin, 100 + margin]}


def _floor(funnel: dict) -> float:
    """The lowest share that is drawn, in whole tens: below every hospital and the 95 % limits beyond the smallest sizes."""
    shares = [site["share"] for site in funnel["sites"] if site["share"] is not None]
    limits = [site["lower_998"] for site in funnel["sites"] if site["lower_998"] is not None]
    return max(0, min(int(10 * min([*shares, *limits, funnel["pooled"]])) * 10, 90))


def _curves(funnel: dict, region: Region, theme: Theme) -> list[dict]:
    """The limits as the steps they are, and the share of all together."""
    least = min(site["n"] for site in funnel["sites"] if site["n"]) / 2
    curves = [one for one in funnel["curves"] if one["n"] >= least]  # where nobody is, the steps only dazzle
    found = []
    for limits, dash in (("998", "7px,3px"), ("95", "solid")):
        for edge in ("lower", "upper"):
            points = [(one["n"], one[f"{edge}_{limits}"]) for one in curves if one[f"{edge}_{limits}"] is not None]
            found.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": f"{edge} {limits}",
                    "x": [n for n, _ in points],
                    "y": [100 * share for _, share in points],
                    "line": {"color": mixed(theme.ink_soft, theme.surface, 0.25), "width": 1, "dash": dash},
                    "hoverinfo": "skip",
                    **region.axes,
                }
            )
    found.append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": "pooled",
            "x": [0, region.x["range"][1]],
            "y": [100 * funnel["pooled"]] * 2,
            "line": {"color": theme.ink_soft, "width": 1},
            "hoverinfo": "skip",
            **region.axes,
        }
    )
    return found


def _dots(funnel: dict, region: Region, sheet: Sheet, own: str) -> list[dict]:
    theme = sheet.theme
    sites = sorted((site for site in funnel["sites"] if site["n"]), key=lambda site: (site["n"], site["share"]))
    found = []
    for is_own in (False, True):
        shown = [site for site in sites if (site["site"] == own) is is_own]
        if not shown:
            continue
        colour = theme.series[1] if is_own else theme.series[0]
        found.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "own" if is_own else "others",
                "x": [site["n"] for site in shown],
                "y": [100 * site["share"] for site in shown],
                "text": [_hover(site, own if is_own else "") for site in shown],
                "hoverinfo": "text",
                "marker": {
                    "symbol": "circle" if is_own else "circle-open",
                    "size": 9 if is_own else 7,
                    "color": colour,
                    "line": {"color": colour, "width": 1.4},
                },
                "cliponaxis": False,
                **region.axes,
            }
        )
    return found


def _hover(site: dict, name: str) -> str:
    counts = f"{site['x']:.0f} / {site['n']:.0f}, {percent(site['share'], '–')}"
    return safe(f"{name}: {counts}" if name else counts, 120)


def _pooled(funnel: dict, region: Region, sheet: Sheet) -> dict:
    """The share of all together, beside its line."""
    text = sheet.words.funnel_pooled.format(share=percent(funnel["pooled"], "–"))
    return region.note(sheet, safe(text), 100 * funnel["pooled"], at=1, shift=5, color=sheet.theme.ink_soft)


def _own_name(funnel: dict, region: Region, sheet: Sheet, own: str) -> list[dict]:
    """The own hospital's name beside its dot; left of it in the right half, so that it stays in the plot."""
    found = next((site for site in funnel["sites"] if site["site"] == own and site["n"]), None)
    if found is None:
        return []
    most = region.x["range"][1]
    is_left = found["n"] > most / 2
    colour = sheet.theme.text(sheet.theme.series[1])
    room = (sheet.size.width - sheet.left - sheet.right) / 2 - 12
    text = safe(fitted(own, sheet.size.small, room, bold=True))
    note = region.note(
        sheet,
        text,
        100 * found["share"],
        shift=-9 if is_left else 9,
        anchor="right" if is_left else "left",
        **{**strong(sheet), "color": colour},
    )
    return [{**note, "xref": f"x{region.suffix}", "x": found["n"], "bgcolor": sheet.theme.surface}]
