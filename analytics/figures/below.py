"""What stands under the axis: the extended risk table on the same x, the estimates, the caption."""

from __future__ import annotations

from dataclasses import dataclass, field

from analytics.figures.curves import reliable_days
from analytics.figures.sizes import Size
from analytics.figures.text import fitted, limits, months, p_value, percent, safe, short, width, wrapped
from analytics.figures.theme import STRONG, Theme
from analytics.figures.words import Words

AXIS_SPACE = 46  # tick labels and the axis title
NAME_SPACE = 22  # the sample of the line before a group's name
MAX_NAME = 24  # letters of a group's name beside its estimates
COUNTS = ("at_risk", "events", "censored")


@dataclass
class Sheet:
    """The space under the axis while it is being filled: `y` px down from the axis is where the next line begins."""

    size: Size
    theme: Theme
    words: Words
    left: int  # margins beside the plot, px
    right: int
    y: float = AXIS_SPACE
    traces: list[dict] = field(default_factory=list)
    notes: list[dict] = field(default_factory=list)
    shapes: list[dict] = field(default_factory=list)

    def write(self, text: str, *, shift: float, at: float = 0, anchor: str = "left", **font) -> None:
        """Safe text on the current line, `shift` px from the share `at` of the plot's width."""
        look = {"size": self.size.small, "color": self.theme.ink_soft, **font}
        self.notes.append(
            {
                "text": text,
                "font": look,
                "xref": "paper",
                "x": at,
                "xanchor": anchor,
                "xshift": round(shift),
                "yref": "y2",
                "y": round(self.y, 1),
                "yanchor": "top",
                "align": "left",
                "showarrow": False,
            }
        )

    def down(self, px: float) -> None:
        """Go `px` down."""
        self.y += px

    def heading(self, group: dict, style: tuple[str, str]) -> None:
        """A group's name after a sample of its line, with its counts."""
        colour, dash = style
        counts = self.words.counts.format(n=group["n"], events=group["events"]) if group["n"] else self.words.nobody
        middle = self.y + self.size.line / 2
        self.shapes.append(
            {
                "type": "line",
                "xref": "paper",
                "xsizemode": "pixel",
                "xanchor": 0,
                "x0": 4 - self.left,
                "x1": NAME_SPACE - self.left,
                "yref": "y2",
                "y0": middle,
                "y1": middle,
                "line": {"color": colour, "width": 2, "dash": dash},
            }
        )
        room = self.size.width - NAME_SPACE - 16 - width(counts, self.size.small)
        name = safe(fitted(" ".join(group["label"].split()), self.size.small, room, bold=True))
        self.write(name, shift=NAME_SPACE + 4 - self.left, color=self.theme.text(colour), weight=STRONG)
        self.write(safe(counts), at=1, shift=self.right - 4, anchor="right", color=self.theme.text(colour))
        self.down(self.size.line)

    def counts(self, group: dict, ticks: list[int], colour: str) -> None:
        """Three rows: at risk, events, censored, each number under its tick."""
        rows = [row for row in group["risk_table"] if row["months"] in ticks]
        for name in COUNTS:
            self.write(safe(getattr(self.words, name)), shift=4 - self.left)
            look = {"size": self.size.small, "color": colour if name == "at_risk" else self.theme.ink_soft}
            self.traces.append(
                {
                    "type": "scatter",
                    "mode": "text",
                    "name": name,
                    "legendgroup": group["group"],
                    "x": [row["months"] for row in rows],
                    "y": [self.y + self.size.line / 2] * len(rows),
                    "yaxis": "y2",
                    "text": [str(row[name]) for row in rows],
                    "textfont": look,
                    "hoverinfo": "skip",
                    "cliponaxis": False,
                }
            )
            self.down(self.size.line)


def risk_table(sheet: Sheet, groups: list[dict], styles: list[tuple[str, str]], ticks: list[int]) -> None:
    """The extended risk table: events and censored are counted from the start to each tick."""
    for group, style in zip(groups, styles, strict=True):
        colour = sheet.theme.text(style[0])
        if len(groups) > 1:
            sheet.heading(group, style)
        if group["n"]:
            sheet.counts(group, ticks, colour)
        sheet.down(6)


