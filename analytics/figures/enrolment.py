"""Enrolment: cumulative steps over calendar time, bars of the newly infused, and the hospitals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.figures.below import Sheet, caption
from analytics.figures.choices import USUAL, Choices
from analytics.figures.regions import Region, grid, in_px, seen, stacked, strong, title_height, title_lines
from analytics.figures.sizes import WIDE, Size
from analytics.figures.text import counted, fitted, safe, width
from analytics.figures.theme import LIGHT, Theme, mixed
from analytics.figures.words import Words

GAP = 10
BARS = 84  # px
PITCH = 17  # px of a hospital's row
MOST_SITES = 40
PERIODS = ((24, 1, "month"), (96, 3, "quarter"))  # up to so many months: so many in a bar
COUNTS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000)
STEPS_OF_MONTHS = (1, 3, 6, 12, 24, 60, 120, 240)
INFUSED = "infused"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The months of a table: the first, counted from January of year 0, and how many."""

    first: int
    n: int

    @classmethod
    def of(cls, months: Sequence[str]) -> Calendar:
        """From "2023-04" …"""
        year, month = months[0].split("-")
        return cls(int(year) * 12 + int(month) - 1, len(months))

    def ticks(self, px: float, size: float) -> tuple[list[int], list[str]]:
        """Months from the first at which a tick stands, on round months of the calendar, and what it says, on so many px."""
        inside: list[int] = []
        step = STEPS_OF_MONTHS[-1]
        for step in STEPS_OF_MONTHS:
            inside = [i for i in range(self.n + 1) if (self.first + i) % step == 0]
            if len(inside) * (width(self._named(self.first, step), size) + 12) <= px:
                break
        inside = inside or [0]
        return inside, [self._named(self.first + i, step) for i in inside]

    @staticmethod
    def _named(month: int, step: int) -> str:
        year = f"{month // 12}"
        return year if step % 12 == 0 else f"{year}-{month % 12 + 1:02d}"

    @property
    def period(self) -> tuple[int, str]:
        """Months in a bar, and what that is called."""
        return next(((months, name) for most, months, name in PERIODS if self.n <= most), (12, "year"))

    def bars(self, by_month: Sequence[int]) -> list[tuple[float, float, int]]:
        """(start, end, n) of each period of the calendar that the months reach into."""
        months, _name = self.period
        found: dict[int, int] = {}
        for i, n in enumerate(by_month):
            found[(self.first + i) // months] = found.get((self.first + i) // months, 0) + n
        starts = {period: period * months - self.first for period in found}
        return [(max(starts[one], 0), min(starts[one] + months, self.n), n) for one, n in found.items()]


def enrolment_figure(
    result: dict, words: Words | None = None, theme: Theme = LIGHT, size: Size = WIDE, _choices: Choices = USUAL
) -> dict:
    """The figure of an enrolment table as {"data": […], "layout": {…}} of plotly.js."""
    words = words or Words()
    table = result["table"]
    if table is None or table["registered"] == 0:
        return _nothing(result, Sheet(size, theme, words, 14, 14))
    columns = _columns(table, size)
    sheet = Sheet(size, theme, words, _left(table, size, words), round(columns[-1][1] + 4))
    caption(sheet, result, _said(table, words))
    sites = _sites(table, words)
    regions, traces, notes = [], [], []
    if table["months"]:
        calendar = Calendar.of(table["months"])
        for part in (_cumulative, _newly):
            region, drawn, said = part(table, calendar, sheet, len(regions))
            regions.append(region)
            traces += drawn
            notes += said
    region, drawn, said = _by_site(sites, table, columns, sheet, len(regions))
    return stacked(result, sheet, [*regions, region], [*traces, *drawn], [*notes, *said])


def _nothing(result: dict, sheet: Sheet) -> dict:
    caption(sheet, result)
    region = Region(0, 60, 10, x={"range": [0, 1], "visible": False}, y=in_px(60))
    text, soft = safe(sheet.words.no_patients), sheet.theme.ink_soft
    return stacked(result, sheet, [region], [], [region.note(sheet, text, 30, at=0.5, anchor="center", color=soft)])


def _columns(table: dict, size: Size) -> list[tuple[dict, float]]:
    """Each step with the px from the plot's right edge to the right end of its column of numbers; on a phone the first and last."""
    found, edge = [], 4.0
    steps = table["steps"] if size.name == "wide" else [table["steps"][0], table["steps"][-1]]
    for step in steps:
        edge += GAP + max(width(step["label"], size.small), width(counted(step["n"]), size.small))
        found.append((step, edge))
    return found


def _left(table: dict, size: Size, words: Words) -> int:
    """Room for the hospitals' names and the numbers beside the axis of y."""
    names = max(width(site.label, size.small) for site in _sites(table, words))
    numbers = width(counted(table["registered"]), size.small) + 10
    return round(min(max(names + 4 + GAP, numbers), 0.3 * size.width))


def _said(table: dict, words: Words) -> list[str]:
    first, last = table["steps"][0], table["steps"][-1]
    found = [words.enrolment_bars.format(pale=first["label"], dark=last["label"])]
    if any(step["n"] is None for step in table["steps"]):
        found.append(words.withheld_note)
    for key, sentence in (("undated", words.enrolment_undated), ("uncertain", words.enrolment_uncertain)):
        counts = [words.alt_level.format(label=step["label"], n=step[key]) for step in table["steps"] if step[key]]
        if counts:
            found.append(sentence.format(counts=words.between.join(counts)))
    return found


def _line_of(place: int, theme: Theme) -> tuple[str, str]:
    """Colour and dash of a step; the infused are solid and strong."""
    return ((theme.line(theme.series[4]), "2px,2px"), (theme.series[1], "7px,3px"), (theme.series[0], "solid"))[place]


def _time_axis(calendar: Calendar, sheet: Sheet) -> dict:
    plot = sheet.size.width - sheet.left - sheet.right
    ticks, texts = calendar.ticks(plot, sheet.size.small)
    return {**seen(sheet, ticks, texts), "range": [0, calendar.n]}


def _counts_axis(most: int, sheet: Sheet, about: int) -> dict:
    step = next((one for one in COUNTS if most / one <= about), COUNTS[-1])
    ticks = list(range(0, most + 1, step))
    return {**grid(sheet, ticks, [str(one) for one in ticks]), "range": [0, max(most, 1) * 1.04]}


Part = tuple[Region, list[dict], list[dict]]


def _cumulative(table: dict, calendar: Calendar, sheet: Sheet, place: int) -> Part:
    """Who has reached each step by the end of each month, named at the right end."""
    words, theme, size = sheet.words, sheet.theme, sheet.size
    lines = title_lines(sheet, words.enrolment)
    most = max(step["cumulative"][-1] for step in table["steps"])
    region = Region(place, round(0.6 * size.plot), title_height(sheet, lines), 26)
    region.x, region.y = _time_axis(calendar, sheet), _counts_axis(most, sheet, 4)
    traces = []
    for i, step in enumerate(table["steps"]):
        colour, dash = _line_of(i, theme)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": safe(step["label"]),
                "x": list(range(calendar.n + 1)),
                "y": [0, *step["cumulative"]],
                "line": {"shape": "hv", "width": 2, "dash": dash, "color": colour},
                "text": ["", *(f"{month}: {n}" for month, n in zip(table["months"], step["cumulative"], strict=True))],
                "hoverinfo": "text+name",
                **region.axes,
            }
        )
    top = region.y["range"][1]
    wanted = [region.height * (1 - step["cumulative"][-1] / top) for step in table["steps"]]
    notes = [region.title(sheet, lines, top)]
    for i, (step, y) in enumerate(zip(table["steps"], spread(wanted, size.line, region.height), strict=True)):
        text = f"{step['label']} {step['cumulative'][-1]}"
        font = {**strong(sheet), "color": theme.text(_line_of(i, theme)[0])}
        shown = safe(fitted(text, size.small, sheet.right - 10, bold=True))
        notes.append(region.note(sheet, shown, round(top * (1 - y / region.height), 3), at=1, shift=6, **font))
    return region, traces, notes


