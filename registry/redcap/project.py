"""The registry as a classic REDCap project with repeating instruments: which fields each form has there, and how rows are numbered.

A form with at most one row in a case fills the base row; every other one is a repeating instrument. The instance of a row is its own
course and row number, which are stored with it and never change: a removed row leaves a gap.
"""

from dataclasses import dataclass, field
from functools import cache, cached_property

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from registry.dictionary.codelists import DatePrecision, MissingReason, NoYes
from registry.dictionary.identifying import is_direct
from registry.dictionary.items import Item
from registry.fields import HospitalNumber, code_label
from registry.models import FORM_OF, FORMS

RECORD_ID = "patient_id"
INSTRUMENT, INSTANCE, GROUP = "redcap_repeat_instrument", "redcap_repeat_instance", "redcap_data_access_group"
PSEUDO = ("redcap_event_name", INSTRUMENT, INSTANCE, GROUP)
COMPLETE_CHOICES = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}  # REDCap's own words, in every language
ROWS_OF_A_COURSE = 1000  # the instance of row 3 is 3 in course 1 and 1003 in course 2
MOST_ROWS = ROWS_OF_A_COURSE - 1

ID, COURSE, ANSWER, REASON, PRECISION, AS_ENTERED, OTHER, COMPLETE = (
    "id", "course", "answer", "reason", "precision", "as_entered", "other", "complete",
)  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One REDCap field: of which form and column, and what it says of the answer there.

    part     ANSWER, or what stands beside it; ID, COURSE and COMPLETE belong to the row
    column   the column of the form model that holds it; of AS_ENTERED and COMPLETE the one it is made of
    section  the heading above it, where it is the first of a section
    """

    name: str
    form: type
    part: str
    column: str
    item: Item | None = None
    section: str = ""
    is_hidden: bool = False  # taken in, never given out: the hospital number
    is_direct: bool = False  # names a patient: given out only to those who may see identifiers

    @cached_property
    def kind(self) -> str:
        """text, cat, multi, int, dec or date for an answer; cat for what has choices beside it; text else."""
        if self.part == ANSWER and self.item:
            return self.item.kind
        return {COURSE: "int", REASON: "cat", PRECISION: "cat", COMPLETE: "cat"}.get(self.part, "text")

    @cached_property
    def is_checkbox(self) -> bool:
        """Whether it has a column for each of its codes."""
        return self.kind == "multi"

    @cached_property
    def codes(self) -> tuple:
        """Its codes as stored, in the order of their list; none where it is free."""
        if self.part == ANSWER and self.item and self.item.codelist:
            return self.item.codelist.codes()
        words = {REASON: MissingReason, PRECISION: DatePrecision}.get(self.part)
        if words:
            return tuple(one.name for one in words)
        return tuple(map(int, COMPLETE_CHOICES)) if self.part == COMPLETE else ()

    @property
    def is_yes_no(self) -> bool:
        """Whether its codes are No and Yes alone."""
        return self.part == ANSWER and bool(self.item) and self.item.codelist is NoYes

    def label_of(self, code) -> str:
        """What a code means, in the language of now."""
        if self.part == COMPLETE:
            return COMPLETE_CHOICES[str(code)]
        if self.part == REASON:
            return pgettext("missing_reason", MissingReason[code].value)
        if self.part == PRECISION:
            return pgettext("date_precision", DatePrecision[code].value)
        return code_label(self.item.codelist, code)

    @property
    def label(self) -> str:
        """Its question, in the language of now."""
        if self.part == ID:
            return _("Case number")
        if self.part == COURSE:
            return _("CAR-T course")
        if self.part == COMPLETE:
            return "Complete?"
        question = str(self.form._meta.get_field(self.name_of_item).verbose_name)
        beside = {
            REASON: _("Reason missing"),
            PRECISION: _("Precision"),
            OTHER: _("Other, specify"),
            AS_ENTERED: _("as entered"),
        }.get(self.part)
        return f"{question} · {beside}" if beside else question

    @property
    def name_of_item(self) -> str:
        """The item that it tells of."""
        endings = {REASON: "_mr", PRECISION: "_p", OTHER: "_oth", AS_ENTERED: "_text"}
        return self.name.removesuffix(endings.get(self.part, ""))

    def columns(self) -> list[str]:
        """The columns that it has in a flat file."""
        return [f"{self.name}___{code}" for code in self.codes] if self.is_checkbox else [self.name]


@dataclass(frozen=True)
class Instrument:
    """A form as an instrument. `fields` end with its status; the record id is not among them."""

    form: type
    is_repeating: bool
    fields: tuple[Field, ...] = field(repr=False)

    @property
    def name(self) -> str:
        return self.form.form_name

    @property
    def label(self) -> str:
        return _(self.form.title)

    @property
    def status(self) -> Field:
        """Its <form>_complete."""
        return self.fields[-1]

    @property
    def course(self) -> Field | None:
        """The field of the course, where the form itself has no such item."""
        return next((one for one in self.fields if one.part == COURSE), None)


@cache
def instruments() -> tuple[Instrument, ...]:
    """Every form, in clinical order."""
    taken: set[str] = set()
    return tuple(_instrument(form, taken) for form in FORMS)


@cache
def instrument_of() -> dict[str, Instrument]:
    """Name → Instrument."""
    return {one.name: one for one in instruments()}


@cache
def record_id() -> Field:
    """The field of the record's id."""
    return Field(RECORD_ID, FORM_OF["patient"], ID, "")


