"""The stored forms of many cases with the answers that the schedule reads, and nothing else of them. One query, however many the cases."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from django.db import connection, models
from django.db.models import Count, Max

from registry.edit_checks.base import Row
from registry.models import FORMS, Outbox
from registry.schedule import NEEDED

AS_STORED = json.JSONDecoder(parse_float=Decimal)


@dataclass(frozen=True, slots=True)
class StoredRow:
    """One stored form with the answers that the schedule reads."""

    form: str
    pk: int
    is_complete: bool
    is_verified: bool
    as_read: Row


def stored_rows(case_pks):
    """Id of each case → its StoredRows, in clinical order."""
    found = defaultdict(list)
    if not case_pks:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_every_form(), [list(case_pks)])
        rows = cursor.fetchall()
    for place, case, pk, complete, verified, course, key, answers in rows:
        form, names, days = _read()[place]
        known = dict(zip(names, AS_STORED.decode(answers), strict=True))
        for name in days:
            if known[name] is not None:
                known[name] = date.fromisoformat(known[name])
        found[case].append(StoredRow(form, pk, complete, verified, Row(form, key, {}, known, course)))
    return found


def changes(sites):
    """Case id → (last, how many) changes of its forms, of the cases of these hospitals that have any, as the database tells them, for whoever
    keeps what follows from the forms. Read before the forms. From an index alone: by hospital, for a case has many changes.

    How many, too: of two changes at the same time the later number may be committed first.
    """
    rows = Outbox.objects.filter(site_id__in=sites).order_by().values_list("case_id")
    return {case: (last, count) for case, last, count in rows.annotate(last=Max("id"), count=Count("id"))}


@cache
def _every_form():
    """SQL for the rows of every form of some cases: one round trip instead of one for each form."""
    parts = " UNION ALL ".join(_of_form(place, model) for place, model in enumerate(FORMS))
    wanted = "WITH wanted (id) AS MATERIALIZED (SELECT unnest(%s::bigint[]))"
    columns = "place, case_id, id, is_complete, is_verified, course, key, answers"
    return f"{wanted} SELECT {columns} FROM ({parts}) AS every ORDER BY place, case_id, course, number"  # noqa: S608 - no value in it


def _of_form(place, model):
    """SQL for the rows of one form: its place among the forms, structure, course, key, answers as a JSON array, row number."""
    places = [name for name in (model.of_course and "course_no", model.key_item) if name]
    course, number = ("course_no" if "course_no" in places else "NULL::integer"), (model.key_item or "NULL::integer")
    key, answers = " || '.' || ".join(f"{name}::text" for name in places) or "'1'", ", ".join(NEEDED[model.form_name])
    return (
        f"SELECT {place} AS place, case_id, id, is_complete, is_verified, {course} AS course, {key} AS key, "  # noqa: S608 - names of columns
        f"json_build_array({answers})::text AS answers, {number} AS number FROM {model._meta.db_table} "
        "WHERE case_id IN (SELECT id FROM wanted) AND NOT is_void"
    )


@cache
def _read():
    """Of each form, in the order of FORMS: its name, the answers read, those of them that are dates."""
    names = {model: NEEDED[model.form_name] for model in FORMS}
    return [(model.form_name, names[model], _days(model, names[model])) for model in FORMS]


def _days(model, names):
    return [name for name in names if isinstance(model._meta.get_field(name), models.DateField)]
