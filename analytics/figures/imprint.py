"""The last line of a figure in a file: who may have it, and from what it was made. The page has this around the figure."""

from __future__ import annotations

from analytics.figures.sizes import Size
from analytics.figures.text import safe, wrapped
from analytics.figures.theme import Theme

ABOVE = 6  # px between the figure and the line


def imprinted(figure: dict, text: str, size: Size, theme: Theme) -> dict:
    """The figure with plain text under it, in small type; everything else stays where it is."""
    layout = figure["layout"]
    lines = wrapped(text, size.small, size.width - 8)
    margin = layout["margin"]
    note = {
        "text": "<br>".join(safe(line, 400) for line in lines),
        "font": {"size": size.small, "color": theme.ink_soft},
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "xshift": 4 - margin["l"],
        "yref": "paper",
        "y": 0,
        "yanchor": "top",
        "yshift": -margin["b"] - ABOVE,
        "align": "left",
        "showarrow": False,
    }
    room = round(ABOVE + 8 + len(lines) * size.small * 1.3)
    grown = {"height": layout["height"] + room, "margin": {**margin, "b": margin["b"] + room}}
    return {**figure, "layout": {**layout, **grown, "annotations": [*layout.get("annotations", []), note]}}
