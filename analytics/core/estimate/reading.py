"""A CSV file as checked vectors: which lines are left out, which values are refused, and in which line they stand."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analytics.core.estimate.request import METHODS, RefusedError, Request
from analytics.core.estimate.table import lines, read_columns

CALENDAR_YEARS = (1900, 2100)
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
    status = numbers(table, str(request.status))
    time = numbers(table, str(request.time))
    entry = None if request.entry is None else numbers(table, request.entry)
    covariates = table[list(request.covariates or ())]
    labels = {name: table[getattr(request, name)] for name in LABELS if getattr(request, name) is not None}
    known = time.notna() & status.notna()
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
    options = ("time", "status", "entry", *LABELS, "x", "n")
    named = [(option, getattr(request, option)) for option in options if getattr(request, option) is not None]
    return named + [("covariates", column) for column in request.covariates or ()]


def numbers(table: pd.DataFrame, column: str) -> pd.Series:
    """A column as numbers, NaN where missing. Raises RefusedError naming the first value that is none."""
    values = pd.to_numeric(table[column], errors="coerce")
    wrong = (values.isna() & table[column].notna()) | np.isinf(values)
    if wrong.any():
        found = table[column][wrong].iloc[0]
        raise RefusedError(f"{lines_of(wrong)}, column {column}: {found!r} is not a number{_advice(found)}")
    return values.astype("float64")


def _advice(found: str) -> str:
    if found.count("-") == 2 or found.count("/") == 2:
        return "; it looks like a date: expected the time since the start of observation"
    if found.replace(",", "", 1).lstrip("+-").isdigit():
        return "; write decimals with a point"
    return ""


def _check_times(request: Request, time: pd.Series, entry: pd.Series | None) -> None:
    for column, values in ((request.time, time), (request.entry, entry)):
        if values is not None and (values < 0).any():
            raise RefusedError(f"{lines_of(values < 0)}, column {column}: a time is negative; expected numbers from 0")
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
    if not METHODS[request.method].competing and request.cause is None and competing.any():
        raise RefusedError(
            f"{lines_of(competing)}, column {request.status}: status above 1 is a competing event, which "
            f"{request.method} would ignore; name the one to count with --cause"
        )


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
    low, high = CALENDAR_YEARS
    if len(data) > 1 and ((data.time >= low) & (data.time <= high)).all() and np.ptp(data.time) > 0:
        said.append(
            f"All values of {request.time} lie between {low} and {high}: they look like calendar years, not like times "
            "since a start."
        )
    return said


def _happens(request: Request, data: Data) -> bool:
    counts = data.status == request.cause if METHODS[request.method].competing else data.status == 1
    return bool(counts.any())


def lines_of(where: pd.Series) -> str:
    """The lines of the file for which `where` holds; the header is line 1."""
    return lines(where.index[where])


def sorted_groups(labels: np.ndarray) -> list[str]:
    """Distinct labels, in the order of numbers if all are numbers."""
    distinct: list[str] = np.unique(labels).tolist()
    try:
        return sorted(distinct, key=float)
    except ValueError:
        return distinct
