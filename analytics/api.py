"""REST of the analyses: datasets and their endpoint table, the catalogue, runs and stored results. Nothing is computed here."""

import csv
import io

from django.http import Http404, HttpResponse
from django.urls import re_path, reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import renderers
from rest_framework.response import Response

from analytics import read
from analytics.catalogue import CATALOGUE
from analytics.models import AnalysisRun, Dataset
from analytics.serializers import (
    AnalysisSerializer,
    DatasetSerializer,
    EndpointRowSerializer,
    EndpointTableSerializer,
    ResultSerializer,
    RunSerializer,
    StoredResultSerializer,
)
from registry.access.permissions import Permission
from registry.api.base import PAGING, RestView, bad_parameter, tagged
from registry.api.csv_cells import guarded
from registry.api.cursors import page_of
from registry.api.schema import IF_NONE_MATCH, list_schema, read_schema

NUMBERS = ("version", "time", "status")
MARKS = {"True": True, "False": False, "1": True, "0": False}
ENDPOINT_TABLE = "endpoints.csv"  # the name under which a dataset keeps its endpoint table as text


@extend_schema_view(get=list_schema("datasets", DatasetSerializer, "List: stored datasets"))
class Datasets(RestView):
    """The stored datasets, newest first."""

    rights = {"GET": Permission.DATASET_READ}
    parameters = ("cohort", *PAGING)

    def get(self, request):
        """A page of datasets."""
        rows = Dataset.objects.select_related("cohort")
        if "cohort" in request.query_params:
            rows = rows.filter(cohort__code=word(request, "cohort"))
        found, following = page_of(rows, request, newest_first=True)
        return Response({"results": DatasetSerializer(found, many=True).data, "next": following})


class EndpointTableCsv(renderers.BaseRenderer):
    """Lets `Accept: text/csv` and `?format=csv` choose the table as CSV, which the view itself writes."""

    media_type, format, charset = "text/csv", "csv", "utf-8"

    def render(self, data, accepted_media_type=None, renderer_context=None):
        """The empty body of a 304."""
        return b""


@extend_schema_view(
    get=extend_schema(
        operation_id="endpoints_read",
        summary="The live dataset's endpoint table: one row for each case and endpoint",
        description="As JSON, or as CSV with `Accept: text/csv` or `?format=csv`. In CSV, text that a spreadsheet would take for a "
        "formula begins with an apostrophe. The `Dataset` header names cohort, kind and revision; the ETag is the dataset's hash.",
        tags=["datasets"],
        parameters=[
            IF_NONE_MATCH,
            OpenApiParameter("endpoint", OpenApiTypes.STR, description="Only this endpoint, for example OS_INF."),
            OpenApiParameter(
                "format", OpenApiTypes.STR, enum=["json", "csv"], description="Instead of the Accept header."
            ),
        ],
        responses={(200, "application/json"): EndpointTableSerializer, (200, "text/csv"): OpenApiTypes.STR},
    )
)
class EndpointTable(RestView):
    """The endpoint table of a cohort's newest live dataset, exactly as the curves are computed from it."""

    rights = {"GET": Permission.DATASET_READ}
    parameters = ("endpoint",)
    renderer_classes = [renderers.JSONRenderer, EndpointTableCsv]

    def get(self, request, cohort):
        """The table."""
        dataset = read.newest_dataset(cohort)
        if dataset is None:
            raise Http404
        rows = list(csv.DictReader(io.StringIO(read.table_content(dataset, ENDPOINT_TABLE).decode())))
        if "endpoint" in request.query_params:
            rows = only(rows, word(request, "endpoint"))
        headers = {
            "Dataset": f"{dataset.cohort.code} {dataset.kind} {dataset.revision}",
            "Record-Count": str(len(rows)),
        }
        if request.accepted_renderer.format == "csv":
            answer = tagged(request, None, dataset.hash, **headers)
            return answer if answer.status_code == 304 else self.as_csv(rows, answer.headers, dataset)
        body = {"dataset": DatasetSerializer(dataset).data, "results": [as_json(row) for row in rows]}
        return tagged(request, body, dataset.hash, **headers)

    def as_csv(self, rows, headers, dataset):
        """RFC 4180, UTF-8, lines end in \\n, always with its header."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        names = list(EndpointRowSerializer().fields)
        writer.writerow(names)
        writer.writerows([as_cell(name, row[name]) for name in names] for row in rows)
        response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
        for name in ("ETag", "Dataset", "Record-Count"):
            response[name] = headers[name]
        name = f"endpoints-{dataset.cohort.code}-{dataset.kind}-{dataset.revision}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def only(rows, endpoint):
    """The rows of one endpoint."""
    known = sorted({row["endpoint"] for row in rows})
    if endpoint not in known:
        raise bad_parameter("endpoint", endpoint, ", ".join(known) or "none yet")
    return [row for row in rows if row["endpoint"] == endpoint]


def as_json(row):
    """A row of the stored text as JSON: numbers are numbers, blank is null."""
    return {name: value_of(name, text) for name, text in row.items()}


def value_of(name, text):
    """One cell of the stored text."""
    if text == "":
        return None
    if name in NUMBERS:
        return float(text) if "." in text else int(text)
    return MARKS[text] if name == "imputed" else text


def as_cell(name, text):
    """One cell of the CSV: numbers stay numbers, marks are 1 or 0, text cannot be taken for a formula."""
    value = value_of(name, text)
    if isinstance(value, str):
        return guarded(value)
    return "" if value is None else int(value) if value is True or value is False else value


@extend_schema_view(
    get=list_schema("analyses", AnalysisSerializer, "List: the analyses this registry runs", paged=False)
)
class Analyses(RestView):
    """The catalogue: the registry's statistical analysis plan."""

    rights = {"GET": Permission.POOLED_READ}
    parameters = ("cohort",)

    def get(self, request):
        """Every analysis, in the order of the catalogue."""
        wanted = word(request, "cohort") if "cohort" in request.query_params else None
        found = [
            {**one.as_dict(), "analysis_hash": one.hash, "result": reverse("api-result", args=[one.name])}
            for one in CATALOGUE
            if wanted in (None, one.cohort)
        ]
        return Response({"results": found, "next": None})


