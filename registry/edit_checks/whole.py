"""The rows of one case as the checks see them, possible days of partial dates, and the words of a finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from registry.dictionary.dates import possible_days
from registry.dictionary.items import EMPTY, Item
from registry.dictionary.words import Amount, Label
from registry.edit_checks.base import HARD, Finding, Row

RELEASED = (1, 2)  # mfg_outcome: in specification, out of specification
NOT_CAR_T = 88  # prod_name of an imported transplant
DAYS_OF_YEAR = 365.25


class Days(NamedTuple):
    """First and last day that an answer can mean."""

    first: date
    last: date

    def surely_after(self, other: Days, days: int = 0) -> bool:
        """Whether every possible day lies more than `days` after every possible day of `other`."""
        return (self.first - other.last).days > days

    def surely_before(self, other: Days, days: int = 0) -> bool:
        """Whether every possible day lies more than `days` before every possible day of `other`."""
        return other.surely_after(self, days)

    def since(self, other: Days) -> tuple[int, int]:
        """Fewest and most days from `other` to this."""
        return (self.first - other.last).days, (self.last - other.first).days


class Dated(NamedTuple):
    """One date with the row and the item it stands in."""

    row: Row
    item: str
    days: Days


class Record:
    """All rows of one case, as the checks see them.

    today    the day on which it is checked; checks that need it are silent without
    course   the CAR-T course whose day 0 counts
    whole    the record of all courses, of which this is one
    """

    def __init__(self, rows: Iterable[Row], today: date | None = None, course: int = 1, whole: Record | None = None):
        self.rows = list(rows)
        self.today = today
        self.course = course
        self.whole = whole or self
        self._of: dict[str, list[Row]] = {}
        for row in self.rows:
            self._of.setdefault(row.form, []).append(row)

    def of(self, form: str) -> list[Row]:
        """The rows of one form, in their order."""
        return self._of.get(form, [])

    def one(self, form: str) -> Row | None:
        """The first row of a form, or None."""
        rows = self.of(form)
        return rows[0] if rows else None

    def courses(self) -> list[Record]:
        """One record a course: its own rows and those that belong to no course."""
        numbers = sorted({row.course for row in self.rows if row.course is not None}) or [1]
        if len(numbers) == 1:
            self.course = numbers[0]
            return [self]
        return [
            Record((row for row in self.rows if row.course in (None, number)), self.today, number, self)
            for number in numbers
        ]

    @cached_property
    def is_car_t(self) -> bool:
        """Whether the product is not that of an imported transplant."""
        return all(row["prod_name"] != NOT_CAR_T for row in self.of("cart_course"))

    def collection(self) -> Row | None:
        """The first collection: the first one shipped, or the first of all (rule 5)."""
        rows = self.of("leukapheresis")
        return next((row for row in rows if row["aph_shipped"] == 1), rows[0] if rows else None)

    def made_from(self) -> list[tuple[Row, Row | None]]:
        """Each manufacturing attempt with its collection. The forms do not name it: the first attempt belongs to the first
        shipped collection, the second to the second; attempts beyond the last collection belong to that one."""
        shipped = [row for row in self.of("leukapheresis") if row["aph_shipped"] == 1]
        return [
            (attempt, shipped[min(place, len(shipped) - 1)] if shipped else None)
            for place, attempt in enumerate(self.of("manufacturing"))
        ]

    def product_of(self, infusion: Row) -> tuple[Row, Row | None] | None:
        """The attempt behind an infusion, with its collection: the last one released and received by that day, else the last
        one released."""
        made = [one for one in self.made_from() if one[0]["mfg_outcome"] in RELEASED]
        given = days_of(infusion, "inf_date")
        there = [
            one
            for one in made
            if given and (got := days_of(one[0], "product_receipt_date")) and not got.surely_after(given)
        ]
        chosen = there or made
        return chosen[-1] if chosen else None

    def collection_behind(self, infusion: Row) -> Row | None:
        """The collection behind an infusion: that of its product; the first one while no product is entered."""
        made = self.product_of(infusion)
        return made[1] if made else self.collection()

    def _leading(self) -> Iterator[Row]:
        """One row a form: the one that stands for the form where another form names its items."""
        for form, rows in self._of.items():
            if form == "leukapheresis":
                yield self.collection() or rows[0]
            elif form == "prior_transplant":
                yield rows[-1]
            else:
                yield rows[0]

    def around(self, row: Row) -> dict[str, Any]:
        """Answers of the case's other forms, by item."""
        found: dict[str, Any] = {}
        for form, answers, _dates in self._of_leading:
            if form != row.form:
                found.update(answers)
        birth, own = (
            found.get("birth_date") or row["birth_date"],
            next((row[name] for name in ("late_date", "ae_onset", "fup_date") if row[name]), None),
        )
        if birth and own:
            found["age_at_form_y"] = (own - birth).days / DAYS_OF_YEAR
        return found

    def dates(self, row: Row) -> dict[str, tuple[Item, date, date]]:
        """Every dated item that the row's order rules may name: the row's own and the other forms'.

        What this row leaves blank is not taken from another row of its form: a check without its inputs does not fire.
        """
        found: dict[str, tuple[Item, date, date]] = {}
        for form, _answers, dates in self._of_leading:
            if form != row.form:
                found.update(dates)
        return found | dates_of(row)

    @cached_property
    def _of_leading(self) -> list[tuple[str, dict[str, Any], dict[str, tuple[Item, date, date]]]]:
        """(form, its answers that are not empty, its dates) of each leading row, read once for all rows that look around."""
        return [
            (row.form, {name: answer for name, answer in row.answers.items() if answer not in EMPTY}, dates_of(row))
            for row in self._leading()
        ]

    def infusion(self) -> Row | None:
        """The first infusion of the course that has a date."""
        return next((row for row in self.of("infusion") if row.course in (None, self.course) and row["inf_date"]), None)

    def infused_on(self) -> date | None:
        """Day 0: the first infusion of the course; of the whole record, of course 1."""
        row = self.infusion()
        return row["inf_date"] if row else None

    def day_0(self) -> Dated | None:
        """Day 0 with its row."""
        row = self.infusion()
        return dated(row, "inf_date") if row else None

    def birth(self) -> Days | None:
        """Possible days of birth."""
        return self.when("patient", "birth_date")

    def when(self, form: str, name: str) -> Days | None:
        """Possible days of a date on a form that has one row."""
        row = self.one(form)
        return days_of(row, name) if row else None


