"""A release to the public as it is shown: its words, tables, figure and files, made of the stored release and of nothing else."""

from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _

from analytics import phrases, provenance
from analytics.catalogue import CATALOGUE
from analytics.core.analysis import CUMULATIVE_INCIDENCE, KAPLAN_MEIER, LANDMARK
from analytics.core.disclosure.policy import PUBLIC
from analytics.figures import files
from analytics.figures.data import rows_of
from analytics.figures.figure import alt_text, figure_of, has_figure, is_any_drawn
from analytics.figures.imprint import imprinted
from analytics.figures.sizes import SIZES, WIDE
from analytics.figures.theme import LIGHT
from analytics.models import PublicIssue, Release
from analytics.sheets import sheets_of
from analytics.taken import as_csv, panel_of_analysis
from analytics.words import figure_words, localised

IN_METADATA = "public, disclosure-controlled"  # the same in every language, for machines
AT_MONTHS = (
    KAPLAN_MEIER,
    LANDMARK,
    CUMULATIVE_INCIDENCE,
)  # estimates at months, drawn as points: a curve through them would be wrong
OF_AN_ESTIMATE = ("group", "label", "n", "events", "months", "survival", "lower", "upper")


@dataclass(frozen=True)
class Issued:
    """One release to the public, as it is shown."""

    release: Release
    issue: PublicIssue

    @property
    def name(self):
        """Of the analysis."""
        return self.release.analysis

    @cached_property
    def analysis(self):
        """The analysis of the catalogue, or None if it has gone since."""
        return next((one for one in CATALOGUE if one.name == self.name), None)

    @property
    def title(self):
        """In the reader's language."""
        return phrases.label(self.analysis.title) if self.analysis else self.name

    @property
    def refused(self):
        """Why there is nothing, in words; "" where there is something."""
        return phrases.sentence(self.release.body["refused"]) if "refused" in self.release.body else ""

    @cached_property
    def result(self):
        """The released form in the reader's language."""
        return localised(self.release.body)

    @property
    def method(self):
        """Of the analysis."""
        return self.release.body["analysis"]["method"]

    @property
    def is_drawn(self):
        """Whether there is a figure; of what is told at fixed months it has points with their intervals, and no curve."""
        if self.refused or not has_figure(self.method):
            return False
        return self.method not in AT_MONTHS or is_any_drawn(self.release.body)

    @property
    def is_wide(self):
        """Whether its table is too broad for half a page."""
        return not self.is_drawn or "table" in self.release.body

    @property
    def question(self):
        """What it answers."""
        return phrases.label(self.release.body["analysis"]["question"])

    @property
    def said(self):
        """What is withheld and how it is rounded."""
        return [phrases.sentence(one) for one in self.release.body["warnings"]]

    def figure(self, theme=LIGHT, size=WIDE):
        """As plotly JSON; None where nothing is drawn."""
        return figure_of(self.result, self._words(), theme, size) if self.is_drawn else None

    @property
    def alt(self):
        """The figure in words."""
        return alt_text(self.result, self._words()) if self.is_drawn else ""

    def _words(self):
        return figure_words(panel_of_analysis(self.issue.cohort.code, self.name))

    @property
    def sheets(self):
        """The numbers as tables."""
        return sheets_of(self.result)

    @property
    def facts(self):
        """(name, value) of where the numbers come from."""
        return [(name, value) for name, value in provenance.facts(self.result) if value]

    @property
    def url(self):
        """Address of the figure."""
        return reverse("public_figure", args=[self.issue.cohort.code, self.issue.name, self.name])

    @property
    def downloads(self):
        """(label, address) of what may be taken along."""
        of = [self.issue.cohort.code, self.issue.name, self.name]
        kinds = {"svg": _("Figure (SVG)"), "pdf": _("Figure (PDF)"), "png": _("Figure (PNG, 300 dpi)")}
        found = [(label, reverse("public_file", args=[*of, kind])) for kind, label in kinds.items()]
        return [*(found if self.is_drawn else []), (_("Data (CSV)"), reverse("public_data", args=of))]

    def heights(self):
        """Height in px of the figure in each size, to keep its place."""
        return (
            {name: self.figure(size=size)["layout"]["height"] for name, size in SIZES.items()} if self.is_drawn else {}
        )

    def file_name(self, kind):
        """Of a file made of it: analysis, cut and the begin of its hash."""
        return f"public_{self.name}_cut-{self.issue.name}_{self.issue.hash[:8]}.{kind}"

    def csv(self):
        """The released numbers as CSV."""
        return as_csv(*self.rows())

    def rows(self):
        """(columns, rows) of the released numbers; of curves the estimates at months."""
        body = self.release.body
        if self.method == CUMULATIVE_INCIDENCE or self.method not in AT_MONTHS:
            return rows_of(body)
        return OF_AN_ESTIMATE, [
            (*(group[name] for name in OF_AN_ESTIMATE[:4]), *(row[name] for name in OF_AN_ESTIMATE[4:]))
            for group in body["groups"]
            for row in group["at"]
        ]

    def file(self, kind, theme=LIGHT, size=WIDE):
        """The figure as a file with what it is under it."""
        about = files.About(
            title=self.title,
            analysis=self.name,
            dataset=f"{self.issue.cohort.code} cut {self.issue.name} {self.issue.cut_date.isoformat()}",
            hash=self.issue.hash,
            code=self.release.body["code_version"],
            audience=IN_METADATA,
            alt=self.alt,
        )
        drawn = imprinted(self.figure(theme, size), imprint_of(self.issue, self.name), size, theme)
        return files.drawn(drawn, kind, files.width_px("", size.name), about)


def imprint_of(issue, name):
    """The line under a figure in a file."""
    text = _(
        "Public, under disclosure control (rules {policy}). Analysis {analysis}; data cut {cut} of {day}, SHA-256 {hash}."
    )
    return text.format(
        policy=issue.policy, analysis=name, cut=issue.name, day=issue.cut_date.isoformat(), hash=issue.hash[:16]
    )


def issued_of(issue):
    """Every release of the issue, in the order of the catalogue; none when they were taken down."""
    rows = Release.objects.filter(dataset_id=issue.dataset_id, audience=PUBLIC, site=None).order_by("id")
    return [Issued(row, issue) for row in rows]
