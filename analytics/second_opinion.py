"""Another engine's answer to the same regression: lifelines beside our own kernel, in every Result with a Cox model.

Outside the core, for lifelines is slow to load and belongs to workers. It is asked for what it agrees with R on (coefficients of
ordinary Cox models with Efron's ties); Firth's, Fine and Gray's, profile limits, concordance and the test of proportional
hazards it does not have or computes otherwise (docs/adr/0015).
"""

from __future__ import annotations

import warnings
from importlib.metadata import version

import numpy as np
import pandas as pd

from analytics.core.estimators.design import design
from analytics.core.methods.model import covariates_of, scaled
from analytics.core.selection import select

AGREES = 1e-5  # of a coefficient; lifelines stops iterating there
SHARP = {"precision": 1e-11, "max_steps": 500}
MOST_CASES = 20_000


def second_opinions(result, analysis, table):
    """The Result with `second_opinion` in each of its ordinary Cox models; other models say why there is none."""
    selected = select(analysis, table)
    asked = {one.column: one for one in analysis.covariates}
    for found in _models(result):
        if found["refused"]:
            continue
        covariates = [asked[column] for column in found["covariates"]]
        found["second_opinion"] = _opinion(found, covariates, selected, analysis.options.strata)
    return result


def _models(result):
    """The Cox models of a Result, also those inside pairs."""
    for one in result.get("models", ()):
        yield from (one["cause_specific"],) if "cause_specific" in one else (one,)


def _opinion(found, covariates, selected, strata):
    engine = f"lifelines {version('lifelines')}"
    ours = _ordinary(found)
    if ours is None:
        return {"library": engine, "agrees": None, "largest_difference": None, "reason": "it has no Firth regression"}
    if found["n"] > MOST_CASES:
        return {
            "library": engine,
            "agrees": None,
            "largest_difference": None,
            "reason": "the cohort is too large for it",
        }
    made = design(scaled(selected.rows, covariates), covariates_of(covariates))
    used = selected.rows[made.kept]
    theirs = coefficients(
        used["time"].to_numpy(),
        used["status"].to_numpy() == 1,
        made.x,
        strata=used[strata].to_numpy() if strata else None,
    )
    if theirs is None:
        return {"library": engine, "agrees": None, "largest_difference": None, "reason": "it did not converge"}
    largest = float(np.abs(theirs - ours).max())
    return {"library": engine, "agrees": largest < AGREES, "largest_difference": largest, "reason": ""}


def _ordinary(found):
    """(p,) coefficients of the ordinary model, shown or beside; None where there is none or one is not finite."""
    model = found if found["estimator"] == "cox" else found.get("beside")
    if not model or model["estimator"] != "cox" or any(term["coef"] is None for term in model["terms"]):
        return None
    return np.array([term["coef"] for term in model["terms"]])


def coefficients(time, event, x, *, entry=None, strata=None):
    """(p,) lifelines' coefficients of the Cox model with Efron's ties; None if it does not converge."""
    from lifelines import CoxPHFitter
    from lifelines.exceptions import ConvergenceError

    names = [f"x{column}" for column in range(x.shape[1])]
    rows = pd.DataFrame(x, columns=names).assign(time=time, event=event)
    if entry is not None:
        rows["entry"] = entry
    if strata is not None:
        rows["stratum"] = strata
    fitter = CoxPHFitter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of what our own Result says in its own words
        try:
            fitter.fit(
                rows,
                "time",
                "event",
                entry_col=None if entry is None else "entry",
                strata=None if strata is None else ["stratum"],
                fit_options=SHARP,
            )
        except (ConvergenceError, ValueError, ZeroDivisionError):
            return None
    return fitter.params_[names].to_numpy()
