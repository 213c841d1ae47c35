"""Logistic regression for adjusted odds ratios: ordinary or with Firth's penalty, with profile limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, log_expit  # type: ignore[import-untyped]
from scipy.stats import chi2  # type: ignore[import-untyped]

from analytics.core import regression_sentences as words
from analytics.core import small_sample_sentences as few
from analytics.core.estimators.ascent import Curve, Point, fall_of, limit, maximise, without
from analytics.core.estimators.logrank import ChiSquare
from analytics.core.estimators.maximum import flat, inverse, solve

# At a maximum a further Newton step is nothing; one that is still this large, in standard deviations of the covariate,
# means a likelihood that goes on rising (separation).
STILL_MOVING = 1e-3


@dataclass(frozen=True, slots=True)
class OddsTerm:
    """One coefficient and its odds ratio with profile-likelihood limits; statistic and p of the likelihood-ratio test.

    NaN where there is no finite value; of an ordinary fit under separation all but the test.
    """

    term: str
    coef: float
    std_error: float
    odds_ratio: float
    lower: float
    upper: float
    statistic: float
    p: float


@dataclass(frozen=True, slots=True)
class LogisticFit:
    """A fitted model; `events` are the rows with y = 1.

    loglik, loglik_null  at the estimates, and with the intercept alone; of a penalised fit both with the penalty of the
                         full model, for covariates in units of their standard deviation
    beta, covariance     (1 + p) with the intercept first
    """

    n: int
    events: int
    terms: tuple[OddsTerm, ...]
    penalised: bool
    confidence: float
    loglik: float
    loglik_null: float
    likelihood_ratio: ChiSquare
    converged: bool
    warnings: tuple[str, ...]
    beta: np.ndarray
    covariance: np.ndarray


def logistic(
    y: ArrayLike,
    x: ArrayLike,
    *,
    terms: Sequence[str] | None = None,
    firth: bool = False,
    confidence: float = 0.95,
) -> LogisticFit:
    """Fit log odds as a linear function of covariates.

    y           (n,) bool, or numbers 0 and 1
    x           (n, p) finite numbers without intercept; terms: their p names (x1, x2, .. if not given)
    firth       with Firth's penalty: finite also under separation, less biased with few events
    confidence  level of the profile limits

    Raises ValueError for unusable vectors, no row, y that is the same in all rows, or a column that tells nothing apart.

    Source: Firth 1993; Heinze & Schemper 2002 (penalty, profile limits, tests with the penalty of the full model). Agrees
    with R glm, its profile limits, and brglm2 (type = "AS_mean"):
    tests/reference/test_r_logistic.py.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; expected a number between 0 and 1")
    outcome, matrix = _checked(y, x)
    names = tuple(f"x{place + 1}" for place in range(matrix.shape[1])) if terms is None else tuple(terms)
    if len(names) != matrix.shape[1] or len(set(names)) != len(names):
        raise ValueError(f"terms must have {matrix.shape[1]} different names, one for each column of x")
    _refuse(outcome, matrix, names)
    spread, centre = matrix.std(axis=0), matrix.mean(axis=0)
    design = np.column_stack((np.ones(len(outcome)), (matrix - centre) / spread))
    curve, zero = partial(_point, outcome, design, firth), np.zeros(design.shape[1])
    best, null = maximise(curve, zero), maximise(curve, zero, np.arange(len(zero)) == 0)
    infinite = np.abs(solve(best.information, best.gradient)) > STILL_MOVING
    rows = tuple(
        _term(curve, best, place, name, float(spread[place - 1]), bool(infinite[place]), confidence)
        for place, name in enumerate(names, start=1)
    )
    statistic = 2 * (best.loglik - null.loglik)
    back = np.diag(np.concatenate(([1.0], 1 / spread)))
    back[0, 1:] = -centre / spread
    return LogisticFit(
        n=len(outcome),
        events=int(outcome.sum()),
        terms=rows,
        penalised=firth,
        confidence=confidence,
        loglik=best.loglik,
        loglik_null=null.loglik,
        likelihood_ratio=ChiSquare(statistic, len(names), float(chi2.sf(statistic, len(names)))),
        converged=best.converged,
        warnings=_warnings(rows, best.converged, infinite[1:], outcome),
        beta=back @ best.beta,
        covariance=back @ inverse(best.information) @ back.T,
    )


