"""The dashboards, declared: which questions a page asks, and which analysis answers each.

`{rule}` in the name of an analysis stands for the event-free survival rule that the reader chose: a, b or c.
"""

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.catalogue import TISAGENLECLEUCEL, TRANSPLANTS


@dataclass(frozen=True)
class Panel:
    """One question, answered by one analysis.

    outcome  of a survival curve: what is survived, as in "12-month … 80 %"; axis is the same as the title of the axis
    since    what starts its clock, as in "Months since infusion"
    groups   group → words after its number, as in "80 % … with low burden"; the group's label where there are none
    is_wide  needs the whole width of the page
    """

    name: str
    analysis: str
    question: str
    outcome: str = ""
    axis: str = ""
    since: str = _("infusion")
    groups: dict = field(default_factory=dict)
    is_wide: bool = False

    @property
    def follows_rule(self):
        """Whether the panel changes with the rule."""
        return "{rule}" in self.analysis

    def analysis_for(self, rule):
        """The name of the analysis under this rule."""
        return self.analysis.format(rule=rule)


@dataclass(frozen=True)
class Section:
    """Panels that belong together; `title` is "" for those at the top of the page."""

    name: str
    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Tile:
    """One number at the top. kind: patients, sites, events, follow_up, or survival at 12 months."""

    name: str
    kind: str
    label: str
    analysis: str = ""

    def analysis_for(self, rule):
        """The name of the analysis under this rule; "" when the tile reads the dataset."""
        return self.analysis.format(rule=rule)


@dataclass(frozen=True)
class Dashboard:
    """One page: numbers first, then questions. `slug` is also the cohort's code, under which live messages arrive."""

    slug: str
    title: str
    lead: str
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]

    @property
    def panels(self):
        """All panels, in their order."""
        return [panel for section in self.sections for panel in section.panels]

    @property
    def has_rules(self):
        """Whether the reader can choose a rule."""
        return any(panel.follows_rule for panel in self.panels)

    def panel(self, name):
        """The panel with this name, or None."""
        return next((panel for panel in self.panels if panel.name == name), None)

    def analyses(self, rule):
        """Names of all analyses that the page reads under this rule."""
        return {one.analysis_for(rule) for one in (*self.tiles, *self.panels)} - {""}


OVERALL = {"outcome": _("overall survival"), "axis": _("Overall survival")}
EVENT_FREE = {"outcome": _("event-free survival"), "axis": _("Event-free survival")}
RELAPSE_FREE = {"outcome": _("relapse-free survival"), "axis": _("Relapse-free survival")}
OVERALL_AFTER_TRANSPLANT = {**OVERALL, "since": _("transplant")}
DISEASE_FREE = {
    "outcome": _("disease-free survival"),
    "axis": _("Disease-free survival"),
    "since": _("transplant"),
}

