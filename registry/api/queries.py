"""Queries: what the site is asked, and the thread of each. Read only; they are answered and closed on the pages."""

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_view
from rest_framework import serializers
from rest_framework.response import Response

from registry.access.permissions import Permission
from registry.api.base import PAGING, RestView, bad_parameter, tagged
from registry.api.cursors import page_of
from registry.api.form_serializer import address_of
from registry.api.forms import case_number
from registry.api.schema import list_schema, read_schema
from registry.models import FORM_OF, AnswerKind, Origin, Query, QueryState, QueryStep
from registry.queries import asked

OWES = {QueryState.OPEN: "site", QueryState.ANSWERED: "manager", QueryState.CLOSED: None}


class QuerySerializer(serializers.Serializer):
    """A question to the site about a stored form, or about one of its items."""

    id = serializers.IntegerField(source="query.pk")
    case = serializers.CharField(source="query.case.number", help_text="The case's number.")
    site = serializers.CharField(source="query.site.code", help_text="The site's code.")
    form = serializers.CharField(source="query.form", help_text="The form's name.")
    key = serializers.CharField(source="row.key", help_text="The form's row.")
    form_url = serializers.SerializerMethodField(help_text="Address of the form; null if it was removed.")
    item = serializers.CharField(source="query.item", help_text="The item's name; empty: about the whole form.")
    question = serializers.CharField(
        source="words", help_text="In the language of the request; a data manager's as it was written."
    )
    state = serializers.ChoiceField(source="query.state", choices=QueryState.values)
    owes = serializers.SerializerMethodField(help_text="Who takes the next step: site, manager or null.")
    raised_by = serializers.ChoiceField(source="query.origin", choices=Origin.values)
    rule = serializers.CharField(source="query.rule", help_text="The edit check that asks; empty for a data manager.")
    rule_version = serializers.CharField(source="query.rule_version")
    severity = serializers.CharField(source="query.severity")
    values = serializers.JSONField(source="query.values", help_text="What the check saw.")
    answer = serializers.CharField(
        source="query.answer_kind", help_text=f"One of {', '.join(AnswerKind.values)}, or empty."
    )
    opened_at = serializers.DateTimeField(source="query.opened_at")
    changed_at = serializers.DateTimeField(source="query.changed_at")
    version = serializers.IntegerField(source="query.version", help_text="Raised by every step; part of the ETag.")

    def get_form_url(self, one) -> str | None:
        """The form's address."""
        if one.row.is_void:
            return None
        one.row.case = one.query.case
        return address_of(one.row)

    def get_owes(self, one) -> str | None:
        """Whose turn it is."""
        return OWES[one.query.state]


class QueryStepSerializer(serializers.ModelSerializer):
    """One step of a thread."""

    by = serializers.CharField(source="actor")
    step = serializers.CharField(
        source="act", help_text="opened, answered, closed, reopened or resolved (by a correction)"
    )
    answer = serializers.CharField(source="kind")

    class Meta:
        model = QueryStep
        fields = ("at", "by", "role", "step", "answer", "text")


class QueryDetailSerializer(QuerySerializer):
    """A query with every step of its thread."""

    steps = QueryStepSerializer(many=True, source="query.steps.all")


FILTERS = [
    OpenApiParameter("state", {"type": "string", "enum": QueryState.values}, description="Only queries in this state."),
    OpenApiParameter(
        "case", {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"}, description="Only queries of this case."
    ),
    OpenApiParameter("form", OpenApiTypes.STR, description="Only queries about this form, by its name."),
]


@extend_schema_view(get=list_schema("queries", QuerySerializer, "List: queries", parameters=FILTERS))
class Queries(RestView):
    """The queries of the cases that the person may see."""

    rights = {"GET": Permission.CASE_READ}
    parameters = ("state", "case", "form", *PAGING)

    def get(self, request):
        """A page of queries, in the order in which they were opened."""
        given = request.query_params
        rows = Query.objects.visible_to(request.user).not_withdrawn().select_related("case", "site")
        for name, allowed in (("state", QueryState.values), ("form", list(FORM_OF))):
            if name in given and given[name] not in allowed:
                raise bad_parameter(name, given[name], ", ".join(allowed))
            if name in given:
                rows = rows.filter(**{name: given[name]})
        if "case" in given:
            rows = rows.filter(case__number=case_number(given["case"]))
        found, following = page_of(rows, request)
        return Response({"results": QuerySerializer(asked(found), many=True).data, "next": following})


@extend_schema_view(get=read_schema("queries", QueryDetailSerializer, "Read: a query with its thread"))
class QueryDetail(RestView):
    """One query."""

    rights = {"GET": Permission.CASE_READ}

    def get(self, request, pk):
        """The query and every step that was taken."""
        own = (
            Query.objects.visible_to(request.user)
            .not_withdrawn()
            .select_related("case", "site")
            .prefetch_related("steps")
        )
        found = own.filter(pk=pk).first()
        if found is None:
            raise Http404
        return tagged(request, QueryDetailSerializer(asked([found])[0]).data, f"query-{found.pk}-{found.version}")
