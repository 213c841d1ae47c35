"""REST of a small file that is stored whole or not at all, at once: looked at first, stored when it is sent again with what was seen."""

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.response import Response

from registry.access.permissions import Permission
from registry.actions.imports import import_cases
from registry.api.import_words import FileSerializer, WholeSerializer, cell
from registry.api.imports import FIELDS, ImportView, own_site
from registry.api.problems import Problem, entry
from registry.api.schema import ALSO
from registry.api.uploads import OneForm, of_file, refused, upload_of
from registry.imports.mapping import mapping_of
from registry.imports.reading import read_content
from registry.imports.sources import encoding_of, rows_of
from registry.imports.watched import Watch
from registry.redcap.meant import How
from registry.redcap.storing import store

MOST_ROWS = 500  # as on the page: it is answered while somebody waits


class WholeFileSerializer(FileSerializer):
    """A file of up to 500 rows, as multipart/form-data; without `seen` nothing is stored."""

    seen = serializers.CharField(required=False, help_text="What the look answered; the same file is stored then.")


@extend_schema_view(
    post=extend_schema(
        operation_id="imports_whole",
        summary="Bring a small file in, whole or not at all: what it would change; with what was seen, store it",
        tags=["imports"],
        request={"multipart/form-data": WholeFileSerializer},
        responses={200: WholeSerializer},
        extensions={ALSO: ("409",)},
    )
)
class ImportWhole(ImportView):
    """Everything is done in one transaction, and undone unless it is exactly what was seen. So it may be sent again at any time."""

    rights = {"POST": Permission.FORM_WRITE}
    parser_classes = [OneForm]

    def post(self, request):
        """200 with each answer before and after; 422 with every fault, and nothing is stored."""
        upload = upload_of(request, (*FIELDS, "seen"))
        watch, site = Watch(seen=upload.seen or None), own_site(request.user, upload.site)
        try:
            errors = self.by_mapping(upload, site, watch) if upload.mapping else self.in_our_fields(upload, watch)
        except ValidationError as refusal:
            raise of_file(refusal) from None
        if errors:
            raise refused(errors)
        if upload.seen and not watch.is_stored:
            raise Problem("moved", seen=watch.digest)
        return Response(self.told(watch))

    def in_our_fields(self, upload, watch):
        """Store records of this registry or of REDCap, if they are what was seen; every fault."""
        rows = rows_of(upload.name, upload.content, upload.encoding)
        refuse_many(len(rows))
        how = How(erases=False, dates="YMD", decimal=".", completes=upload.completes)
        done = store(rows, how, by=self.request.user, watch=watch)
        return [
            entry(one.field, "refused", one.message, found=one.value[:200], record=one.record, repeat=one.repeat[:60])
            for one in done.faults
        ]

    def by_mapping(self, upload, site, watch):
        """Store the cases of a table of another system, if they are what was seen; every fault."""
        table = read_content(upload.name, upload.content, encoding_of(upload.content, upload.encoding))
        refuse_many(len(table.lines))
        report = import_cases(table, mapping_of(upload.mapping), by=self.request.user, site=site, watch=watch)
        return [
            entry(one.field, "refused", str(one), found=one.found[:200], row=one.row, column=one.column)
            for one in report.problems
        ]

    def told(self, watch):
        """What was changed, or would be."""
        person = self.request.user
        cells = [
            {"case": one.case, **cell(person, one.form, one.row, one.column, one.old, one.new)} for one in watch.cells
        ]
        asked = [
            {"case": one.case, "form": one.form, "item": one.item, "words": str(one.words)} for one in watch.queries
        ]
        return {
            "is_stored": watch.is_stored,
            "seen": watch.digest,
            "new_cases": watch.new_cases,
            "new_forms": watch.new_forms,
            "changed_forms": watch.changed_forms,
            "cells": cells,
            "queries": asked,
        }


def refuse_many(rows):
    """Raise a Problem for more rows than are stored while somebody waits."""
    if rows > MOST_ROWS:
        raise Problem(
            "too_large",
            f"The file has {rows} rows; up to {MOST_ROWS} are stored at once. Send it to /api/v1/imports, record by record.",
        )
