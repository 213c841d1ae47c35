"""What stands under the axis: the extended risk table on the same x, the estimates, the caption."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from analytics.figures.axis import Axis
from analytics.figures.sizes import Size
from analytics.figures.text import fitted, limits, months, percent, safe, short, width, wrapped
from analytics.figures.theme import STRONG, Theme
from analytics.figures.words import Words

AXIS_SPACE = 46  # tick labels and the axis title
NAME_SPACE = 22  # the sample of the line before a group's name
MAX_NAME = 24  # letters of a group's name beside its estimates
AT_RISK = "at_risk"


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

    def rule(self) -> None:
        """A thin line over the width of the plot."""
        self.shapes.append(
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "yref": "y2",
                "y0": self.y - 2,
                "y1": self.y - 2,
                "line": {"color": self.theme.rule, "width": 1},
            }
        )
        self.down(4)

    def y_axis(self, share: float) -> dict:
        """The axis in px down from the one of the plot; `share` of the figure's inner height is the sheet's."""
        return {
            "anchor": "x",
            "domain": [0, share],
            "range": [round(self.y, 1), 0],
            "visible": False,
            "fixedrange": True,
        }

    def heading(self, block: Block) -> None:
        """A group's name after a sample of its line, with its counts."""
        colour, dash = block.style
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
        room = self.size.width - NAME_SPACE - 16 - width(block.counts, self.size.small)
        name = safe(fitted(" ".join(block.label.split()), self.size.small, room, bold=True))
        self.write(name, shift=NAME_SPACE + 4 - self.left, color=self.theme.text(colour), weight=STRONG)
        self.write(safe(block.counts), at=1, shift=self.right - 4, anchor="right", color=self.theme.text(colour))
        self.down(self.size.line)

    def numbers(self, name: str, word: str, key: str, row: list[tuple[int, int]], colour: str) -> None:
        """A row of the risk table: its word, and each number under its tick."""
        self.write(safe(word), shift=4 - self.left)
        self.traces.append(
            {
                "type": "scatter",
                "mode": "text",
                "name": name,
                "legendgroup": key,
                "x": [tick for tick, _ in row],
                "y": [self.y + self.size.line / 2] * len(row),
                "yaxis": "y2",
                "text": ["–" if number is None else str(number) for _, number in row],
                "textfont": {"size": self.size.small, "color": colour},
                "hoverinfo": "skip",
                "cliponaxis": False,
            }
        )
        self.down(self.size.line)


@dataclass(frozen=True, slots=True)
class Block:
    """The risk table of one group. rows: (name, word, (tick, number) …); none for a group without patients."""

    key: str
    label: str
    counts: str
    style: tuple[str, str]
    rows: tuple[tuple[str, str, list[tuple[int, int]]], ...]


def block_of(group: dict, style: tuple[str, str], names: dict[str, str], axis: Axis, words: Words) -> Block:
    """The block of one group of a Result; names: key of a row of its risk table → word."""
    counts = counts_of(group, words)
    table = [row for row in group["risk_table"] if row["months"] in axis.ticks] if group["n"] else []
    told = [name for name in names if any(row[name] is not None for row in table)]
    rows = tuple((name, names[name], [(row["months"], row[name]) for row in table]) for name in told)
    return Block(group["group"], group["label"], counts, style, rows)


def counts_of(group: dict, words: Words) -> str:
    """Patients and events of a group; in a released form some are withheld."""
    if group["n"] == 0:
        return words.nobody
    n, events = (words.withheld if group[name] is None else group[name] for name in ("n", "events"))
    return words.counts.format(n=n, events=events)


def risk_table(sheet: Sheet, blocks: list[Block]) -> None:
    """The extended risk table: events and censored are counted from the start to each tick."""
    for block in blocks:
        if len(blocks) > 1:
            sheet.heading(block)
        for name, word, row in block.rows:
            colour = sheet.theme.text(block.style[0]) if name == AT_RISK else sheet.theme.ink_soft
            sheet.numbers(name, word, block.key, row, colour)
        sheet.down(6)


@dataclass(frozen=True, slots=True)
class Estimates:
    """One row of estimates: a name, its colour, and a cell for each head."""

    label: str
    colour: str
    cells: list[str]