def dates_of(row: Row) -> dict[str, tuple[Item, date, date]]:
    """Each dated item of the row that is answered, with the first and the last day that it can mean."""
    return {
        name: (item, *possible_days(row[name], row[f"{name}_p"]))
        for name, item in row.items.items()
        if item.kind == "date" and row[name]
    }


def days_of(row: Row, name: str) -> Days | None:
    """Possible days of a date; None where it is missing."""
    return Days(*possible_days(row[name], row[f"{name}_p"])) if row[name] else None


def dated(row: Row | None, name: str) -> Dated | None:
    """A date with its place; None where it is missing."""
    days = days_of(row, name) if row else None
    return Dated(row, name, days) if row and days else None


def on(day: date | None) -> Days | None:
    """A day that is known exactly."""
    return Days(day, day) if day else None


def age_in_years(birth: date, day: date) -> int:
    """Completed years of age."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def later(day: date, days: int) -> str:
    """The date so many days later, as it is written in a message."""
    return (day + timedelta(days=days)).isoformat()


def written(row: Row, name: str) -> str | Amount:
    """An answer as a message shows it: a partial date without what is not known, a number with its unit."""
    answer = row[name]
    if isinstance(answer, date):
        return answer.isoformat()[: {"Y": 4, "M": 7}.get(row[f"{name}_p"] or "", 10)]
    return amount(answer, row.items[name].unit)


def amount(number: Any, unit: str = "") -> Amount:
    """A number with at most four significant decimals, and its unit."""
    text = f"{number:f}" if not isinstance(number, (int, float)) else f"{number:.4g}"
    return Amount(text.rstrip("0").rstrip(".") if "." in text else text, unit)


def finding(row: Row, name: str, rule: str, text: str, severity: str = HARD, **values: str | Amount) -> Finding:
    """A finding at one item of one row. The message may use %(label)s, %(found)s where there is an answer, and `values`."""
    item = row.items[name]
    found = {"found": written(row, name)} if row[name] not in EMPTY and item.kind in ("date", "dec", "int") else {}
    return Finding(rule, name, severity, text, {"label": Label(item.label), **found, **values}, row.form, row.key)


def pair(first: Dated, other: Dated, rule: str, text: str, severity: str = HARD, **values: str | Amount) -> Finding:
    """A finding at `first` about its order to `other`: the message uses %(label)s, %(found)s, %(other)s, %(expected)s."""
    found = finding(
        first.row,
        first.item,
        rule,
        text,
        severity,
        other=Label(other.row.items[other.item].label),
        expected=str(written(other.row, other.item)),
        **values,
    )
    same_row = (first.row.form, first.row.key) == (other.row.form, other.row.key)
    return found if same_row else replace(found, also=(other.row.form, other.row.key, other.item))


def broken_links(chain: Iterable[Dated | None]) -> Iterator[tuple[Dated, Dated]]:
    """Neighbours of a chain of dates, missing ones left out, of which the second is surely before the first: (second, first)."""
    known = [one for one in chain if one]
    for before, after in zip(known, known[1:], strict=False):
        if after.days.surely_before(before.days):
            yield after, before
