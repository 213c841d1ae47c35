"""CRS and ICANS by highest grade: a bar of 100 % for each group, every number printed in its grade's column, not reported apart."""

from __future__ import annotations

from analytics.figures.below import Sheet, caption
from analytics.figures.choices import USUAL, Choices
from analytics.figures.regions import Region, in_px, shares_axis, stacked, strong, title_height, title_lines
from analytics.figures.sizes import WIDE, Size
from analytics.figures.text import counted, fitted, safe, width
from analytics.figures.theme import LIGHT, Theme
from analytics.figures.words import Words

ITEMS = ("crs_grade", "icans_grade")
BAR = 14
SWATCH = 9
# From pale to strong, lighter to darker on paper and the other way round on a dark page: also in grey, also for those who see
# no red or no green (yellow to brown changes in lightness above all).
GRADES = {
    "light": ("#e9ecef", "#f6c86b", "#e8913a", "#c8591a", "#8a2d10", "#421205"),
    "dark": ("#3b424a", "#6a4a2b", "#a3602a", "#d98b3f", "#f2bd7d", "#fff1d6"),
}


def toxicity_figure(
    result: dict, words: Words | None = None, theme: Theme = LIGHT, size: Size = WIDE, _choices: Choices = USUAL
) -> dict:
    """The figure of a toxicity table as {"data": […], "layout": {…}} of plotly.js."""
    words = words or Words()
    sheet = Sheet(size, theme, words, 14, 22)
    items = items_of(result)
    caption(sheet, result, _said(items, words))
    lines = title_lines(sheet, words.toxicity)
    bars = _Bars(sheet, Region(0, 0, above=title_height(sheet, lines)))
    for item in items:
        bars.item(item, result["table"]["heads"])
    if not items:
        bars.nobody()
    region = bars.region
    region.height = bars.y + 4
    region.x, region.y = shares_axis(sheet), in_px(region.height)
    region.x["range"] = [0, 100]
    notes = [region.title(sheet, lines, 0), *bars.notes]
    return stacked(result, sheet, [region], bars.traces, notes, bars.shapes)


def items_of(result: dict) -> list[dict]:
    """The rows of CRS and ICANS grades; none of an empty cohort."""
    table = result["table"]
    if table is None or table["n"] == 0:
        return []
    return [row for name in ITEMS for row in table["rows"] if row["column"] == name]


def _said(items: list[dict], words: Words) -> list[str]:
    cells = [cell for item in items for level in item["levels"] for cell in level["cells"]]
    withheld = [words.withheld_note] if any(cell.get("withheld") for cell in cells) else []
    return [words.toxicity_note, *withheld] if items else []


