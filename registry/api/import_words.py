"""How imports are told by REST: the import, its records, what a whole file would change."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from registry.actions.import_jobs import OPEN, Kind, State, Step
from registry.api.form_serializer import withheld_from
from registry.imports.reading import ENCODINGS
from registry.models import FORM_OF, ImportedRecord

HIDDEN = "•••"  # as on the pages


class FileSerializer(serializers.Serializer):
    """A file to be brought in, as multipart/form-data."""

    file = serializers.FileField(help_text="CSV, XLSX, ODM (XML), or an archive of an export or of a REDCap project.")
    encoding = serializers.ChoiceField([*ENCODINGS], required=False, help_text="Of CSV; UTF-8 unless given.")
    completes = serializers.ChoiceField(
        ["true", "false"], required=False, help_text="Mark forms complete that nothing blocks."
    )
    mapping = serializers.CharField(required=False, help_text="YAML, for a table of another system: one row a case.")
    site = serializers.CharField(
        required=False, help_text="Hospital of every row, by its code, where the mapping names none."
    )


class ImportStepSerializer(serializers.Serializer):
    """The next step of an import: map (look at it by this mapping), store (as it was seen), go_on (where it stopped)."""

    step = serializers.ChoiceField(["map", "store", "go_on"])
    mapping = serializers.CharField(required=False, help_text="With map: YAML.")
    site = serializers.CharField(
        required=False, help_text="With map: hospital of every row, where the mapping names none."
    )


class CountsSerializer(serializers.Serializer):
    """Records by outcome, and what they change, of the step that is done or was done last."""

    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()
    answers = serializers.IntegerField()
    queries = serializers.IntegerField()


class ImportSerializer(serializers.Serializer):
    """A file on its way in: looked at record by record, stored as it was seen."""

    id = serializers.IntegerField(source="pk")
    state = serializers.ChoiceField(
        State.values,
        help_text="mapping: it waits for a mapping; queued, running; looked: it waits for `store`; done, failed, cancelled.",
    )
    step = serializers.ChoiceField(Step.values, help_text="What is being done, or was done last.")
    steps = serializers.SerializerMethodField(help_text="What can be done now.")
    reason = serializers.CharField(source="error", help_text="Why it failed.")
    kind = serializers.ChoiceField(Kind.values, help_text="Records of this registry or of REDCap; cases by a mapping.")
    name = serializers.CharField(help_text="Of the file.")
    encoding = serializers.CharField()
    completes = serializers.BooleanField(help_text="Forms that nothing blocks are marked complete.")
    site = serializers.CharField(source="site.code", default=None, allow_null=True)
    records = serializers.IntegerField(allow_null=True, help_text="In the file; null until it was read.")
    records_done = serializers.IntegerField()
    counts = serializers.SerializerMethodField()
    is_kept = serializers.SerializerMethodField(help_text="Whether the file is still kept; without it nothing goes on.")
    asked_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(help_text="When the file and the report are forgotten.")

    def get_steps(self, job) -> list[str]:
        """The steps that would be taken."""
        return steps_of(job)

    @extend_schema_field(CountsSerializer)
    def get_counts(self, job):
        """Every count, 0 for what there is none of."""
        return {name: job.counts.get(name, 0) for name in CountsSerializer().fields}

    def get_is_kept(self, job) -> bool:
        """Whether there is a file."""
        return is_kept(job)


def is_kept(job):
    """Whether its file is there; of a list it was asked for by the database."""
    known = getattr(job, "has_file", None)
    return bool(job.content) if known is None else known


def steps_of(job):
    """What its person can do with an import now."""
    if not is_kept(job) or job.state in OPEN:
        return []
    may = {
        "map": job.kind == Kind.CASES,
        "store": job.state == State.LOOKED,
        "go_on": job.state in (State.FAILED, State.CANCELLED) and (job.kind == Kind.RECORDS or bool(job.mapping)),
    }
    return [name for name, does in may.items() if does]


class CellSerializer(serializers.Serializer):
    """One answer before and after."""

    form = serializers.CharField()
    row = serializers.CharField()
    column = serializers.CharField()
    old = serializers.CharField(help_text="Blank: no answer.")
    new = serializers.CharField()


class AskedSerializer(serializers.Serializer):
    """A question that the checks would ask, or asked."""

    form = serializers.CharField()
    item = serializers.CharField()
    words = serializers.CharField()


class FaultSerializer(serializers.Serializer):
    """What stands in the way of a record."""

    row = serializers.IntegerField(help_text="Of the file, as a spreadsheet numbers it.")
    place = serializers.CharField()
    column = serializers.CharField()
    found = serializers.CharField()
    why = serializers.CharField()


class ImportedRecordSerializer(serializers.Serializer):
    """What became of a record, or would become of it."""

    number = serializers.IntegerField(help_text="Its place in the order in which records are stored.")
    name = serializers.CharField(help_text="Its name in the file; empty by a mapping.")
    case = serializers.CharField(help_text="Its case; empty for one that would be new.")
    rows = serializers.ListField(child=serializers.IntegerField())
    outcome = serializers.ChoiceField(ImportedRecord.Outcome.values)
    is_stored = serializers.BooleanField()
    answers = serializers.IntegerField(help_text="How many it changes; up to 200 of them are in `cells`.")
    cells = CellSerializer(many=True)
    queries = AskedSerializer(many=True)
    faults = FaultSerializer(many=True)


def told(record, person):
    """A record as JSON."""
    plain = ("number", "name", "case", "rows", "outcome", "is_stored", "answers")
    return {
        **{name: getattr(record, name) for name in plain},
        "cells": [cell(person, *one) for one in record.cells],
        "queries": [dict(zip(("form", "item", "words"), one, strict=True)) for one in record.queries],
        "faults": [dict(zip(("row", "place", "column", "found", "why"), one, strict=True)) for one in record.faults],
    }


def cell(person, form, row, column, old, new):
    """One answer before and after; what names a patient is not told to a token that does not answer it."""
    if column in withheld_from(person, FORM_OF[form]):
        old, new = (HIDDEN if one else "" for one in (old, new))
    return {"form": form, "row": row, "column": column, "old": old, "new": new}


def tag_of(job):
    """The entity tag of an import, without its quotes: whatever is told of it is another under another tag."""
    return f"import-{job.pk}-{job.fence}-{job.step}-{job.state}-{job.records_done}-{int(is_kept(job))}"


class WholeSerializer(serializers.Serializer):
    """What a whole file would change, or has changed."""

    is_stored = serializers.BooleanField()
    seen = serializers.CharField(help_text="Names exactly these changes: send it with the same file to store them.")
    new_cases = serializers.ListField(child=serializers.CharField())
    new_forms = serializers.IntegerField()
    changed_forms = serializers.IntegerField()
    cells = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))
    queries = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))
