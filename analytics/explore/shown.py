"""An explored view as a panel: the same figure, texts and tables as on a dashboard."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from analytics import phrases
from analytics.choices import Choice
from analytics.dashboards import Panel
from analytics.explore import words
from analytics.explore.runs import few_words
from analytics.explore.title import lowered
from analytics.figures.figure import has_figure
from analytics.panels import Shown, quality_said


@dataclass(frozen=True)
class Explored(Shown):
    """A view as `analytics.panels.Shown` shows it; `query` is its address, `saved` the SavedPanel that it is, or None."""

    query: str = ""
    method: str = ""
    saved: object = None

    @property
    def url(self):
        """Address of the panel's JSON."""
        said = [self.query, f"saved={self.saved.pk}" if self.saved else ""]
        return f"{self.address}?{'&'.join(one for one in said if one)}"

    @property
    def is_drawn(self):
        """Whether its method has a figure, also before the first result."""
        return has_figure(self.method)

    def texts(self, person):
        """Everything beside the figure; first of all whether it is about so few that it is about patients."""
        found = super().texts(person)
        if not self.stored:
            return {**found, "answer": ""}
        few = few_words(self.stored.result)
        said = [*([few] if few else []), *found["warnings"], *quality_said({"view": self.stored})]
        return {**found, "warnings": said}


def explored(asked, saved=None):
    """The panel of a view. saved: the SavedPanel that it is, with a title of its own; else the title is made from its parts."""
    address = asked.address
    analysis = address.analysis
    rule = analysis.rule if analysis.endpoint else None
    panel = Panel(
        name=f"panel-{saved.pk}" if saved else "view",
        analysis=analysis.name,
        question=saved.title if saved else words.title(analysis),
        outcome=lowered(phrases.label(rule.label)) if rule else "",
        axis=phrases.label(rule.label) if rule else "",
        since=phrases.label(rule.as_dict()["clock"]) if rule else "",
        is_wide=True,
    )
    choice = Choice(data=address.data, **address.drawn)
    return Explored(
        panel, reverse("explore_panel"), choice, asked.stored, query=address.query, method=analysis.method, saved=saved
    )


def context_of(asked, person, saved=None):
    """What the template of an explored panel takes."""
    shown = explored(asked, saved)
    texts = shown.texts(person)
    return {
        **texts,
        "shown": shown,
        "heights": shown.heights(),
        "asked": asked,
        "query": shown.query,
        "waiting_words": _("The figure comes when it is computed."),
    }
