"""REST of what was issued of data cuts for the public: the same releases that the public page shows, and nothing else."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import renderers, serializers
from rest_framework.response import Response

from analytics.acts.taken import note_public
from analytics.api_tables import COHORT, FORMAT, TableCsv, word
from analytics.issued import issued_of
from analytics.models import PublicIssue
from analytics.public import issue_of, shown_of
from registry.access.permissions import Permission
from registry.api.base import PAGING, RestView, tagged
from registry.api.cursors import page_of
from registry.api.schema import IF_NONE_MATCH, list_schema, read_schema


class PublicIssueSerializer(serializers.Serializer):
    """That a data cut was issued for the public, once and for good."""

    cohort = serializers.CharField(source="cohort.code")
    cut = serializers.CharField(source="name")
    cut_date = serializers.DateField(help_text="What happened later is not in it.")
    hash = serializers.CharField(help_text="Of the cut's dataset, SHA-256.")
    policy = serializers.CharField(help_text="Version of the rules of disclosure control.")
    issued_at = serializers.DateTimeField()
    taken_down_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when nothing of it is answered: somebody in the cut withdrew consent."
    )
    url = serializers.SerializerMethodField()

    def get_url(self, issue) -> str:
        """Where its results are."""
        return reverse("api-public-issue", args=[issue.cohort.code, issue.name])


class PublicResultLineSerializer(serializers.Serializer):
    """One analysis of an issue: where its released form is, or why there is none."""

    analysis = serializers.CharField()
    title = serializers.CharField()
    refused = serializers.CharField(help_text="Why nothing is released; empty where something is.")
    url = serializers.CharField(allow_null=True)


class PublicIssueDetailSerializer(PublicIssueSerializer):
    """An issue with its analyses in the order of the catalogue; none once it was taken down."""

    results = PublicResultLineSerializer(many=True)


class PublicResultSerializer(serializers.Serializer):
    """A released form: the shape of a result, with null for what is withheld."""

    analysis = serializers.JSONField()
    analysis_hash = serializers.CharField()
    n = serializers.IntegerField(allow_null=True, help_text="Rounded.")
    events = serializers.IntegerField(allow_null=True, help_text="Rounded.")
    warnings = serializers.ListField(
        child=serializers.CharField(), help_text="How it is rounded, and what is withheld."
    )
    disclosure = serializers.JSONField(help_text="Audience, version of the rules, k, and the base of the rounding.")
    dataset = serializers.JSONField()
    code_version = serializers.CharField()
    computed_at = serializers.DateTimeField()


class PublicDataSerializer(serializers.Serializer):
    """The released numbers of one analysis: `columns` in their order, and a row for each thing told."""

    analysis = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    results = serializers.ListField(child=serializers.DictField())


class OfPublic(RestView):
    """Something that every signed-in role may read: a token that is narrowed to hospitals, too."""

    rights = {"GET": Permission.PUBLIC_READ}


@extend_schema_view(
    get=list_schema("public", PublicIssueSerializer, "List: data cuts issued for the public", parameters=[COHORT])
)
class PublicIssues(OfPublic):
    """What was issued, newest first; what was taken down since is among them, without its numbers."""

    parameters = ("cohort", *PAGING)

    def get(self, request):
        """A page of issues."""
        rows = PublicIssue.objects.select_related("cohort")
        if "cohort" in request.query_params:
            rows = rows.filter(cohort__code=word(request, "cohort"))
        found, following = page_of(rows, request, newest_first=True)
        return Response({"results": PublicIssueSerializer(found, many=True).data, "next": following})


@extend_schema_view(
    get=read_schema("public", PublicIssueDetailSerializer, "Read: one issue, and where its results are", parameters=[])
)
class PublicIssueDetail(OfPublic):
    """One data cut as it was issued."""

    def get(self, request, cohort, name):
        """The issue with its analyses."""
        issue = issue_of(cohort, name)
        if issue is None:
            raise Http404
        issue.results = [
            {
                "analysis": one.name,
                "title": one.title,
                "refused": one.refused,
                "url": None if one.refused else reverse("api-public-result", args=[cohort, name, one.name]),
            }
            for one in issued_of(issue)
        ]
        return Response(PublicIssueDetailSerializer(issue).data)


@extend_schema_view(
    get=read_schema(
        "public_results", PublicResultSerializer, "Read: the released form of one analysis", tag="public",
        parameters=[IF_NONE_MATCH],
    )
)  # fmt: skip
class PublicResult(OfPublic):
    """One release: what the public page shows of it. 404 where nothing is released."""

    def get(self, request, cohort, name, analysis):
        """The released form in its envelope."""
        one = shown_of(cohort, name, analysis)
        return tagged(request, one.release.body, one.release.digest, Dataset=_dataset(one))


@extend_schema_view(
    get=extend_schema(
        operation_id="public_data_read",
        summary="Read: the released numbers of one analysis",
        description="One tidy table; withheld is null, in CSV blank. As JSON, or as CSV with `Accept: text/csv` or `?format=csv`: the bytes of the "
        "public page's file. Each reading is noted as an export.",
        tags=["public"],
        parameters=[IF_NONE_MATCH, FORMAT],
        responses={(200, "application/json"): PublicDataSerializer, (200, "text/csv"): OpenApiTypes.STR},
    )
)
class PublicData(OfPublic):
    """The numbers behind one release."""

    renderer_classes = [renderers.JSONRenderer, TableCsv]

    def get(self, request, cohort, name, analysis):
        """The table."""
        one, kind = shown_of(cohort, name, analysis), request.accepted_renderer.format
        columns, rows = one.rows()
        body = {
            "analysis": one.name,
            "columns": list(columns),
            "results": [dict(zip(columns, row, strict=True)) for row in rows],
        }
        headers = {"Dataset": _dataset(one), "Record-Count": str(len(rows))}
        answer = tagged(request, body, f"data-{one.release.digest}", **headers)
        if answer.status_code == 304:
            return answer
        if request.method != "HEAD":
            note_public(request.user, one.release, one.issue, one.csv(), what=f"public data {one.name}", kind=kind)
        if kind == "json":
            return answer
        headers |= {"ETag": answer["ETag"], "Content-Disposition": f'attachment; filename="{one.file_name("csv")}"'}
        return HttpResponse(one.csv(), content_type="text/csv; charset=utf-8", headers=headers)


def _dataset(one):
    """Which dataset, as every answer says it."""
    return f"{one.issue.cohort.code} cut {one.issue.name}"
