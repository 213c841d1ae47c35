"""Cox's proportional-hazards regression: Efron or Breslow ties, strata, late entry, time-varying rows, robust errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import chi2, norm  # type: ignore[import-untyped]

from analytics.core import regression_sentences as words
from analytics.core.estimators.logrank import ChiSquare
from analytics.core.estimators.maximum import Maximum, flat, inverse, maximise, spread
from analytics.core.estimators.partial_likelihood import (
    Moments,
    RiskSets,
    information,
    moments,
    risk_sets,
    score,
    score_residuals,
)

# A coefficient, or its standard error, times the reach of its covariate beyond which it is called extreme.
EXTREME = 10.0


@dataclass(frozen=True, slots=True)
class Term:
    """One coefficient. NaN where it has no finite value, and robust_std_error where none was asked for.

    hr is exp(coef); lower and upper are its limits; statistic is z, of the robust standard error if there is one.
    """

    term: str
    coef: float
    std_error: float
    robust_std_error: float
    hr: float
    lower: float
    upper: float
    statistic: float
    p: float


@dataclass(frozen=True, slots=True)
class CoxFit:
    """A fitted model. Below the line: what predictions, residuals and tests need of it.

    n, events, subjects   rows, events, and distinct subjects (rows if none are named)
    loglik, loglik_null   log partial likelihood at the estimates and with all coefficients 0
    wald                  of the robust covariance if there is one; score is not robust, robust_score is (or NaN)
    concordance and the test of proportional hazards have modules of their own.

    beta         (p,) coefficients; very large where `infinite`
    covariance   (p, p) inverse information; robust_covariance (p, p) or None
    sets, at     the risk sets, and their moments at beta
    cluster      (n,) codes or None
    """

    n: int
    events: int
    subjects: int
    terms: tuple[Term, ...]
    ties: str
    confidence: float
    loglik: float
    loglik_null: float
    likelihood_ratio: ChiSquare
    wald: ChiSquare
    score: ChiSquare
    robust_score: ChiSquare
    aic: float
    warnings: tuple[str, ...]
    # ---
    beta: np.ndarray
    covariance: np.ndarray
    robust_covariance: np.ndarray | None
    infinite: np.ndarray
    sets: RiskSets
    at: Moments
    cluster: np.ndarray | None

    @property
    def linear_predictor(self) -> np.ndarray:
        """(n,) x·beta of each row, less its mean."""
        return np.asarray(self.beta @ self.sets.x)

    @property
    def covariance_in_force(self) -> np.ndarray:
        """(p, p) the robust covariance if there is one."""
        return self.covariance if self.robust_covariance is None else self.robust_covariance


def cox(
    time: ArrayLike,
    event: ArrayLike,
    x: ArrayLike,
    *,
    terms: Sequence[str] | None = None,
    entry: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    subject: ArrayLike | None = None,
    ties: str = "efron",
    confidence: float = 0.95,
) -> CoxFit:
    """Fit hazard ratios by maximum partial likelihood.

    time, event, entry, strata, weights, ties   as for `partial_likelihood.risk_sets`
    x           (n, p) covariates without intercept; terms: their p names (x1, x2, .. if not given)
    cluster     (n,) labels; standard errors are then robust to dependence within clusters. Weights that are not whole
                are sampling weights: the errors are robust too, each row its own cluster unless told otherwise
    subject     (n,) labels; only checks that the (entry, time] rows of one subject do not overlap
    confidence  level of the (Wald) limits

    A coefficient without a finite estimate (separated groups) is NaN, and a warning says so; the likelihood-ratio test
    stays valid. Raises ValueError for unusable vectors, no row, no event, more columns than events, a column that tells
    nothing apart, or overlapping rows.

    Source: Cox 1972; Efron 1977; Lin & Wei 1989 (robust). Agrees with R coxph: tests/reference/test_r_cox.py.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; expected a number between 0 and 1")
    sets = risk_sets(time, event, x, entry=entry, strata=strata, weights=weights, ties=ties)
    names = _names(terms, len(sets.x))
    subjects = len(sets.time) if subject is None else _subjects(subject, sets)
    null = moments(sets, np.zeros(len(sets.x)))
    _refuse(sets, null, names)
    clusters = _clusters(cluster, sets)
    best = maximise(sets)
    fit = _fit(sets, best, null, names, clusters, confidence)
    return replace(fit, subjects=subjects)


