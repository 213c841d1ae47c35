"""The figure in the file is the figure on the page: Chromium draws both, and every text and line is compared."""

import pytest

from analytics.figures.figure import figure_of
from analytics.figures.files import About, drawn, width_px
from analytics.figures.sizes import SIZES
from analytics.figures.theme import DARK, LIGHT
from analytics.figures.words import Words
from tests.analytics.figures.on_the_page import differences, prepare, seen_of_file, seen_of_page
from tests.analytics.figures.samples import EDGES

pytestmark = pytest.mark.browser
ABOUT = About("Overall survival", "os", "tisagenlecleucel live 12", "a1b2c3d4" * 8, "1.0", "exact, internal")
TOLERANCE = 2  # px; texts are measured by the browser on the page, by the font itself in the file


@pytest.fixture(scope="module")
def page(browser):
    """One page for all figures."""
    opened = browser.new_page(viewport={"width": 1200, "height": 900})
    prepare(opened)
    yield opened
    opened.close()


def compared(page, figure, size):
    """The differences between the page's figure and its file at the usual width of a size."""
    width = width_px("", size)
    on_page = seen_of_page(page, figure, width)
    assert on_page.texts and on_page.shapes
    return "\n".join(differences(on_page, seen_of_file(page, drawn(figure, "svg", width, ABOUT)), TOLERANCE))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("edge", EDGES)
def test_a_survival_figure(page, edge, size):
    figure = figure_of(EDGES[edge], Words(), DARK if edge == "nobody" else LIGHT, SIZES[size])

    assert compared(page, figure, size) == ""
