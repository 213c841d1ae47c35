"""Cox's regression, Firth's, and Fine and Gray's."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from analytics.core.estimate.reading import Data
from analytics.core.estimate.request import SEED, TIES, TRANSFORMS, RefusedError, Request
from analytics.core.estimators.design import CATEGORY, Covariate, Design, design, kind_of
from analytics.core.results import chi_square_json, number

FEW_EVENTS_FOR_WALD = 50
TERM = ("coef", "std_error", "robust_std_error", "hr", "lower", "upper", "statistic", "p")


def answer(request: Request, data: Data) -> tuple[dict, dict]:
    """The fitted model and the options in force."""
    if not len(data):
        return {"terms": [], **_no_tests()}, {}
    made = _design(request, data)
    data.warnings += made.warnings
    fit, options = {"cox": _cox, "firth-cox": _firth, "fine-gray": _fine_gray}[request.method](request, data, made)
    body = {
        "terms": [{"term": term.term, **{name: number(getattr(term, name)) for name in TERM}} for term in fit.terms],
        "loglik": number(fit.loglik),
        "loglik_null": number(fit.loglik_null),
        **{name: chi_square_json(getattr(fit, name)) for name in ("likelihood_ratio", "wald", "score")},
        **_agreement(request, data, fit, made),
    }
    if request.resamples is not None:
        body["optimism"] = _optimism(request, data, made)
    if request.method == "cox":
        body |= _of_cox(request, fit, made, body["terms"])
    data.warnings += [*fit.warnings, *_nulls(body["terms"])]
    references = {"references": made.references} if made.references else {}
    return body, {**options, "confidence": request.level, **references}


def _no_tests() -> dict[str, Any]:
    nothing = {"statistic": None, "df": 0, "p": None}
    tests = dict.fromkeys(("likelihood_ratio", "wald", "score"), nothing)
    return {"loglik": None, "loglik_null": None, **tests, "concordance": None}


def _design(request: Request, data: Data) -> Design:
    """Numbers as they are; text, and columns with a reference level, as categories."""
    references = request.references
    covariates = []
    for name in (*(request.covariates or ()), *([request.change] if request.change else [])):
        column = data.covariates[name]
        kind = CATEGORY if name in references else kind_of(column)
        if kind == CATEGORY and name not in references:
            _refuse_stray_text(name, column)
        covariates.append(Covariate(name, kind, reference=references.get(name)))
    # Without any event the estimator says so; Firth's takes more columns than events.
    limit = None if request.method == "firth-cox" else _events(request, data) or None
    return design(data.covariates, covariates, events=limit)


def _refuse_stray_text(name: str, column: pd.Series) -> None:
    """Numbers with a few words among them are numbers with mistakes, not a category of many levels."""
    distinct = column.drop_duplicates()
    words = distinct[pd.to_numeric(distinct, errors="coerce").isna()]
    if 2 * len(words) < len(distinct):
        raise RefusedError(
            f"column {name}: {words.iloc[0]!r} is not a number, but most of its values are; correct it or leave it empty "
            f"(--reference {name}=LEVEL makes all of them levels of a category)"
        )


def _events(request: Request, data: Data) -> int:
    return int((data.status == (request.cause or 1) if request.method == "fine-gray" else data.event).sum())


def _cox(request: Request, data: Data, made: Design) -> tuple[Any, dict]:
    from analytics.core.estimators.cox import cox

    ties = request.ties or TIES[0]
    fit = cox(
        data.time,
        data.event,
        made.x,
        terms=made.names,
        entry=data.entry,
        strata=data.strata,
        cluster=data.cluster,
        subject=data.subject,
        ties=ties,
        confidence=request.level,
    )
    limits = "Wald, robust" if request.cluster else "Wald"
    return fit, {"ties": ties, "limits": limits, "strata": request.strata, "cluster": request.cluster}


def _firth(request: Request, data: Data, made: Design) -> tuple[Any, dict]:
    from analytics.core.estimators.firth_cox import firth_cox

    ties = request.ties or "breslow"
    fit = firth_cox(
        data.time,
        data.event,
        made.x,
        terms=made.names,
        entry=data.entry,
        strata=data.strata,
        ties=ties,
        confidence=request.level,
    )
    return fit, {"ties": ties, "limits": "profile penalised likelihood", "test": "penalised likelihood ratio"}


def _fine_gray(request: Request, data: Data, made: Design) -> tuple[Any, dict]:
    from analytics.core.estimators.fine_gray import fine_gray

    cause = request.cause or 1
    fit = fine_gray(
        data.time,
        data.status,
        made.x,
        cause=cause,
        terms=made.names,
        strata=data.strata,
        cluster=data.cluster,
        confidence=request.level,
    )
    options = {"ties": "breslow", "limits": "Wald", "std_error": "Fine and Gray, as cmprsk crr", "cause": cause}
    return fit, {**options, "censoring_strata": request.strata, "cluster": request.cluster}


def _agreement(request: Request, data: Data, fit: Any, made: Design) -> dict:
    """Concordance of the linear predictor; not of Fine and Gray's, whose order of events is not that of the times."""
    if request.method == "fine-gray" or not np.isfinite(fit.beta).all():
        reason = "its risk sets are not those of the times" if request.method == "fine-gray" else "no finite estimate"
        data.warnings.append(f"The concordance is null: {reason}.")
        return {"concordance": None}
    from analytics.core.estimators.concordance import concordance

    found = concordance(
        data.time, data.event, made.x @ fit.beta, entry=data.entry, strata=data.strata, cluster=data.cluster
    )
    return {"concordance": number(found.estimate), "concordance_std_error": number(found.std_error)}


