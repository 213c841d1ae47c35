"""What may be taken along of a done run: its figure as the page draws it, as a file, and its data as a table. Pages and REST use this."""

import csv
import io

from django.utils.text import slugify
from django.utils.translation import gettext as _

from analytics import phrases, provenance
from analytics.choices import RULES, choice_of
from analytics.dashboards import DASHBOARDS
from analytics.explore.grammar import EXPLORED
from analytics.figures import files
from analytics.figures.data import rows_of
from analytics.figures.figure import alt_text
from analytics.figures.imprint import imprinted
from analytics.models import AnalysisRun
from analytics.panels import Shown
from analytics.read import Stored
from analytics.words import figure_words
from registry.api.csv_cells import guarded

IN_METADATA = "exact, internal"  # the same in every language, for machines


def run_of(pk):
    """The run, with its dataset and its result if there is one; None if there is none, or none that the person may see."""
    return AnalysisRun.objects.select_related("dataset__cohort", "result").filter(pk=pk).first()


def stored_of(run):
    """The stored result of a done run; None before, and of a dataset that was retired."""
    is_done = run.state == AnalysisRun.DONE and hasattr(run, "result")
    return Stored(run.result.body, run.dataset, run) if is_done else None


def figure_asked(stored, request, theme, size):
    """The figure as the page draws it under the choice in the address; None for a method without one."""
    return _shown(stored, request).figure(theme, size)


def alt_asked(stored, request):
    """What that figure shows, in words."""
    shown = _shown(stored, request)
    return alt_text(shown.result, figure_words(shown.panel))


def file_asked(stored, request, kind, theme, size, width):
    """The bytes of the figure as a file; None for a method without a figure. kind: of files.FORMATS; width: px."""
    figure = figure_asked(stored, request, theme, size)
    if figure is None:
        return None
    return files.drawn(imprinted(figure, _imprint(stored), size, theme), kind, width, _about(stored, request))


def csv_asked(stored):
    """The data behind the figure as CSV: RFC 4180, UTF-8, lines end in \\n; text cannot be taken for a formula."""
    return as_csv(*rows_of(stored.envelope()))


def as_csv(columns, rows):
    """A table as CSV: RFC 4180, UTF-8, lines end in \\n; text cannot be taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue().encode()


def name_of(stored):
    """The name of a file without its ending: analysis, dataset and the begin of its hash."""
    run, dataset = stored.run, stored.dataset
    analysis = f"{run.analysis}-{run.spec_hash[:8]}" if run.analysis == EXPLORED else run.analysis
    which = f"cut-{dataset.name}" if dataset.kind == "cut" else f"live-{dataset.revision}"
    return f"{slugify(analysis)}_{slugify(which)}_{dataset.hash[:8]}"


def panel_of(stored):
    """The panel that shows this analysis on a dashboard, whose words its figure has; None where there is none."""
    return panel_of_analysis(stored.dataset.cohort.code, stored.run.analysis)


def panel_of_analysis(cohort_code, name):
    """The same, of an analysis by its name."""
    cohort = DASHBOARDS.get(cohort_code)
    panels = cohort.panels if cohort else ()
    return next((one for one in panels for rule in RULES if one.analysis_for(rule) == name), None)


def _shown(stored, request):
    return Shown(panel_of(stored), "", choice_of(request), stored, request.user)


def _imprint(stored):
    """The line under the figure in a file."""
    text = _("Exact numbers, for use within the consortium. Analysis {analysis}; dataset SHA-256 {hash}; code {code}.")
    return text.format(analysis=stored.run.analysis, hash=stored.dataset.hash[:16], code=stored.run.code_version)


def _about(stored, request):
    dataset = stored.envelope()["dataset"]
    return files.About(
        title=phrases.label(stored.result["analysis"]["title"]),
        analysis=stored.run.analysis,
        dataset=f"{dataset['cohort']} {provenance.dataset_words(dataset)}",
        hash=stored.dataset.hash,
        code=stored.run.code_version,
        audience=IN_METADATA,
        alt=alt_asked(stored, request),
    )
