"""Queries: what the site is asked, the thread of each, and the next step."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.response import Response

from registry.access.permissions import Permission
from registry.actions.queries import LONGEST, QueryMovedError, answer_query, close_query, reopen_query
from registry.api import changes
from registry.api.base import PAGING, RestView, bad_parameter, entity_tags, shown, tagged
from registry.api.changes import as_of
from registry.api.cursors import carried, page_of
from registry.api.form_serializer import address_of, refused
from registry.api.forms import case_number
from registry.api.idempotency import create_once
from registry.api.problems import Problem, entry, refusals
from registry.api.schema import CHANGED_SINCE, IDEMPOTENCY_KEY, IF_MATCH, list_schema, read_schema
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
    OpenApiParameter("form", {"type": "string", "enum": list(FORM_OF)}, description="Only queries about this form."),
    CHANGED_SINCE,
]


@extend_schema_view(get=list_schema("queries", QuerySerializer, "List: queries", parameters=FILTERS, changing=True))
class Queries(RestView):
    """The queries of the cases that the person may see."""

    rights = {"GET": Permission.CASE_READ}
    parameters = ("state", "case", "form", "changed_since", *PAGING)

    def get(self, request):
        """A page of queries, in the order in which they were opened."""
        given = request.query_params
        mark, since = carried(request, "as_of") or as_of(), changes.since(request)
        rows = changes.gone_too(Query.objects, request.user)
        rows = since.of(rows, "query") if since else rows.filter(is_gone=False)
        for name, allowed in (("state", QueryState.values), ("form", list(FORM_OF))):
            if name in given and given[name] not in allowed:
                raise bad_parameter(name, given[name], ", ".join(allowed))
            if name in given:
                rows = rows.filter(**{name: given[name]})
        if "case" in given:
            rows = rows.filter(case__number=case_number(given["case"]))
        found, following = page_of(rows, request, as_of=mark)
        told = dict(zip(there(found), QuerySerializer(asked(there(found)), many=True).data, strict=True))
        results = [told.get(one) or gone(one) for one in found]
        return Response({"results": results, "next": following, "as_of": mark})


def there(found):
    """The queries whose case is there."""
    return [one for one in found if not one.is_gone]


def gone(one):
    """What is said of a query whose case is there no more."""
    return {"id": one.pk, "version": one.version, "withdrawn": True}


def own_query(request, pk):
    """The query with this id; a foreign one, or one of a patient who withdrew consent, answers like one that does not exist."""
    own = Query.objects.visible_to(request.user).not_withdrawn()
    found = own.filter(pk=pk).select_related("case", "site").prefetch_related("steps").first()
    if found is None:
        raise Http404
    return found


def body_of(found):
    """A query with its thread as JSON."""
    return QueryDetailSerializer(asked([found])[0]).data


def tag_of(found):
    """The entity tag of a query, without its quotes."""
    return f"query-{found.pk}-{found.version}"


@extend_schema_view(get=read_schema("queries", QueryDetailSerializer, "Read: a query with its thread"))
class QueryDetail(RestView):
    """One query."""

    rights = {"GET": Permission.CASE_READ}

    def get(self, request, pk):
        """The query and every step that was taken."""
        found = own_query(request, pk)
        return tagged(request, body_of(found), tag_of(found))


ACTIONS = {"answer": answer_query, "close": close_query, "reopen": reopen_query}
RIGHTS = {"answer": Permission.QUERY_ANSWER, "close": Permission.QUERY_MANAGE, "reopen": Permission.QUERY_MANAGE}


class NextStepSerializer(serializers.Serializer):
    """The next step of a query: answer (the site), close or reopen (a data manager)."""

    step = serializers.ChoiceField(choices=list(ACTIONS))
    answer = serializers.ChoiceField(
        choices=AnswerKind.values, required=False, help_text="With answer: what the site did."
    )
    text = serializers.CharField(
        required=False, max_length=LONGEST, help_text="Needed, but for a correction and for closing."
    )


@extend_schema_view(
    post=extend_schema(
        operation_id="queries_step",
        summary="Answer, close or re-open a query",
        tags=["queries"],
        parameters=[IDEMPOTENCY_KEY, IF_MATCH],
        request=NextStepSerializer,
        responses={201: QueryDetailSerializer},
    )
)
class QuerySteps(RestView):
    """The thread of one query, to which the next step is added."""

    rights = {"POST": Permission.CASE_READ}  # and that of the step, in RIGHTS

    def post(self, request, pk):
        """Take the next step, once; If-Match names the version that was read."""
        found = own_query(request, pk)
        return create_once(request, lambda: self.taken(found), lambda made: self.answered(made["query"]))

    def taken(self, found):
        """(response, what names the query)."""
        step, words = self.words_of(self.request.data)
        if not self.request.user.may(RIGHTS[step]):
            raise PermissionDenied
        self.check_seen(found)
        try:
            ACTIONS[step](found, by=self.request.user, seen_version=found.version, **words)
        except QueryMovedError:
            raise refused([_refusal("step", f"A query that is {found.state} cannot take this step.")]) from None
        except ValidationError as refusal:
            raise refused(list(refusals(refusal, form="query"))) from None
        return self.answered(found.pk), {"query": found.pk}

    def answered(self, pk):
        """201 with the query as it is now."""
        found = own_query(self.request, pk)
        return Response(body_of(found), 201, headers={"ETag": f'"{tag_of(found)}"'})

    def check_seen(self, found):
        """Raise unless If-Match holds the query's tag of now."""
        tags = entity_tags(self.request.headers.get("If-Match", ""))
        if not tags:
            raise Problem("if_match_missing")
        if tag_of(found) not in tags:
            tag = f'"{tag_of(found)}"'
            detail = f"Query {found.pk} is at version {found.version} now, and {found.state}."
            raise Problem("stale", detail, headers={"ETag": tag}, current={"etag": tag, "version": found.version})

    def words_of(self, body):
        """(the step, the words of its action) of the body. Raises a Problem naming every field at fault."""
        errors = [
            _refusal(name, f"“{shown(name)}” is not known here; possible are: answer, step, text.")
            for name in body
            if name not in ("answer", "step", "text")
        ]
        step, kind, text = body.get("step"), body.get("answer"), body.get("text", "")
        if not isinstance(step, str) or step not in ACTIONS:
            errors.append(_refusal("step", f"step must be one of {', '.join(ACTIONS)}."))
        elif step == "answer" and kind not in AnswerKind.values:
            errors.append(_refusal("answer", f"answer must be one of {', '.join(AnswerKind.values)}."))
        if not isinstance(text, str) or len(text) > LONGEST:
            errors.append(_refusal("text", f"text is a text of up to {LONGEST} characters."))
        if errors:
            raise refused(errors)
        return step, {"text": text, **({"kind": kind} if step == "answer" else {})}


def _refusal(field, detail):
    return entry(field, "refused", detail, rule=f"query.{field}")
