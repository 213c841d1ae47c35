"""REST of imports: send a file, see record by record what it would change, have it stored as it was seen, take the report."""

from django.core.exceptions import ValidationError
from django.db.models import Case, Q, Value, When
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import renderers
from rest_framework.response import Response

from registry.access.permissions import Permission
from registry.access.token_scopes import Scope
from registry.actions import import_jobs
from registry.actions.import_jobs import MOST_OPEN, Kind, State, Step, TooManyOpenError
from registry.actions.mapped_rows import MappedRows
from registry.api.base import PAGING, RestView, bad_parameter, entity_tags, shown, tagged
from registry.api.cursors import page_of
from registry.api.idempotency import create_once
from registry.api.import_words import (
    FileSerializer,
    ImportedRecordSerializer,
    ImportSerializer,
    ImportStepSerializer,
    steps_of,
    tag_of,
    told,
)
from registry.api.problems import Problem, entry
from registry.api.schema import ALSO, IDEMPOTENCY_KEY, list_schema, read_schema
from registry.api.uploads import OneForm, of_file, refused, upload_of
from registry.imports.mapping import mapping_of
from registry.imports.owned import own_job, own_jobs
from registry.imports.reading import read_content
from registry.imports.reports import refused_file, report_file
from registry.imports.sources import UNKNOWN_LAYOUT, encoding_of, rows_of
from registry.models import ImportedRecord

ASK_AGAIN = "2"  # seconds: Retry-After of an import that is being worked on
FIELDS = ("file", "encoding", "completes", "mapping", "site")
OUTCOMES = ImportedRecord.Outcome.values


ONCE = OpenApiParameter(
    IDEMPOTENCY_KEY.name,
    OpenApiTypes.STR,
    "header",
    description="The same again with a repetition. May be left out: an equal file that is worked on is the same import.",
)
IF_SEEN = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, "header", description="The ETag that was read; 412 if the import has moved on."
)


class ImportView(RestView):
    """Whoever enters forms, by the pages or by a token for imports."""

    rights = {"GET": Permission.FORM_WRITE}

    def initial(self, request, *args, **kwargs):
        """Also: a token with the scope for imports."""
        super().initial(request, *args, **kwargs)
        if not request.user.may_by(Scope.IMPORT):
            raise Problem("right_missing", f"This needs a token with the scope “{Scope.IMPORT}”.")


@extend_schema_view(
    get=list_schema(
        "imports",
        ImportSerializer,
        "List: your imports, newest first",
        parameters=[OpenApiParameter("state", {"type": "string", "enum": State.values}, description="Only in this state.")],
    ),
    post=extend_schema(
        operation_id="imports_create",
        summary="Bring a file in: it is looked at record by record, and nothing is stored yet",
        tags=["imports"],
        parameters=[ONCE],
        request={"multipart/form-data": FileSerializer},
        responses={200: ImportSerializer, 202: ImportSerializer},
        extensions={ALSO: ("409",)},
    ),
)  # fmt: skip
class Imports(ImportView):
    """Files that are brought in record by record."""

    rights = {"GET": Permission.FORM_WRITE, "POST": Permission.FORM_WRITE}
    parameters = ("state", *PAGING)
    parser_classes = [OneForm]

    def get(self, request):
        """A page of the own imports; a token's own."""
        has_file = Case(When(~Q(content=b""), then=Value(True)), default=Value(False))
        rows = own_jobs(request.user).select_related("site").annotate(has_file=has_file)
        if state := request.query_params.get("state"):
            if state not in State.values:
                raise bad_parameter("state", state, ", ".join(State.values))
            rows = rows.filter(state=state)
        found, following = page_of(rows, request, newest_first=True)
        return Response({"results": ImportSerializer(found, many=True).data, "next": following})

    def post(self, request):
        """202 with the import: read it at its Location until its state is looked."""
        upload = upload_of(request, FIELDS)
        if "Idempotency-Key" not in request.headers:
            return self.create(upload)[0]
        again = lambda made: answer(own_job(request.user, made["import"]))  # noqa: E731
        return create_once(
            request, lambda: self.create(upload), again, status=None, body=b"imports " + upload.words
        )  # fmt: skip

    def create(self, upload):
        """(response, what names the import)."""
        person = self.request.user
        site = own_site(person, upload.site)
        kind = kind_of(upload, person, site)
        words = {"encoding": upload.encoding, "completes": upload.completes, "mapping": upload.mapping, "site": site}
        try:
            job, _is_new = import_jobs.take_in(
                by=person, name=upload.name, content=upload.content, kind=kind, **words
            )  # fmt: skip
        except TooManyOpenError:
            detail = (
                f"You have {MOST_OPEN} imports on the way, as many as one person may have. Wait for one, or end one."
            )
            raise Problem("throttled", detail, headers={"Retry-After": ASK_AGAIN}) from None
        return answer(job), {"import": job.pk}