def _names(terms: Sequence[str] | None, size: int) -> tuple[str, ...]:
    names = tuple(f"x{number + 1}" for number in range(size)) if terms is None else tuple(terms)
    if len(names) != size or len(set(names)) != size:
        raise ValueError(f"terms must have {size} different names, one for each column of x")
    return names


def _subjects(subject: ArrayLike, sets: RiskSets) -> int:
    labels = np.asarray(subject)
    if labels.shape != sets.time.shape:
        raise ValueError("subject must have one label for each time")
    if pd.isna(labels).any():
        raise ValueError(words.MISSING_SUBJECT)
    distinct, code = np.unique(labels, return_inverse=True)
    begin = np.zeros(len(labels)) if sets.entry is None else sets.entry
    order = np.lexsort((begin, code))
    overlap = (code[order][1:] == code[order][:-1]) & (begin[order][1:] < sets.time[order][:-1])
    if overlap.any():
        raise ValueError(words.OVERLAP.format(subject=distinct[code[order][1:][overlap][0]]))
    return len(distinct)


def _refuse(sets: RiskSets, null: Moments, names: tuple[str, ...]) -> None:
    """Raise ValueError where no model can be fitted."""
    size, events = len(names), len(sets.dead)
    if not len(sets.time):
        raise ValueError(words.NO_ROW)
    if not events:
        raise ValueError(words.NO_EVENT.format(n=len(sets.time)))
    if not size:
        raise ValueError(words.NO_COVARIATE)
    if size > events:
        raise ValueError(words.TOO_MANY_COLUMNS.format(columns=size, events=events))
    curvature = information(sets, null)
    # Rounding leaves of a column that never varies a trifle of its square.
    nothing = flat(curvature) | (np.diagonal(curvature) <= 1e-13 * events * spread(sets) ** 2)
    if nothing.any():
        raise ValueError(words.ADDS_NOTHING.format(term=names[int(np.flatnonzero(nothing)[0])]))


def _clusters(cluster: ArrayLike | None, sets: RiskSets) -> np.ndarray | None:
    if cluster is None:
        return None if (sets.weight == np.rint(sets.weight)).all() else np.arange(len(sets.time))
    labels = np.asarray(cluster)
    if labels.shape != sets.time.shape:
        raise ValueError("cluster must have one label for each time")
    if pd.isna(labels).any():
        raise ValueError("cluster has missing labels")
    return np.asarray(np.unique(labels, return_inverse=True)[1])


def _fit(
    sets: RiskSets,
    best: Maximum,
    null: Moments,
    names: tuple[str, ...],
    cluster: np.ndarray | None,
    confidence: float,
) -> CoxFit:
    covariance = inverse(best.information)
    robust = None if cluster is None else _robust(sets, best.at, covariance, cluster)
    gradient = score(sets, null)
    infinite = best.infinite
    in_force = covariance if robust is None else robust
    wald, rank = _quadratic(best.beta, in_force)
    if infinite.any():
        wald = ChiSquare(float("nan"), len(names), float("nan"))
    fit = CoxFit(
        n=len(sets.time),
        events=len(sets.dead),
        subjects=len(sets.time),
        terms=_terms(names, best.beta, covariance, robust, infinite, confidence),
        ties=sets.ties,
        confidence=confidence,
        loglik=best.loglik,
        loglik_null=null.loglik,
        likelihood_ratio=_chi_square(2 * (best.loglik - null.loglik), len(names)),
        wald=wald,
        score=_chi_square(float(gradient @ inverse(information(sets, null)) @ gradient), len(names)),
        robust_score=_robust_score(sets, null, gradient, cluster),
        aic=2 * len(names) - 2 * best.loglik,
        warnings=(),
        beta=best.beta,
        covariance=covariance,
        robust_covariance=robust,
        infinite=infinite,
        sets=sets,
        at=best.at,
        cluster=cluster,
    )
    return replace(fit, warnings=_warnings(fit, best.converged, rank))


