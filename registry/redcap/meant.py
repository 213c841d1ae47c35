"""What the cells of one incoming row mean for one form: column of the form → value to store, or what is wrong with a cell."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from registry.redcap.project import ANSWER, AS_ENTERED, COMPLETE, COURSE, PRECISION, REASON, Field, Instrument

DAY = {"YMD": ("%Y-%m-%d", "%Y/%m/%d"), "DMY": ("%d-%m-%Y", "%d/%m/%Y"), "MDY": ("%m-%d-%Y", "%m/%d/%Y")}
WHOLE = re.compile(r"[+-]?\d{1,9}")
PARTIAL = (
    (re.compile(r"\d{4}-\d{2}-\d{2}"), "", "D"),
    (re.compile(r"\d{4}-\d{2}"), "-01", "M"),
    (re.compile(r"\d{4}"), "-01-01", "Y"),
)
TICKS = {"1": True, "0": False, "checked": True, "unchecked": False}


class CellError(ValueError):
    """What is wrong with the cell of a field."""

    def __init__(self, name, said):
        super().__init__(said)
        self.name, self.said = name, said


@dataclass(frozen=True)
class How:
    """How cells are read. erases: a blank cell takes the stored answer away; else it leaves it. completes: a form of which the file does
    not say whether it is complete is to be."""

    erases: bool
    dates: str
    decimal: str
    completes: bool = False


@dataclass(frozen=True)
class Cells:
    """The cells of one row that belong to one instrument: column of the file → text."""

    instrument: Instrument
    texts: dict[str, str]

    def has_answers(self) -> bool:
        """Whether any cell says something: not the row's own numbers, an unticked box or a status."""
        return any(self._says(field) for field in self.instrument.fields)

    def _says(self, field):
        if field.part in (COURSE, COMPLETE) or (field.item is not None and field.item.key):
            return False
        texts = [self.texts.get(name, "") for name in field.columns()]
        return any(TICKS.get(text.lower(), True) for text in texts if text) if field.is_checkbox else any(texts)


def meant(cells: Cells, stored, how: How):
    """(column → value, faults as CellErrors). stored: the form as it is, or a blank one."""
    values, faults = {}, []
    for field in cells.instrument.fields:
        try:
            values |= _of_field(field, cells.texts, stored, how)
        except CellError as fault:
            faults.append(fault)
    return values, faults


def status_asked(cells: Cells, stored, how: How) -> bool:
    """Whether the row asks to mark the form complete. Raises CellError for what no import does."""
    status = cells.instrument.status
    text = cells.texts.get(status.name, "").strip()
    if not text:
        return how.completes
    code = _code(status, text)
    if code == 0 and stored.pk and stored.is_complete:
        raise CellError(status.name, _("A form that is complete is not made incomplete by an import."))
    return code == 2


def whole(name, text) -> int:
    """A whole number."""
    if not WHOLE.fullmatch(text):
        raise CellError(name, _("expected a whole number up to 60000."))
    return int(text)


def _of_field(field: Field, texts, stored, how):
    """Column → value of one field; nothing for what the file does not say, or what another field of the same answer says."""
    if field.part in (COURSE, COMPLETE, PRECISION, AS_ENTERED) or (field.item is not None and field.item.key):
        return {}
    if field.kind == "date" and field.part == ANSWER:
        return _date(field, texts, stored, how)
    if field.is_checkbox:
        return _boxes(field, texts, stored, how)
    if field.name not in texts:
        return {}
    text = texts[field.name].strip()
    if not text:
        return {field.column: None} if how.erases and not field.is_hidden else {}
    return {field.column: _value(field, text, how)}


def _value(field, text, how):
    if field.codes:
        return _code(field, text)
    if field.kind == "int":
        return whole(field.name, text)
    if field.kind == "dec":
        return _number(field, text, how)
    return _free(field, text)


def _free(field, text):
    """A text that the column has room for, without control characters."""
    most = field.form._meta.get_field(field.column).max_length
    if most and len(text) > most:
        raise CellError(field.name, _("expected up to %(most)d characters.") % {"most": most})
    if any(ord(sign) < 32 and sign not in "\t\n\r" for sign in text):
        raise CellError(field.name, _("holds a control character."))
    return text


def _code(field, text):
    """The code, given as itself or as its label."""
    text = "NAP" if field.part == REASON and text == "NA" else text
    named = [code for code in field.codes if str(code) == text]
    named = named or [code for code in field.codes if field.label_of(code).casefold() == text.casefold()]
    if len(named) != 1:
        known = ", ".join(map(str, field.codes))
        raise CellError(field.name, _("expected one of %(known)s.") % {"known": known})
    return named[0]


def _number(field, text, how):
    try:
        number = Decimal(text.replace(how.decimal, ".") if how.decimal != "." else text)
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number) >= 10**10:
        raise CellError(field.name, _("expected a number such as 12.5."))
    return number


def _boxes(field, texts, stored, how):
    """The codes ticked. A box that the file leaves out or blank stays as it is; all of them off is no answer."""
    before = set(getattr(stored, field.column) or ())
    after = set(before)
    for code, name in zip(field.codes, field.columns(), strict=True):
        text = texts.get(name, "").strip().lower()
        if text and text not in TICKS:
            raise CellError(name, _("expected 1 or 0."))
        if text and TICKS[text]:
            after.add(code)
        elif text or (name in texts and how.erases):
            after.discard(code)
    return {} if after == before else {field.column: sorted(after) or None}


def _date(field, texts, stored, how):
    """A date from its up to three columns: the day, how much is known, and the text. The column that was changed counts."""
    name = field.name
    told = [column for column in (name, f"{name}_text") if texts.get(column, "").strip()]
    if not told:
        is_erased = how.erases and name in texts
        return {name: None, f"{name}_p": None} if is_erased else {}
    before = getattr(stored, name), getattr(stored, f"{name}_p")
    meanings = {column: _day(field, column, texts[column].strip(), how) for column in told}
    changed = {meaning for meaning in meanings.values() if meaning != before}
    if len(changed) > 1:
        raise CellError(f"{name}_text", _("contradicts %(other)s.") % {"other": name})
    day, precision = changed.pop() if changed else before
    said = texts.get(f"{name}_p", "").strip()
    if said and said not in (precision, before[1]):
        raise CellError(f"{name}_p", _("contradicts %(other)s.") % {"other": ", ".join(told)})
    return {name: day, f"{name}_p": precision}


def _day(field, column, text, how):
    """(first day meant, precision)."""
    if column != field.name:
        for shape, rest, precision in PARTIAL:
            if shape.fullmatch(text):
                return _iso(column, text + rest), precision
        raise CellError(column, _("expected a date as YYYY-MM-DD, YYYY-MM or YYYY."))
    for shape in DAY[how.dates]:
        try:
            return datetime.strptime(text, shape).date(), "D"
        except ValueError:
            continue
    raise CellError(
        column,
        _("expected a date as %(shape)s.")
        % {"shape": {"YMD": "YYYY-MM-DD", "DMY": "DD/MM/YYYY", "MDY": "MM/DD/YYYY"}[how.dates]},
    )


def _iso(column, text):
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CellError(column, _("expected a date as YYYY-MM-DD, YYYY-MM or YYYY.")) from None