def _optimism(request: Request, data: Data, made: Design) -> dict:
    """The concordance corrected by bootstrap for having been fitted to the same rows."""
    from analytics.core.estimators.optimism import optimism

    found = optimism(
        data.time,
        data.event,
        made.x,
        entry=data.entry,
        strata=data.strata,
        firth=request.method == "firth-cox",
        resamples=request.resamples or 1,
        seed=SEED if request.seed is None else request.seed,
    )
    data.warnings += found.warnings
    names = ("apparent", "optimism", "corrected", "monte_carlo_error", "resamples", "penalised", "failed", "seed")
    return {name: number(getattr(found, name)) for name in names}


def _of_cox(request: Request, fit: Any, made: Design, terms: list[dict]) -> dict:
    """The test of proportional hazards; profile limits beside Wald's where there are few events."""
    from analytics.core.estimators.profile import profile_limits
    from analytics.core.estimators.proportional_hazards import proportional_hazards

    if fit.events < FEW_EVENTS_FOR_WALD and not request.cluster:
        limits = profile_limits(fit)
        for place, term in enumerate(terms):
            term |= {"profile_lower": number(limits.lower[place]), "profile_upper": number(limits.upper[place])}
    test = proportional_hazards(fit, request.transform or TRANSFORMS[0], covariates=made.covariates)
    return {
        "aic": number(fit.aic),
        "proportional_hazards": {
            "transform": test.transform,
            "terms": [
                {"term": name, **chi_square_json(one)} for name, one in zip(test.covariates, test.tests, strict=True)
            ],
            "global": chi_square_json(test.overall),
        },
    }


def _nulls(terms: list[dict]) -> list[str]:
    """Which terms have no finite estimate, for whoever reads the warnings alone."""
    said = []
    if terms and all(term["robust_std_error"] is None for term in terms):
        said.append("robust_std_error is null: robust errors are those of cox and fine-gray with --cluster.")
    without = [term["term"] for term in terms if term["coef"] is None or math.isnan(term["coef"])]
    return said + ([f"{', '.join(without)}: no finite estimate; its numbers are null."] if without else [])
