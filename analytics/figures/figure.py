"""Which figure shows a Result, and what to say to those who cannot see it. Web processes use this: nothing heavy is imported."""

from __future__ import annotations

from collections.abc import Callable

from analytics.figures.alt import alt_text
from analytics.figures.choices import USUAL, Choices
from analytics.figures.curves import is_drawn
from analytics.figures.enrolment import enrolment_figure
from analytics.figures.flow import flow_figure
from analytics.figures.forest import forest_figure
from analytics.figures.funnel import funnel_figure
from analytics.figures.incidence import has_curves, incidence_figure
from analytics.figures.response import proportion_figure, response_figure
from analytics.figures.sensitivity import sensitivity_figure
from analytics.figures.sizes import WIDE, Size
from analytics.figures.survival import survival_figure
from analytics.figures.swimmer import swimmer_figure
from analytics.figures.theme import LIGHT, Theme
from analytics.figures.toxicity import toxicity_figure
from analytics.figures.words import Words

__all__ = ["FIGURES", "alt_text", "figure_of", "has_figure", "is_any_drawn"]

Figure = Callable[[dict, Words, Theme, Size, Choices], dict]

# Method of the analysis → its figure. A method that is not here is shown by its tables alone.
FIGURES: dict[str, Figure] = {
    "kaplan-meier": survival_figure,
    "landmark": survival_figure,
    "cumulative-incidence": incidence_figure,
    "cox": forest_figure,
    "fine-gray": forest_figure,
    "time-dependent": forest_figure,
    "proportion": proportion_figure,
    "response": response_figure,
    "toxicity": toxicity_figure,
    "flow": flow_figure,
    "enrolment": enrolment_figure,
    "swimmer": swimmer_figure,
    "sensitivity": sensitivity_figure,
    "completeness": funnel_figure,
}


def figure_of(
    result: dict, words: Words, theme: Theme = LIGHT, size: Size = WIDE, choices: Choices | None = None
) -> dict | None:
    """The figure of a Result as {"data": […], "layout": {…}} of plotly.js; None where its method has none.

    `layout.height` is fixed in px, the width is the page's, from `size.width` upward. Free text is escaped. Choices that do not
    concern the figure are ignored.
    """
    draw = FIGURES.get(result["analysis"]["method"])
    return draw(result, words, theme, size, choices or USUAL) if draw else None


def has_figure(method: str) -> bool:
    """Whether Results of this method are drawn."""
    return method in FIGURES


def is_any_drawn(result: dict) -> bool:
    """Whether a Result of curves or incidences has something to draw: in a released form everything may be withheld."""
    has = has_curves if "causes" in result else is_drawn
    return any(map(has, result["groups"]))