class _Bars:
    """The bars while they are being set: `y` px down from the top of the plot is where the next line begins."""

    def __init__(self, sheet: Sheet, region: Region):
        self.sheet, self.region = sheet, region
        self.y: float = 0
        self.notes: list[dict] = []
        self.traces: list[dict] = []
        self.shapes: list[dict] = []

    def nobody(self) -> None:
        """That there is nothing to draw."""
        text, soft = safe(self.sheet.words.no_patients), self.sheet.theme.ink_soft
        self.notes.append(self.region.note(self.sheet, text, 20, at=0.5, anchor="center", color=soft))
        self.y = 36

    def item(self, item: dict, heads: list[dict]) -> None:
        """The item's name, the grades as heads of columns with their colours, and a bar for each group."""
        line = self.sheet.size.line
        self.y += 4
        self._text(safe(item["label"]), 4 - self.sheet.left, **strong(self.sheet))
        self.y += line + 2
        places = self._columns(len(item["levels"]))
        for at, level, fill in zip(places, item["levels"], self._fills(item), strict=True):
            self._swatch(at, fill)
            self._text(safe(self._short(level)), SWATCH + 3, at=at, color=self.sheet.theme.ink_soft)
        self.y += line + 2
        for place, head in enumerate(heads):
            if head["n"] != 0 or not place:
                self._bar(item, place, head, places)
        self.y += 6

    def _short(self, level: dict) -> str:
        return self.sheet.words.not_reported if level["value"] is None else str(level["value"])

    def _fills(self, item: dict) -> list[str]:
        """A colour for each level; "" for what is not reported."""
        colours = iter(GRADES[self.sheet.theme.name])
        return ["" if level["value"] is None else next(colours) for level in item["levels"]]

    def _columns(self, n: int) -> list[float]:
        """The share of the plot's width at which each column begins; the last is as wide as its head."""
        sheet = self.sheet
        plot = sheet.size.width - sheet.left - sheet.right
        last = (width(sheet.words.not_reported, sheet.size.small) + SWATCH + 9 - sheet.right) / plot
        return [i * (1 - last) / (n - 1) for i in range(n)]

    def _text(self, text: str, shift: float, *, at: float = 0, anchor: str = "left", **font) -> None:
        middle = self.y + self.sheet.size.line / 2
        self.notes.append(self.region.note(self.sheet, text, middle, shift=shift, at=at, anchor=anchor, **font))

    def _swatch(self, at: float, fill: str) -> None:
        top = self.y + (self.sheet.size.line - SWATCH) / 2
        self.shapes.append(
            {
                "type": "rect",
                "xref": "paper",
                "xsizemode": "pixel",
                "xanchor": at,
                "x0": 0,
                "x1": SWATCH,
                "yref": self.region.yref,
                "y0": top,
                "y1": top + SWATCH,
                "fillcolor": fill or self.sheet.theme.surface,
                "line": self._edge(fill),
            }
        )

    def _edge(self, fill: str) -> dict:
        if fill:
            return {"color": self.sheet.theme.surface, "width": 0}
        return {"color": self.sheet.theme.ink_soft, "width": 1, "dash": "2px,2px"}

    def _bar(self, item: dict, place: int, head: dict, columns: list[float]) -> None:
        size, words, theme = self.sheet.size, self.sheet.words, self.sheet.theme
        name = words.group_n.format(group=head["label"], n=counted(head["n"]))
        self._text(safe(fitted(name, size.small, size.width - 8), 200), 4 - self.sheet.left)
        self.y += size.line + 1
        start = 0.0
        for level, fill in zip(item["levels"], self._fills(item), strict=True):
            cell = level["cells"][place]
            share = min(cell["percent"] or 0, 100 - start)  # rounded shares may add up to more
            self._segment(item, name, level, cell, start, share, fill)
            start += share
        self.y += BAR + 2
        for at, level in zip(columns, item["levels"], strict=True):
            x = level["cells"][place]["x"]
            colour = theme.ink if x else theme.ink_soft
            self._text(counted(x), SWATCH + 3, at=at, color=colour)
        self.y += size.line + 5

    def _segment(self, item: dict, group: str, level: dict, cell: dict, start: float, share: float, fill: str) -> None:
        if not share:
            return
        theme = self.sheet.theme
        self.traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": safe(f"{item['label']}: {level['label']}", 120),
                "x": [share],
                "base": [round(start, 4)],
                "y": [self.y + BAR / 2],
                "width": [BAR],
                "marker": {
                    "color": fill or theme.surface,
                    "line": {"color": theme.surface, "width": 1},
                },
                "hovertext": [safe(f"{group}: {level['label']} {counted(cell['x'])} / {counted(cell['n'])}", 200)],
                "hoverinfo": "text",
            }
        )
        if not fill:
            self.shapes.append(
                {
                    "type": "rect",
                    "xref": "x",
                    "x0": start,
                    "x1": start + share,
                    "yref": self.region.yref,
                    "y0": self.y + 0.5,
                    "y1": self.y + BAR - 0.5,
                    "line": self._edge(""),
                }
            )