def kind_of(upload, person, site):
    """What the file holds, by its mapping or by itself. Raises a Problem where it, or it with the mapping, cannot be read."""
    try:
        if upload.mapping:
            table = read_content(upload.name, upload.content, encoding_of(upload.content, upload.encoding))
            MappedRows(table, mapping_of(upload.mapping), by=person, site=site)
            return Kind.CASES
        rows_of(upload.name, upload.content, upload.encoding)
    except ValidationError as refusal:
        if getattr(refusal, "code", "") != UNKNOWN_LAYOUT:
            raise of_file(refusal) from None
        return Kind.CASES
    return Kind.RECORDS


def own_site(person, code):
    """The hospital that is named; None where none is. Raises a Problem for one that is not the person's."""
    if not code:
        return None
    known = list(person.own_sites().order_by("code"))
    found = next((site for site in known if site.code == code), None)
    if found is None:
        codes = [site.code for site in known]
        said = f"site is “{shown(code)}”; possible are: {', '.join(codes)}."
        raise refused([entry("site", "bad_choice", said, found=shown(code), allowed=codes)])
    return found


@extend_schema_view(
    get=read_schema("imports", ImportSerializer, "Read: an import"),
    delete=extend_schema(
        operation_id="imports_delete",
        summary="End an import that is being worked on, what it stored stays; forget the file of another",
        tags=["imports"],
        responses={200: ImportSerializer},
        extensions={ALSO: ("409",)},
    ),
)
class ImportDetail(ImportView):
    """One import."""

    rights = {"GET": Permission.FORM_WRITE, "DELETE": Permission.FORM_WRITE}

    def get(self, request, pk):
        """How far it is."""
        job = own_job(request.user, pk)
        return tagged(request, ImportSerializer(job).data, tag_of(job), **_headers(job))

    def delete(self, request, pk):
        """Give it up."""
        job = own_job(request.user, pk)
        if not import_jobs.give_up(job):
            raise Problem("ended", f"The import is {job.state}, and its file is not kept any more.")
        return answer(own_job(request.user, pk))


@extend_schema_view(
    post=extend_schema(
        operation_id="imports_step",
        summary="Take the next step of an import: give it a mapping, store it as it was seen, go on where it stopped",
        tags=["imports"],
        parameters=[IF_SEEN],
        request=ImportStepSerializer,
        responses={200: ImportSerializer, 202: ImportSerializer},
        extensions={ALSO: ("409", "412")},
    )
)
class ImportSteps(ImportView):
    """What is to be done with an import. The same step again, while it is being taken, is the same."""

    rights = {"POST": Permission.FORM_WRITE}

    def post(self, request, pk):
        """202 while it is being done."""
        job = own_job(request.user, pk)
        step, mapping, site = self.words_of(request.data)
        seen = entity_tags(request.headers.get("If-Match", ""))
        if seen and tag_of(job) not in seen:
            raise Problem("stale", f"Import {pk} is {job.state} now.", headers={"ETag": f'"{tag_of(job)}"'})
        is_taken = step == "store" and job.step == Step.STORE and job.state in (*import_jobs.OPEN, State.DONE)
        if not is_taken and not self.take(job, step, mapping, own_site(request.user, site)):
            possible = ", ".join(steps_of(job)) or "nothing"
            raise Problem("not_looked", f"The import is {job.state}; what can be done now: {possible}.")
        return answer(own_job(request.user, pk))

    def take(self, job, step, mapping, site):
        """Whether the step could be taken."""
        if step not in steps_of(job):
            return False
        if step != "map":
            act = import_jobs.store_as_seen if step == "store" else import_jobs.go_on
            return act(job, by=self.request.user)
        try:
            import_jobs.map_job(job, by=self.request.user, text=mapping, site=site)
        except ValidationError as refusal:
            found = [entry("mapping", one.code or "refused", " ".join(one.messages)) for one in refusal.error_list]
            raise refused(found) from None
        return True

    def words_of(self, body):
        """(step, mapping, site) of the body. Raises a Problem naming every field at fault."""
        names = ImportStepSerializer().fields
        errors = [
            entry(shown(name), "unknown_field", f"“{shown(name)}” is not known here; possible are: {', '.join(names)}.")
            for name in body
            if name not in names
        ]
        steps = names["step"].choices
        if body.get("step") not in [*steps]:
            errors.append(entry("step", "bad_choice", f"step must be one of {', '.join(steps)}.", allowed=[*steps]))
        errors += [
            entry(name, "bad_type", f"{name} is a text.")
            for name in ("mapping", "site")
            if not isinstance(body.get(name, ""), str)
        ]
        if body.get("step") == "map" and not body.get("mapping"):
            errors.append(entry("mapping", "missing", "The step “map” needs a mapping."))
        if errors:
            raise refused(errors)
        return body["step"], body.get("mapping", ""), body.get("site", "")