def estimates(sheet: Sheet, heads: list[str], rows: list[Estimates], is_named: bool) -> None:
    """Estimates in columns over the whole width; a row for each group or cause."""
    if not rows:
        return
    size = sheet.size
    names = [short(row.label) for row in rows]
    widest = max((width(name[:MAX_NAME], size.small, bold=True) for name in names if is_named), default=0)
    stacked = widest > size.name_beside
    columns = _columns(sheet, len(heads), 0 if stacked else widest)
    sheet.rule()
    for (at, shift), head in zip(columns, heads, strict=True):
        sheet.write(safe(head), at=at, shift=shift, anchor="center")
    sheet.down(size.line)
    for row, name in zip(rows, names, strict=True):
        if is_named:
            colour = sheet.theme.text(row.colour)
            shown = fitted(name, size.small, size.width - 8, bold=True) if stacked else name
            sheet.write(safe(shown, 60 if stacked else MAX_NAME), shift=4 - sheet.left, color=colour, weight=STRONG)
            if stacked:
                sheet.down(size.line)
        for (at, shift), cell in zip(columns, row.cells, strict=True):
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
    return [
        (i / (n - 1), first + (last - first) * i / (n - 1)) if n > 1 else (0.5, (first + last) / 2) for i in range(n)
    ]


def with_limits(share: float | None, lower: float | None, upper: float | None) -> str:
    """ "82 % (66–91)"; without brackets where there are no limits."""
    interval = limits(lower, upper, "–").strip("–")
    return percent(share, "–") + (f" ({interval})" if interval else "")


def caption(sheet: Sheet, result: dict, said: Sequence[str] = ()) -> None:
    """What the figure itself has to say, then rule, dataset, date and n, in lines that fit the narrowest width."""
    for sentence in (*said, *provenance(result, sheet.words)):
        for line in wrapped(sentence, sheet.size.small, sheet.size.width - 8):
            sheet.write(safe(line, 400), shift=4 - sheet.left)
            sheet.down(sheet.size.line)


def provenance(result: dict, words: Words) -> list[str]:
    """The rule, if the Result has one, and the dataset, if it is stored."""
    found, rule = [], result["endpoint"]
    if rule:
        found.append(words.rule.format(label=rule["label"], id=rule["id"], version=rule["version"], rule=rule["print"]))
    if "dataset" in result:
        found.append(_dataset(result, words))
    return found


def _dataset(result: dict, words: Words) -> str:
    dataset = result["dataset"]
    is_counted = result["events"] is not None
    template = words.dataset if is_counted else words.dataset_without_events
    if dataset["kind"] == "cut":
        template = words.cut if is_counted else words.cut_without_events
    return template.format(
        name=dataset.get("name"),
        day=dataset.get("cut_date"),
        cohort=dataset["cohort"],
        kind=dict(words.kinds).get(dataset["kind"], dataset["kind"]),
        revision=dataset["revision"],
        hash=dataset["hash"][:8],
        date=dataset["made_at"][:10],
        n=result["n"],
        events=result["events"],
    )


def follow_up(result: dict, words: Words) -> list[str]:
    """How long the patients were followed, by the reverse Kaplan-Meier method; nothing where that is not known."""
    found = result.get("follow_up")
    if not found or found["median"]["estimate"] is None:
        return []
    quartiles = [(found.get(name) or {}).get("estimate") for name in ("lower_quartile", "upper_quartile")]
    between = "–".join(months(one, words.not_reached) for one in quartiles) if any(quartiles) else ""
    template = words.follow_up if between else words.follow_up_median
    return [template.format(median=months(found["median"]["estimate"], ""), quartiles=between)]


def end_names(labels: list[str], size: Size) -> list[list[str]]:
    """The names at the ends of so many curves; none where they would not fit, and the risk table's samples name the curves."""
    if len(labels) > size.plot // (size.line + 2):
        return []
    return [name_lines(label, size, len(labels)) for label in labels]


def name_lines(label: str, size: Size, names: int) -> list[str]:
    """A curve's name in lines that fit beside the plot, one to three as `names` of them leave room; "…" when more was left."""
    most = max(1, min(3, size.plot // (names * (size.line + 2))))
    lines = wrapped(short(label), size.small, size.name_width, bold=True)
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1] + "…"]
    return [fitted(line, size.small, size.name_width, bold=True) for line in lines]


def left_margin(size: Size, names: Iterable[str]) -> int:
    """Room for the words of the risk table, and for half a number under the start of the axis."""
    widest = max(width(word, size.small) for word in names)
    return round(max(size.left, widest + 4 + 1.9 * size.small))
