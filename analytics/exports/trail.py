"""The history of a snapshot's cases, as an ODM file tells it: who changed which answers of a row when, and why where that may be told.

It is larger than all that it tells of: PostgreSQL writes it, a line for each change of a row, into a file without a name, and it is read case by case.
"""

import json
import tempfile
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from analytics.pseudonyms import pseudonym
from registry.models import FORMS
from registry.odm.study import Change

COMPANIONS = ("", "_mr", "_p", "_oth")
RAW = "(FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')"  # JSON has no such signs, so that nothing of it is quoted
TOLD = f"""
COPY (
  SELECT json_build_array(case_id, form, row_id, min(at), actor, reason, json_object_agg(item, new ORDER BY id))
  FROM registry_historyevent WHERE case_id = ANY (%s) AND form = ANY (%s)
  GROUP BY case_id, form, row_id, transaction, actor, reason ORDER BY case_id, min(id)
) TO STDOUT {RAW}
"""  # noqa: S608 - no word of it is sent by anybody


@dataclass(frozen=True, slots=True)
class Told:
    """One change of a row: what its columns became, as JSON has it. None is blank, and a state that is not set."""

    form: str
    row: int
    change: Change
    columns: dict = field(repr=False)


class Trail:
    """The changes of cases, kept in a file.

    lines   JSON arrays as bytes, each with its line's end, the changes of a case together: case id, form, row id, when, who, why, columns
    ids     case as the profile names it → its id
    """

    def __init__(self, lines, ids, *, with_reasons):
        self.ids, self.with_reasons = ids, with_reasons
        self._file = tempfile.TemporaryFile(prefix="registry-trail-")  # noqa: SIM115 - it lives as long as the Trail
        self._places, self._people, self._names = {}, {}, {}
        for line in lines:
            case, _form, _row, _at, actor, *_more = json.loads(line)
            began, _end = self._places.get(case, (self._file.tell(), 0))
            self._file.write(line)
            self._places[case] = (began, self._file.tell())
            if actor not in self._names:
                self._names[actor] = pseudonym("user", actor)
            self._people.setdefault(case, set()).add(self._names[actor])

    def people_of(self, cases):
        """Pseudonyms of all who changed something of these cases, sorted."""
        return sorted(set().union(*(self._people.get(self.ids.get(case), ()) for case in cases)))

    def of(self, case):
        """Told after Told of this case, in the order in which it happened."""
        began, end = self._places.get(self.ids.get(case), (0, 0))
        self._file.seek(began)
        for line in self._file.read(end - began).splitlines():
            _case, form, row, at, actor, reason, columns = json.loads(line)
            why = reason if self.with_reasons else ""
            yield Told(form, row, Change(datetime.fromisoformat(at), self._names[actor], why), columns)

    def last_changes(self, case):
        """(form, course, row number) → question → its last Change, of the rows of this case that were ever stored."""
        keys, found = {}, {}
        for one in self.of(case):
            key = keys.setdefault((one.form, one.row), {})
            key |= {name: value for name, value in one.columns.items() if name in _keys(one.form)}
            changes = found.setdefault((one.form, one.row), {})
            for column in one.columns:
                if question := question_of(one.form, column):
                    changes[question] = one.change
        return {place(form, key): found[form, row] for (form, row), key in keys.items() if not key.get("is_void")}


def read_trail(named, *, with_reasons):
    """The Trail of these cases (id → name) in the snapshot of the current transaction."""
    with connection.cursor() as cursor, cursor.copy(TOLD, [list(named), list(_FORMS)]) as copy:
        return Trail(map(bytes, copy), {name: pk for pk, name in named.items()}, with_reasons=with_reasons)


def question_of(form, column):
    """The question that a column is the answer of, or stands beside; None for any other column."""
    return _QUESTIONS[form].get(column)


def place(form, columns):
    """(form, course, row number) of a row with these columns."""
    model = _FORMS[form]
    course = columns.get("course_no") if model.of_course else None
    return form, course, columns.get(model.key_item) if model.key_item else None


def _keys(form):
    return ("course_no", _FORMS[form].key_item, "is_void")


_FORMS = {form.form_name: form for form in FORMS}
_QUESTIONS = {
    name: {question + ending: question for question in form.items() for ending in COMPANIONS}
    for name, form in _FORMS.items()
}