def _checked(y: ArrayLike, x: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    outcome, matrix = np.asarray(y), np.asarray(x, dtype="float64")
    matrix = matrix[:, None] if matrix.ndim == 1 else matrix
    if outcome.ndim != 1 or matrix.ndim != 2 or len(matrix) != len(outcome):
        raise ValueError(f"y and x must have the same rows; their shapes: {outcome.shape}, {matrix.shape}")
    if outcome.dtype != bool and not np.isin(outcome, (0, 1)).all():
        raise ValueError("y has values other than 0 and 1")
    if not np.isfinite(matrix).all():
        raise ValueError("x has missing or infinite values; expected finite numbers")
    return outcome.astype(bool), matrix


def _refuse(outcome: np.ndarray, matrix: np.ndarray, names: tuple[str, ...]) -> None:
    if not len(outcome):
        raise ValueError(words.NO_ROW)
    if outcome.all() or not outcome.any():
        raise ValueError(few.ONE_OUTCOME.format(n=len(outcome)))
    if not names:
        raise ValueError(words.NO_COVARIATE)
    centred = matrix - matrix.mean(axis=0)
    nothing = (matrix.std(axis=0) <= 1e-12 * np.abs(matrix).max(axis=0)) | flat(centred.T @ centred)
    if nothing.any():
        raise ValueError(few.TELLS_NOTHING.format(term=names[int(np.flatnonzero(nothing)[0])]))


def _point(outcome: np.ndarray, design: np.ndarray, firth: bool, beta: np.ndarray) -> Point:
    """(Penalised) log likelihood, information and gradient at beta."""
    predictor = design @ beta
    share = expit(predictor)
    weight = share * (1 - share)
    information = (design * weight[:, None]).T @ design
    loglik = float(np.where(outcome, log_expit(predictor), log_expit(-predictor)).sum())
    residual = outcome - share
    if not firth:
        return Point(beta, loglik, information, design.T @ residual)
    sign, log_det = np.linalg.slogdet(information)
    back = inverse(information)
    if sign <= 0 or not np.isfinite(back).all():
        return Point(beta, -np.inf, information, np.full(len(beta), np.nan))
    # Half the derivative of log det: each row's leverage times 1/2 - share.
    leverage = weight * np.einsum("nj,jk,nk->n", design, back, design, optimize=True)
    return Point(beta, loglik + log_det / 2, information, design.T @ (residual + leverage * (0.5 - share)))


def _term(
    curve: Curve, best: Point, place: int, name: str, spread: float, infinite: bool, confidence: float
) -> OddsTerm:
    """In the covariate's own unit; `curve` is in standard deviations."""
    statistic = without(curve, best, place)
    p = float(chi2.sf(statistic, 1))
    nan = float("nan")
    if infinite:
        return OddsTerm(name, nan, nan, nan, nan, nan, statistic, p)
    lower, upper = (limit(curve, best, place, fall_of(confidence), side, 1.0) / spread for side in (-1, 1))
    coef = float(best.beta[place]) / spread
    std_error = float(np.sqrt(inverse(best.information)[place, place])) / spread
    with np.errstate(over="ignore"):
        ratio, low, high = (float(np.exp(value)) for value in (coef, lower, upper))
    return OddsTerm(name, coef, std_error, ratio, low, high, statistic, p)


def _warnings(
    rows: tuple[OddsTerm, ...], converged: bool, infinite: np.ndarray, outcome: np.ndarray
) -> tuple[str, ...]:
    found = [] if converged else [words.NOT_CONVERGED]
    for row, away in zip(rows, infinite, strict=True):
        if away:
            found.append(few.SEPARATED_OUTCOME.format(term=row.term))
        elif np.isnan((row.lower, row.upper)).any():
            found.append(few.NO_LIMIT.format(term=row.term))
    fewer = min(int(outcome.sum()), int((~outcome).sum()))
    if fewer < 10 * len(rows):
        found.append(few.FEW_OUTCOMES.format(n=fewer, columns=len(rows)))
    return tuple(found)
