"""REST of the analyses: datasets, the catalogue, runs and stored results. Nothing is computed here. Tables: `api_tables`."""

from django.urls import re_path, reverse
from drf_spectacular.utils import extend_schema_view
from rest_framework.response import Response

from analytics import read
from analytics.api_exports import ExportDetail, ExportFile, Exports, StreamCheck
from analytics.api_figures import ResultData, RunData, RunFigure
from analytics.api_public import PublicData, PublicIssueDetail, PublicIssues, PublicResult
from analytics.api_runs import RunDetail, RunResult, Runs
from analytics.api_scripts import ResultScript, RunScript
from analytics.api_tables import COHORT, AnswerTable, CaseTable, EndpointTable, word
from analytics.catalogue import CATALOGUE
from analytics.models import Dataset
from analytics.serializers import (
    AnalysisSerializer,
    DatasetSerializer,
    ResultSerializer,
    StoredResultSerializer,
)
from registry.access.permissions import Permission
from registry.api.base import PAGING, RestView, tagged
from registry.api.cursors import page_of
from registry.api.schema import IF_NONE_MATCH, list_schema, read_schema


@extend_schema_view(get=list_schema("datasets", DatasetSerializer, "List: stored datasets", parameters=[COHORT]))
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


@extend_schema_view(
    get=list_schema(
        "analyses", AnalysisSerializer, "List: the analyses this registry runs", parameters=[COHORT], paged=False
    )
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
        stored = read.newest_of(name)
        named = f"{stored.dataset.cohort.code} {stored.dataset.kind} {stored.dataset.revision}"
        return tagged(request, stored.envelope(), f"result-{stored.run.pk}", Dataset=named)


CUT = "(?P<cohort>[-a-zA-Z0-9_]+)/(?P<name>[-a-zA-Z0-9_]+)"
urlpatterns = [
    re_path(r"^datasets/?$", Datasets.as_view(), name="api-datasets"),
    re_path(r"^datasets/(?P<cohort>[-a-zA-Z0-9_]+)/live/endpoints/?$", EndpointTable.as_view(), name="api-endpoints"),
    re_path(r"^datasets/(?P<cohort>[-a-zA-Z0-9_]+)/live/cases/?$", CaseTable.as_view(), name="api-case-table"),
    re_path(
        r"^datasets/(?P<cohort>[-a-zA-Z0-9_]+)/live/answers/(?P<form>[a-z_]{1,30})/?$",
        AnswerTable.as_view(),
        name="api-answers",
    ),
    re_path(r"^analyses/?$", Analyses.as_view(), name="api-analyses"),
    re_path(r"^results/?$", Results.as_view(), name="api-results"),
    re_path(r"^results/(?P<name>[-a-z0-9]+)/?$", ResultDetail.as_view(), name="api-result"),
    re_path(r"^results/(?P<name>[-a-z0-9]+)/data/?$", ResultData.as_view(), name="api-result-data"),
    re_path(r"^results/(?P<name>[-a-z0-9]+)/script/?$", ResultScript.as_view(), name="api-result-script"),
    re_path(r"^public/?$", PublicIssues.as_view(), name="api-public"),
    re_path(rf"^public/{CUT}/?$", PublicIssueDetail.as_view(), name="api-public-issue"),
    re_path(rf"^public/{CUT}/(?P<analysis>[-a-z0-9]+)/?$", PublicResult.as_view(), name="api-public-result"),
    re_path(rf"^public/{CUT}/(?P<analysis>[-a-z0-9]+)/data/?$", PublicData.as_view(), name="api-public-data"),
    re_path(r"^exports/?$", Exports.as_view(), name="api-exports"),
    re_path(r"^exports/(?P<pk>[0-9]{1,18})/?$", ExportDetail.as_view(), name="api-export"),
    re_path(r"^exports/(?P<pk>[0-9]{1,18})/file/?$", ExportFile.as_view(), name="api-export-file"),
    re_path(r"^exports/streams/(?P<name>[0-9a-f]{32})/?$", StreamCheck.as_view(), name="api-stream-check"),
    re_path(r"^runs/?$", Runs.as_view(), name="api-runs"),
    re_path(r"^runs/(?P<pk>[0-9]{1,18})/?$", RunDetail.as_view(), name="api-run"),
    re_path(r"^runs/(?P<pk>[0-9]{1,18})/result/?$", RunResult.as_view(), name="api-run-result"),
    re_path(r"^runs/(?P<pk>[0-9]{1,18})/figure/?$", RunFigure.as_view(), name="api-run-figure"),
    re_path(r"^runs/(?P<pk>[0-9]{1,18})/data/?$", RunData.as_view(), name="api-run-data"),
    re_path(r"^runs/(?P<pk>[0-9]{1,18})/script/?$", RunScript.as_view(), name="api-run-script"),
]
