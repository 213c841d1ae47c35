"""Everything wrong or odd in one case: what its items ask for, their hard rules, the cross-form checks, the derived fields."""

from __future__ import annotations

from typing import Any

from registry.dictionary.words import Label
from registry.edit_checks.base import Finding, missing, not_asked, out_of_order, unusual
from registry.edit_checks.checks import CHECKS
from registry.edit_checks.of_derived import queries_of_derived
from registry.edit_checks.of_items import ITEM_CHECKS
from registry.edit_checks.whole import Record

__all__ = ["Record", "case_findings"]

CHAINS = ("X01", "X02", "X04")  # dates in a row: one that is out of line is reported once
ABOUT_UNITS = ("X46", "X47")  # a value far outside its usual range is asked about once, with the likely cause


def case_findings(record: Record) -> list[Finding]:
    """Everything wrong or odd in a case, in the order of its forms. One finding a fact: where a cross-form check speaks of a pair
    of dates, the items' own order rules are silent."""
    crossed = cross_form_findings(record)
    crossed += queries_of_derived(record, crossed)
    orders = [fact for one in crossed if (fact := _dates_of(one))]
    units = {_place(one) for one in crossed if one.rule in ABOUT_UNITS}
    chained = {_place(one) for one in crossed if one.rule in CHAINS}
    at: dict[tuple[str, str], list[Finding]] = {}
    for one in crossed:
        at.setdefault((one.form, one.key), []).append(one)
    found: list[Finding] = []
    for row in record.rows:
        around = record.around(row)
        found += [*not_asked(row, around), *missing(row, around)]
        found += [one for one in unusual(row) if _place(one) not in units]
        for one in out_of_order(row, record.dates(row)):
            fact = _dates_of(one)
            if _place(one) not in chained and not (fact and any(_same(fact, other) for other in orders)):
                found.append(one)
        for check in ITEM_CHECKS:
            found += check(record, row)
        found += at.get((row.form, row.key), ())
    return found


def cross_form_findings(record: Record) -> list[Finding]:
    """What the cross-form checks find, course by course; what does not depend on the course is said once."""
    found: dict[tuple[Any, ...], Finding] = {}
    for course in record.courses():
        for check in CHECKS.values():
            if check.car_t_only and not course.is_car_t:
                continue
            for one in check.state(course):
                found.setdefault(
                    (one.rule, one.form, one.key, one.item, one.text, *sorted(map(str, one.values.values()))), one
                )
    return list(found.values())


def _place(one: Finding) -> tuple[str, str, str]:
    return one.form, one.key, one.item


def _dates_of(one: Finding) -> dict[str, str] | None:
    """The two dates that a finding is about, by their labels."""
    label, other = one.values.get("label"), one.values.get("other")
    if not isinstance(label, Label) or not isinstance(other, Label):
        return None
    return {str(label): str(one.values.get("found", "")), str(other): str(one.values.get("expected", ""))}


def _same(one: dict[str, str], other: dict[str, str]) -> bool:
    """Whether two findings are about the same two dates; a partial date is written shorter."""
    return one.keys() == other.keys() and all(
        one[label].startswith(other[label]) or other[label].startswith(one[label]) for label in one
    )