@cache
def fields() -> dict[str, Field]:
    """Name → Field, in the order of the dictionary, statuses included."""
    every = [record_id(), *(one for instrument in instruments() for one in instrument.fields)]
    return {one.name: one for one in every}


def instance_of(form, course_no, number) -> int:
    """The instance of a row by its course and row number."""
    if not form.of_course:
        return number
    return (course_no - 1) * ROWS_OF_A_COURSE + number if form.key_item else course_no


def place_of(form, instance: int) -> tuple[int | None, int | None]:
    """(course, row number) of an instance; None for what the form has not. Raises ValueError for one that no row can have."""
    if instance < 1:
        raise ValueError(instance)
    if not form.of_course:
        return None, instance
    if not form.key_item:
        return instance, None
    course, number = divmod(instance, ROWS_OF_A_COURSE)
    if number == 0:
        raise ValueError(instance)
    return course + 1, number


def _instrument(form, taken) -> Instrument:
    found = [_course(form, taken)] if form.of_course else []
    for title, names in form.sections.items():
        for place, name in enumerate(names):
            found += _fields_of(form, name, title if place == 0 else "")
    status = Field(f"{form.form_name}_complete", form, COMPLETE, "is_complete")
    return Instrument(form, bool(form.of_course or form.key_item), (*found, status))


def _course(form, taken) -> Field:
    """A field belongs to one form in REDCap, so each form has its own for the course, named as its items are."""
    stem = (form.key_item or next(iter(form.items()))).partition("_")[0]
    stem = form.form_name if stem in taken else stem
    taken.add(stem)
    return Field(f"{stem}_course_no", form, COURSE, "course_no")


def _fields_of(form, name, section):
    """The answer and what stands beside it. Where a date may be partial, the answer holds whole dates only."""
    item = form.items()[name]
    columns = set(form.columns())
    common = {
        "form": form,
        "item": item,
        "is_hidden": isinstance(form._meta.get_field(name), HospitalNumber),
        "is_direct": is_direct(name, item),
    }
    yield Field(name, part=ANSWER, column=name, section=section, **common)
    if item.partial:
        yield Field(f"{name}_p", part=PRECISION, column=f"{name}_p", **common)
        yield Field(f"{name}_text", part=AS_ENTERED, column=name, **common)
    if f"{name}_oth" in columns:
        yield Field(f"{name}_oth", part=OTHER, column=f"{name}_oth", **common)
    if f"{name}_mr" in columns:
        yield Field(f"{name}_mr", part=REASON, column=f"{name}_mr", **common)
