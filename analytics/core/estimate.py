"""Any estimator on any CSV: columns of text in, one JSON object out. What is refused is refused in one sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from analytics.core.estimators.follow_up import reverse_kaplan_meier
from analytics.core.estimators.kaplan_meier import LIMITS, SurvivalCurve, kaplan_meier, quantile, survival_at
from analytics.core.estimators.logrank import ChiSquare, logrank
from analytics.core.results import estimate_json, logrank_json, number

KAPLAN_MEIER, REVERSE_KAPLAN_MEIER, LOGRANK = "kaplan-meier", "reverse-kaplan-meier", "logrank"
METHODS = (KAPLAN_MEIER, LOGRANK, REVERSE_KAPLAN_MEIER)
CONFIDENCE = 0.95
NAMED_LINES = 5


class RefusedError(ValueError):
    """The request or the file cannot be used; the message says what and where, in one line."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to estimate from which columns of a CSV file. Options that a method does not know are refused."""

    file: Path
    method: str
    time: str
    status: str
    entry: str | None = None
    group: str | None = None
    strata: str | None = None
    cause: int | None = None
    at: tuple[float, ...] | None = None
    limits: str | None = None
    rho: float | None = None
    gamma: float | None = None
    trend: bool = False


@dataclass
class _Data:
    """The rows in use, one vector a column, and the sentences they gave rise to."""

    time: np.ndarray
    event: np.ndarray
    entry: np.ndarray | None
    group: np.ndarray
    strata: np.ndarray | None
    warnings: list[str] = field(default_factory=list)


def estimate(request: Request) -> dict:
    """The answer to `request` as JSON: method, n, events, options, warnings, the method's own keys. Undefined is None.

    Raises RefusedError for an unreadable file, an absent column, an option that does not apply, or an unusable value.
    """
    _check_options(request)
    data = _read(request)
    reverse = request.method == REVERSE_KAPLAN_MEIER
    if request.method == LOGRANK:
        answer, options = _logrank(request, data)
    else:
        answer, options = _curves(request, data)
    return {
        "method": request.method,
        "n": len(data.time),
        "events": int((data.event != reverse).sum()),
        "options": {**options, **({} if request.cause is None else {"cause": request.cause})},
        "warnings": data.warnings,
        **answer,
    }


def _check_options(request: Request) -> None:
    if request.method not in METHODS:
        raise RefusedError(f"--method is {request.method!r}; expected one of {', '.join(METHODS)}")
    curve = request.method != LOGRANK
    misplaced = {
        "--strata": curve and request.strata is not None,
        "--rho": curve and request.rho is not None,
        "--gamma": curve and request.gamma is not None,
        "--trend": curve and request.trend,
        "--at": not curve and request.at is not None,
        "--limits": not curve and request.limits is not None,
    }
    for option, wrong in misplaced.items():
        if wrong:
            raise RefusedError(f"{option} does not apply to {request.method}")
    if not curve and request.group is None:
        raise RefusedError("--method logrank needs --group")
    if request.limits is not None and request.limits not in LIMITS:
        raise RefusedError(f"--limits is {request.limits!r}; expected one of {', '.join(LIMITS)}")
    for option, values in (
        ("--at", request.at or ()),
        ("--rho", (request.rho or 0,)),
        ("--gamma", (request.gamma or 0,)),
    ):
        if any(not math.isfinite(value) or value < 0 for value in values):
            raise RefusedError(f"{option} must be numbers from 0")


def _read(request: Request) -> _Data:
    table = _table(request)
    status = _numbers(table, request.status)
    time = _numbers(table, request.time)
    entry = None if request.entry is None else _numbers(table, request.entry)
    known = time.notna() & status.notna()
    for column in (request.entry, request.group, request.strata):
        known &= True if column is None else table[column].notna()
    _check_values(request, time[known], status[known], None if entry is None else entry[known])
    labels = table[request.group] if request.group else pd.Series("all", index=table.index)
    data = _Data(
        time=time[known].to_numpy(),
        event=_events(request, status[known]),
        entry=None if entry is None else entry[known].to_numpy(),
        group=labels[known].to_numpy(dtype=str),
        strata=None if request.strata is None else table[request.strata][known].to_numpy(dtype=str),
    )
    if not known.all():
        data.warnings.append(f"{int((~known).sum())} rows with a missing value are left out ({_lines(~known)}).")
    if not len(data.time):
        data.warnings.append("No row can be used: nothing is estimated.")
    if request.cause is not None:
        data.warnings.append(f"Events are those of status {request.cause}; all others are taken as censored.")
    return data


def _table(request: Request) -> pd.DataFrame:
    """The file as text; empty cells and NA are missing."""
    try:
        table = pd.read_csv(request.file, dtype=str, keep_default_na=False, na_values=["", "NA"], encoding="utf-8-sig")
    except FileNotFoundError:
        raise RefusedError(f"{request.file}: there is no such file") from None
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        reason = " ".join(str(error).split())
        raise RefusedError(f"{request.file}: cannot be read as CSV ({reason})") from error
    if not isinstance(table.index, pd.RangeIndex):
        raise RefusedError(f"{request.file}: cannot be read as CSV (rows have more cells than the header)")
    options = ("time", "status", "entry", "group", "strata")
    for option in options:
        column = getattr(request, option)
        if column is not None and column not in table.columns:
            raise RefusedError(
                f"{request.file}: --{option} column {column!r} is absent; it has {', '.join(table.columns)}"
            )
    return table


