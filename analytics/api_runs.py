"""REST of runs: ask for any analysis of the explore page, follow it, take it back, read what it found."""

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.response import Response

from analytics import read
from analytics.acts.explored import MOST_OPEN, TooManyOpenError, ask, cancel, may_cancel
from analytics.api_tables import NAME, word
from analytics.explore.address import analysis_of
from analytics.explore.grammar import EXPLORED
from analytics.explore.views import Look
from analytics.explore.words import message
from analytics.models import AnalysisRun
from analytics.serializers import ResultSerializer, RunSerializer
from registry.access.permissions import Permission
from registry.access.token_scopes import Scope
from registry.api.base import PAGING, RestView, shown, tagged
from registry.api.cursors import page_of
from registry.api.form_serializer import refused
from registry.api.problems import Problem, entry
from registry.api.schema import ALSO, IF_NONE_MATCH, list_schema, read_schema

LONGEST_QUERY = 5000
ASK_AGAIN = "2"  # seconds: Retry-After of a run that is not done


class RunWishSerializer(serializers.Serializer):
    """What is asked for."""

    query = serializers.CharField(
        max_length=LONGEST_QUERY,
        help_text="The address of a view of /explore/, what stands behind “?”: endpoint, groups, filters, method, dataset.",
    )


FILTERS = [
    OpenApiParameter("analysis", NAME, description="Only runs of this analysis, by its name."),
    OpenApiParameter("state", NAME, description="Only runs in this state."),
]


@extend_schema_view(
    get=list_schema("runs", RunSerializer, "List: runs of analyses, newest first", parameters=FILTERS),
    post=extend_schema(
        operation_id="runs_create",
        summary="Ask for an analysis: the run that answers it, the one that exists or a new one",
        tags=["runs"],
        request=RunWishSerializer,
        responses={200: RunSerializer, 202: RunSerializer},
    ),
)
class Runs(RestView):
    """Runs of analyses: what was computed, what waits, what failed."""

    rights = {"GET": Permission.POOLED_READ, "POST": Permission.POOLED_READ}
    parameters = ("analysis", "state", *PAGING)

    def get(self, request):
        """A page of runs."""
        rows = AnalysisRun.objects.select_related("dataset__cohort")
        for name in ("analysis", "state"):
            if name in request.query_params:
                rows = rows.filter(**{name: word(request, name)})
        found, following = page_of(rows, request, newest_first=True)
        return Response({"results": RunSerializer(found, many=True).data, "next": following})

    def post(self, request):
        """200 with the run if it is done, else 202: read it at its Location until it is. The same question is the same run."""
        check_asks(request.user)
        look = Look(request, analysis_of(query_of(request.data)))
        if look.problems:
            raise refused(
                [entry(one.parameter or "query", one.kind.replace(" ", "_"), message(one)) for one in look.problems]
            )
        if look.asked.dataset is None:
            raise Problem("not_done", "There is no dataset yet from which this could be computed.")
        try:
            run = ask(look.asked.dataset, look.address.analysis, person=request.user)
        except TooManyOpenError:
            detail = (
                f"You have {MOST_OPEN} runs on the way, as many as one person may have. Wait for one, or cancel one."
            )
            raise Problem("throttled", detail, headers={"Retry-After": ASK_AGAIN}) from None
        is_done = run.state == AnalysisRun.DONE
        headers = {"Location": reverse("api-run", args=[run.pk]), **({} if is_done else {"Retry-After": ASK_AGAIN})}
        return Response(RunSerializer(run).data, 200 if is_done else 202, headers=headers)


@extend_schema_view(
    get=read_schema("runs", RunSerializer, "Read: a run", parameters=[]),
    delete=extend_schema(
        operation_id="runs_cancel",
        summary="Cancel a run that waits or is computed",
        tags=["runs"],
        responses={200: RunSerializer},
        extensions={ALSO: ("409",)},
    ),
)
class RunDetail(RestView):
    """One run."""

    rights = {"GET": Permission.POOLED_READ, "DELETE": Permission.POOLED_READ}

    def get(self, request, pk):
        """Its state."""
        run = AnalysisRun.objects.select_related("dataset__cohort").filter(pk=pk).first()
        if run is None:
            raise Http404
        return Response(RunSerializer(run).data)

    def delete(self, request, pk):
        """Take back what one asked for. Runs of others and of the catalogue answer like runs that are not there."""
        check_asks(request.user)
        run = AnalysisRun.objects.select_related("dataset__cohort").filter(pk=pk, analysis=EXPLORED).first()
        if run is None or not may_cancel(request.user, run):
            raise Http404
        if not cancel(run, person=request.user):
            raise Problem("ended", f"The run is {run.state}.")
        run.refresh_from_db()
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


def check_asks(person):
    """Raise unless the person came by the pages, or by a token that may ask for analyses."""
    if not person.may_by(Scope.WRITE):
        raise Problem("right_missing", f"This needs a token with the scope “{Scope.WRITE}”.")


def query_of(body):
    """The query of the body; it says nothing else."""
    query = body.get("query")
    wrong = [name for name in body if name != "query"]
    if wrong or not isinstance(query, str) or len(query) > LONGEST_QUERY:
        found = shown(wrong[0]) if wrong else "query"
        detail = f"The body holds “query” alone, a text of up to {LONGEST_QUERY} characters."
        raise refused([entry(found, "unknown_item" if wrong else "wrong_type", detail)])
    return query.removeprefix("?")
