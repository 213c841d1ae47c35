"""An exposure that begins after the clock: its effect on the hazard, each day counted where it was lived."""

from __future__ import annotations

import numpy as np

from analytics.core import progress
from analytics.core import small_sample_sentences as words
from analytics.core.estimators.cox import cox
from analytics.core.estimators.firth_cox import firth_cox
from analytics.core.estimators.landmark import Spells, mantel_byar, time_dependent
from analytics.core.estimators.partial_likelihood import risk_sets
from analytics.core.estimators.separation import choose, separated
from analytics.core.methods.answer import Answer, of_rows
from analytics.core.methods.model import FIRTH, NAMES, numbers_of, tests_of
from analytics.core.results import chi_square_json
from analytics.core.selection import Selected


def answer(selected: Selected) -> Answer:
    """The hazard ratio of being exposed (a time-dependent Cox model) and the Mantel-Byar test."""
    exposure = selected.analysis.exposure
    assert exposure is not None  # noqa: S101 - an Analysis of a time-dependent exposure has one
    progress.begin(progress.ESTIMATING)
    rows = selected.rows
    if not len(rows):
        return Answer({"models": [], "mantel_byar": None, "spells": []})
    spells = time_dependent(rows["time"], selected.event, selected.exposed_from)
    said = [words.CHANGE_UNUSED[spells.unused > 1].format(n=spells.unused)] if spells.unused else []
    test = mantel_byar(rows["time"], selected.event, selected.exposed_from)
    found = _model(spells, exposure.label)
    body = {
        "spells": _spells(spells, exposure.levels),
        "models": [found],
        "mantel_byar": chi_square_json(test.test),
    }
    return Answer(body, [*of_rows(selected), *said, *found["warnings"]])


def _model(spells: Spells, label: str) -> dict:
    """The one-covariate model over the rows (start, stop]; `refused` says why there is none."""
    x, kind = spells.exposed.astype("float64")[:, None], {"kind": "time-dependent", "covariates": [label]}
    try:
        sets = risk_sets(spells.stop, spells.event, x, entry=spells.start)
        choice = choose(int(spells.event.sum()), 1, (label,) if separated(sets).any() else ())
        fit_by = firth_cox if choice.method == FIRTH else cox
        fit = fit_by(spells.stop, spells.event, x, terms=(label,), entry=spells.start)
    except ValueError as refusal:
        return {**kind, "refused": str(refusal), "terms": [], "warnings": [str(refusal)]}
    return {
        **kind,
        "refused": None,
        "n": int(spells.row.max()) + 1,
        "events": int(spells.event.sum()),
        "estimator": NAMES[choice.method],
        "reason": choice.reason,
        "terms": [{"term": label, "label": label, **row} for row in numbers_of(fit)],
        **tests_of(fit),
        "warnings": list(fit.warnings),
    }


def _spells(spells: Spells, levels: tuple[tuple[str, str], ...]) -> list[dict]:
    """Cases, events and days without and with the exposure."""
    found = []
    for (value, label), exposed in zip(levels, (False, True), strict=True):
        own = spells.exposed == exposed
        found.append(
            {
                "group": value,
                "label": label,
                "n": len(np.unique(spells.row[own])),
                "events": int(spells.event[own].sum()),
                "days": float((spells.stop - spells.start)[own].sum()),
            }
        )
    return found