CONSORTIUM = Dashboard(
    slug=TISAGENLECLEUCEL,
    title=_("Tisagenlecleucel, consortium"),
    lead=_("All sites together: how the infused patients are doing, and how sure that is."),
    tiles=(
        Tile("infused", "patients", _("Infused patients"), "os"),
        Tile("sites", "sites", _("Sites")),
        Tile("os-1-year", "survival", _("1-year overall survival"), "os"),
        Tile("efs-1-year", "survival", _("1-year event-free survival"), "efs-{rule}"),
    ),
    sections=(
        Section(
            "outcome",
            _("Outcome"),
            (
                Panel("os", "os", _("How many patients are alive after infusion?"), **OVERALL),
                Panel("efs", "efs-{rule}", _("How many patients stay free of events after infusion?"), **EVENT_FREE),
                Panel("rfs", "rfs-u", _("How long do remissions last?"), since=_("remission"), **RELAPSE_FREE),
                Panel("cir", "cir", _("How many remissions end in relapse?")),
                Panel("nrm", "nrm", _("How many patients die without relapse or failure?")),
                Panel("bca-loss", "bca-loss", _("When do B cells return?")),
            ),
        ),
        Section(
            "groups",
            _("Who does better"),
            (
                Panel(
                    "efs-by-disease-burden",
                    "efs-{rule}-by-disease-burden",
                    _("Does low disease burden at infusion mean longer event-free survival?"),
                    groups={"low": _("with low burden"), "high": _("with high burden")},
                    **EVENT_FREE,
                ),
                Panel(
                    "efs-by-prior-transplant",
                    "efs-{rule}-by-prior-transplant",
                    _("Does a transplant before CAR‑T mean longer event-free survival?"),
                    groups={"no": _("without prior transplant"), "yes": _("with prior transplant")},
                    **EVENT_FREE,
                ),
                Panel(
                    "regression",
                    "efs-{rule}-regression",
                    _("Which patients have a higher hazard, alone and with the others taken into account?"),
                    is_wide=True,
                ),
            ),
        ),
        Section(
            "patients",
            _("Patients and their course"),
            (
                Panel("enrolment", "enrolment", _("How many patients come in, when and where?"), is_wide=True),
                Panel("flow", "flow", _("What became of the patients accepted for CAR-T?"), is_wide=True),
                Panel("table-one", "table-one", _("Who was infused?"), is_wide=True),
                Panel("swimmer", "swimmer", _("What happened to each patient?"), is_wide=True),
            ),
        ),
        Section(
            "response",
            _("Response and toxicity"),
            (
                Panel("response", "response", _("How many patients responded, of whom?"), is_wide=True),
                Panel(
                    "toxicity",
                    "toxicity",
                    _("How severe was toxicity, and of how many is it not reported?"),
                    is_wide=True,
                ),
            ),
        ),
        Section(
            "certainty",
            _("How far the answers depend on definitions"),
            (
                Panel(
                    "sensitivity",
                    "sensitivity",
                    _("How far does event-free survival depend on the rule, the set and the definition of burden?"),
                    is_wide=True,
                ),
            ),
        ),
    ),
)

DISEASES = {
    "ALL": pgettext_lazy("group of patients", "with ALL"),
    "AML low": _("with low-risk AML"),
    "AML high": _("with high-risk AML"),
}
HISTORICAL = Dashboard(
    slug=TRANSPLANTS,
    title=_("Historical transplants"),
    lead=_("137 published transplants at four hospitals (Klein & Moeschberger), entered like any other case."),
    tiles=(
        Tile("transplanted", "patients", _("Transplanted patients"), "os-by-disease-group"),
        Tile("sites", "sites", _("Hospitals")),
        Tile("deaths", "events", _("Deaths"), "os-by-disease-group"),
        Tile("follow-up", "follow_up", _("Median follow-up, months"), "os-by-disease-group"),
    ),
    sections=(
        Section(
            "outcome",
            _("Outcome"),
            (
                Panel(
                    "os-by-disease-group",
                    "os-by-disease-group",
                    _("Does survival after transplant differ by disease group?"),
                    groups=DISEASES,
                    **OVERALL_AFTER_TRANSPLANT,
                ),
                Panel(
                    "dfs-by-disease-group",
                    "dfs-by-disease-group",
                    _("Does disease-free survival differ by disease group?"),
                    groups=DISEASES,
                    **DISEASE_FREE,
                ),
                Panel(
                    "os-by-hospital",
                    "os-by-hospital",
                    _("Does survival after transplant differ between hospitals?"),
                    **OVERALL_AFTER_TRANSPLANT,
                ),
                Panel(
                    "dfs-by-hospital",
                    "dfs-by-hospital",
                    _("Does disease-free survival differ between hospitals?"),
                    **DISEASE_FREE,
                ),
            ),
        ),
    ),
)

DASHBOARDS = {dashboard.slug: dashboard for dashboard in (CONSORTIUM, HISTORICAL)}
