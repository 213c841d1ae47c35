"""Fine and Gray: regression on the hazard of the subdistribution, that is on the cumulative incidence of one cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2, norm  # type: ignore[import-untyped]

from analytics.core import regression_sentences as words
from analytics.core.estimators.causes import causes_of, competing
from analytics.core.estimators.cox import EXTREME, Term, by_cluster
from analytics.core.estimators.logrank import ChiSquare, coded
from analytics.core.estimators.maximum import DECREMENT, HALVINGS, ROUNDING, STEPS, STILL_MOVING, flat, inverse, solve
from analytics.core.estimators.subdistribution import Moments, Part, moments, part, residuals

CONVENTIONS = ("crr", "finegray")


@dataclass(frozen=True, slots=True)
class FineGrayFit:
    """A fitted model, in the shape of CoxFit.

    n, events, competing  rows, events of the cause, events of other causes
    terms                 std_error is Fine and Gray's; robust_std_error is set if clusters were named
    likelihood_ratio      of a pseudo-likelihood: only roughly chi-squared
    score                 at 0, by the covariance of Fine and Gray there
    beta, covariance      (p,), (p, p); robust_covariance or None; model_covariance is the inverse information
    time, hazard          per stratum: event times and cumulative baseline hazard of the subdistribution (covariates 0)
    """

    n: int
    events: int
    competing: int
    cause: int
    terms: tuple[Term, ...]
    ties: str
    convention: str
    confidence: float
    loglik: float
    loglik_null: float
    likelihood_ratio: ChiSquare
    wald: ChiSquare
    score: ChiSquare
    warnings: tuple[str, ...]
    beta: np.ndarray
    covariance: np.ndarray
    robust_covariance: np.ndarray | None
    model_covariance: np.ndarray
    infinite: np.ndarray
    time: tuple[np.ndarray, ...]
    hazard: tuple[np.ndarray, ...]


def fine_gray(
    time: ArrayLike,
    status: ArrayLike,
    x: ArrayLike,
    *,
    cause: int = 1,
    terms: Sequence[str] | None = None,
    strata: ArrayLike | None = None,
    baseline_strata: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    convention: str = "crr",
    confidence: float = 0.95,
) -> FineGrayFit:
    """Fit ratios of subdistribution hazards of `cause`.

    time, status     as for `causes.competing`
    x, terms         (n, p) covariates without intercept, their p names
    strata           (n,) labels; the censoring distribution is estimated within each [crr's cengroup]
    baseline_strata  (n,) labels; each has its own baseline hazard, and its own censoring distributions
    cluster          (n,) labels; adds standard errors robust to dependence within clusters
    convention       crr: events are at risk of a censoring at the same time, and the variance has a part for estimating
                     the censoring distribution; finegray: events leave first, and it has not
    confidence       level of the (Wald) limits

    Ties by Breslow. A coefficient without a finite estimate is NaN, and a warning says so. Raises ValueError for unusable
    vectors or cause, no row, no event of the cause, more columns than events, or a column that tells nothing apart.

    Source: Fine & Gray 1999; Zhou et al. 2011 (strata), 2012 (clusters); Geskus 2011 (finegray). Agrees with R
    cmprsk::crr, and the finegray convention with survival's finegray and coxph: tests/reference/test_r_competing_risks.py.
    With several strata the part for the censoring distribution is crr's, which counts of the events to come only those of
    the same stratum; the paper's formula counts all. The standard errors differ by up to some per cent.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; expected a number between 0 and 1")
    if convention not in CONVENTIONS:
        raise ValueError(f"convention is {convention!r}; expected one of {', '.join(CONVENTIONS)}")
    data = competing(time, status)
    causes_of(data.status, (cause,))
    size, events = len(data), int((data.status == cause).sum())
    matrix, centre, names = _matrix(x, terms, size)
    if not size:
        raise ValueError(words.NO_ROW)
    if not events:
        raise ValueError(words.NO_EVENT_OF_CAUSE.format(cause=cause, n=size))
    if not len(names):
        raise ValueError(words.NO_COVARIATE)
    if len(names) > events:
        raise ValueError(words.TOO_MANY_COLUMNS.format(columns=len(names), events=events))
    rows = _rows(baseline_strata, size)
    _, of_group = coded(np.zeros(size) if strata is None else strata, size, "strata")
    leave_first = convention == "finegray"
    parts = [
        part(data.time[own], data.status[own], matrix[own], cause, of_group[own], leave_first=leave_first)
        for own in rows
    ]
    clusters = None if cluster is None else coded(cluster, size, "cluster")[1]
    null = _sum(parts, np.zeros(len(names)))
    scale = np.sqrt((matrix**2).mean(axis=0))
    _refuse(null.information, events, scale, names)
    best = _maximise(parts, null, scale)
    influence = _influence(parts, rows, best.each, convention)
    model = inverse(best.information)
    covariance = model @ influence.T @ influence @ model
    robust = None
    if clusters is not None:
        grouped = by_cluster(influence, clusters)
        robust = model @ grouped.T @ grouped @ model
    at_null = _influence(parts, rows, null.each, convention)
    in_force = covariance if robust is None else robust
    finite = not best.infinite.any()
    others = int((data.status > 0).sum()) - events
    return FineGrayFit(
        n=size,
        events=events,
        competing=others,
        cause=cause,
        terms=_terms(names, best, covariance, robust, confidence),
        ties="breslow",
        convention=convention,
        confidence=confidence,
        loglik=best.loglik,
        loglik_null=null.loglik,
        likelihood_ratio=_chi_square(2 * (best.loglik - null.loglik), len(names)),
        wald=_quadratic(best.beta, in_force) if finite else ChiSquare(float("nan"), len(names), float("nan")),
        score=_quadratic(null.score, at_null.T @ at_null),
        warnings=_warnings(parts, best, covariance, names, centre, others, clusters),
        beta=best.beta,
        covariance=covariance,
        robust_covariance=robust,
        model_covariance=model,
        infinite=best.infinite,
        time=tuple(one.times for one in parts),
        hazard=tuple(np.cumsum(at.hazard) * np.exp(-centre @ best.beta) for at in best.each),
    )


def predicted_incidence(fit: FineGrayFit, x: ArrayLike, times: ArrayLike, *, stratum: int = 0) -> np.ndarray:
    """(rows of x, times) cumulative incidence predicted for covariates x. Agrees with R predict.crr."""
    hazard = np.concatenate(([0.0], fit.hazard[stratum]))
    at = np.searchsorted(fit.time[stratum], np.asarray(times, dtype="float64"), side="right")
    risk = np.exp(np.atleast_2d(np.asarray(x, dtype="float64")) @ fit.beta)
    return np.asarray(-np.expm1(-np.outer(risk, hazard[at])))


@dataclass(frozen=True, slots=True)
class _Sum:
    """The strata together, and each of them; where the maximum is, and whether it is one."""

    beta: np.ndarray
    loglik: float
    score: np.ndarray
    information: np.ndarray
    each: list[Moments]
    infinite: np.ndarray
    converged: bool = False


def _matrix(x: ArrayLike, terms: Sequence[str] | None, size: int) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """The covariates less their means, the means, the names."""
    matrix = np.asarray(x, dtype="float64")
    if matrix.ndim == 1:
        matrix = matrix[:, None]
    if matrix.ndim != 2 or len(matrix) != size:
        raise ValueError(f"x must have one row for each time; its shape: {matrix.shape}")
    if not np.isfinite(matrix).all():
        raise ValueError("x has missing or infinite values")
    count = matrix.shape[1]
    names = tuple(f"x{number + 1}" for number in range(count)) if terms is None else tuple(terms)
    if len(names) != count or len(set(names)) != count:
        raise ValueError(f"terms must have {count} different names, one for each column of x")
    centre = matrix.mean(axis=0) if size else np.zeros(count)
    return matrix - centre, centre, names


def _rows(strata: ArrayLike | None, size: int) -> list[np.ndarray]:
    if strata is None:
        return [np.arange(size)]
    levels, code = coded(strata, size, "baseline_strata")
    return [np.flatnonzero(code == level) for level in range(len(levels))]


def _refuse(curvature: np.ndarray, events: int, scale: np.ndarray, names: tuple[str, ...]) -> None:
    nothing = flat(curvature) | (np.diagonal(curvature) <= 1e-13 * events * scale**2)
    if nothing.any():
        raise ValueError(words.ADDS_NOTHING.format(term=names[int(np.flatnonzero(nothing)[0])]))


def _sum(parts: list[Part], beta: np.ndarray) -> _Sum:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        each = [moments(one, beta) for one in parts]
    return _Sum(
        beta=beta,
        loglik=sum(at.loglik for at in each),
        score=np.sum([at.score for at in each], axis=0),
        information=np.sum([at.information for at in each], axis=0),
        each=each,
        infinite=np.zeros(len(beta), dtype=bool),
    )


def _maximise(parts: list[Part], start: _Sum, scale: np.ndarray) -> _Sum:
    """Newton's method with step halving, ended and judged as `maximum.maximise` does."""
    at = start
    for _step in range(STEPS):
        step = solve(at.information, at.score)
        last = float(at.score @ step) < DECREMENT
        there = _climb(parts, at, step)
        if there is None:
            return at
        at = there
        if last:
            infinite = np.abs(step) * scale > STILL_MOVING
            return _Sum(at.beta, at.loglik, at.score, at.information, at.each, infinite, converged=True)
    return at


def _climb(parts: list[Part], at: _Sum, step: np.ndarray) -> _Sum | None:
    slack = ROUNDING * (1 + abs(at.loglik))
    for _halving in range(HALVINGS):
        there = _sum(parts, at.beta + step)
        if np.isfinite(there.loglik) and there.loglik >= at.loglik - slack:
            return there
        step = step / 2
    return None


def _influence(parts: list[Part], rows: list[np.ndarray], each: list[Moments], convention: str) -> np.ndarray:
    """(n, p) what each row adds to the score, with its part in the censoring distribution under crr."""
    result = np.zeros((sum(len(own) for own in rows), parts[0].x.shape[1]))
    for one, own, at in zip(parts, rows, each, strict=True):
        if len(one.times):
            result[own] = residuals(one, at, with_censoring=convention == "crr")
    return result


def _terms(
    names: tuple[str, ...], best: _Sum, covariance: np.ndarray, robust: np.ndarray | None, confidence: float
) -> tuple[Term, ...]:
    missing = np.full(len(names), np.nan)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        coef = np.where(best.infinite, np.nan, best.beta)
        std_error = np.where(best.infinite, np.nan, np.sqrt(np.diagonal(covariance)))
        robust_error = missing if robust is None else np.where(best.infinite, np.nan, np.sqrt(np.diagonal(robust)))
        used = std_error if robust is None else robust_error
        half = norm.ppf(1 - (1 - confidence) / 2) * used
        columns = (
            *(coef, std_error, robust_error, np.exp(coef), np.exp(coef - half), np.exp(coef + half), coef / used),
            2 * norm.sf(np.abs(coef / used)),
        )
    return tuple(
        Term(name, *map(float, numbers)) for name, numbers in zip(names, zip(*columns, strict=True), strict=True)
    )


def _chi_square(statistic: float, df: int) -> ChiSquare:
    return ChiSquare(statistic, df, float(chi2.sf(statistic, df)))


def _quadratic(vector: np.ndarray, covariance: np.ndarray) -> ChiSquare:
    if not np.isfinite(covariance).all() or flat(covariance).any():
        return ChiSquare(float("nan"), len(vector), float("nan"))
    return _chi_square(float(vector @ inverse(covariance) @ vector), len(vector))


def _warnings(
    parts: list[Part],
    best: _Sum,
    covariance: np.ndarray,
    names: tuple[str, ...],
    centre: np.ndarray,
    others: int,
    clusters: np.ndarray | None,
) -> tuple[str, ...]:
    x = np.concatenate([one.x for one in parts])
    dead = np.concatenate([one.x[one.dead] for one in parts])
    found = [] if best.converged else [words.NOT_CONVERGED]
    error = np.sqrt(np.maximum(np.diagonal(covariance), 0))
    for column, name in enumerate(names):
        low, high = x[:, column].min(), x[:, column].max()
        binary = bool(((x[:, column] == low) | (x[:, column] == high)).all())
        found += [
            words.LEVEL_WITHOUT_EVENT.format(term=name, value=f"{level + centre[column]:g}")
            for level in ((low, high) if binary else ())
            if not (dead[:, column] == level).any()
        ]
        reach = high - low if binary else x[:, column].std()
        if best.infinite[column]:
            found.append(words.INFINITE_INCIDENCE.format(term=name))
        elif max(abs(best.beta[column]), error[column]) * reach > EXTREME:
            found.append(words.EXTREME.format(term=name))
    ratio = len(dead) / len(names)
    if ratio < 10:
        found.append((words.FEW_EVENTS if ratio >= 5 else words.VERY_FEW_EVENTS).format(ratio=f"{ratio:.1f}"))
    if not others:
        found.append(words.NOTHING_COMPETES)
    if clusters is not None and (number := int(clusters.max()) + 1) < 10:
        found.append(words.FEW_CLUSTERS.format(n=number))
    return tuple(found)