@extend_schema_view(
    get=list_schema(
        "import_records",
        ImportedRecordSerializer,
        "List: what became of each record, or would",
        parameters=[OpenApiParameter("outcome", {"type": "string", "enum": OUTCOMES}, description="Only with this outcome.")],
        tag="imports",
    )
)  # fmt: skip
class ImportRecords(ImportView):
    """The records of one import: each answer before and after, what the checks ask, what is refused."""

    parameters = ("outcome", *PAGING)

    def get(self, request, pk):
        """A page of them, in the order of the file's records."""
        rows = ImportedRecord.objects.filter(job=own_job(request.user, pk))
        if outcome := request.query_params.get("outcome"):
            if outcome not in OUTCOMES:
                raise bad_parameter("outcome", outcome, ", ".join(OUTCOMES))
            rows = rows.filter(outcome=outcome)
        found, following = page_of(rows, request)
        return Response({"results": [told(one, request.user) for one in found], "next": following})


class CsvFile(renderers.BaseRenderer):
    """Lets `Accept: text/csv` choose the file, which the view itself sends."""

    media_type, format, charset = "text/csv", "csv", "utf-8"

    def render(self, data, accepted_media_type=None, renderer_context=None):
        """Nothing: the view sends the file."""
        return b""


def _csv_schema(name, summary, *also):
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"{name}_read",
            summary=summary,
            tags=["imports"],
            responses={(200, "text/csv"): OpenApiTypes.STR},
            extensions={ALSO: also},
        )
    )


@_csv_schema("import_report", "Take the report: a line for each row of the file")
class ImportReportFile(ImportView):
    """What became of each row of the file, and why."""

    renderer_classes = [CsvFile, renderers.JSONRenderer]

    def get(self, request, pk):
        """The report as CSV."""
        job = own_job(request.user, pk)
        return csv_file(report_file(job), f"import-{job.pk}-report.csv")


@_csv_schema("import_refused", "Take the refused rows, to be corrected and sent again", "410")
class ImportRefusedFile(ImportView):
    """The rows that were refused, in the columns of the file."""

    renderer_classes = [CsvFile, renderers.JSONRenderer]

    def get(self, request, pk):
        """They as CSV; 410 where none was refused, or the file is forgotten."""
        job = own_job(request.user, pk)
        try:
            return csv_file(refused_file(job), f"import-{job.pk}-refused.csv")
        except ValidationError as refusal:
            raise Problem("gone", " ".join(refusal.messages)) from None


def csv_file(content, name):
    """A CSV file to be kept."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def answer(job):
    """The import; 202 while it is being worked on, and when to look again."""
    headers = {"ETag": f'"{tag_of(job)}"', "Location": reverse("api-import", args=[job.pk]), **_headers(job)}
    return Response(ImportSerializer(job).data, 202 if job.is_open else 200, headers=headers)


def _headers(job):
    return {"Retry-After": ASK_AGAIN} if job.is_open else {}
