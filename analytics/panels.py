"""What a panel and the head of a dashboard show, put together from stored results: the same for the page and for its refresh."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from analytics import phrases, provenance
from analytics.answers import answer
from analytics.benchmarks import DRAWN, comparable
from analytics.cause_links import case_links, cells_url
from analytics.choices import USUAL, Choice
from analytics.figures.choices import Choices
from analytics.figures.figure import alt_text, figure_of, has_figure
from analytics.figures.sizes import SIZES, WIDE
from analytics.figures.theme import LIGHT
from analytics.hospitals import named
from analytics.sentences import tile_value
from analytics.sheets import sheets_of
from analytics.words import figure_words, localised

KEPT_HEIGHTS = 400
UNKNOWN_HEIGHT = 440  # px, before the first result


@dataclass(frozen=True)
class Counts:
    """Patients and sites of a dataset."""

    patients: int
    sites: int


@dataclass(frozen=True)
class Shown:
    """A panel with what is known now. `stored` is None until its first result; then so is `result`.

    panel    analytics.dashboards.Panel
    address  of the panel's JSON, without the choice
    reader   the person who looks; None where nobody does
    """

    panel: object
    address: str
    choice: Choice = USUAL
    stored: object = None
    reader: object = None

    @property
    def question(self):
        """The title."""
        return str(self.panel.question)

    @property
    def url(self):
        """Address of the panel's JSON under the choice."""
        return self.address + self.choice.query()

    @cached_property
    def result(self):
        """The envelope in the reader's language."""
        return named(localised(self.stored.envelope()), self.reader) if self.stored else None

    @property
    def is_drawn(self):
        """Whether there is a figure; what has none is shown by its tables."""
        return self.stored is None or has_figure(self.stored.result["analysis"]["method"])

    @property
    def digest(self):
        """Changes when anything that the panel shows changes, the figure's theme and size apart."""
        return panel_digest(self.panel, self.choice, self.stored and self.stored.run.pk)

    @property
    def drawn(self):
        """How the figure is drawn: direction, stacking, published cohorts beside it."""
        return Choices(self.choice.direction, self.choice.stacked == "1", tuple(self._published[0]))

    @cached_property
    def _published(self):
        """(points, refusals): published estimates that may stand beside the curves, and why the others may not; none unless asked for."""
        is_asked = self.stored and self.choice.published == "1" and self.result["analysis"]["method"] in DRAWN
        return comparable(self.result) if is_asked else ([], [])

    def figure(self, theme=LIGHT, size=WIDE):
        """The figure as plotly JSON; None before the first result, and where the method has none."""
        return self.stored and figure_of(self.result, figure_words(self.panel), theme, size, self.drawn)

    def texts(self, person):
        """Everything beside the figure, for the template."""
        if not self.stored:
            return {"shown": self, "answer": _("Not computed yet. The figure comes with the first dataset.")}
        result = self.result
        return {
            "shown": self,
            "answer": answer(self.panel, result),
            "alt": alt_text(result, figure_words(self.panel)) if self.is_drawn else "",
            "warnings": [
                phrases.sentence(one) for one in self.stored.result["warnings"] if not phrases.is_of_quality(one)
            ],
            "foot": provenance.foot(result),
            "facts": provenance.facts(result),
            "downloads": provenance.downloads(self.stored, result, person, self.choice.query()),
            "sheets": sheets_of(result),
            "cases_url": cells_url(self.stored, person),
            "counts": _counts(result, case_links(self.stored, person)),
            "not_beside": [one for one in self._published[1] if one.is_near],
        }

    def heights(self):
        """Height in px of the figure in each size, to keep its place."""
        return {name: self._height(size) for name, size in SIZES.items()}

    def _height(self, size):
        if not self.stored:
            return UNKNOWN_HEIGHT
        key = (self.digest, size.name)
        if key not in _heights:
            while len(_heights) >= KEPT_HEIGHTS:
                _heights.pop(next(iter(_heights)))
            figure = self.figure(size=size)
            _heights[key] = figure["layout"]["height"] if figure else 0
        return _heights[key]


def panel_digest(panel, choice, run):
    """The digest of a panel that shows the result of the run with this id, or none."""
    parts = (panel.name, choice.query(), str(run or "none"), get_language(), settings.CODE_VERSION)
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:24]


_heights: dict = {}  # a figure's height follows from the digest of what it shows


def shown_panel(dashboard, panel, choice, results, reader=None):
    """One panel of the dashboard, as this person sees it. results: analysis → Stored, of analytics.read."""
    address = reverse("panel", args=[dashboard.slug, panel.name])
    return Shown(panel, address, choice, results.get(panel.analysis_for(choice.rule)), reader)


def quality_said(results):
    """What the dashboard's results say of the state of the data, once for all of them: that of the one with most patients."""
    stored = max(results.values(), key=lambda one: one.result["n"], default=None)
    said = stored.result["warnings"] if stored else []
    return [phrases.sentence(one) for one in said if phrases.is_of_quality(one)]


def shown_tiles(dashboard, choice, results, dataset):
    """The numbers at the top."""
    counts = counts_of(dataset)
    found = []
    for tile in dashboard.tiles:
        stored = results.get(tile.analysis_for(choice.rule))
        found.append(tile_value(tile, stored and stored.result, counts))
    return found


def counts_of(dataset):
    """Patients and sites of the dataset, or None without one."""
    return dataset and Counts(dataset.cases, dataset.sites)


def _counts(result, link):
    """The risk table of curves: its months, and for each group three rows; no group for another kind of result.

    link  makes the address of the cases behind a cell, blank where there is none
    """
    names = (("at_risk", _("At risk")), ("events", _("Events")), ("censored", _("Censored")))
    groups = [group for group in result.get("groups", ()) if group["n"] and "risk_table" in group]
    return {
        "months": [row["months"] for row in groups[0]["risk_table"]] if groups else [],
        "groups": [
            (
                group["label"],
                [
                    (label, [(row[name], link(group, name, row)) for row in group["risk_table"]])
                    for name, label in names
                ],
            )
            for group in groups
        ],
    }