def estimates(sheet: Sheet, groups: list[dict], styles: list[tuple[str, str]]) -> None:
    """Survival at the months of the analysis and the median, each with its limits; a row for each group with patients."""
    shown = [(group, style) for group, style in zip(groups, styles, strict=True) if group["n"]]
    if not shown:
        return
    size, words = sheet.size, sheet.words
    chosen = chosen_months([row["months"] for row in shown[0][0]["at"]], size.estimates)
    heads = [words.at.format(months=month) for month in chosen] + [words.median]
    named = len(groups) > 1
    names = [short(group["label"]) for group, _ in shown] if named else []
    widest = max((width(name[:MAX_NAME], size.small, bold=True) for name in names), default=0)
    stacked = widest > size.name_beside
    columns = _columns(sheet, len(heads), 0 if stacked else widest)
    _rule(sheet)
    for (at, shift), head in zip(columns, heads, strict=True):
        sheet.write(safe(head), at=at, shift=shift, anchor="center")
    sheet.down(size.line)
    for group, style in shown:
        colour = sheet.theme.text(style[0])
        if named:
            sheet.write(safe(short(group["label"]), MAX_NAME), shift=4 - sheet.left, color=colour, weight=STRONG)
            if stacked:
                sheet.down(size.line)
        for (at, shift), cell in zip(columns, _cells(group, chosen, words), strict=True):
            sheet.write(safe(cell), at=at, shift=shift, anchor="center", color=sheet.theme.ink)
        sheet.down(size.line)
    sheet.down(6)


def chosen_months(declared: list[int], most: int) -> list[int]:
    """At most `most` of the months for which estimates are declared: whole years first, the nearest of them."""
    return sorted(sorted(declared, key=lambda months: (months % 12 != 0, months))[:most])


def _columns(sheet: Sheet, n: int, beside: float) -> list[tuple[float, float]]:
    """(share of the plot's width, shift in px) of the middle of each column, right of names `beside` px wide."""
    names = 4 - sheet.left + beside
    room = (sheet.size.width - sheet.left - names - 4) / n
    first, last = names + room / 2, sheet.right - 4 - room / 2
    return [(i / (n - 1), first + (last - first) * i / (n - 1)) for i in range(n)]


def _cells(group: dict, chosen: list[int], words: Words) -> list[str]:
    read = {row["months"]: row for row in group["at"]}
    cells = []
    for month in chosen:
        row = read[month]
        interval = limits(row["lower"], row["upper"], "–").strip("–")
        cells.append(percent(row["survival"], "–") + (f" ({interval})" if interval else ""))
    median = group["median"]
    nr = words.not_reached
    edges = (months(median["lower"], nr), months(median["upper"], nr))
    interval = "" if edges == (nr, nr) else f" ({'–'.join(edges)})"
    return [*cells, months(median["estimate"], nr) + interval]


def _rule(sheet: Sheet) -> None:
    """A thin line over the whole width."""
    sheet.shapes.append(
        {
            "type": "line",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "yref": "y2",
            "y0": sheet.y - 2,
            "y1": sheet.y - 2,
            "line": {"color": sheet.theme.rule, "width": 1},
        }
    )
    sheet.down(4)


def caption(sheet: Sheet, result: dict) -> None:
    """Test, rule, dataset and reading notes, in lines that fit the narrowest width."""
    for sentence in _sentences(result, sheet.words):
        for line in wrapped(sentence, sheet.size.small, sheet.size.width - 8):
            sheet.write(safe(line, 400), shift=4 - sheet.left)
            sheet.down(sheet.size.line)


def _sentences(result: dict, words: Words) -> list[str]:
    groups = [group for group in result["groups"] if group["n"]]
    found = []
    test = result["logrank"]
    if test:
        found.append(words.logrank.format(statistic=f"{test['statistic']:.1f}", df=test["df"], p=p_value(test["p"])))
    notes = [words.limits.format(limits=result["limits"])] if groups else []
    if any(None in group["median"].values() for group in groups):
        notes.append(words.not_reached_note)
    if any(reliable_days(group) < group["curve"]["time"][-1] for group in groups):
        notes.append(words.tail)
    rule = result["endpoint"]
    found += [" ".join(notes)] if notes else []
    found.append(words.rule.format(label=rule["label"], id=rule["id"], version=rule["version"], rule=rule["print"]))
    if "dataset" in result:
        found.append(_dataset(result, words))
    return found


def _dataset(result: dict, words: Words) -> str:
    dataset = result["dataset"]
    return words.dataset.format(
        cohort=dataset["cohort"],
        kind=dict(words.kinds).get(dataset["kind"], dataset["kind"]),
        revision=dataset["revision"],
        hash=dataset["hash"][:8],
        date=dataset["made_at"][:10],
        n=result["n"],
        events=result["events"],
    )


def name_lines(label: str, size: Size, names: int) -> list[str]:
    """A curve's name in lines that fit beside the plot, one to three as `names` of them leave room; "…" when more was left."""
    most = max(1, min(3, size.plot // (names * (size.line + 2))))
    lines = wrapped(short(label), size.small, size.name_width, bold=True)
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1] + "…"]
    return [fitted(line, size.small, size.name_width, bold=True) for line in lines]


def left_margin(size: Size, words: Words) -> int:
    """Room for the words of the risk table, and for half a number under the start of the axis."""
    widest = max(width(word, size.small) for word in (words.at_risk, words.events, words.censored))
    return round(max(size.left, widest + 4 + 1.9 * size.small))
