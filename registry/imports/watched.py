"""What an import changes, cell by cell, and whether it is what was looked at before."""

import hashlib
from dataclasses import astuple, dataclass, field

from django.utils.translation import gettext as _

from registry.dictionary.items import EMPTY
from registry.models import Query, QueryState
from registry.queries import item_label, words_of
from registry.redcap.cells import text_of
from registry.redcap.project import ANSWER, COMPLETE, instrument_of


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell: of which case, form and row, its question, and its answer before and after. Blank is no answer."""

    case: str
    form: str
    row: str
    column: str
    old: str
    new: str

    @property
    def form_label(self):
        """The form in the language of now."""
        return instrument_of()[self.form].label

    @property
    def label(self):
        """The question in the language of now."""
        instrument = instrument_of()[self.form]
        if self.column == instrument.status.name:
            return _("Form complete")
        return next((one.label for one in instrument.fields if _is_of(one, self.column)), self.column)


@dataclass(frozen=True, slots=True)
class Asked:
    """A query that the registry would raise."""

    case: str
    form: str
    item: str
    words: str

    @property
    def form_label(self):
        """The form in the language of now."""
        return instrument_of()[self.form].label

    @property
    def label(self):
        """The question in the language of now."""
        return item_label(self.form, self.item)


@dataclass
class Watch:
    """Notes what an import does. seen: the digest of what somebody looked at; None for a look: then nothing is stored.

    forms   how many rows of forms are new, and how many change
    marks   each change in the same words in every language
    """

    seen: str | None = None
    cells: list[CellChange] = field(default_factory=list)
    new_cases: list[str] = field(default_factory=list)
    new_forms: int = 0
    changed_forms: int = 0
    queries: list[Asked] = field(default_factory=list)
    is_stored: bool = False
    marks: list[str] = field(default_factory=list, repr=False)
    cases: set = field(default_factory=set, repr=False)
    open_before: set = field(default_factory=set, repr=False)

    def read(self, cases):
        """Cases that the file names, before anything is changed."""
        pks = {case.pk for case in cases}
        self.open_before |= set(_open_queries(pks).values_list("pk", flat=True))
        self.cases |= pks

    def enrolled(self, case):
        """A new case."""
        self.new_cases.append(case.number)
        self.cases.add(case.pk)

    def changed(self, name, repeat, stored, form, changed):
        """A row of a form that was saved; stored: as it was before, None if it is new."""
        self.new_forms += stored is None
        self.changed_forms += stored is not None
        columns = changed if stored else [one for one in form.columns() if getattr(form, one) not in EMPTY]
        known = set(columns)
        for column in columns:
            if column.endswith("_p") and column.removesuffix("_p") in known:
                continue
            old = shown(stored, column) if stored else ""
            self._note(name, form, repeat, column, old, shown(form, column))
            self.marks.append(
                repr((form.form_name, form.key, column, stored and getattr(stored, column), getattr(form, column)))
            )
        if form.is_complete != bool(stored and stored.is_complete):
            status = instrument_of()[form.form_name].status
            old, new = (_said(status, one.is_complete) if one else "" for one in (stored, form))
            self._note(name, form, repeat, status.name, old, new)
            self.marks.append(repr((form.form_name, form.key, status.name, form.is_complete)))

    def _note(self, name, form, repeat, column, old, new):
        self.cells.append(CellChange(name, form.form_name, repeat.rpartition(" ")[2], column, old, new))

    def is_to_be_stored(self, faults):
        """Whether the import, which is done now with these faults, stays. Looks up which queries it raised."""
        raised = _open_queries(self.cases).exclude(pk__in=self.open_before)
        self.queries = [_asked(one) for one in raised.select_related("case").order_by("case__number", "pk")]
        self.is_stored = not faults and self.seen == self.digest
        return self.is_stored

    @property
    def digest(self):
        """SHA-256 of every change."""
        return hashlib.sha256(repr([sorted(self.new_cases), *map(astuple, self.cells)]).encode()).hexdigest()


def _said(status, is_complete):
    """Whether a form is complete, as an export says it."""
    code = 2 if is_complete else 0
    return f"{code} {status.label_of(code)}"


def shown(form, column):
    """The answer in this column as people read it: the code with its label, a date as far as it is known."""
    value = getattr(form, column)
    if value in EMPTY:
        return ""
    asked = next((one for one in instrument_of()[form.form_name].fields if _is_of(one, column)), None)
    if asked is None or asked.is_hidden:
        return "•••" if asked else text_of(value)
    if asked.kind == "date":
        length = {"Y": 4, "M": 7}.get(getattr(form, f"{column}_p", None), 10)
        return value.isoformat()[:length]
    if asked.codes:
        return ", ".join(f"{one} {asked.label_of(one)}" for one in (value if isinstance(value, list) else [value]))
    return text_of(value)


def _is_of(asked, column):
    return asked.column == column and asked.part != COMPLETE and (asked.part == ANSWER or asked.name == column)


def open_queries_of(pks) -> set:
    """Ids of the queries of these cases that are not closed."""
    return set(_open_queries(pks).values_list("pk", flat=True))


def raised_queries(number, before) -> list[Asked]:
    """The queries of the case with this number that are not closed, but for those of `before`."""
    raised = Query.objects.filter(case__number=number).exclude(state=QueryState.CLOSED).exclude(pk__in=before)
    return [_asked(one) for one in raised.select_related("case").order_by("pk")]


def _asked(query):
    return Asked(query.case.number, query.form, query.item, words_of(query))


def _open_queries(pks):
    return Query.objects.filter(case_id__in=pks).exclude(state=QueryState.CLOSED)
