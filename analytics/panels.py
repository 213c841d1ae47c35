"""What a panel and the head of a dashboard show, put together from stored results: the same for the page and for its refresh."""

import csv
import hashlib
import io
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from analytics import read
from analytics.figures.sizes import SIZES, WIDE
from analytics.figures.survival import survival_figure
from analytics.figures.theme import LIGHT
from analytics.sentences import answer, estimate, median, tile_value
from analytics.words import figure_words, localised
from registry.access.permissions import Permission

ENDPOINT_TABLE = "endpoints.csv"  # as the dataset keeps it
KEPT_COUNTS = 16


@dataclass(frozen=True)
class Counts:
    """Patients and sites of a dataset."""

    patients: int
    sites: int


@dataclass(frozen=True)
class Shown:
    """A panel with what is known now. `stored` is None until its first result; then so is `result`."""

    dashboard: object
    panel: object
    rule: str
    stored: object = None

    @property
    def question(self):
        """The title."""
        return str(self.panel.question)

    @property
    def url(self):
        """Address of the panel's JSON under this rule."""
        address = reverse("panel", args=[self.dashboard.slug, self.panel.name])
        return f"{address}?rule={self.rule}" if self.panel.follows_rule else address

    @property
    def result(self):
        """The envelope in the reader's language."""
        return localised(self.stored.envelope()) if self.stored else None

    @property
    def digest(self):
        """Changes when anything that the panel shows changes, the figure's theme and size apart."""
        run = f"{self.stored.run.pk}" if self.stored else "none"
        parts = (self.panel.name, self.rule, run, get_language(), settings.CODE_VERSION)
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:24]

    def figure(self, theme=LIGHT, size=WIDE):
        """The figure as plotly JSON; None before the first result."""
        return survival_figure(self.result, figure_words(self.panel), theme, size) if self.stored else None

    def texts(self, person):
        """Everything beside the figure, for the template."""
        if not self.stored:
            return {"shown": self, "answer": _("Not computed yet. The figure comes with the first dataset.")}
        result = self.result
        return {
            "shown": self,
            "answer": answer(self.panel, result),
            "warnings": result["warnings"],
            "foot": _foot(result),
            "facts": _facts(result),
            "downloads": _downloads(result, person),
            "estimates": _estimates(result),
            "counts": _counts(result),
        }

    def heights(self):
        """Height in px of the figure in each size, to keep its place."""
        return {
            name: self.figure(size=size)["layout"]["height"] if self.stored else 440 for name, size in SIZES.items()
        }


def shown_panels(dashboard, rule, results):
    """Every panel of the dashboard. results: analysis → Stored, of analytics.read."""
    return [Shown(dashboard, panel, rule, results.get(panel.analysis_for(rule))) for panel in dashboard.panels]


def shown_tiles(dashboard, rule, results):
    """The numbers at the top."""
    counts = counts_of(read.newest_dataset(dashboard.slug))
    found = []
    for tile in dashboard.tiles:
        stored = results.get(tile.analysis_for(rule))
        found.append(tile_value(tile, stored and stored.result, counts))
    return found


def counts_of(dataset):
    """Patients and sites of the dataset, or None without one. A dataset never changes, so a process counts it once."""
    if dataset is None:
        return None
    key = (dataset.pk, dataset.hash)
    if key not in _counted:
        while len(_counted) >= KEPT_COUNTS:
            _counted.pop(next(iter(_counted)))
        rows = csv.DictReader(io.StringIO(read.table_content(dataset, ENDPOINT_TABLE).decode()))
        _counted[key] = Counts(dataset.cases, len({row["site"] for row in rows}))
    return _counted[key]


_counted: dict = {}


def _when(moment):
    """A stored moment as people read it."""
    return timezone.localtime(parse_datetime(moment)).strftime("%Y-%m-%d %H:%M")


def _dataset_words(dataset):
    kind = {"live": _("live revision"), "cut": _("data cut")}[dataset["kind"]]
    return f"{kind} {dataset['revision']}"


def _foot(result):
    """The line under the figure: rule, dataset, date, n."""
    rule, dataset = result["endpoint"], result["dataset"]
    return {
        "rule": f"{rule['id']}@{rule['version']}",
        "dataset": _dataset_words(dataset),
        "hash": dataset["hash"][:8],
        "made_at": _when(dataset["made_at"]),
        "counts": _("n {n}, events {events}").format(n=result["n"], events=result["events"]),
    }


def _facts(result):
    """Where the numbers come from: (name, value), in the order of the way from data to figure."""
    rule, dataset, analysis = result["endpoint"], result["dataset"], result["analysis"]
    excluded = "; ".join(f"{one['reason']}: {one['n']}" for one in result["excluded"])
    return [
        (_("Rule"), f"{rule['label']} ({rule['id']}@{rule['version']}): {rule['print']}"),
        (_("Patients"), analysis["population"]),
        (_("Left out"), excluded or _("nobody")),
        (_("Method"), _("Kaplan–Meier; limits {limits}").format(limits=result["limits"])),
        (_("Median follow-up"), f"{median(result['follow_up']['median'])}; {_('reverse Kaplan–Meier')}"),
        (
            _("Dataset"),
            f"{dataset['cohort']}, {_dataset_words(dataset)}, {_when(dataset['made_at'])}, SHA-256 {dataset['hash']}",
        ),
        (_("Analysis"), f"{analysis['name']}, {_('version')} {analysis['version']}, SHA-256 {result['analysis_hash']}"),
        (_("Code"), f"{result['code_version']}, {_when(result['computed_at'])}"),
        (_("Source"), analysis.get("source", "")),
    ]


def _downloads(result, person):
    """(label, address) of what may be taken along."""
    name, rule = result["analysis"]["name"], result["endpoint"]["id"]
    found = [(_("Result (JSON)"), reverse("api-result", args=[name]))]
    if person.may(Permission.DATASET_READ):
        table = reverse("api-endpoints", args=[result["dataset"]["cohort"]])
        found.append((_("Times and statuses (CSV)"), f"{table}?format=csv&endpoint={rule}"))
    return found


def _estimates(result):
    """The numbers of the figure as a table: head, and a row for each group."""
    asked = [row["months"] for row in result["groups"][0]["at"]] if result["groups"] else []
    heads = [_("n"), _("Events"), *(_("{months} months").format(months=month) for month in asked), _("Median")]
    rows = []
    for group in result["groups"]:
        if group["n"]:
            cells = [estimate(row, with_words=False) for row in group["at"]]
            rows.append((group["label"], [group["n"], group["events"], *cells, median(group["median"])]))
        else:
            rows.append((group["label"], [0, 0, *("–" for _month in asked), "–"]))
    return {"heads": heads, "rows": rows}


def _counts(result):
    """The risk table: its months, and for each group three rows."""
    names = (("at_risk", _("At risk")), ("events", _("Events")), ("censored", _("Censored")))
    groups = [group for group in result["groups"] if group["n"]]
    return {
        "months": [row["months"] for row in groups[0]["risk_table"]] if groups else [],
        "groups": [
            (group["label"], [(label, [row[name] for row in group["risk_table"]]) for name, label in names])
            for group in groups
        ],
    }
