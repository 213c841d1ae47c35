"""Regression with competing events: the hazard of the event itself, and beside it Fine and Gray's of its incidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analytics.core import analysis as plan
from analytics.core import progress, sentences
from analytics.core.estimators.design import design
from analytics.core.estimators.fine_gray import fine_gray
from analytics.core.methods.answer import Answer, of_rows
from analytics.core.methods.model import covariates_of, model, numbers_of, scaled, terms_of
from analytics.core.results import chi_square_json, number
from analytics.core.selection import Selected


def answer(selected: Selected) -> Answer:
    """Each covariate alone, then together; every model by both hazards, which answer different questions."""
    covariates, adjusted = selected.analysis.covariates, selected.analysis.adjusted
    if not len(selected.rows):
        return Answer({"models": []})
    sets = [(one,) for one in covariates] + ([adjusted] if len(adjusted) > 1 else [])
    models = []
    for place, asked in enumerate(sets):
        progress.begin(progress.MODELLING, place)
        hazard, of_incidence = model(selected, asked, with_optimism=False), _subdistribution(selected, asked)
        models.append({"cause_specific": hazard, "fine_gray": of_incidence})
    said = [one for pair in models for found in pair.values() for one in found["warnings"]]
    tests = sum(len(pair["fine_gray"]["terms"]) for pair in models)
    many = [sentences.EXPLORATORY.format(n=tests)] if tests > 1 else []
    return Answer({"models": models}, [*of_rows(selected), *dict.fromkeys(said), sentences.TWO_HAZARDS, *many])


def _subdistribution(selected: Selected, asked: Sequence[plan.Covariate]) -> dict[str, Any]:
    """Fine and Gray's model of the rule's own event; `refused` says why there is none."""
    rows = selected.rows
    found: dict[str, Any] = {
        "covariates": [one.column for one in asked],
        "labels": [one.label for one in asked],
        "refused": None,
    }
    try:
        made = design(scaled(rows, asked), covariates_of(asked))
        used = rows[made.kept]
        fit = fine_gray(used["time"], used["status"], made.x, cause=1, terms=made.names)
    except ValueError as refusal:
        return {**found, "refused": str(refusal), "terms": [], "warnings": [str(refusal)]}
    return {
        **found,
        "n": fit.n,
        "events": fit.events,
        "missing": made.missing,
        "estimator": "fine-gray",
        "terms": terms_of(numbers_of(fit), made, asked, used),
        "loglik": number(fit.loglik),
        "loglik_null": number(fit.loglik_null),
        "wald": chi_square_json(fit.wald),
        "warnings": [*made.warnings, *fit.warnings],
    }
