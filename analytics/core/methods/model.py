"""One regression of one selection of cases: which estimator, its terms beside their levels, its tests, what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analytics.core import analysis as plan
from analytics.core import progress, sentences
from analytics.core.estimators.concordance import concordance
from analytics.core.estimators.cox import CoxFit, cox
from analytics.core.estimators.design import CATEGORY, NUMBER, Covariate, Design, design
from analytics.core.estimators.e_value import e_value
from analytics.core.estimators.firth_cox import FirthFit, firth_cox
from analytics.core.estimators.optimism import optimism
from analytics.core.estimators.partial_likelihood import risk_sets
from analytics.core.estimators.profile import profile_limits
from analytics.core.estimators.proportional_hazards import proportional_hazards
from analytics.core.estimators.separation import choose, separated
from analytics.core.results import chi_square_json, number
from analytics.core.selection import Selected

FIRTH, ORDINARY = "firth", "cox"
NAMES = {FIRTH: "firth-cox", ORDINARY: "cox"}
FEW_EVENTS_FOR_WALD = 50  # below, profile limits stand beside Wald's
PROPORTIONAL = 0.05


def covariates_of(asked: Sequence[plan.Covariate]) -> list[Covariate]:
    """The catalogue's covariates as the design takes them: a category's first level is the reference."""
    return [
        Covariate(one.column, NUMBER, one.label)
        if one.kind == NUMBER
        else Covariate(one.column, CATEGORY, one.label, tuple(value for value, _ in one.levels))
        for one in asked
    ]


def scaled(rows: pd.DataFrame, asked: Sequence[plan.Covariate]) -> pd.DataFrame:
    """The covariates' columns, numbers in the units that their hazard ratios are given for."""
    columns = {
        one.column: rows[one.column].astype("float64") / one.per
        if one.kind == NUMBER
        else rows[one.column].astype(object)
        for one in asked
    }
    return pd.DataFrame(columns, index=rows.index)


def model(selected: Selected, asked: Sequence[plan.Covariate], *, with_optimism: bool) -> dict[str, Any]:
    """The model of these covariates on the cases in which all are known. `refused` says why there is none."""
    rows = selected.rows
    found: dict[str, Any] = {
        "covariates": [one.column for one in asked],
        "labels": [one.label for one in asked],
        "kind": "multivariable" if len(asked) > 1 else "univariable",
        "refused": None,
    }
    try:
        made = design(scaled(rows, asked), covariates_of(asked))
        used = rows[made.kept]
        return {**found, **_fitted(selected, asked, made, used, with_optimism)}
    except ValueError as refusal:
        return {**found, "refused": str(refusal), "terms": [], "warnings": [str(refusal)]}


def _fitted(
    selected: Selected, asked: Sequence[plan.Covariate], made: Design, used: pd.DataFrame, with_optimism: bool
) -> dict[str, Any]:
    """The model by the estimator that the events allow, and the other one beside it where it is worth showing."""
    time, event = used["time"].to_numpy(), used["status"].to_numpy() == 1
    strata = used[selected.analysis.options.strata].to_numpy() if selected.analysis.options.strata else None
    ordering = separated(risk_sets(time, event, made.x, strata=strata))
    names = tuple(name for name, alone in zip(made.names, ordering, strict=True) if alone)
    choice = choose(int(event.sum()), len(made.names), names)
    fits: dict[str, CoxFit] = {}
    for estimator in (choice.method, choice.beside):
        if estimator == ORDINARY:
            fits[estimator] = cox(time, event, made.x, terms=made.names, strata=strata)
        elif estimator == FIRTH:
            fits[estimator] = firth_cox(time, event, made.x, terms=made.names, strata=strata)
    first = fits[choice.method]
    said = [*made.warnings, *first.warnings]
    body = {
        "n": len(used),
        "events": int(event.sum()),
        "missing": made.missing,
        "estimator": NAMES[choice.method],
        "reason": choice.reason,
        "terms": terms_of(numbers_of(first), made, asked, used),
        **tests_of(first),
        **_agreement(first, time, event, strata),
        "proportional_hazards": _proportional(fits.get(ORDINARY), made, said),
        "beside": _beside(fits, choice.beside, made, asked, used),
        "levels": [level for one in asked for level in _levels(one, used, event)],
    }
    if with_optimism:
        progress.begin(progress.RESAMPLING)
        options = selected.analysis.options
        corrected = optimism(
            time,
            event,
            made.x,
            strata=strata,
            firth=choice.method == FIRTH,
            resamples=options.resamples,
            seed=options.seed,
        )
        body["optimism"] = {
            name: number(getattr(corrected, name))
            for name in (
                "apparent",
                "optimism",
                "corrected",
                "monte_carlo_error",
                "resamples",
                "penalised",
                "failed",
                "seed",
            )
        }
        said += corrected.warnings
    return {**body, "warnings": said}


