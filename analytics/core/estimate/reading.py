"""A CSV file as checked vectors: which lines are left out, which values are refused, and in which line they stand."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analytics.core.estimate.request import METHODS, RefusedError, Request
from analytics.core.estimate.table import lines, read_columns

CALENDAR_YEARS = (1900, 2100)
LONGEST = 1e12
UNITS_APART = 12  # months to years is the smallest step between units
MANY_GROUPS = 50
MOST_TESTED, MOST_CELLS, MOST_PAIRED_CELLS = 2_000, 20_000_000, 200_000_000
LABELS = ("group", "strata", "cluster", "subject")


@dataclass
class Data:
    """The rows in use, one vector a column, and the sentences they gave rise to. Labels are text."""

    time: np.ndarray
    status: np.ndarray
    entry: np.ndarray | None
    group: np.ndarray
    strata: np.ndarray | None
    cluster: np.ndarray | None
    subject: np.ndarray | None
    change: np.ndarray | None
    potential: np.ndarray | None
    covariates: pd.DataFrame
    warnings: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.time)

    @property
    def event(self) -> np.ndarray:
        """(n,) whether the row ends with the event that counts; for the methods that know one kind of event."""
        return np.asarray(self.status == 1)


def read(request: Request) -> Data:
    """The rows of the file that can be used. Raises RefusedError naming line, column, what was found and what expected."""
    warnings: list[str] = []
    table = read_table(request, warnings)
    status = numbers(table, str(request.status), "expected 0 censored, 1 event, 2 and above competing")
    time = numbers(table, str(request.time))
    entry = None if request.entry is None else numbers(table, request.entry)
    covariates = table[list(request.covariates or ())]
    labels = {name: table[getattr(request, name)] for name in LABELS if getattr(request, name) is not None}
    change = None if request.change is None else numbers(table, request.change)
    potential = None if request.potential is None else numbers(table, request.potential)
    known = time.notna() & status.notna()
    known &= True if potential is None else potential.notna()
    known &= True if entry is None else entry.notna()
    for column in (*labels.values(), *(covariates[name] for name in covariates)):
        known &= column.notna()
    _check_times(request, time[known], None if entry is None else entry[known])
    _check_statuses(request, status[known])
    vectors = {name: None if name not in labels else labels[name][known].to_numpy(dtype=str) for name in LABELS}
    group = np.full(int(known.sum()), "all") if vectors["group"] is None else vectors["group"]
    data = Data(
        time=time[known].to_numpy(),
        status=_statuses(request, status[known]),
        entry=None if entry is None else entry[known].to_numpy(),
        covariates=covariates[known].reset_index(drop=True),
        group=group,
        strata=vectors["strata"],
        cluster=vectors["cluster"],
        subject=vectors["subject"],
        change=None if change is None else change[known].to_numpy(),
        potential=None if potential is None else potential[known].to_numpy(),
        warnings=warnings,
    )
    data.warnings += _left_out(
        table, known, {**labels, **{name: covariates[name] for name in request.covariates or ()}}
    )
    if not len(data):
        data.warnings.append("No row can be used: nothing is estimated.")
    data.warnings += _suspicions(request, data)
    return data


def read_table(request: Request, warnings: list[str]) -> pd.DataFrame:
    """The columns that the request names, as text by line of the file; empty cells and NA are missing."""
    return read_columns(request.file, {column: option for option, column in reversed(_named(request))}, warnings)


def _named(request: Request) -> list[tuple[str, str]]:
    """(option, column) of every column the request names."""
    options = ("time", "status", "entry", *LABELS, "x", "n", "change", "potential")
    named = [(option, getattr(request, option)) for option in options if getattr(request, option) is not None]
    return named + [("covariates", column) for column in request.covariates or ()]


def numbers(table: pd.DataFrame, column: str, expected: str = "") -> pd.Series:
    """A column as numbers, NaN where missing. Raises RefusedError naming the first value that is none."""
    values = pd.to_numeric(table[column], errors="coerce")
    wrong = (values.isna() & table[column].notna()) | np.isinf(values)
    if wrong.any():
        found = table[column][wrong].iloc[0]
        raise RefusedError(f"{lines_of(wrong)}, column {column}: {found!r} is not a number{_advice(found, expected)}")
    return values.astype("float64")


def _advice(found: str, expected: str) -> str:
    if found.count("-") == 2 or found.count("/") == 2:
        return "; it looks like a date: expected the time since the start of observation"
    if found.replace(",", "", 1).lstrip("+-").isdigit():
        return "; write decimals with a point"
    return f"; {expected}" if expected else ""


def _check_times(request: Request, time: pd.Series, entry: pd.Series | None) -> None:
    for column, values in ((request.time, time), (request.entry, entry)):
        if values is not None and (values < 0).any():
            raise RefusedError(f"{lines_of(values < 0)}, column {column}: a time is negative; expected numbers from 0")
        if values is not None and (values > LONGEST).any():
            raise RefusedError(
                f"{lines_of(values > LONGEST)}, column {column}: a time is above {LONGEST:g}, in any unit"
            )
    if len(time) and _are_dates(time):
        raise RefusedError(
            f"column {request.time}: all values look like dates (YYYYMMDD); expected the time since the start of observation"
        )
    if entry is not None and (entry >= time).any():
        raise RefusedError(
            f"{lines_of(entry >= time)}, column {request.entry}: entry is not before {request.time}; "
            "an interval without length has no time at risk"
        )


def _check_statuses(request: Request, status: pd.Series) -> None:
    wrong = (status < 0) | (status != status.round()) | (status > 1e6)
    if wrong.any():
        raise RefusedError(
            f"{lines_of(wrong)}, column {request.status}: expected 0 censored, 1 event, 2 and above competing"
        )
    competing = status > 1
    twos = "; if 1 means censored and 2 the event, write 0 and 1" if set(status) == {1, 2} else ""
    if not METHODS[request.method].competing and request.cause is None and competing.any():
        raise RefusedError(
            f"{lines_of(competing)}, column {request.status}: status above 1 is a competing event, which "
            f"{request.method} would ignore; name the one to count with --cause{twos}"
        )


def _are_dates(time: pd.Series) -> bool:
    """Whether all are whole numbers that can be read as year, month and day."""
    year, month, day = time // 10_000, time // 100 % 100, time % 100
    years = year.between(*CALENDAR_YEARS) & (time == time.round())
    return bool((years & month.between(1, 12) & day.between(1, 31)).all())


def _statuses(request: Request, status: pd.Series) -> np.ndarray:
    """Whole numbers; for a method that knows one kind of event 1 is the cause named."""
    whole = status.to_numpy().astype("int64")
    if METHODS[request.method].competing:
        return whole
    return np.asarray(whole == (1 if request.cause is None else request.cause), dtype="int64")


def _left_out(table: pd.DataFrame, known: pd.Series, optional: dict[str, pd.Series]) -> list[str]:
    """The sentence about rows with a missing value, with the columns that lack them."""
    if known.all():
        return []
    lacking = [f"{name} {int(column.isna().sum())}" for name, column in optional.items() if column.isna().any()]
    counts = f"; without a value: {', '.join(lacking)}" if lacking else ""
    n = int((~known).sum())
    rows = "1 rows" if n == 1 else f"{n} rows"
    return [f"{rows} with a missing value are left out ({lines_of(~known)}{counts})."]


def _suspicions(request: Request, data: Data) -> list[str]:
    """What is probably not meant, though it can be computed."""
    said = []
    if request.cause is not None and not METHODS[request.method].competing:
        said.append(f"Events are those of status {request.cause}; all others are taken as censored.")
    if len(data) and not (data.status > 0).any():
        said.append("No row has an event.")
    if request.cause is not None and len(data) and not _happens(request, data):
        said.append(f"No row has status {request.cause}.")
    causes = np.unique(data.status[data.status > 0])
    if len(causes) and causes[-1] > len(causes) + 1:
        found = ", ".join(map(str, causes[:10].tolist()))
        said.append(
            f"The statuses of events are {found}: each counts as a cause; a code of missing must be left empty."
        )
    if len(data) and (data.time == 0).any():
        said.append(f"{int((data.time == 0).sum())} rows have the time 0: nobody is under observation before it.")
    if (groups := len(np.unique(data.group))) > MANY_GROUPS:
        said.append(
            f"{request.group} has {groups} groups for {len(data)} rows: is it a group, or does it name patients?"
        )
    said += _unit(request, data)
    low, high = CALENDAR_YEARS
    if len(data) > 1 and ((data.time >= low) & (data.time <= high)).all() and np.ptp(data.time) > 0:
        said.append(
            f"All values of {request.time} lie between {low} and {high}: they look like calendar years, not like times "
            "since a start."
        )
    return said


def _unit(request: Request, data: Data) -> list[str]:
    """Times at which curves are read that fit no time of the file."""
    asked = [time for time in request.at or () if time > 0]
    if not asked or not len(data) or not data.time.max() > 0:
        return []
    last = float(data.time.max())
    seen = data.time[data.status > 0]
    if min(asked) > UNITS_APART * last or (len(seen) and max(asked) * UNITS_APART < last and max(asked) < seen.min()):
        return [f"The times of --at and of {request.time} (up to {last:g}) may be in different units."]
    return []


def _happens(request: Request, data: Data) -> bool:
    counts = data.status == request.cause if METHODS[request.method].competing else data.status == 1
    return bool(counts.any())


def lines_of(where: pd.Series) -> str:
    """The lines of the file for which `where` holds; the header is line 1."""
    return lines(where.index[where])


def refuse_many_groups(data: Data, *, pairs: bool = False) -> None:
    """Raise RefusedError where the table of event times by groups, which a test needs, would fill the memory.

    pairs  the test works on each pair of groups at each time
    """
    groups, times = len(np.unique(data.group)), len(np.unique(data.time[data.status > 0]))
    cells, most = (groups**2 * times, MOST_PAIRED_CELLS) if pairs else (groups * times, MOST_CELLS)
    if cells > most or groups > MOST_TESTED:
        raise RefusedError(
            f"{groups} groups at {times} event times are too many for a test; combine groups, or name another column"
        )


def rows_of_groups(labels: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Each group in order, with the places of its rows (ascending). One sort, however many groups there are."""
    code, distinct = pd.factorize(labels)
    order = np.argsort(code, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(code, minlength=len(distinct)))[:-1]) if len(distinct) else []
    own = dict(zip(distinct.tolist(), parts, strict=True))
    return [(name, own[name]) for name in sorted_groups(np.asarray(distinct))]


def sorted_groups(labels: np.ndarray) -> list[str]:
    """Distinct labels, in the order of numbers if all are numbers."""
    distinct: list[str] = np.unique(labels).tolist()
    try:
        return sorted(distinct, key=float)
    except ValueError:
        return distinct
