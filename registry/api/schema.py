"""The OpenAPI document: what drf-spectacular cannot see by itself."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_view,
    inline_serializer,
)
from rest_framework import serializers

from registry.api.cursors import MOST, USUAL
from registry.dictionary.codelists import DatePrecision, MissingReason

TEXT = {"type": "string"}
ENTRY = {
    "type": "object",
    "required": ["field", "code", "rule", "detail"],
    "properties": {
        "field": TEXT,
        "pointer": TEXT,
        "code": TEXT,
        "rule": {**TEXT, "description": "Name of the edit check, the same as on the pages."},
        "detail": TEXT,
        "found": {"description": "What was sent."},
        "allowed": {"description": "What could have been sent."},
    },
}
PROBLEM = {
    "type": "object",
    "description": "An error (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {**TEXT, "description": "An address that explains this kind of error."},
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "code": TEXT,
        "field": {"type": ["string", "null"]},
        "rule": TEXT,
        "errors": {"type": "array", "items": ENTRY},
        "instance": {**TEXT, "description": "The request, as the history names it."},
    },
    "examples": [
        {
            "type": "/api/v1/problems/refused",
            "title": "The answers were not stored",
            "status": 422,
            "detail": "1 answer needs correction. Total dose is 3000 10^6; possible values are 0.1 to 1000.",
            "code": "hard_range",
            "field": "inf_dose_total",
            "rule": "infusion.inf_dose_total.hard_range",
            "errors": [
                {
                    "field": "inf_dose_total",
                    "pointer": "/inf_dose_total",
                    "code": "hard_range",
                    "rule": "infusion.inf_dose_total.hard_range",
                    "detail": "Total dose is 3000 10^6; possible values are 0.1 to 1000.",
                    "found": 3000,
                    "allowed": "a number, 0.1 to 1000 10^6",
                }
            ],
        }
    ],
}
ANSWERS = {
    "400": "The request, a parameter or the cursor cannot be read.",
    "401": "Nobody is logged in, or the token is dead.",
    "403": "A right is missing; it is named.",
    "404": "Nothing is there, or nothing that you may see.",
    "406": "No such representation.",
    "409": "It exists already, or is not done yet.",
    "410": "It is not there any more; why is said.",
    "412": "Somebody changed it since; who and what is said.",
    "413": "The body is too large.",
    "415": "The body is of another media type.",
    "416": "The range lies outside the file.",
    "422": "Refused; every answer at fault is named, and nothing was stored.",
    "428": "If-Match is missing.",
    "429": "Too many requests in this minute; Retry-After says how long to wait.",
}
PLAIN = r"^[^\u0000-\u0008\u000b-\u001f]*$"  # a text without control characters but tab and line end
ALSO = "x-problems"  # in the `extensions` of an operation: further statuses of problems
OF_WRITES = ("400", "413", "415", "422")
OF_METHOD = {"get": ("400",), "post": (*OF_WRITES, "404", "409"), "patch": OF_WRITES, "delete": ("404",)}

CURSOR = OpenApiParameter(
    "cursor", OpenApiTypes.STR, description="Continue where the page before ended: take the address in `next`."
)
LIMIT = OpenApiParameter(
    "limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}, description="Rows in a page."
)
CHANGED_SINCE = OpenApiParameter(
    "changed_since",
    OpenApiTypes.STR,
    description="The `as_of` of an earlier answer: only what was saved or taken away since. What was taken away has `withdrawn`: true "
    "and no answers. For people also a date or a time with its zone, read ten minutes early.",
)
AFTER = OpenApiParameter(
    "after",
    OpenApiTypes.STR,
    description="Of a stream: only what comes after this row, the last whole one that you hold: case/key, of cases the number.",
)
STREAMS = ("text/csv", "application/x-ndjson", "application/vnd.apache.parquet")
HOW_STREAMED = (
    "In pages as JSON; or all in one answer, sent while it is read, with `Accept: text/csv`, `application/x-ndjson`, "
    "`application/vnd.apache.parquet` or `?format=csv|ndjson|parquet`. A stream takes no `cursor` and `limit`, needs a token for exports, "
    "names in `As-Of` what `changed_since` takes, and in `Export-Check` where its rows and SHA-256 are told once it has ended. In CSV, "
    "free text that a spreadsheet would take for a formula begins with an apostrophe."
)
IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, "header", required=True, description="The ETag that was read."
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", OpenApiTypes.STR, "header", description="An ETag; 304 if it is still true."
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]{1,80}$"},
    "header",
    required=True,
    description="Random; the same again with a repetition of the same create.",
)


class KnownPersonScheme(OpenApiAuthenticationExtension):
    """A personal token, or the session of the pages."""

    target_class = "registry.api.authentication.KnownPerson"
    name = ["token", "session"]

    def get_security_definition(self, auto_schema):
        """Both, in the order of `name`."""
        return [
            {"type": "http", "scheme": "bearer", "description": "A personal token from /accounts/tokens/."},
            {"type": "apiKey", "in": "cookie", "name": "sessionid"},
        ]


class AnswerSchema(OpenApiSerializerFieldExtension):
    """A column of a form, described by its item."""

    target_class = "registry.api.answers.Answer"
    match_subclasses = True

    def map_serializer_field(self, auto_schema, direction):
        """The column's own schema; spectacular adds what every field has (null, title, read-only)."""
        return {**self.target.schema()}