def terms_of(rows: list[dict], made: Design, asked: Sequence[plan.Covariate], used: pd.DataFrame) -> list[dict]:
    """The coefficients, each with its covariate's column and what it compares."""
    column = {one.label: one for one in asked}
    found = []
    for place, (term, values) in enumerate(zip(made.terms, rows, strict=True)):
        covariate = column[term.covariate]
        labels = dict(covariate.levels)
        found.append(
            {
                "term": term.term,
                "column": covariate.column,
                "label": covariate.label,
                "level": term.level,
                "level_label": labels.get(term.level or ""),
                "reference": term.reference,
                "reference_label": labels.get(term.reference or ""),
                "unit": covariate.unit or None,
                "per": covariate.per if covariate.kind == NUMBER else None,
                **values,
                "e_value": _e_value(values, used) if place == 0 and len(rows) == 1 else None,
            }
        )
    return found


def numbers_of(fit: Any) -> list[dict]:
    """coef, its error, hazard ratio, limits, test of each term; profile limits where there are few events."""
    names = ("coef", "std_error", "robust_std_error", "hr", "lower", "upper", "statistic", "p")
    few = type(fit) is CoxFit and fit.events < FEW_EVENTS_FOR_WALD
    profile = profile_limits(fit) if few else None
    found = []
    for place, term in enumerate(fit.terms):
        row = {name: number(getattr(term, name)) for name in names}
        if profile is not None:
            row |= {"profile_lower": number(profile.lower[place]), "profile_upper": number(profile.upper[place])}
        found.append(row)
    return found


def _e_value(values: dict, used: pd.DataFrame) -> dict | None:
    """How strong an unmeasured confounder would have to be."""
    hr, lower, upper = (values[name] for name in ("hr", "lower", "upper"))
    if hr is None or lower is None or upper is None:
        return None
    common = float((used["status"] == 1).mean()) > 0.15
    value = e_value(hr, lower, upper, common_outcome=common)
    return {"estimate": number(value.estimate), "limit": number(value.limit), "common_outcome": common}


def tests_of(fit: CoxFit) -> dict[str, Any]:
    return {
        "ties": fit.ties,
        "limits": "profile penalised likelihood 95 %" if isinstance(fit, FirthFit) else "Wald 95 %",
        "loglik": number(fit.loglik),
        "loglik_null": number(fit.loglik_null),
        "likelihood_ratio": chi_square_json(fit.likelihood_ratio),
        "wald": chi_square_json(fit.wald),
        "score": chi_square_json(fit.score),
    }


def _agreement(fit: CoxFit, time: np.ndarray, event: np.ndarray, strata: np.ndarray | None) -> dict[str, Any]:
    """How often the model orders two cases as they went."""
    found = concordance(time, event, fit.linear_predictor, strata=strata)
    return {"concordance": number(found.estimate), "concordance_std_error": number(found.std_error)}


def _proportional(fit: CoxFit | None, made: Design, said: list[str]) -> dict | None:
    """The test that hazards are proportional, of the ordinary model; a sentence where they seem not to be."""
    if fit is None:
        return None
    test = proportional_hazards(fit, covariates=made.covariates)
    broken = [name for name, one in zip(test.covariates, test.tests, strict=True) if one.p < PROPORTIONAL]
    said += [sentences.NOT_PROPORTIONAL.format(covariate=name) for name in broken]
    return {
        "transform": test.transform,
        "terms": [
            {"term": name, **chi_square_json(one)} for name, one in zip(test.covariates, test.tests, strict=True)
        ],
        "global": chi_square_json(test.overall),
    }


def _beside(
    fits: dict[str, Any], estimator: str | None, made: Design, asked: Sequence[plan.Covariate], used: pd.DataFrame
) -> dict | None:
    if estimator is None:
        return None
    return {
        "estimator": NAMES[estimator],
        "terms": terms_of(numbers_of(fits[estimator]), made, asked, used),
        **tests_of(fits[estimator]),
        "warnings": list(fits[estimator].warnings),
    }


def _levels(one: plan.Covariate, used: pd.DataFrame, event: np.ndarray) -> list[dict]:
    """n and events of each level of a category, the reference first; of a number, of all cases."""
    if one.kind == NUMBER:
        return [{"column": one.column, "value": None, "label": one.label, "n": len(used), "events": int(event.sum())}]
    values = used[one.column].astype(object).to_numpy()
    return [
        {
            "column": one.column,
            "value": value,
            "label": label,
            "n": int((values == value).sum()),
            "events": int(event[values == value].sum()),
        }
        for value, label in one.levels
    ]
