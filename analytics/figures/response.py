"""Response and other proportions: dots with exact intervals, for all and by subgroup, with what each is counted of."""

from __future__ import annotations

from analytics.core.cases_counted import GROUP, OUTCOME, YES, cell, level
from analytics.figures.choices import USUAL, Choices
from analytics.figures.dots import Block, Dot, Heads, dots_figure
from analytics.figures.sizes import WIDE, Size
from analytics.figures.text import counted, p_value
from analytics.figures.theme import LIGHT, Theme
from analytics.figures.words import Words

OVERALL = ("cr", "cri", "orr", "orr_evaluable", "confirmed", "mrd_negative", "mrd_negative_tested")
BY_SUBGROUP = ("orr", "mrd_negative")


def response_figure(
    result: dict, words: Words | None = None, theme: Theme = LIGHT, size: Size = WIDE, _choices: Choices = USUAL
) -> dict:
    """The figure of a response table as {"data": […], "layout": {…}} of plotly.js; every measure, then two of them by subgroup."""
    words = words or Words()
    blocks = response_blocks(result, words)
    said = [words.exact_of_infused] if blocks else []
    cells = [one for row in result["table"]["rows"] for one in row["cells"]] if blocks else []
    said += _withheld(cells, words)
    return dots_figure(result, words, theme, size, words.response, _heads(words), blocks, said)


def response_blocks(result: dict, words: Words) -> list[Block]:
    """All infused by every measure; then for two measures each subgroup with its levels, as far as somebody is in it."""
    table = result["table"]
    if table is None:
        return []
    labels = {measure["id"]: measure["label"] for measure in table["measures"]}
    whole, *rows = table["rows"]
    cells = {one["measure"]: one for one in whole["cells"]}
    found = [
        Block(
            words.all_infused.format(n=counted(whole["n"])),
            tuple(_dot(labels[one], cells[one], one, YES) for one in OVERALL),
        )
    ]
    for measure in BY_SUBGROUP:
        for column in dict.fromkeys(row["column"] for row in rows):
            own = [row for row in rows if row["column"] == column and row["n"] != 0]
            if all(row["value"] is None for row in own):
                continue
            head = words.by_subgroup.format(measure=labels[measure], subgroup=own[0]["label"])
            dots = (
                _dot(
                    row["level"],
                    next(one for one in row["cells"] if one["measure"] == measure),
                    *(measure, YES, column, level(row["value"])),
                )
                for row in own
            )
            found.append(Block(head, tuple(dots)))
    return found


def proportion_figure(
    result: dict, words: Words | None = None, theme: Theme = LIGHT, size: Size = WIDE, _choices: Choices = USUAL
) -> dict:
    """The figure of a proportion as {"data": […], "layout": {…}} of plotly.js: a dot for each group."""
    words = words or Words()
    blocks = proportion_blocks(result)
    said = [*([words.exact_limits] if blocks else []), *_withheld(result["groups"], words)]
    test = result["comparison"]
    if test and test["p"] is not None:
        said.append(words.fisher.format(p=p_value(test["p"])))
    return dots_figure(result, words, theme, size, outcome_of(result), _heads(words), blocks, said)


def proportion_blocks(result: dict) -> list[Block]:
    """A row for each group; none where nobody can be counted."""
    dots = tuple(_dot(group["label"], group, OUTCOME, YES, GROUP, level(group["group"])) for group in result["groups"])
    return [Block("", dots)] if any(group["n"] != 0 for group in result["groups"]) else []


def outcome_of(result: dict) -> str:
    """What is counted, in words."""
    outcome = result["analysis"]["outcome"]
    return str(outcome["label"] if outcome else result["endpoint"]["label"])


def _withheld(cells: list[dict], words: Words) -> list[str]:
    """What a dash means, where something is withheld."""
    return [words.withheld_note] if any(one.get("withheld") for one in cells) else []


def _heads(words: Words) -> Heads:
    return Heads(words.counts_head, words.share_head)


def _dot(label: str, said: dict, *cases: str) -> Dot:
    """A row. cases: the words of those it counts, as `cell` takes them."""
    counts = f"{counted(said['x'])} / {counted(said['n'])}"
    return Dot(label, counts, said["estimate"], said["lower"], said["upper"], cases=cell(*cases))
