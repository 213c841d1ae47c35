"""The figure in the file is the figure on the page: Chromium draws both, and every text and line is compared."""

import copy

import pytest

from analytics.figures.files import About, drawn, width_px
from analytics.figures.sizes import SIZES
from analytics.figures.theme import DARK, LIGHT
from tests.analytics.figures.every import RESULTS, figure
from tests.analytics.figures.on_the_page import differences, prepare, seen_of_file, seen_of_page

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


SLOW = {"survival of thirty groups"}  # seconds, and nothing that the others have not
COMPACT_TOO = ("survival", "incidence, stacked", "forest", "flow", "toxicity", "response")
DRAWN = [
    *((name, "wide", LIGHT) for name in RESULTS if name not in SLOW),
    *((name, "compact", DARK) for name in COMPACT_TOO),
]


@pytest.mark.parametrize(("name", "size", "theme"), DRAWN)
def test_every_text_and_line_is_where_the_page_has_it(page, name, size, theme):
    assert compared(page, figure(name, SIZES[size], theme), size) == ""


def test_a_difference_is_seen(page):
    """The comparison itself: a line moved by 3 px, another dash, another word, one mark too many."""
    shown = figure("failure")
    width = width_px("", "wide")
    on_page = seen_of_page(page, shown, width)
    for change in (
        lambda it: it["layout"]["yaxis"].update(range=[-1.2, 98.8]),
        lambda it: it["data"][2]["line"].update(dash="1px,9px"),
        lambda it: it["layout"]["annotations"][0].update(text="Other"),
        lambda it: it["layout"]["shapes"].append(it["layout"]["shapes"][0]),
    ):
        other = copy.deepcopy(shown)
        change(other)
        assert differences(on_page, seen_of_file(page, drawn(other, "svg", width, ABOUT)), TOLERANCE)
