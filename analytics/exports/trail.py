"""The history of a snapshot's cases, as an ODM file tells it: who changed which answers of a row when, and why where that may be told.

It is larger than all that it tells of: it waits in a file without a name, a line for each change of a row, and is read case by case.
"""

import json
import tempfile
from dataclasses import dataclass, field
from datetime import datetime

from registry.odm.study import Change

COMPANIONS = ("", "_mr", "_p", "_oth")


@dataclass(frozen=True, slots=True)
class Told:
    """One change of a row: what its columns became, as JSON has it. None is blank, and a state that is not set."""

    form: str
    row: int
    change: Change
    columns: dict = field(repr=False)


class Trail:
    """The changes of cases, kept in a file.

    lines     JSON arrays as bytes, each with its line's end, the changes of a case together: case id, form, row id, when, who, why, columns
    ids       case as the profile names it → its id
    declared  the forms; named: somebody → a pseudonym
    """

    def __init__(self, lines, ids, declared, named, *, with_reasons):
        self.ids, self.with_reasons = ids, with_reasons
        self.forms = {one.name: one for one in declared}
        self._questions = {
            one.name: {question.name + ending: question.name for question in one.questions for ending in COMPANIONS}
            for one in declared
        }
        self._file = tempfile.TemporaryFile(prefix="registry-trail-")  # noqa: SIM115 - it lives as long as the Trail
        self._places, self._people, self._names = {}, {}, {}
        for line in lines:
            case, _form, _row, _at, actor, *_more = json.loads(line)
            began, _end = self._places.get(case, (self._file.tell(), 0))
            self._file.write(line)
            self._places[case] = (began, self._file.tell())
            if actor not in self._names:
                self._names[actor] = named(actor)
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
        rows, found = {}, {}
        for one in self.of(case):
            rows[one.form, one.row] = rows.get((one.form, one.row), {}) | one.columns
            changes = found.setdefault((one.form, one.row), {})
            for column in one.columns:
                if question := self._questions[one.form].get(column):
                    changes[question] = one.change
        return {
            self.place(form, columns): found[form, row]
            for (form, row), columns in rows.items()
            if not columns.get("is_void")
        }

    def place(self, form, columns):
        """(form, course, row number) of a row with these columns."""
        of = self.forms[form]
        course = columns.get("course_no") if of.of_course else None
        return form, course, columns.get(of.key_item) if of.key_item else None
