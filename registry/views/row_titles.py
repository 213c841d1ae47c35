"""What the rows that a history names are called, and where they are: each table read once."""

from collections import defaultdict

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from registry.models import FORM_OF
from registry.views.case_forms import row_title, short_title


def titles_of(places, cases):
    """(form, row id) → (title, address) of rows of cases and their forms; `cases`: id → case."""
    wanted = defaultdict(set)
    for form, row in places:
        wanted[form].add(row)
    stored = rows_by_place({form: ids for form, ids in wanted.items() if form in FORM_OF})
    return {place: title_of(stored.get(place), place, cases) for place in places}


def title_of(stored, place, cases):
    """The title of a row, and its address unless it was removed."""
    form, row = place
    if form == "case":
        case = cases.get(row)
        return _("the case"), "" if case is None or case.is_void else case.get_absolute_url()
    if stored is None:
        return (short_title(FORM_OF[form]) if form in FORM_OF else form), ""
    case = cases.get(stored.case_id)
    open_at = case and not stored.is_void
    return row_title(stored), reverse("form", args=[case.number, form, stored.key]) if open_at else ""


def rows_by_place(wanted):
    """(form, row id) → the row with its keys and whether it is void; one query for all forms."""
    if not wanted:
        return {}
    parts, values = [], []
    for form, ids in wanted.items():
        model = FORM_OF[form]
        course = "course_no" if model.of_course else "NULL"
        number = model.key_item or "NULL"
        parts.append(
            f"SELECT '{form}', id, case_id, is_void, {course}::int, {number}::int FROM {model._meta.db_table} WHERE id = ANY (%s)"  # noqa: S608
        )
        values.append(list(ids))
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        return {(form, pk): _row(FORM_OF[form], pk, *keys) for form, pk, *keys in cursor.fetchall()}


def _row(model, pk, case_id, is_void, course, number):
    keys = {"course_no": course} if model.of_course else {}
    return model(
        pk=pk, case_id=case_id, is_void=is_void, **keys, **({model.key_item: number} if model.key_item else {})
    )
