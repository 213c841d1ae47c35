"""What can be asked of a CSV file: the methods, the options each knows, and requests that contradict themselves."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIMITS = ("log-log", "log", "plain")
WEIGHTS = ("fleming-harrington", "gehan", "tarone-ware", "peto")
TIES = ("efron", "breslow")
TRANSFORMS = ("km", "rank", "identity", "log")
SEED = 20250302
MOST_PERMUTATIONS = 1_000_000


class RefusedError(ValueError):
    """The request or the file cannot be used; the message says what and where, in one line."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to estimate from which columns of a CSV file. None: the method's default, or not asked for.

    time, status, entry, group, strata, cluster, subject, covariates, x, n  names of columns
    reference    "COLUMN=LEVEL": the column is a category, compared with that level
    cause        the status that counts as the event
    at, tau      times at which curves are read; the horizon of a restricted mean
    landmark     rows observed beyond this time are used, counted from it
    change       column: the time at which an exposure begins, empty for never
    potential    column: the follow-up that was possible, for Clark's completeness
    resamples    of the bootstrap that corrects the concordance for optimism
    """

    file: Path
    method: str
    time: str | None = None
    status: str | None = None
    entry: str | None = None
    group: str | None = None
    strata: str | None = None
    covariates: tuple[str, ...] | None = None
    reference: tuple[str, ...] | None = None
    cluster: str | None = None
    subject: str | None = None
    x: str | None = None
    n: str | None = None
    cause: int | None = None
    at: tuple[float, ...] | None = None
    tau: float | None = None
    landmark: float | None = None
    change: str | None = None
    potential: str | None = None
    resamples: int | None = None
    limits: str | None = None
    confidence: float | None = None
    rho: float | None = None
    gamma: float | None = None
    weights: str | None = None
    trend: bool = False
    pairwise: bool = False
    permutations: int | None = None
    seed: int | None = None
    ties: str | None = None
    transform: str | None = None

    @property
    def level(self) -> float:
        """The confidence level in force."""
        return 0.95 if self.confidence is None else self.confidence

    @property
    def references(self) -> dict[str, str]:
        """Column -> reference level."""
        pairs = (text.partition("=") for text in self.reference or ())
        return {column.strip(): level.strip() for column, _, level in pairs}


@dataclass(frozen=True, slots=True)
class Method:
    """A method: the module of this package that answers, the options it needs and those it knows besides.

    competing  statuses above 1 are competing events to it; others refuse them unless --cause names the one to count
    """

    module: str
    needs: tuple[str, ...]
    knows: tuple[str, ...]
    competing: bool = False


_TIMES = ("time", "status")
_ALWAYS = ("file", "method", "cause", "confidence")

METHODS: dict[str, Method] = {
    "kaplan-meier": Method("curves", _TIMES, ("entry", "group", "at", "limits", "landmark")),
    "logrank": Method(
        "tests",
        (*_TIMES, "group"),
        ("entry", "strata", "rho", "gamma", "weights", "landmark", "trend", "pairwise", "permutations", "seed"),
    ),
    "reverse-kaplan-meier": Method("curves", _TIMES, ("entry", "group", "at", "limits", "potential")),
    "cumulative-incidence": Method("competing", _TIMES, ("entry", "group", "at", "limits"), competing=True),
    "gray": Method("competing", (*_TIMES, "group"), ("strata", "rho"), competing=True),
    "fine-gray": Method("regression", (*_TIMES, "covariates"), ("strata", "reference", "cluster"), competing=True),
    "cox": Method(
        "regression",
        (*_TIMES, "covariates"),
        (
            *("strata", "reference", "cluster", "entry", "subject", "ties", "transform"),
            *("landmark", "change", "resamples", "seed"),
        ),
    ),
    "firth-cox": Method(
        "regression",
        (*_TIMES, "covariates"),
        ("entry", "strata", "reference", "ties", "landmark", "change", "resamples", "seed"),
    ),
    "restricted-mean": Method("restricted_mean", _TIMES, ("entry", "group", "tau", "landmark")),
    "odds-ratio": Method("odds_ratio", ("status", "group"), ("time",)),
    "proportion": Method("proportion", (), ("time", "status", "group", "x", "n")),
}


def check(request: Request) -> None:
    """Raise RefusedError for an unknown method, an option it does not know, lacks or cannot read."""
    if request.method not in METHODS:
        raise RefusedError(f"--method is {request.method!r}; expected one of {', '.join(METHODS)}")
    method = METHODS[request.method]
    given = [name for name in Request.__dataclass_fields__ if _is_given(getattr(request, name))]
    for name in given:
        if name not in (*_ALWAYS, *method.needs, *method.knows):
            raise RefusedError(f"--{name} does not apply to {request.method}")
    for name in method.needs:
        if name not in given and not (name == "covariates" and "change" in given):
            raise RefusedError(f"--method {request.method} needs --{name}")
    _check_together(request, given)
    for name, (holds, expected) in _VALUES.items():
        value = getattr(request, name)
        if value is not None and not all(holds(one) for one in (value if isinstance(value, tuple) else (value,))):
            raise RefusedError(f"--{name} {expected}; found {_shown(value)}")
    _check_columns(request)


def _is_given(value: Any) -> bool:
    # 0 is a value: it equals False, and is not it.
    return value is not None and value is not False and value != ()


def _check_together(request: Request, given: list[str]) -> None:
    if request.method == "proportion":
        if {"x", "n"} <= set(given) and not {"status", "cause"} & set(given):
            return
        if "status" not in given or {"x", "n"} & set(given):
            raise RefusedError("--method proportion needs --status (one row a patient), or both --x and --n (counts)")
    if "permutations" in given and {"entry", "rho", "gamma", "weights"} & set(given):
        raise RefusedError("--permutations does not go with --entry or weights: it permutes the plain log-rank")
    if "weights" in given and {"rho", "gamma", "pairwise"} & set(given):
        raise RefusedError(
            "--weights does not go with --pairwise, nor with --rho and --gamma, which are weights themselves"
        )
    if "seed" in given and not {"permutations", "resamples"} & set(given):
        raise RefusedError("--seed does not apply without --permutations or --resamples")
    if {"landmark", "change"} & set(given) and {"entry", "subject"} & set(given):
        raise RefusedError("--landmark and --change do not go with --entry or --subject")
    if "resamples" in given and {"cluster", "change"} & set(given):
        raise RefusedError("--resamples does not go with --cluster or --change: whole rows are drawn")


def _check_columns(request: Request) -> None:
    """Raise RefusedError where one column is asked to be two things that exclude each other."""
    outcome = [name for name in ("time", "status", "entry", "x", "n") if getattr(request, name) is not None]
    for i, name in enumerate(outcome):
        for other in outcome[i + 1 :]:
            if getattr(request, name) == getattr(request, other):
                raise RefusedError(f"--{name} and --{other} are both {getattr(request, name)!r}; expected two columns")
    covariates = request.covariates or ()
    for column in covariates:
        if covariates.count(column) > 1:
            raise RefusedError(f"--covariates names {column!r} twice")
        for name in (*outcome, "subject"):
            if getattr(request, name) == column:
                raise RefusedError(f"--covariates {column!r} is the column of --{name}; it cannot be a covariate too")
    for text in request.reference or ():
        if "=" not in text or text.partition("=")[0].strip() not in covariates:
            raise RefusedError(f"--reference is {text!r}; expected COLUMN=LEVEL of a column in --covariates")


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) or "nothing" if isinstance(value, tuple) else repr(value)


def _from_zero(value: float) -> bool:
    return math.isfinite(value) and value >= 0


def _one_of(choices: tuple[str, ...]) -> tuple[Callable[[Any], bool], str]:
    return (lambda value: value in choices), f"must be one of {', '.join(choices)}"


_VALUES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "at": (_from_zero, "must be numbers from 0"),
    "rho": (_from_zero, "must be a number from 0"),
    "gamma": (_from_zero, "must be a number from 0"),
    "landmark": (lambda value: math.isfinite(value) and value > 0, "must be a number above 0"),
    "resamples": (lambda value: 1 <= value <= 100_000, "must be from 1 to 100000"),
    "tau": (lambda value: math.isfinite(value) and value > 0, "must be a number above 0"),
    "cause": (lambda value: value >= 1, "must be a status of 1 or above"),
    "confidence": (lambda value: 0.5 <= value < 1, "must be a level from 0.5 to below 1, such as 0.95"),
    "permutations": (lambda value: 1 <= value <= MOST_PERMUTATIONS, f"must be from 1 to {MOST_PERMUTATIONS}"),
    "seed": (lambda value: 0 <= value < 2**63, "must be a whole number from 0"),
    "covariates": (bool, "must be names of columns separated by commas"),
    "limits": _one_of(LIMITS),
    "weights": _one_of(WEIGHTS),
    "ties": _one_of(TIES),
    "transform": _one_of(TRANSFORMS),
}
