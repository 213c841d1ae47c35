"""Queries as they are read: the question in words, the row it stands on, its age; and how many are owed where."""

from dataclasses import dataclass
from functools import cache, cached_property
from types import SimpleNamespace

from django.db import connection
from django.utils import timezone

from registry.actions.review import from_json
from registry.models import FORM_OF, FORMS, Origin, QueryState
from registry.record import said

OVERVIEW = """
SELECT grouping(form) = 0, grouping(site) = 0, grouping(rule) = 0, form, site, rule,
  count(*) FILTER (WHERE state = 'open'), count(*) FILTER (WHERE state = 'answered'),
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM now() - opened_at) / 86400)
FROM ({queries}) one
GROUP BY GROUPING SETS ((), (form), (site), (form, rule))
ORDER BY form, site, rule
"""


def words_of(query):
    """The question in the language of now; a data manager's stays as it was written."""
    if query.origin == Origin.MANAGER:
        return query.text
    return said(SimpleNamespace(text=query.text, values=from_json(query.values)))


def item_label(form_name, item):
    """The label of the item that a query is about; blank if it is about the whole form."""
    if not item:
        return ""
    known = {field.name: field.verbose_name for field in FORM_OF[form_name]._meta.local_fields}
    return str(known.get(item, item))


@dataclass(frozen=True)
class Asked:
    """A query with the row it stands on: an instance that knows its key and whether it was removed, and no answers."""

    query: object
    row: object

    @cached_property
    def words(self):
        """The question."""
        return words_of(self.query)

    @property
    def label(self):
        """The item's label, or nothing."""
        return item_label(self.query.form, self.query.item)

    @property
    def days(self):
        """Whole days since it was opened."""
        return (timezone.now() - self.query.opened_at).days


def asked(queries):
    """Each query as Asked, in the order given. One statement, however many there are and wherever they stand."""
    queries = list(queries)
    rows = rows_of(queries)
    return [Asked(query, rows[query.form, query.row_id]) for query in queries]


def rows_of(queries):
    """(form, row id) → its row, with key and state only."""
    wanted = {}
    for query in queries:
        wanted.setdefault(query.form, set()).add(query.row_id)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_keys_of_every_form(), [list(wanted.get(form.form_name, ())) for form in FORMS])
        found = cursor.fetchall()
    return {(name, pk): _row(name, pk, course, number, is_void) for name, pk, course, number, is_void in found}


@cache
def _keys_of_every_form():
    return " UNION ALL ".join(
        f"SELECT '{form.form_name}', id, {'course_no' if form.of_course else 'NULL::int'}, "  # noqa: S608
        f"{form.key_item or 'NULL::int'}, is_void FROM {form._meta.db_table} WHERE id = ANY (%s::bigint[])"
        for form in FORMS
    )


def _row(name, pk, course, number, is_void):
    model = FORM_OF[name]
    words = {"course_no": course} if model.of_course else {}
    if model.key_item:
        words[model.key_item] = number
    return model(pk=pk, is_void=is_void, **words)


@dataclass(frozen=True)
class Load:
    """How many queries are owed somewhere, and how old the median one is in days."""

    form: str
    site: str
    rule: str
    opened: int
    answered: int
    median_days: int


@dataclass(frozen=True)
class Overview:
    """What is owed in all, by form, by site, and by form and rule."""

    total: Load | None
    by_form: list
    by_site: list
    by_rule: list


def overview(queries):
    """The Overview of a queryset's queries that are not closed. One statement."""
    rows = queries.exclude(state=QueryState.CLOSED).order_by()
    rows = rows.values_list("form", "rule", "state", "opened_at", "site__code")
    inner, values = rows.query.sql_with_params()
    named = f"SELECT * FROM ({inner}) AS each (form, rule, state, opened_at, site)"  # noqa: S608
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(OVERVIEW.format(queries=named), values)
        for *grouped, form, site, rule, opened, answered, days in cursor.fetchall():
            load = Load(form or "", site or "", rule or "", opened, answered, int(days or 0))
            found.setdefault(tuple(grouped), []).append(load)
    (total,) = found.get((False, False, False), [None])
    return Overview(
        total,
        found.get((True, False, False), []),
        found.get((False, True, False), []),
        found.get((True, False, True), []),
    )
