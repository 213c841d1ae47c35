"""What a dataset holds, for the choices of the form: values of the columns that declare none, and the range of each number.

Read from the dataset's table of cases, which never changes, so a process reads it once. No pandas: web processes use this.
"""

import csv
import io
from dataclasses import dataclass, replace

from analytics import read
from analytics.core.items.asked import asked_by, file_of, values_of
from analytics.core.parts import PERIOD
from analytics.explore import choosing, problems
from analytics.explore.problems import Problem, shown
from analytics.explore.said import as_typed, month_as_typed
from registry import clock

CASES = "cases.csv"  # as the dataset keeps it
KEPT, KEPT_RANGES = 8, 100
EMPTY_GROUP, NOBODY, FUTURE = "empty group", "nobody in the range", "future"


@dataclass(frozen=True)
class Found:
    """values: column → values found, sorted. ranges: column → (lowest, highest) of a number; absent where none is known.

    lacking  columns that are asked for and made of answers which the dataset does not hold: it is from before they were kept
    """

    values: dict[str, tuple[str, ...]]
    ranges: dict[str, tuple[float, float]]
    lacking: tuple[str, ...] = ()


def found_in(dataset, address=None):
    """What the dataset holds; of answers, what the address asks for."""
    key = (dataset.pk, dataset.hash)
    if key not in _kept:
        _keep(_kept, key, _read(read.table_content(dataset, CASES).decode()), KEPT)
    asked = _answers(address) if address else {}
    if not asked:
        return _kept[key]
    files = {file_of(one.item.form) for one in asked.values()}
    held = set(dataset.tables.filter(name__in=files).values_list("name", flat=True))
    there = {name: one for name, one in asked.items() if file_of(one.item.form) in held}
    ranges = {name: _range_of(dataset, one) for name, one in there.items() if choosing.is_number(name)}
    known = {name: ends for name, ends in ranges.items() if ends}
    lacking = tuple(name for name in asked if name not in there)
    return replace(_kept[key], ranges={**_kept[key].ranges, **known}, lacking=lacking)


def _answers(address):
    """Column → what is asked, of the columns of answers that an address names, in whatever part of it."""
    words = address.said.words
    named = [*address.begun, *words.get("group", ()), *(name.partition(".")[2] for name in words if "." in name)]
    return {name: asked for name in named if (asked := asked_by(name))}


def _range_of(dataset, asked):
    """(lowest, highest) of a column of answers; None where none is known."""
    key = (dataset.pk, dataset.hash, asked.name)
    if key not in _ranges:
        values = values_of(asked, read.table_content(dataset, file_of(asked.item.form)).decode()).values()
        _keep(_ranges, key, _range(tuple(one or "" for one in values)) if any(values) else None, KEPT_RANGES)
    return _ranges[key]


_kept: dict = {}
_ranges: dict = {}


def _keep(kept, key, value, most):
    while len(kept) >= most:
        kept.pop(next(iter(kept)))
    kept[key] = value


def _read(text):
    rows = csv.reader(io.StringIO(text))
    columns = list(zip(next(rows, ()), zip(*rows, strict=True), strict=False))
    values = {name: _values(cells) for name, cells in columns if name in choosing.AS_FOUND}
    ranges = {name: _range(cells) for name, cells in columns if choosing.is_number(name) and any(cells)}
    return Found(values, ranges)


def _values(cells):
    return tuple(sorted({one for one in cells if one}))


def _range(cells):
    numbers = [float(one) for one in cells if one]
    return min(numbers), max(numbers)


def of_dataset(analysis, found):
    """What of an analysis this dataset cannot answer: (problems, notes). Problems stop it, notes stand beside the choice."""
    wrong = [
        Problem(f"is.{one.column}", problems.UNKNOWN_VALUE, shown(value), found.values.get(one.column, ()))
        for one in analysis.filters
        if one.column in choosing.AS_FOUND
        for value in one.values
        if value not in found.values.get(one.column, ())
    ]
    wrong += [
        Problem("group" if analysis.groups and analysis.groups.column == one else f"is.{one}", problems.NOT_KEPT)
        for one in found.lacking
    ]
    groups = analysis.groups
    if groups and groups.column in choosing.AS_FOUND and not groups.levels:
        n = len(found.values.get(groups.column, ()))
        if n > choosing.MOST_GROUPS:
            wrong.append(Problem("group", problems.TOO_MANY_GROUPS, str(n), (str(choosing.MOST_GROUPS),)))
    return tuple(wrong), tuple(_notes(analysis, found))


def _notes(analysis, found):
    groups = analysis.groups
    if groups and groups.cuts and groups.column in found.ranges:
        low, high = found.ranges[groups.column]
        outside = [as_typed(one) for one in groups.cuts if one <= low or one > high]
        if outside:
            yield Problem("cuts", EMPTY_GROUP, ", ".join(outside), (as_typed(low), as_typed(high)))
    for one in analysis.filters:
        if one.column == PERIOD:
            today = clock.today()
            if one.low is not None and one.low > today.year * 100 + today.month:
                yield Problem("from.period", FUTURE, month_as_typed(int(one.low)))
        elif one.column in found.ranges:
            low, high = found.ranges[one.column]
            if (one.low is not None and one.low > high) or (one.high is not None and one.high < low):
                parameter = f"from.{one.column}" if one.low is not None else f"to.{one.column}"
                yield Problem(parameter, NOBODY, expected=(as_typed(low), as_typed(high)))


def needs_to_look(analysis):
    """Whether the dataset must be looked into before the analysis can be asked for."""
    columns = [one.column for one in analysis.filters]
    grouped = [analysis.groups.column] if analysis.groups else []
    return any(
        column in choosing.AS_FOUND or choosing.is_number(column) or column == PERIOD or asked_by(column)
        for column in columns + grouped
    )
