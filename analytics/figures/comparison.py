"""The same curves of two datasets in one figure: the first drawn whole, the second dashed, in the colour of the same group."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.figures.choices import USUAL
from analytics.figures.sizes import WIDE, Size
from analytics.figures.survival import figure_in
from analytics.figures.theme import DASHES, LIGHT, Theme
from analytics.figures.words import Words

WHOLE, DASHED = DASHES[:2]


def comparison_figure(
    a: dict,
    b: dict,
    names: Sequence[str],
    words: Words | None = None,
    theme: Theme = LIGHT,
    size: Size = WIDE,
) -> dict:
    """Two survival Results of one analysis as {"data": […], "layout": {…}} of plotly.js.

    names  what each dataset is called; printed at the curves and under the figure

    The second Result's log-rank test is left out: the figure compares datasets, not groups.
    """
    keys = list(dict.fromkeys(group["group"] for result in (a, b) for group in result["groups"]))
    colours = {key: colour for key, (colour, _) in zip(keys, theme.styles(len(keys)), strict=True)}
    both = [
        (_named(group, name, len(keys) > 1), (colours[group["group"]], dash))
        for result, name, dash in ((a, names[0], WHOLE), (b, names[1], DASHED))
        for group in result["groups"]
    ]
    both.sort(key=lambda one: keys.index(one[0]["group"]))
    together = {
        **a,
        "groups": [_apart(group, i) for i, (group, _) in enumerate(both)],
        "logrank": None,
        "follow_up": None,
    }
    del together["dataset"]
    words = words or Words()
    said = [f"{name}: {_counted(result, words)}" for name, result in zip(names, (a, b), strict=True)]
    return figure_in(together, words, theme, size, USUAL, [style for _, style in both], said)


def _named(group: dict, name: str, has_groups: bool) -> dict:
    return {**group, "label": f"{group['label']}, {name}" if has_groups else name}


def _apart(group: dict, place: int) -> dict:
    """The group under a key of its own."""
    return {**group, "group": f"{group['group']} {place}"}


def _counted(result: dict, words: Words) -> str:
    return words.counts.format(n=result["n"], events=result["events"])