def _terms(
    names: tuple[str, ...],
    beta: np.ndarray,
    covariance: np.ndarray,
    robust: np.ndarray | None,
    infinite: np.ndarray,
    confidence: float,
) -> tuple[Term, ...]:
    coef = np.where(infinite, np.nan, beta)
    missing = np.full(len(beta), np.nan)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        std_error = np.where(infinite, np.nan, np.sqrt(np.diagonal(covariance)))
        robust_error = missing if robust is None else np.where(infinite, np.nan, np.sqrt(np.diagonal(robust)))
        used = std_error if robust is None else robust_error
        half = norm.ppf(1 - (1 - confidence) / 2) * used
        statistic = coef / used
        columns = (
            *(coef, std_error, robust_error, np.exp(coef), np.exp(coef - half), np.exp(coef + half), statistic),
            2 * norm.sf(np.abs(statistic)),
        )
    return tuple(
        Term(name, *map(float, numbers)) for name, numbers in zip(names, zip(*columns, strict=True), strict=True)
    )


def by_cluster(rows: np.ndarray, cluster: np.ndarray) -> np.ndarray:
    """(clusters, p) sums of the (n, p) `rows`."""
    return np.stack([np.bincount(cluster, column) for column in rows.T], axis=1)


def _robust(sets: RiskSets, at: Moments, covariance: np.ndarray, cluster: np.ndarray) -> np.ndarray:
    """Lin & Wei's covariance: the sum over clusters of the squared influence on the coefficients."""
    influence = by_cluster(score_residuals(sets, at) * sets.weight[:, None], cluster) @ covariance
    return np.asarray(influence.T @ influence)


def _robust_score(sets: RiskSets, null: Moments, gradient: np.ndarray, cluster: np.ndarray | None) -> ChiSquare:
    if cluster is None:
        return ChiSquare(float("nan"), len(gradient), float("nan"))
    parts = by_cluster(score_residuals(sets, null) * sets.weight[:, None], cluster)
    return _quadratic(gradient, parts.T @ parts)[0]


def _quadratic(vector: np.ndarray, covariance: np.ndarray) -> tuple[ChiSquare, int]:
    """vector' covariance^-1 vector over the columns that are not combinations of those before; their number."""
    kept = ~flat(covariance) if np.isfinite(covariance).all() else np.zeros(len(vector), dtype=bool)
    rank = int(kept.sum())
    if not rank:
        return ChiSquare(float("nan"), len(vector), float("nan")), 0
    statistic = float(vector[kept] @ inverse(covariance[np.ix_(kept, kept)]) @ vector[kept])
    return _chi_square(statistic, rank), rank


def _chi_square(statistic: float, df: int) -> ChiSquare:
    return ChiSquare(statistic, df, float(chi2.sf(statistic, df)))


def _warnings(fit: CoxFit, converged: bool, rank: int) -> tuple[str, ...]:
    found = [] if converged else [words.NOT_CONVERGED]
    found += _of_terms(fit)
    ratio = fit.events / len(fit.terms)
    if ratio < 10:
        found.append((words.FEW_EVENTS if ratio >= 5 else words.VERY_FEW_EVENTS).format(ratio=f"{ratio:.1f}"))
    if fit.cluster is not None:
        clusters = int(fit.cluster.max()) + 1
        if clusters < 10:
            found.append(words.FEW_CLUSTERS.format(n=clusters))
        if rank < len(fit.terms):
            found.append(words.CLUSTERS_FEWER_THAN_TERMS.format(rank=rank, terms=len(fit.terms)))
    never = int((fit.sets.leave == len(fit.sets.times)).sum())
    if never:
        found.append(words.counted(words.LONE_ROWS, never))
    return tuple(found)


def _of_terms(fit: CoxFit) -> list[str]:
    """Separation: levels without events, coefficients without a finite or with an extreme estimate."""
    found = []
    scale, error = spread(fit.sets), np.sqrt(np.maximum(np.diagonal(fit.covariance), 0))
    for column, term in enumerate(fit.terms):
        values = fit.sets.x[column]
        low, high = values.min(), values.max()
        binary = bool(((values == low) | (values == high)).all())
        dead = values[fit.sets.dead]
        found += [
            words.LEVEL_WITHOUT_EVENT.format(term=term.term, value=f"{level + fit.sets.centre[column]:g}")
            for level in ((low, high) if binary else ())
            if not (dead == level).any()
        ]
        reach = high - low if binary else scale[column]
        if fit.infinite[column]:
            found.append(words.INFINITE.format(term=term.term))
        elif max(abs(term.coef), error[column]) * reach > EXTREME:
            found.append(words.EXTREME.format(term=term.term))
    return found
