"""REST of a dataset's tables: one row for each case and endpoint, and one row for each case. As JSON and as CSV."""

import csv
import io

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import renderers

from analytics import read
from analytics.acts.taken import note_table
from analytics.core.columns.column import DAY, FLAG, NUMBER
from analytics.core.columns.declarations import COLUMN_OF, COLUMNS, KEYS
from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.core.items.asked import file_of
from analytics.core.items.declared import NUMBER as NUMERIC
from analytics.core.items.declared import items, items_of_forms
from analytics.serializers import (
    AnswerTableSerializer,
    CaseTableSerializer,
    DatasetSerializer,
    EndpointRowSerializer,
    EndpointTableSerializer,
)
from registry.access.permissions import Permission
from registry.api.base import RestView, bad_parameter, tagged
from registry.api.csv_cells import guarded
from registry.api.schema import IF_NONE_MATCH

NAME = {"type": "string", "pattern": "^[-_]*[A-Za-z0-9][-_A-Za-z0-9]*$", "maxLength": 80}  # what `word` takes
COHORT = OpenApiParameter("cohort", NAME, description="Only this cohort, by its code.")
NUMBERS = ("version", "time", "status", "cause")
MARKS = {"True": True, "False": False, "1": True, "0": False}
ENDPOINT_TABLE, CASE_TABLE = "endpoints.csv", "cases.csv"  # names under which a dataset keeps its tables as text
HOW = (
    "As JSON, or as CSV with `Accept: text/csv` or `?format=csv`. In CSV, text that a spreadsheet would take for a formula begins "
    "with an apostrophe. The `Dataset` header names cohort, kind and revision; the ETag is the dataset's hash. Each reading is noted as an export."
)
FORMAT = OpenApiParameter("format", OpenApiTypes.STR, enum=["json", "csv"], description="Instead of the Accept header.")


class TableCsv(renderers.BaseRenderer):
    """Lets `Accept: text/csv` and `?format=csv` choose the table as CSV, which the view itself writes."""

    media_type, format, charset = "text/csv", "csv", "utf-8"

    def render(self, data, accepted_media_type=None, renderer_context=None):
        """The empty body of a 304."""
        return b""


class StoredTable(RestView):
    """A text table of a cohort's newest live dataset. A subclass names the table and its columns and reads its cells."""

    rights = {"GET": Permission.DATASET_READ}
    carries_rows = True
    renderer_classes = [renderers.JSONRenderer, TableCsv]
    table = stem = ""
    columns = ()

    def get(self, request, cohort):
        """The table."""
        dataset = read.newest_dataset(cohort)
        if dataset is None:
            raise Http404
        rows = self.rows_of(dataset, request)
        headers = {
            "Dataset": f"{dataset.cohort.code} {dataset.kind} {dataset.revision}",
            "Record-Count": str(len(rows)),
        }
        answer = tagged(request, None, dataset.hash, **headers)
        if answer.status_code == 304:
            return answer
        kind = request.accepted_renderer.format
        if kind == "csv":
            answer = self.as_csv(rows, answer.headers, dataset)
            content = answer.content
        else:
            results = [{name: self.value_of(name, row[name]) for name in self.columns} for row in rows]
            answer.data = {"dataset": DatasetSerializer(dataset).data, **self.about(), "results": results}
            content = renderers.JSONRenderer().render(answer.data)
        if request.method != "HEAD":
            filters = {name: request.query_params[name] for name in self.parameters if name in request.query_params}
            note_table(
                request.user, dataset, table=self.stem, kind=kind, filters=filters, rows=len(rows), content=content
            )
        return answer

    def rows_of(self, dataset, _request):
        """The rows as they are stored, as text."""
        return list(csv.DictReader(io.StringIO(read.table_content(dataset, self.table).decode())))

    def about(self):
        """What the JSON says beside dataset and rows."""
        return {}

    def as_csv(self, rows, headers, dataset):
        """RFC 4180, UTF-8, lines end in \\n, always with its header."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([self.as_cell(name, row.get(name, "")) for name in self.columns] for row in rows)
        response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
        for name in ("ETag", "Dataset", "Record-Count"):
            response[name] = headers[name]
        name = f"{self.stem}-{dataset.cohort.code}-{dataset.kind}-{dataset.revision}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def value_of(self, name, text):
        """One cell of the stored text as JSON: numbers are numbers, marks true or false, blank is null."""
        raise NotImplementedError

    def as_cell(self, name, text):
        """One cell of the CSV: numbers stay numbers, marks are 1 or 0, text cannot be taken for a formula."""
        value = self.value_of(name, text)
        if isinstance(value, str):
            return guarded(value)
        return "" if value is None else int(value) if value is True or value is False else value


@extend_schema_view(
    get=extend_schema(
        operation_id="endpoints_read",
        summary="The live dataset's endpoint table: one row for each case and endpoint",
        description=HOW,
        tags=["datasets"],
        parameters=[
            IF_NONE_MATCH,
            OpenApiParameter(
                "endpoint", {"type": "string", "enum": list(ENDPOINTS)}, description="Only this endpoint."
            ),
            FORMAT,
        ],
        responses={(200, "application/json"): EndpointTableSerializer, (200, "text/csv"): OpenApiTypes.STR},
    )
)
class EndpointTable(StoredTable):
    """The endpoint table of a cohort's newest live dataset, exactly as the curves are computed from it."""

    parameters = ("endpoint",)
    table, stem = ENDPOINT_TABLE, "endpoints"
    columns = tuple(EndpointRowSerializer().fields)

    def rows_of(self, dataset, request):
        """The rows, of one endpoint if the request names it."""
        rows = super().rows_of(dataset, request)
        return only(rows, word(request, "endpoint")) if "endpoint" in request.query_params else rows

    def value_of(self, name, text):
        """One cell of the stored text."""
        if text == "":
            return None
        if name in NUMBERS:
            return number(text)
        return MARKS[text] if name == "imputed" else text


