"""A figure of every kind, by name: how it is drawn at a size, in words of either language."""

from functools import partial

from analytics.figures.choices import Benchmark, Choices
from analytics.figures.figure import figure_of
from analytics.figures.sizes import WIDE
from analytics.figures.theme import LIGHT
from analytics.figures.words import Words
from tests.analytics.figures.made import Asked
from tests.analytics.figures.reports import NAMES, results
from tests.analytics.figures.samples import HOSTILE, months, result_of
from tests.analytics.figures.test_forest_figure import EDGES as FORESTS
from tests.analytics.figures.test_incidence_figure import EDGES as INCIDENCES

PUBLISHED = (
    Benchmark("Spain 2024", "An article", 2024, 12, 0.61, 0.45, 0.74, n=42, rule="rule A", group=""),
    Benchmark("UK 2024", "Another article", 2024, 24, 0.5, n=67),
)
TWO = (
    ("Low", months(3, 6, 9, 12, 15, 18), [1, 0, 0, 1, 0, 0]),
    ("High", months(1, 2, 3, 5, 8, 13), [1, 1, 1, 0, 1, 1]),
)
THIRTY = tuple((f"Hospital {i} of a Rather Long Name", months(i + 1, i + 3, i + 9), [1, 0, 1]) for i in range(30))


def of_many(name):
    """A report's figure of many cases."""
    return results("many")[name], Choices()


RESULTS = Asked(
    {
        "survival": lambda: (result_of(*TWO), Choices(overlay=PUBLISHED)),
        "failure": lambda: (result_of(*TWO), Choices(direction="failure")),
        "survival of nobody": lambda: (result_of(("All cases", [], [])), Choices()),
        "survival, hostile": lambda: (
            result_of((HOSTILE, months(3, 9, 15), [1, 0, 0]), ("高腫瘍量（骨髄芽球 5％以上）", months(2, 4), [1, 1])),
            Choices(),
        ),
        "survival of thirty groups": lambda: (result_of(*THIRTY), Choices()),
        "incidence": lambda: (INCIDENCES["two"], Choices()),
        "incidence, stacked": lambda: (INCIDENCES["two"], Choices(stacked=True)),
        "incidence in weeks": lambda: (INCIDENCES["days"], Choices()),
        "incidence, hostile": lambda: (INCIDENCES["hostile"], Choices()),
        "forest": lambda: (FORESTS["full"], Choices()),
        "forest of two hazards": lambda: (FORESTS["two hazards"], Choices()),
        "forest, separated": lambda: (FORESTS["separated"], Choices()),
        **{name: partial(of_many, name) for name in NAMES},
        "completeness, hostile": lambda: (results("hostile")["completeness"], Choices(own=HOSTILE)),
    }
)


def figure(name, size=WIDE, theme=LIGHT, words=None):
    """The figure called so."""
    result, choices = RESULTS[name]
    return figure_of(result, words or Words(), theme, size, choices)