def _numbers(table: pd.DataFrame, column: str) -> pd.Series:
    values = pd.to_numeric(table[column], errors="coerce")
    wrong = (values.isna() & table[column].notna()) | np.isinf(values)
    if wrong.any():
        raise RefusedError(f"{_lines(wrong)}, column {column}: {table[column][wrong].iloc[0]!r} is not a number")
    return values.astype("float64")


def _check_values(request: Request, time: pd.Series, status: pd.Series, entry: pd.Series | None) -> None:
    for column, values in ((request.time, time), (request.entry, entry)):
        if values is not None and (values < 0).any():
            raise RefusedError(f"{_lines(values < 0)}, column {column}: a time is negative")
    if entry is not None and (entry >= time).any():
        raise RefusedError(f"{_lines(entry >= time)}, column {request.entry}: entry is not before {request.time}")
    wrong = (status < 0) | (status != status.round())
    if wrong.any():
        raise RefusedError(
            f"{_lines(wrong)}, column {request.status}: expected 0 censored, 1 event, 2 and above competing"
        )
    competing = status > 1
    if request.cause is None and competing.any():
        raise RefusedError(
            f"{_lines(competing)}, column {request.status}: status above 1 is a competing event, which "
            f"{request.method} would ignore; name the one to count with --cause"
        )


def _events(request: Request, status: pd.Series) -> np.ndarray:
    return (status == (1 if request.cause is None else request.cause)).to_numpy()


def _lines(where: pd.Series) -> str:
    """The lines of the file for which `where` holds; the header is line 1."""
    lines = [int(row) + 2 for row in where.index[where]]
    named = ", ".join(str(line) for line in lines[:NAMED_LINES])
    more = f" and {len(lines) - NAMED_LINES} more" if len(lines) > NAMED_LINES else ""
    return f"{'line' if len(lines) == 1 else 'lines'} {named}{more}"


def _sorted_groups(labels: np.ndarray) -> list[str]:
    """Distinct labels, in the order of numbers if all are numbers."""
    distinct: list[str] = np.unique(labels).tolist()
    try:
        return sorted(distinct, key=float)
    except ValueError:
        return distinct


def _curves(request: Request, data: _Data) -> tuple[dict, dict]:
    limits = request.limits or LIMITS[0]
    fit = reverse_kaplan_meier if request.method == REVERSE_KAPLAN_MEIER else kaplan_meier
    groups = []
    for group in _sorted_groups(data.group):
        own = data.group == group
        entry = None if data.entry is None else data.entry[own]
        curve = fit(data.time[own], data.event[own], entry=entry, confidence=CONFIDENCE, limits=limits)
        data.warnings.extend(_curve_warnings(f"{group}: " if request.group else "", curve, request.at or ()))
        groups.append(
            {
                "group": group,
                "n": curve.n,
                "events": curve.n_events,
                "median": estimate_json(quantile(curve)),
                "at": _at(curve, request.at or ()),
            }
        )
    options = {
        "event": "censoring" if request.method == REVERSE_KAPLAN_MEIER else "event",
        "limits": limits,
        "confidence": CONFIDENCE,
        "std_error": "Greenwood",
        "ties": "events before censorings",
        "median": "middle of a flat stretch at 0.5",
        "tail": "the last value is carried on",
    }
    return {"groups": groups}, options


def _at(curve: SurvivalCurve, times: tuple[float, ...]) -> list[dict]:
    at = survival_at(curve, times)
    names = ("time", "at_risk", "events", "censored", "survival", "std_error", "lower", "upper")
    return [{name: number(getattr(at, name)[i]) for name in names} for i in range(len(at.time))]


def _curve_warnings(name: str, curve: SurvivalCurve, times: tuple[float, ...]) -> list[str]:
    median, sentences = quantile(curve), []
    if math.isnan(median.estimate):
        sentences.append(f"{name}the curve does not reach 0.5; the median is null.")
    elif math.isnan(median.lower) or math.isnan(median.upper):
        sentences.append(f"{name}a limit of the curve does not reach 0.5; that limit of the median is null.")
    at = survival_at(curve, times)
    for time in at.time[np.isnan(at.lower)]:
        reason = "before the first event" if time < _first_event(curve) else "where the curve is at 0"
        sentences.append(f"{name}limits at {time:g} are null: not defined {reason}.")
    beyond = [f"{time:g}" for time in at.time if time > curve.time[-1] and curve.survival[-1] > 0]
    if beyond:
        sentences.append(
            f"{name}nobody is observed at {', '.join(beyond)}; the value at {curve.time[-1]:g} is carried on."
        )
    return sentences


def _first_event(curve: SurvivalCurve) -> float:
    with_event = curve.time[curve.events > 0]
    return float(with_event[0]) if len(with_event) else math.inf


def _logrank(request: Request, data: _Data) -> tuple[dict, dict]:
    ordered = _sorted_groups(data.group)
    code = np.array([ordered.index(group) for group in data.group.tolist()], dtype="int64")
    rho, gamma = request.rho or 0.0, request.gamma or 0.0
    test = logrank(data.time, data.event, code, strata=data.strata, entry=data.entry, rho=rho, gamma=gamma)
    answer = logrank_json(test)
    for group in answer["groups"]:
        group["group"] = ordered[group["group"]]
    if math.isnan(test.test.statistic):
        data.warnings.append("The test is not defined: no event happened while two groups were under observation.")
    if request.trend:
        answer["trend"] = {"scores": list(range(1, len(ordered) + 1)), **_chi_square(test.trend)}
    return answer, {"rho": rho, "gamma": gamma, "strata": request.strata}


def _chi_square(test: ChiSquare) -> dict:
    return {"statistic": number(test.statistic), "df": test.df, "p": number(test.p)}