@extend_schema_view(
    get=extend_schema(
        operation_id="case_table_read",
        summary="The live dataset's case table: one row for each case, with the dictionary of its columns",
        description=f"{HOW} No calendar date is in it: days are counted from the day that `days_from` names. `columns`, in the "
        "JSON, is the dictionary: label, kind, unit, levels, from when on a value is known, and of whom it is asked.",
        tags=["datasets"],
        parameters=[IF_NONE_MATCH, FORMAT],
        responses={(200, "application/json"): CaseTableSerializer, (200, "text/csv"): OpenApiTypes.STR},
    )
)
class CaseTable(StoredTable):
    """The case table of a cohort's newest live dataset: what tables and regressions read."""

    table, stem = CASE_TABLE, "cases"
    columns = (*KEYS, *(column.name for column in COLUMNS if column.name not in KEYS))

    def about(self):
        """The dictionary of the columns."""
        return {"columns": [column.as_dict() for column in COLUMNS]}

    def value_of(self, name, text):
        """One cell of the stored text."""
        kind = COLUMN_OF[name].kind if name in COLUMN_OF else ""
        if text == "":
            return None
        if kind in (NUMBER, DAY):
            return number(text)
        return MARKS[text] if kind == FLAG else text


@extend_schema_view(
    get=extend_schema(
        operation_id="answers_read",
        summary="The live dataset's answers of one form: one row for each row of it that counts",
        description=f"{HOW} The coded and numeric questions of the form, of the first course, without dates and texts: what the "
        "filters and groups of /explore/ by any question are made from, and what their R scripts read. The rows of a case are in "
        "the order of their dates, then of their numbers. `day` counts from the day that `days_from` of the case table names. "
        "Several answers stand between spaces; `none` is asked and nothing applies. `items`, in the JSON, is the dictionary.",
        tags=["datasets"],
        parameters=[IF_NONE_MATCH, FORMAT],
        responses={(200, "application/json"): AnswerTableSerializer, (200, "text/csv"): OpenApiTypes.STR},
    )
)
class AnswerTable(StoredTable):
    """The answers of one form in a cohort's newest live dataset."""

    def get(self, request, cohort, form):
        """The table; 404 for a form without a coded or numeric question."""
        if form not in items_of_forms():
            raise Http404
        self.table, self.stem = file_of(form), f"answers-{form}"
        self.columns = ("case", "day", *items_of_forms()[form])
        return super().get(request, cohort)

    def about(self):
        """The dictionary of the questions."""
        return {"items": [items()[name].as_dict() for name in self.columns[2:]]}

    def rows_of(self, dataset, request):
        """The rows; 404 in a dataset from before answers were kept, which an upgrade replaces."""
        if not dataset.tables.filter(name=self.table).exists():
            raise Http404
        return super().rows_of(dataset, request)

    def value_of(self, name, text):
        """One cell of the stored text: codes are text."""
        if text == "":
            return None
        return number(text) if name == "day" or (name in items() and items()[name].kind == NUMERIC) else text


def number(text):
    """A stored number: whole where it is written so."""
    return int(text) if text.lstrip("-").isdigit() else float(text)


def only(rows, endpoint):
    """The rows of one endpoint."""
    known = sorted({row["endpoint"] for row in rows})
    if endpoint not in known:
        raise bad_parameter("endpoint", endpoint, ", ".join(known) or "none yet")
    return [row for row in rows if row["endpoint"] == endpoint]


def word(request, name):
    """A parameter that is a name."""
    text = request.query_params[name]
    if not (text.isascii() and text.replace("-", "").replace("_", "").isalnum() and len(text) <= 80):
        raise bad_parameter(name, text, "a name")
    return text