def canonical_paths(endpoints):
    """Before: an address is served with and without a slash at its end, and documented without, but for the index."""
    found = []
    for path, regex, method, view in endpoints:
        if path.startswith("/api/v1/"):
            found.append((path if path in ("/api/v1/", "/api/v1/schema/") else path.rstrip("/"), regex, method, view))
    return found


def problems_everywhere(result, generator, request, public):
    """After: every operation says with which problems it can answer."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    result["components"]["schemas"]["Problem"] = PROBLEM
    result["components"]["responses"] = {
        f"Problem{status}": {"description": description, "content": content} for status, description in ANSWERS.items()
    }
    for name, words in (("MissingReason", MissingReason), ("DatePrecision", DatePrecision)):
        labels = "; ".join(f"{word.name} {word.value}" for word in words)
        result["components"]["schemas"][name] = {
            "type": "string",
            "enum": [word.name for word in words],
            "description": labels,
        }
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            known = ("401", "403", "406") if operation.get("security") else ()
            limited = () if path.startswith("/api/v1/schema") else ("429",)
            if known:
                operation["security"] = [{"token": []}, {"session": []}]  # either, not both
            seen = ("412", "428") if any(one["name"] == "If-Match" for one in operation.get("parameters", ())) else ()
            own = operation.pop(ALSO, ())
            kinds = {*known, *limited, *seen, *own, *OF_METHOD[method], *(["404"] if "{" in path else [])}
            for status in kinds - operation["responses"].keys():
                operation["responses"][status] = {"$ref": f"#/components/responses/Problem{status}"}
            operation["responses"] = dict(sorted(operation["responses"].items()))
            close_body(operation, result["components"]["schemas"])
    return result


def close_body(operation, schemas):
    """Say that what is sent holds no other names, and no control characters in its texts: both are refused."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        body = schemas[content["schema"]["$ref"].rpartition("/")[2]]
        body["additionalProperties"] = False
        for field in body["properties"].values():
            for text in (field, field.get("items", {})):
                if "string" in text.get("type", "") and not text.keys() & {"enum", "format", "pattern"}:
                    text["pattern"] = PLAIN


class GoneSerializer(serializers.Serializer):
    """Something that was taken away since: removed, or consent withdrawn. Cases are named by `number`, forms by `case` and `key`, queries by `id`."""

    id = serializers.IntegerField(required=False)
    number = serializers.CharField(required=False)
    case = serializers.CharField(required=False)
    form = serializers.CharField(required=False)
    key = serializers.CharField(required=False)
    version = serializers.IntegerField()
    withdrawn = serializers.BooleanField()


def page_of_results(name, serializer, changing=False):
    """The schema of a page: rows and the address of the next one; changing: also what is gone, and the mark for the next time."""
    rows = serializer(many=True)
    if changing:
        rows = PolymorphicProxySerializer(
            f"{name}OrGone", [serializer, GoneSerializer], resource_type_field_name=None, many=True
        )
    fields = {"next": serializers.CharField(allow_null=True, help_text="Address of the next page; null at the end.")}
    if changing:
        fields["as_of"] = serializers.CharField(
            help_text="For `changed_since` of the next reading; the same on every page."
        )
    return inline_serializer(f"{name}Page", {"results": rows, **fields})


def list_schema(name, serializer, summary, *, parameters=(), paged=True, tag="", changing=False, streamed=False):
    """The documentation of a list. changing: it takes `changed_since`; streamed: all of it comes in one answer, if asked for."""
    page = page_of_results(serializer.__name__.removesuffix("Serializer"), serializer, changing)
    streams = {(200, media): OpenApiTypes.BINARY if "parquet" in media else OpenApiTypes.STR for media in STREAMS}
    return extend_schema(
        operation_id=f"{name}_list",
        summary=summary,
        description=HOW_STREAMED if streamed else None,
        tags=[tag or name],
        parameters=[*parameters, *([AFTER] if streamed else []), *([CURSOR, LIMIT] if paged else [])],
        responses={(200, "application/json"): page, **streams} if streamed else page,
    )


def read_schema(name, serializer, summary, *, tag="", parameters=(IF_NONE_MATCH,), **words):
    """The documentation of one thing."""
    return extend_schema(
        operation_id=f"{name}_read",
        summary=summary,
        tags=[tag or name],
        parameters=list(parameters),
        responses=serializer,
        **words,
    )


def create_schema(name, serializer, summary, *, tag=""):
    """The documentation of a create."""
    return extend_schema(
        operation_id=f"{name}_create",
        summary=summary,
        tags=[tag or name],
        parameters=[IDEMPOTENCY_KEY],
        request=serializer,
        responses={(201, "application/json"): serializer},
    )


def form_views(collection, detail, form, serializer):
    """The two views of a form model, documented."""
    name, title = form.form_name, form.title
    by_case = OpenApiParameter(
        "case", {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"}, description="Only this case."
    )
    words = {"form_class": form, "__doc__": form.__doc__, "__module__": collection.__module__}
    correct = extend_schema(
        operation_id=f"{name}_update",
        summary=f"Correct: {title}",
        tags=[name],
        parameters=[IF_MATCH],
        request=serializer(partial=True),
        responses=serializer,
    )
    listed = extend_schema_view(
        get=list_schema(
            name, serializer, f"List: {title}", parameters=[by_case, CHANGED_SINCE], changing=True, streamed=True
        ),
        post=create_schema(name, serializer, f"Enter: {title}"),
    )(type(f"{form.__name__}Collection", (collection,), words))
    single = extend_schema_view(get=read_schema(name, serializer, f"Read: {title}"), patch=correct)(
        type(f"{form.__name__}Detail", (detail,), words)
    )
    return listed, single