def spread(wanted: Sequence[float], apart: float, height: float) -> list[float]:
    """Places px down, as near to the wanted ones as a distance of `apart` and the plot's height allow, in their order."""
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    found = list(wanted)
    last = -apart
    for i in order:
        found[i] = last = max(wanted[i], last + apart)
    limit = height
    for i in reversed(order):
        found[i] = min(found[i], limit)
        limit = found[i] - apart
    return found


def _newly(table: dict, calendar: Calendar, sheet: Sheet, place: int) -> Part:
    """The newly infused in each month, quarter or year."""
    words, theme = sheet.words, sheet.theme
    _months, name = calendar.period
    lines = title_lines(sheet, words.enrolment_new.format(period=dict(words.periods)[name]))
    step = next(one for one in table["steps"] if one["id"] == INFUSED)
    bars = calendar.bars(step["by_month"])
    region = Region(place, BARS, title_height(sheet, lines), 30)
    region.x = _time_axis(calendar, sheet)
    region.y = _counts_axis(max(n for *_, n in bars), sheet, 3)
    trace = {
        "type": "bar",
        "name": safe(step["label"]),
        "x": [(start + end) / 2 for start, end, _ in bars],
        "y": [n for *_, n in bars],
        "width": [round((end - start) * 0.86, 4) for start, end, _ in bars],
        "marker": {"color": mixed(theme.series[0], theme.surface, 0.2), "line": {"width": 0}},
        "text": [f"{table['months'][int(start)]}: {n}" for start, _, n in bars],
        "textposition": "none",
        "hoverinfo": "text",
        **region.axes,
    }
    return region, [trace], [region.title(sheet, lines, region.y["range"][1])]


