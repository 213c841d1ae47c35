"""One answer of one row: from the cell's text to the typed value of an item, or a problem in the user's words."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from registry.entry.numbers import understood_quantity
from registry.imports.mapping import Answer, Mapping

DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
MONTH = re.compile(r"(\d{4})-(\d{2})")
YEAR = re.compile(r"\d{4}")
WHOLE = re.compile(r"[+-]?\d{1,9}")


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands in the way of a row: where it was found, what, what was expected, and what to do."""

    row: int | None
    column: str
    field: str
    found: str
    expected: str

    def __str__(self):
        place = [_("row %(row)d") % {"row": self.row}] if self.row is not None else []
        place += [_("column %(column)s") % {"column": self.column}] if self.column else []
        about = f" ({self.field})" if self.field else ""
        found = _("found “%(found)s”; ") % {"found": self.found} if self.column else ""
        return f"{', '.join(place)}{about}: {found}{self.expected}"


class RowRefusedError(Exception):
    """A row that cannot be stored, with its problems."""

    def __init__(self, *problems: Problem):
        super().__init__(*map(str, problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row and its day 0."""

    number: int
    cells: dict[str, str]
    day_0: date | None

    def holds(self, when: dict) -> bool:
        """Whether every condition holds. A blank cell fulfils no comparison."""
        return all(self._holds(self.cells[column], test) for column, test in when.items())

    def wants(self, form) -> bool:
        """Whether a mapped form is stored for this row."""
        is_filled = not form.if_filled or any(self.cells[column] for column in form.columns())
        return is_filled and self.holds(form.when)

    def _holds(self, cell, test):
        if isinstance(test, dict) and "filled" in test:
            return bool(cell) == bool(test["filled"])
        if isinstance(test, dict):
            mine, other = _number(cell), _number(self.cells[test["less_than"]])
            return mine is not None and other is not None and mine < other
        return cell in map(str, test if isinstance(test, list) else [test])

    def answers(self, name: str, answer: Answer, item) -> dict:
        """Column name → value of one item, companions included; nothing for a blank cell. Raises RowRefusedError."""
        if answer.kind == "missing":
            return {f"{name}_mr": answer.of}
        if answer.kind == "constant":
            return {name: _constant(answer.of, item)}
        cell = self.cells[answer.of]
        if not cell:
            return {f"{name}_mr": answer.empty} if answer.empty else {}
        if answer.kind == "day":
            return {name: self.day_0 + timedelta(days=self._whole(name, answer, cell))}
        if answer.kind == "years_before_day_0":
            years = self._whole(name, answer, cell)
            if not 0 <= years <= 120:
                raise self.refused(name, answer, _("expected an age in years, 0 to 120."))
            return {name: date(self.day_0.year - years, 1, 1), f"{name}_p": "Y"}
        return self._read(name, answer, item, cell)

    def text(self, name: str, answer: Answer) -> str | None:
        """The text of what is not an item: site, stratum. Raises RowRefusedError for a cell that `codes` does not hold."""
        if answer.kind == "constant":
            return None if answer.of is None else str(answer.of)
        cell = self.cells[answer.of]
        return str(self._coded(name, answer, cell)) if cell else None

    def problem(self, name: str, answer: Answer | None, expected: str) -> Problem:
        """A problem at the place from which `answer` comes."""
        column = (answer.column if answer else None) or ""
        return Problem(self.number, column, name, self.cells.get(column, ""), expected)

    def refused(self, name: str, answer: Answer | None, expected: str) -> RowRefusedError:
        """The refusal for one problem."""
        return RowRefusedError(self.problem(name, answer, expected))

    def _whole(self, name, answer, cell) -> int:
        if not WHOLE.fullmatch(cell) or abs(int(cell)) > 60_000:
            raise self.refused(name, answer, _("expected a whole number up to 60000."))
        return int(cell)

    def _coded(self, name, answer, cell):
        if answer.codes is None:
            return answer.prefix + cell
        if cell not in answer.codes:
            known = ", ".join(answer.codes)
            raise self.refused(
                name, answer, _("expected one of %(known)s. Correct the cell, or add it to “codes”.") % {"known": known}
            )
        return answer.codes[cell]

    def _read(self, name, answer, item, cell) -> dict:
        """The answer of a column's cell, by the item's kind; an item of None takes text."""
        if item is None or item.kind == "text":
            return {name: str(self._coded(name, answer, cell))}
        if item.kind == "multi":
            parts = [part.strip() for part in cell.split(answer.separator or ";") if part.strip()]
            return {name: [self._code(name, answer, part) for part in parts]}
        if item.kind == "cat":
            return {name: self._code(name, answer, cell)}
        if item.kind == "int":
            return {name: self._whole(name, answer, str(self._coded(name, answer, cell)))}
        if item.kind == "dec":
            return {name: self._quantity(name, answer, item, str(self._coded(name, answer, cell)))}
        day, precision = self._date(name, answer, item, str(self._coded(name, answer, cell)))
        return {name: day, f"{name}_p": precision}

    def _code(self, name, answer, cell) -> int:
        found = str(self._coded(name, answer, cell))
        if not WHOLE.fullmatch(found):
            raise self.refused(name, answer, _("expected a code, a whole number. Say under “codes” what it means."))
        return int(found)

    def _quantity(self, name, answer, item, text) -> Decimal:
        """A mere number is in the item's unit, however a spreadsheet wrote it; one with another unit is converted."""
        number = _number(text)
        if number is not None and answer.unit and answer.unit != item.unit:
            number, text = None, f"{text} {answer.unit}"
        if number is None:
            try:
                number = _number(str(understood_quantity(text, unit=item.unit)))
            except ValidationError as refusal:
                if refusal.code in ("unknown_unit", "unit_left_out"):
                    raise self.refused(name, answer, " ".join(refusal.messages)) from None
        if number is None:
            raise self.refused(name, answer, _("expected a number such as 12.5."))
        return number

    def _date(self, name, answer, item, text):
        """First day meant, and the precision."""
        text = _in_order(text, answer.dates)
        for shape, precision, rest in ((DAY, "D", ""), (MONTH, "M", "-01"), (YEAR, "Y", "-01-01")):
            if shape.fullmatch(text) and (precision == "D" or item.partial):
                try:
                    return date.fromisoformat(text + rest), precision
                except ValueError:
                    break
        raise self.refused(name, answer, _expected_date(item, answer.dates))


PARTS = {"YMD": ("year", "month", "day"), "DMY": ("day", "month", "year"), "MDY": ("month", "day", "year")}
WHOLE_DAY = {
    order: re.compile(r"\D+".join(rf"(?P<{part}>\d{{{4 if part == 'year' else '1,2'}}})" for part in parts) + r"\D?")
    for order, parts in PARTS.items()
}
TOGETHER = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})")


