"""Event-free survival under other rules, sets and restrictions: dots with intervals, one row each that says something new."""

from __future__ import annotations

from analytics.figures.choices import USUAL, Choices
from analytics.figures.dots import Block, Dot, Heads, dots_figure
from analytics.figures.sizes import WIDE, Size
from analytics.figures.theme import LIGHT, Theme
from analytics.figures.words import Words


def sensitivity_figure(
    result: dict, words: Words | None = None, theme: Theme = LIGHT, size: Size = WIDE, _choices: Choices = USUAL
) -> dict:
    """The figure of a sensitivity table as {"data": […], "layout": {…}} of plotly.js."""
    words = words or Words()
    blocks = sensitivity_blocks(result, words)
    said = [words.sensitivity_limits] if blocks else []
    if any(dot.is_open for block in blocks for dot in block.dots):
        said.append(words.carried_on)
    heads = Heads(words.sensitivity_counts, words.share_head)
    return dots_figure(result, words, theme, size, sensitivity_title(result, words), heads, blocks, said)


def sensitivity_title(result: dict, words: Words) -> str:
    """What the axis shows."""
    table = result["table"]
    return words.sensitivity.format(months=table["months"] if table else 12)


def sensitivity_blocks(result: dict, words: Words) -> list[Block]:
    """A block for each set of patients, of the rows that repeat no row above them."""
    table = result["table"]
    if table is None:
        return []
    rows = [row for row in table["rows"] if not row["same_times_as"]]
    return [
        Block(
            next(row["population_label"] for row in rows if row["population"] == population),
            tuple(_dot(row, words) for row in rows if row["population"] == population),
        )
        for population in dict.fromkeys(row["population"] for row in rows)
    ]


def _dot(row: dict, words: Words) -> Dot:
    label = words.sensitivity_row.format(rule=row["endpoint"], restriction=row["restriction_label"])
    return Dot(
        label,
        f"{row['n']}, {row['events']}",
        *(row[name] for name in ("survival", "lower", "upper")),
        is_open=row["carried_on"],
        said=words.counts.format(n=row["n"], events=row["events"]),
    )