@extend_schema_view(
    get=list_schema("results", StoredResultSerializer, "List: the newest result of each analysis", paged=False)
)
class Results(RestView):
    """The newest stored result of each analysis of the catalogue."""

    rights = {"GET": Permission.POOLED_READ}

    def get(self, request):
        """Where each is, and of which dataset."""
        newest = {cohort: read.newest(cohort) for cohort in dict.fromkeys(one.cohort for one in CATALOGUE)}
        stored = [
            (one.name, newest[one.cohort][one.name].envelope()) for one in CATALOGUE if one.name in newest[one.cohort]
        ]
        found = [
            {
                "analysis": name,
                "dataset": body["dataset"],
                "computed_at": body["computed_at"],
                "url": reverse("api-result", args=[name]),
            }
            for name, body in stored
        ]
        return Response({"results": found, "next": None})


@extend_schema_view(
    get=read_schema("results", ResultSerializer, "Read: the newest result of an analysis", parameters=[IF_NONE_MATCH])
)
class ResultDetail(RestView):
    """One stored result: the one that page and figure show."""

    rights = {"GET": Permission.POOLED_READ}

    def get(self, request, name):
        """The result in its envelope."""
        analysis = next((one for one in CATALOGUE if one.name == name), None)
        stored = analysis and read.newest(analysis.cohort, name).get(name)
        if not stored:
            raise Http404
        named = f"{stored.dataset.cohort.code} {stored.dataset.kind} {stored.dataset.revision}"
        return tagged(request, stored.envelope(), f"result-{stored.run.pk}", Dataset=named)


@extend_schema_view(get=list_schema("runs", RunSerializer, "List: runs of analyses, newest first"))
class Runs(RestView):
    """Runs of analyses: what was computed, what waits, what failed."""

    rights = {"GET": Permission.POOLED_READ}
    parameters = ("analysis", "state", *PAGING)

    def get(self, request):
        """A page of runs."""
        rows = AnalysisRun.objects.select_related("dataset__cohort")
        for name in ("analysis", "state"):
            if name in request.query_params:
                rows = rows.filter(**{name: word(request, name)})
        found, following = page_of(rows, request, newest_first=True)
        return Response({"results": RunSerializer(found, many=True).data, "next": following})


@extend_schema_view(get=read_schema("runs", RunSerializer, "Read: a run", parameters=[]))
class RunDetail(RestView):
    """One run."""

    rights = {"GET": Permission.POOLED_READ}

    def get(self, request, pk):
        """Its state."""
        run = AnalysisRun.objects.select_related("dataset__cohort").filter(pk=pk).first()
        if run is None:
            raise Http404
        return Response(RunSerializer(run).data)


@extend_schema_view(
    get=read_schema(
        "run_results", ResultSerializer, "Read: the result of a run", tag="runs", parameters=[IF_NONE_MATCH]
    )
)
class RunResult(RestView):
    """The result of one run."""

    rights = {"GET": Permission.POOLED_READ}

    def get(self, request, pk):
        """The result in its envelope; 404 until the run is done."""
        run = (
            AnalysisRun.objects.select_related("dataset__cohort", "result")
            .filter(pk=pk, state=AnalysisRun.DONE)
            .first()
        )
        if run is None:
            raise Http404
        return tagged(request, read.Stored(run.result.body, run.dataset, run).envelope(), f"result-{run.pk}")


def word(request, name):
    """A parameter that is a name."""
    text = request.query_params[name]
    if not (text.isascii() and text.replace("-", "").replace("_", "").isalnum() and len(text) <= 80):
        raise bad_parameter(name, text, "a name")
    return text


urlpatterns = [
    re_path(r"^datasets/?$", Datasets.as_view(), name="api-datasets"),
    re_path(r"^datasets/(?P<cohort>[-a-zA-Z0-9_]+)/live/endpoints/?$", EndpointTable.as_view(), name="api-endpoints"),
    re_path(r"^analyses/?$", Analyses.as_view(), name="api-analyses"),
    re_path(r"^results/?$", Results.as_view(), name="api-results"),
    re_path(r"^results/(?P<name>[-a-z0-9]+)/?$", ResultDetail.as_view(), name="api-result"),
    re_path(r"^runs/?$", Runs.as_view(), name="api-runs"),
    re_path(r"^runs/(?P<pk>[0-9]{1,18})/?$", RunDetail.as_view(), name="api-run"),
    re_path(r"^runs/(?P<pk>[0-9]{1,18})/result/?$", RunResult.as_view(), name="api-run-result"),
]
