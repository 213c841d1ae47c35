"""REST of a run's figure and of the data behind it: the same that the page draws and that the files hold."""

import hashlib

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import renderers

from analytics import read, taken
from analytics.acts.taken import note_export
from analytics.api_tables import FORMAT, TableCsv
from analytics.choices import DIRECTIONS, PUBLISHED, STACKED
from analytics.figures.data import rows_of
from analytics.figures.sizes import SIZES
from analytics.figures.theme import THEMES
from analytics.serializers import DataSerializer, FigureSerializer
from registry.access.permissions import Permission
from registry.api.base import RestView, bad_parameter, tagged
from registry.api.problems import Problem
from registry.api.schema import ALSO, IF_NONE_MATCH

CHOICES = {"direction": DIRECTIONS, "stacked": STACKED, "published": PUBLISHED, "theme": THEMES, "size": SIZES}
WORDS = {
    "direction": "Of a survival curve.",
    "stacked": "Cumulative incidences as areas that add up to 100 %.",
    "published": "Published estimates beside the curve, where they are comparable.",
    "theme": "Colours.",
    "size": "wide: from 480 px; compact: from 300 px, a journal's column.",
}
NOT_DONE = {ALSO: ["409"]}


class OfRun(RestView):
    """Something of a done run; 409 until it is done."""

    rights = {"GET": Permission.POOLED_READ}

    def stored(self, pk):
        """Its stored result."""
        run = taken.run_of(pk)
        if run is None:
            raise Http404
        stored = taken.stored_of(run)
        if stored is None:
            raise Problem("not_done", f"Run {run.pk} has no result; it is {run.state}.", state=run.state)
        return stored


@extend_schema_view(
    get=extend_schema(
        operation_id="run_figure_read",
        summary="Read: the figure of a run, as the page draws it",
        description="`figure` is an object of plotly.js with `data` and `layout`, in the language of Accept-Language; `alt` says in words "
        "what it shows. 404 for an analysis that is shown by tables alone. As a file: /runs/{pk}/figure.svg, .pdf or .png.",
        tags=["runs"],
        parameters=[
            IF_NONE_MATCH,
            *(
                OpenApiParameter(name, OpenApiTypes.STR, enum=list(known), description=WORDS[name])
                for name, known in CHOICES.items()
            ),
        ],
        responses=FigureSerializer,
        extensions=NOT_DONE,
    )
)
class RunFigure(OfRun):
    """The figure of one run."""

    parameters = tuple(CHOICES)

    def get(self, request, pk):
        """The figure as JSON."""
        for name, known in CHOICES.items():
            if request.query_params.get(name, next(iter(known))) not in known:
                raise bad_parameter(name, request.query_params[name], ", ".join(known))
        stored = self.stored(pk)
        theme, size = (
            THEMES[request.query_params.get("theme", "light")],
            SIZES[request.query_params.get("size", "wide")],
        )
        figure = taken.figure_asked(stored, request, theme, size)
        if figure is None:
            raise Problem("not_found", "This analysis has no figure; its numbers are in its result and its data.")
        body = {
            "run": stored.run.pk,
            "analysis": stored.run.analysis,
            "dataset": stored.envelope()["dataset"],
            "alt": taken.alt_asked(stored, request),
            "figure": figure,
        }
        parts = [request.query_params.get(name, "") for name in CHOICES]
        digest = hashlib.sha256("|".join([*parts, get_language(), settings.CODE_VERSION]).encode()).hexdigest()[:16]
        return tagged(request, body, f"figure-{stored.run.pk}-{digest}", Dataset=_dataset(stored))


def data_schema(operation, summary, tag, **words):
    """The documentation of the data behind a figure."""
    return extend_schema(
        operation_id=operation,
        summary=summary,
        description="One tidy table: a row for each thing drawn, codes beside labels, full precision; times are days, shares lie between 0 "
        "and 1. As JSON, or as CSV with `Accept: text/csv` or `?format=csv`. In CSV, text that a spreadsheet would take for a formula "
        "begins with an apostrophe. docs/figures.md lists the columns by method. Each reading is noted as an export.",
        tags=[tag],
        parameters=[IF_NONE_MATCH, FORMAT],
        responses={(200, "application/json"): DataSerializer, (200, "text/csv"): OpenApiTypes.STR},
        **words,
    )


@extend_schema_view(
    get=data_schema("run_data_read", "Read: the data behind the figure of a run", "runs", extensions=NOT_DONE)
)
class RunData(OfRun):
    """The data behind one run's figure."""

    carries_rows = True
    renderer_classes = [renderers.JSONRenderer, TableCsv]

    def get(self, request, pk):
        """The table."""
        return as_table(request, self.stored(pk))


@extend_schema_view(
    get=data_schema("result_data_read", "Read: the data behind the newest result of an analysis", "results")
)
class ResultData(RestView):
    """The data behind the figure that the page shows: the curve itself, for whoever compares it with their own."""

    rights = {"GET": Permission.POOLED_READ}
    carries_rows = True
    renderer_classes = [renderers.JSONRenderer, TableCsv]

    def get(self, request, name):
        """The table."""
        return as_table(request, read.newest_of(name))


def as_table(request, stored):
    """The data of a stored result as JSON or CSV; noted as an export unless the client has it."""
    kind, tag = request.accepted_renderer.format, f"data-{stored.run.pk}"
    content = taken.csv_asked(stored)
    columns, rows = rows_of(stored.envelope())
    headers = {"Dataset": _dataset(stored), "Record-Count": str(len(rows))}
    results = [dict(zip(columns, row, strict=True)) for row in rows]
    body = {"run": stored.run.pk, "analysis": stored.run.analysis, "columns": columns, "results": results}
    answer = tagged(request, body, tag, **headers)
    if answer.status_code == 304:
        return answer
    note_export(request.user, stored, content, what=f"data {stored.run.analysis}", kind=kind)
    if kind == "json":
        return answer
    disposition = f'attachment; filename="{taken.name_of(stored)}.csv"'
    headers |= {"ETag": answer["ETag"], "Content-Disposition": disposition}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def _dataset(stored):
    """Which dataset, as every answer says it."""
    return f"{stored.dataset.cohort.code} {stored.dataset.kind} {stored.dataset.revision}"