@dataclass(frozen=True, slots=True)
class Site:
    """A row: a hospital, or the further ones together. counts: in the order of the steps."""

    label: str
    counts: tuple[int | None, ...]


def _sites(table: dict, words: Words) -> list[Site]:
    """The hospitals, most infused first; of more than 40 the last ones in one row. All together where none is told."""
    if not table["sites"]:
        return [Site(words.all_sites, tuple(step["n"] for step in table["steps"]))]
    sites = [Site(one["site"], tuple(step["n"] for step in one["steps"])) for one in table["sites"]]
    sites.sort(key=lambda one: tuple(-(n or 0) for n in reversed(one.counts)))
    if len(sites) <= MOST_SITES:
        return sites
    rest = sites[MOST_SITES - 1 :]
    together = tuple(sum(one.counts[i] or 0 for one in rest) for i in range(len(table["steps"])))
    return [*sites[: MOST_SITES - 1], Site(words.others.format(n=len(rest)), together)]


def _by_site(sites: list[Site], table: dict, columns: list[tuple[dict, float]], sheet: Sheet, place: int) -> Part:
    """A bar for each hospital: who was accepted, and in it who was infused; all steps in numbers beside it."""
    words, theme, size = sheet.words, sheet.theme, sheet.size
    lines = title_lines(sheet, words.enrolment_sites)
    head = size.line + 4
    height = head + len(sites) * PITCH + 4
    region = Region(place, height, title_height(sheet, lines))
    most = max((n for site in sites for n in site.counts if n is not None), default=1)
    apart = next((one for one in COUNTS if most / one <= 3), COUNTS[-1])
    ticks = list(range(0, most + 1, apart))
    region.x = {**seen(sheet, ticks, [str(one) for one in ticks]), "range": [0, max(most, 1) * 1.04]}
    region.y = in_px(height)
    middles = [head + (i + 0.5) * PITCH for i in range(len(sites))]
    notes = [region.title(sheet, lines, 0)]
    for step, edge in columns:
        notes.append(
            region.note(sheet, safe(step["label"]), head / 2, at=1, shift=edge, anchor="right", color=theme.ink_soft)
        )
    for site, middle in zip(sites, middles, strict=True):
        name = safe(fitted(site.label, size.small, sheet.left - GAP))
        notes.append(region.note(sheet, name, middle, shift=4 - sheet.left))
        for step, edge in columns:
            n = site.counts[table["steps"].index(step)]
            notes.append(region.note(sheet, counted(n), middle, at=1, shift=edge, anchor="right"))
    pale, solid = mixed(theme.series[0], theme.surface, 0.72), mixed(theme.series[0], theme.surface, 0.2)
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": safe(table["steps"][i]["label"]),
            "x": [site.counts[i] for site in sites],
            "y": middles,
            "width": [PITCH * 0.66] * len(sites),
            "marker": {"color": colour, "line": {"width": 0}},
            "text": [safe(f"{site.label}: {table['steps'][i]['label']} {counted(site.counts[i])}") for site in sites],
            "textposition": "none",
            "hoverinfo": "text",
            **region.axes,
        }
        for i, colour in ((0, pale), (2, solid))
    ]
    return region, traces, notes
