"""Cox regression with Firth's penalty: for few events, sparse levels, and groups without an event."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2, norm  # type: ignore[import-untyped]

from analytics.core.estimators.logrank import ChiSquare
from analytics.core.estimators.maximum import inverse
from analytics.core.estimators.partial_likelihood import RiskSets, risk_sets
from analytics.core.estimators.penalised import Point, dependent, limit, maximise, point

NO_EVENT_TO_FIT = "No event happened: no regression is estimated."
NOT_CONVERGED = "The penalised likelihood did not converge: the estimates are not to be used."
NO_LIMIT = "{term}: the penalised profile likelihood does not fall far enough; the limit on that side is not estimable."
TEST_NOT_CONVERGED = "{term}: the penalised likelihood without it did not converge; its p value is not estimable."
OF_A_FIRTH_FIT = (NO_EVENT_TO_FIT, NOT_CONVERGED, NO_LIMIT, TEST_NOT_CONVERGED)


@dataclass(frozen=True, slots=True)
class FirthFit:
    """A fitted regression; vectors have one value for each term, NaN where not estimable.

    n, events     rows and events used
    std_error     from the information at the estimate; robust_std_error is not defined for a penalised fit and is NaN
    lower, upper  profile penalised-likelihood limits of the hazard ratio
    statistic, p  penalised likelihood-ratio test of each term (chi-squared, 1 degree of freedom)
    loglik, loglik_null  penalised log likelihoods, at the estimate and with all coefficients 0, for covariates in units
                  of their standard deviation (as coxphf prints them), so that no unit changes them
    score         of the penalised score with all coefficients 0
    """

    n: int
    events: int
    terms: tuple[str, ...]
    coef: np.ndarray
    std_error: np.ndarray
    robust_std_error: np.ndarray
    hr: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    statistic: np.ndarray
    p: np.ndarray
    covariance: np.ndarray
    loglik: float
    loglik_null: float
    likelihood_ratio: ChiSquare
    wald: ChiSquare
    score: ChiSquare
    ties: str
    confidence: float
    converged: bool
    warnings: tuple[str, ...]
    sets: RiskSets = field(repr=False)


def firth_cox(
    time: ArrayLike,
    event: ArrayLike,
    x: ArrayLike,
    *,
    terms: tuple[str, ...] | list[str] | None = None,
    entry: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    ties: str = "breslow",
    confidence: float = 0.95,
) -> FirthFit:
    """Fit a proportional hazards regression by maximum penalised likelihood.

    time, event, entry, strata, weights  as for `cox`
    x           (n, p) numbers, no intercept
    terms       names of the columns; x1, x2, .. if not given
    ties        breslow (as coxphf) or efron
    confidence  level of the profile limits

    Finite also under separation, and less biased away from 1 with few events. Raises ValueError as `cox` does, and for
    covariates that are constant or collinear. Without any event all is NaN with a warning.

    Source: Firth 1993; Heinze & Schemper 2001 (penalised score, profile limits, likelihood-ratio tests with the penalty
    of the full model). Agrees with R coxphf, and with the same function maximised in R by optim:
    tests/reference/test_r_firth.py.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; expected a number between 0 and 1")
    sets = risk_sets(time, event, x, entry=entry, strata=strata, weights=weights, ties=ties)
    names = _names(terms, len(sets.x))
    if not len(sets.dead):
        return _nothing(sets, names, confidence)
    if (lost := dependent(sets)).any():
        which = ", ".join(name for name, bad in zip(names, lost, strict=True) if bad)
        raise ValueError(
            f"{which}: constant among those at risk when events happen, or determined by the terms before; leave it out"
        )
    best = maximise(sets)
    warnings = [] if best.converged else [NOT_CONVERGED]
    fall = float(chi2.ppf(confidence, 1)) / 2
    sides = np.array([[limit(sets, best, j, fall, side) for side in (-1, 1)] for j in range(len(names))])
    warnings += [NO_LIMIT.format(term=name) for name, pair in zip(names, sides, strict=True) if np.isnan(pair).any()]
    statistic = np.array([_without(sets, best, j) for j in range(len(names))])
    warnings += [
        TEST_NOT_CONVERGED.format(term=name) for name, one in zip(names, statistic, strict=True) if np.isnan(one)
    ]
    covariance, null = inverse(best.information), point(sets, np.zeros(len(names)))
    unit = float(np.log(np.std(sets.x, axis=1, ddof=1)).sum())
    return FirthFit(
        n=len(sets.time),
        events=len(sets.dead),
        terms=names,
        coef=best.beta,
        std_error=np.sqrt(np.diagonal(covariance)),
        robust_std_error=np.full(len(names), np.nan),
        hr=np.exp(best.beta),
        lower=np.exp(sides[:, 0]),
        upper=np.exp(sides[:, 1]),
        statistic=statistic,
        p=chi2.sf(statistic, 1),
        covariance=covariance,
        loglik=best.loglik - unit,
        loglik_null=null.loglik - unit,
        likelihood_ratio=_test(2 * (best.loglik - null.loglik), len(names)),
        wald=_test(float(best.beta @ best.information @ best.beta), len(names)),
        score=_test(float(null.gradient @ inverse(null.information) @ null.gradient), len(names)),
        ties=ties,
        confidence=confidence,
        converged=best.converged,
        warnings=tuple(warnings),
        sets=sets,
    )


def wald_limits(fit: FirthFit) -> tuple[np.ndarray, np.ndarray]:
    """Limits exp(coef -/+ z standard errors) of the hazard ratios, for comparison with the profile limits."""
    half = norm.isf((1 - fit.confidence) / 2) * fit.std_error
    return np.exp(fit.coef - half), np.exp(fit.coef + half)


def _without(sets: RiskSets, best: Point, term: int) -> float:
    """Twice the fall of the penalised likelihood when one coefficient is held at 0."""
    free = np.arange(len(best.beta)) != term
    start = best.beta.copy()
    start[term] = 0
    found = maximise(sets, start, free)
    return max(2 * (best.loglik - found.loglik), 0.0) if found.converged else float("nan")


def _test(statistic: float, df: int) -> ChiSquare:
    return ChiSquare(statistic, df, float(chi2.sf(statistic, df)))


def _names(terms: Any, size: int) -> tuple[str, ...]:
    names = tuple(f"x{j + 1}" for j in range(size)) if terms is None else tuple(str(term) for term in terms)
    if len(names) != size:
        raise ValueError(f"terms has {len(names)} names for {size} columns of x; expected one for each")
    if not names:
        raise ValueError("x has no column; expected at least one covariate")
    return names


def _nothing(sets: RiskSets, names: tuple[str, ...], confidence: float) -> FirthFit:
    nan, none = float("nan"), np.full(len(names), np.nan)
    no_test = ChiSquare(nan, 0, nan)
    return FirthFit(
        n=len(sets.time),
        events=0,
        terms=names,
        **dict.fromkeys(("coef", "std_error", "robust_std_error", "hr", "lower", "upper", "statistic", "p"), none),
        covariance=np.full((len(names), len(names)), nan),
        loglik=nan,
        loglik_null=nan,
        likelihood_ratio=no_test,
        wald=no_test,
        score=no_test,
        ties=sets.ties,
        confidence=confidence,
        converged=False,
        warnings=(NO_EVENT_TO_FIT,),
        sets=sets,
    )