def _in_order(text, order) -> str:
    """A whole day that is written in this order, with any signs between its numbers, as YYYY-MM-DD; anything else as it is."""
    found = WHOLE_DAY[order].fullmatch(text) or (TOGETHER.fullmatch(text) if order == "YMD" else None)
    return f"{found['year']}-{int(found['month']):02}-{int(found['day']):02}" if found else text


def _expected_date(item, order) -> str:
    if order != "YMD":
        shape = {"DMY": "DD/MM/YYYY", "MDY": "MM/DD/YYYY"}[order]
        return _("expected a date as %(shape)s.") % {"shape": shape}
    if item.partial:
        return _("expected a date as YYYY-MM-DD, YYYY-MM or YYYY.")
    return _("expected a date as YYYY-MM-DD.")


def row_of(mapping: Mapping, line) -> Row:
    """The line with its day 0. Raises RowRefusedError if its day 0 cannot be read."""
    if mapping.day_0 is None or mapping.day_0.kind == "constant":
        return Row(line.number, line.cells, mapping.day_0 and mapping.day_0.of)
    row = Row(line.number, line.cells, None)
    text = _in_order(row.text("day_0", mapping.day_0) or "", mapping.day_0.dates)
    try:
        return Row(line.number, line.cells, date.fromisoformat(text))
    except ValueError:
        raise row.refused("day_0", mapping.day_0, _("expected a date as YYYY-MM-DD.")) from None


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**10 else None


def _constant(value, item):
    """A constant of the mapping as the item stores it."""
    if item is not None and item.kind == "dec" and isinstance(value, int | float):
        return Decimal(str(value))
    return str(value) if (item is None or item.kind == "text") and value is not None else value
