"""REST of exports: ask for a dataset as a file, follow it, take it, give it up."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import renderers, serializers
from rest_framework.response import Response

from analytics import export_words
from analytics.acts import exports
from analytics.api_tables import word
from analytics.downloads import GoneError, sent_file
from analytics.exports.options import DELIMITERS, FORMATS, LABELS, LANGUAGES
from analytics.exports.policy import PROFILES
from analytics.models import Export, ExportJob
from registry.access.token_scopes import Scope
from registry.api.authentication import KNOWN
from registry.api.base import PAGING, RestView
from registry.api.cursors import page_of
from registry.api.form_serializer import refused
from registry.api.idempotency import create_once
from registry.api.problems import Problem, entry
from registry.api.schema import ALSO, IDEMPOTENCY_KEY, list_schema, read_schema

ASK_AGAIN = "2"  # seconds: Retry-After of an export that is being made
NO_FILE = (ExportJob.CANCELLED, ExportJob.DELETED, ExportJob.EXPIRED, ExportJob.TAKEN_BACK, ExportJob.FAILED)
FILE = "application/zip"


class ExportWishSerializer(serializers.Serializer):
    """What is asked for. Everything may be left out: the live record as CSV in the smallest profile that you may take."""

    cohort = serializers.CharField(required=False)
    dataset = serializers.CharField(required=False, help_text="live, or the name of a data cut.")
    format = serializers.ChoiceField(FORMATS, required=False)
    profile = serializers.ChoiceField(PROFILES, required=False)
    labels = serializers.ChoiceField(LABELS, required=False, help_text="Codes, their labels, or both.")
    language = serializers.ChoiceField(LANGUAGES, required=False, help_text="Of the labels.")
    excel = serializers.BooleanField(required=False, help_text="CSV for Excel: byte-order mark, no cell is a formula.")
    delimiter = serializers.ChoiceField(tuple(DELIMITERS), required=False, help_text="Of CSV.")
    tables = serializers.ListField(child=serializers.CharField(), required=False, help_text="Only these; else all.")
    sites = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Of a full export; else all the own ones."
    )
    abroad = serializers.BooleanField(
        required=False,
        help_text="For somebody outside the consortium: only the cases whose consent reaches so far. Not of a full export.",
    )


class StreamCheckSerializer(serializers.Serializer):
    """What was sent of a stream."""

    rows = serializers.IntegerField()
    sha256 = serializers.CharField(help_text="Of the content before compression.")
    is_whole = serializers.BooleanField()


class ExportProgressSerializer(serializers.Serializer):
    """How far it is."""

    step = serializers.CharField()
    done = serializers.IntegerField()
    steps = serializers.IntegerField()


class ExportSerializer(serializers.Serializer):
    """An export that was asked for."""

    id = serializers.IntegerField(source="pk")
    state = serializers.CharField(
        help_text="queued, running, ready, failed, cancelled, deleted, expired, or taken_back after a withdrawal of consent."
    )
    reason = serializers.SerializerMethodField(help_text="Why there is no file, and what to do.")
    progress = serializers.SerializerMethodField()
    cohort = serializers.CharField(source="cohort.code")
    dataset = serializers.CharField(source="dataset_name")
    revision = serializers.IntegerField(
        allow_null=True, help_text="Of the dataset; null where the record has moved on."
    )
    dataset_hash = serializers.CharField()
    format = serializers.CharField()
    profile = serializers.CharField()
    labels = serializers.CharField()
    language = serializers.CharField()
    excel = serializers.BooleanField()
    delimiter = serializers.CharField()
    tables = serializers.ListField(child=serializers.CharField())
    sites = serializers.ListField(child=serializers.CharField())
    abroad = serializers.BooleanField()
    asked_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    rows = serializers.IntegerField(allow_null=True, help_text="Of all tables in it.")
    size = serializers.IntegerField(allow_null=True, help_text="Bytes.")
    sha256 = serializers.CharField(help_text="Of the file.")
    expires_at = serializers.DateTimeField(allow_null=True)
    file = serializers.SerializerMethodField(help_text="Where the file is; null without one.")

    def get_reason(self, job) -> str:
        """In words."""
        return export_words.why_not(job)

    @extend_schema_field(ExportProgressSerializer)
    def get_progress(self, job):
        """What is being done, and how many of the steps are."""
        return {"step": export_words.doing(job), "done": job.steps_done, "steps": job.steps}

    def get_file(self, job) -> str | None:
        """Its address."""
        return reverse("api-export-file", args=[job.pk]) if job.state == ExportJob.READY else None


ASKED = OpenApiExample("asked", {"dataset": "live", "format": "parquet", "profile": "deidentified"}, request_only=True)
READY = OpenApiExample(
    "ready",
    {
        "id": 7, "state": "ready", "reason": "", "progress": {"step": "", "done": 4, "steps": 4}, "cohort": "tisagenlecleucel",
        "dataset": "live", "revision": 12, "dataset_hash": "9f2c…", "format": "parquet", "profile": "deidentified", "labels": "code",
        "language": "en", "excel": False, "delimiter": "comma", "tables": [], "sites": [], "abroad": False, "asked_at": "2026-11-26T09:00:00+09:00",
        "ended_at": "2026-11-26T09:00:04+09:00", "rows": 4210, "size": 181034, "sha256": "5d41…",
        "expires_at": "2026-12-03T09:00:04+09:00", "file": "/api/v1/exports/7/file",
    },
    response_only=True,
)  # fmt: skip
ONCE = OpenApiParameter(
    IDEMPOTENCY_KEY.name,
    OpenApiTypes.STR,
    "header",
    description="The same again with a repetition. May be left out: an equal wish is the same export.",
)


@extend_schema_view(
    get=list_schema("exports", ExportSerializer, "List: your exports, newest first"),
    post=extend_schema(
        operation_id="exports_create",
        summary="Ask for a dataset as a file: the export that answers, the one that exists or a new one",
        tags=["exports"],
        parameters=[ONCE],
        request=ExportWishSerializer,
        examples=[ASKED, READY],
        responses={200: ExportSerializer, 202: ExportSerializer},
    ),
)
class Exports(RestView):
    """Datasets as files, made by a worker and kept for some days."""

    rights = {"GET": KNOWN, "POST": KNOWN}
    parameters = ("state", *PAGING)

    def get(self, request):
        """A page of the own exports."""
        check_takes(request.user)
        rows = own_exports(request.user)
        if "state" in request.query_params:
            rows = rows.filter(state=word(request, "state"))
        found, following = page_of(rows, request, newest_first=True)
        return Response({"results": ExportSerializer(found, many=True).data, "next": following})

    def post(self, request):
        """200 with the export if its file is there, else 202: read it at its Location until it is."""
        check_takes(request.user, Scope.EXPORT)
        if "Idempotency-Key" not in request.headers:
            return self.create()[0]
        return create_once(request, self.create, self.read, status=None)

    def create(self):
        """(response, what names the export)."""
        try:
            job, _is_new = exports.ask(exports.checked(self.request.user, self.request.data), person=self.request.user)
        except ValidationError as refusal:
            found = [entry(name, "bad_choice", " ".join(said)) for name, said in refusal.message_dict.items()]
            raise refused(found) from None
        except PermissionDenied:
            raise lacking() from None
        except exports.TooManyOpenError:
            detail = f"You have {exports.MOST_OPEN} exports on the way, as many as one person may have. Wait for one, or cancel one."
            raise Problem("throttled", detail, headers={"Retry-After": ASK_AGAIN}) from None
        return answer(job), {"export": job.pk}

    def read(self, made):
        """The response again, for a wish that was repeated."""
        return answer(own_export(self.request.user, made["export"]))


@extend_schema_view(
    get=read_schema("exports", ExportSerializer, "Read: an export", parameters=[], examples=[READY]),
    delete=extend_schema(
        operation_id="exports_delete",
        summary="Cancel an export that is being made, delete one that is ready",
        tags=["exports"],
        responses={200: ExportSerializer},
        extensions={ALSO: ("409",)},
    ),
)
class ExportDetail(RestView):
    """One export."""

    rights = {"GET": KNOWN, "DELETE": KNOWN}

    def get(self, request, pk):
        """Its state."""
        check_takes(request.user)
        return answer(own_export(request.user, pk), status=200)

    def delete(self, request, pk):
        """Give it up. Exports of others answer like exports that are not there."""
        check_takes(request.user, Scope.EXPORT)
        job = own_export(request.user, pk)
        if not exports.give_up(job):
            raise Problem("ended", f"The export is {job.state}.")
        job.refresh_from_db()
        return Response(ExportSerializer(job).data)


class ZipFile(renderers.BaseRenderer):
    """Lets `Accept: application/zip` choose the file, which the view itself sends."""

    media_type, format = FILE, "zip"

    def render(self, data, accepted_media_type=None, renderer_context=None):
        """Nothing: the view sends the file."""
        return b""


@extend_schema_view(
    get=extend_schema(
        operation_id="export_file_read",
        summary="Take the file of an export",
        description="One zip with the tables, codebook, labels and manifest. `ETag` and `Repr-Digest` are its SHA-256. With `Range` (and "
        "`If-Range`) a download that broke off goes on: 206, 416 outside the file. 409 until it is ready, 410 once it is not kept any "
        "more, with the reason. Each download is noted as an export.",
        tags=["exports"],
        parameters=[
            OpenApiParameter("Range", OpenApiTypes.STR, "header", description="One range, for example bytes=1000-."),
            OpenApiParameter("If-Range", OpenApiTypes.STR, "header", description="The ETag of the part that is there."),
        ],
        responses={(200, FILE): OpenApiTypes.BINARY, (206, FILE): OpenApiTypes.BINARY},
        extensions={ALSO: ("409", "410", "416")},
    )
)
class ExportFile(RestView):
    """The file of one export."""

    rights = {"GET": KNOWN}
    carries_rows = True
    renderer_classes = [ZipFile, renderers.JSONRenderer]

    def get(self, request, pk):
        """The file, or a part of it."""
        check_takes(request.user, Scope.EXPORT)
        job = own_export(request.user, pk)
        if job.state in exports.OPEN:
            raise Problem("not_ready", headers={"Retry-After": ASK_AGAIN}, state=job.state)
        if job.state in NO_FILE:
            raise Problem("gone", export_words.why_not(job), state=job.state)
        if not exports.may_take(request.user, job):
            raise lacking()
        try:
            response = sent_file(request, job)
        except GoneError:
            raise Problem("gone", state=job.state) from None
        if response.status_code == 416:
            raise Problem("range", headers={"Content-Range": response["Content-Range"]})
        return response


@extend_schema_view(
    get=extend_schema(
        operation_id="stream_check_read",
        summary="Check a stream: how many rows it had and its SHA-256",
        description="A stream names this address in its header `Export-Check`. It is there once the stream has ended; `is_whole` is false "
        "for one that broke off.",
        tags=["exports"],
        responses=StreamCheckSerializer,
    )
)
class StreamCheck(RestView):
    """What was sent of a stream of a collection."""

    rights = {"GET": KNOWN}

    def get(self, request, name):
        """Rows and SHA-256 of the uncompressed content."""
        note = Export.objects.filter(person=request.user, about__stream=name).first()
        if note is None:
            raise Http404
        body = {"rows": note.about["rows"], "sha256": note.digest, "is_whole": note.about["is_whole"]}
        return Response(body)


def check_takes(person, scope=None):
    """Raise unless the person may take exports, and came by the pages or by a token of this scope."""
    if not exports.profiles_of(person):
        raise lacking()
    if scope and not person.may_by(scope):
        raise Problem("right_missing", f"This needs a token with the scope “{scope}”.")


def lacking():
    """The refusal of somebody who may not take this."""
    return Problem("right_missing", "Your role, or this token, does not take such exports.")


def own_exports(person):
    """What this person asked for."""
    return ExportJob.objects.filter(person=person).select_related("cohort").defer("cases")


def own_export(person, pk):
    """One of them; one of another's answers like one that is not there."""
    job = ExportJob.objects.filter(person=person, pk=pk).select_related("cohort").first()
    if job is None:
        raise Http404
    return job


def answer(job, status=None):
    """The export; 202 while it is being made, and when to look again."""
    is_open = job.state in exports.OPEN
    headers = {"Location": reverse("api-export", args=[job.pk]), **({"Retry-After": ASK_AGAIN} if is_open else {})}
    return Response(ExportSerializer(job).data, status or (202 if is_open else 200), headers=headers)
