"""Cox regression with Firth's penalty: for few events, sparse levels, and groups without an event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2, norm  # type: ignore[import-untyped]

from analytics.core import regression_sentences as words
from analytics.core import small_sample_sentences as few
from analytics.core.estimators.ascent import Curve, Point, fall_of, limit, maximise, without
from analytics.core.estimators.cox import CoxFit, Term
from analytics.core.estimators.logrank import ChiSquare
from analytics.core.estimators.maximum import inverse, spread
from analytics.core.estimators.partial_likelihood import RiskSets, moments, risk_sets
from analytics.core.estimators.penalised import dependent, point

NO_TEST = ChiSquare(float("nan"), 0, float("nan"))


@dataclass(frozen=True, slots=True)
class FirthFit(CoxFit):
    """A fitted regression, read like a CoxFit, with these differences.

    terms                lower and upper are profile penalised-likelihood limits; statistic and p are the penalised
                         likelihood-ratio test (chi-squared, 1 degree of freedom); robust_std_error is NaN
    loglik, loglik_null  penalised, for covariates in units of their standard deviation (as coxphf prints them), so that
                         no unit changes them
    score                of the penalised score with all coefficients 0
    robust_score, aic    not defined: NaN
    converged            False if the maximum was not reached
    """

    converged: bool


def firth_cox(
    time: ArrayLike,
    event: ArrayLike,
    x: ArrayLike,
    *,
    terms: Sequence[str] | None = None,
    entry: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    ties: str = "breslow",
    confidence: float = 0.95,
) -> FirthFit:
    """Fit a proportional hazards regression by maximum penalised likelihood.

    time, event, entry, strata, weights  as for `cox`
    x           (n, p) numbers, no intercept; terms: their p names (x1, x2, .. if not given)
    ties        breslow (as coxphf) or efron
    confidence  level of the profile limits

    Finite also under separation, and less biased away from 1 with few events; more columns than events are allowed, with
    a warning. Raises ValueError for unusable vectors, no row, no event, or a column that tells nothing apart.

    Source: Firth 1993; Heinze & Schemper 2001 (penalised score, profile limits, likelihood-ratio tests with the penalty
    of the full model). Agrees with R coxphf, and with the same function maximised in R by optim:
    tests/reference/test_r_firth.py.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; expected a number between 0 and 1")
    sets = risk_sets(time, event, x, entry=entry, strata=strata, weights=weights, ties=ties)
    names = _names(terms, len(sets.x))
    _refuse(sets, names)
    curve, zero = partial(point, sets), np.zeros(len(names))
    best, null = maximise(curve, zero), curve(zero)
    covariance = inverse(best.information)
    rows = _terms(curve, best, covariance, names, confidence, spread(sets))
    unit = float(np.log(np.std(sets.x, axis=1, ddof=1)).sum())
    return FirthFit(
        n=len(sets.time),
        events=len(sets.dead),
        subjects=len(sets.time),
        terms=rows,
        ties=ties,
        confidence=confidence,
        loglik=best.loglik - unit,
        loglik_null=null.loglik - unit,
        likelihood_ratio=_test(2 * (best.loglik - null.loglik), len(names)),
        wald=_test(float(best.beta @ best.information @ best.beta), len(names)),
        score=_test(float(null.gradient @ inverse(null.information) @ null.gradient), len(names)),
        robust_score=NO_TEST,
        aic=float("nan"),
        warnings=_warnings(sets, rows, best.converged),
        beta=best.beta,
        covariance=covariance,
        robust_covariance=None,
        infinite=np.zeros(len(names), dtype=bool),
        sets=sets,
        at=moments(sets, best.beta),
        cluster=None,
        converged=best.converged,
    )


def wald_limits(fit: FirthFit) -> tuple[np.ndarray, np.ndarray]:
    """Limits exp(coef -/+ z standard errors) of the hazard ratios, to compare with the profile limits."""
    half = norm.isf((1 - fit.confidence) / 2) * np.sqrt(np.diagonal(fit.covariance))
    with np.errstate(over="ignore"):
        return np.exp(fit.beta - half), np.exp(fit.beta + half)


def _names(terms: Sequence[str] | None, size: int) -> tuple[str, ...]:
    names = tuple(f"x{number + 1}" for number in range(size)) if terms is None else tuple(terms)
    if len(names) != size or len(set(names)) != size:
        raise ValueError(f"terms must have {size} different names, one for each column of x")
    return names


def _refuse(sets: RiskSets, names: tuple[str, ...]) -> None:
    """Raise ValueError where no model can be fitted."""
    if not len(sets.time):
        raise ValueError(words.NO_ROW)
    if not len(sets.dead):
        raise ValueError(words.NO_EVENT.format(n=len(sets.time)))
    if not names:
        raise ValueError(words.NO_COVARIATE)
    nothing = dependent(sets)
    if nothing.any():
        raise ValueError(words.ADDS_NOTHING.format(term=names[int(np.flatnonzero(nothing)[0])]))


def _terms(
    curve: Curve,
    best: Point,
    covariance: np.ndarray,
    names: tuple[str, ...],
    confidence: float,
    spreads: np.ndarray,
) -> tuple[Term, ...]:
    fall = fall_of(confidence)
    found = []
    for column, name in enumerate(names):
        lower, upper = (limit(curve, best, column, fall, side, float(spreads[column])) for side in (-1, 1))
        statistic = without(curve, best, column)
        with np.errstate(over="ignore"):
            hr, lower, upper = (float(np.exp(value)) for value in (best.beta[column], lower, upper))
        found.append(
            Term(
                term=name,
                coef=float(best.beta[column]),
                std_error=float(np.sqrt(covariance[column, column])),
                robust_std_error=float("nan"),
                hr=hr,
                lower=lower,
                upper=upper,
                statistic=statistic,
                p=float(chi2.sf(statistic, 1)),
            )
        )
    return tuple(found)


def _test(statistic: float, df: int) -> ChiSquare:
    return ChiSquare(statistic, df, float(chi2.sf(statistic, df)))


def _warnings(sets: RiskSets, terms: tuple[Term, ...], converged: bool) -> tuple[str, ...]:
    found = [] if converged else [words.NOT_CONVERGED]
    for term in terms:
        found += [few.NO_LIMIT.format(term=term.term)] * bool(np.isnan((term.lower, term.upper)).any())
        found += [few.NO_TEST.format(term=term.term)] * bool(np.isnan(term.p))
    ratio = len(sets.dead) / len(terms)
    if ratio < 5:
        found.append(few.FEW_FOR_FIRTH.format(ratio=f"{ratio:.1f}"))
    never = int((sets.leave == len(sets.times)).sum())
    if never:
        found.append(words.counted(words.LONE_ROWS, never))
    return tuple(found)
