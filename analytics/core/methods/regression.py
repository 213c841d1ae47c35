"""Cox regression, each covariate alone and then all together; Firth's where the events are few or a level has none."""

from __future__ import annotations

from analytics.core import progress, sentences
from analytics.core.methods.answer import Answer, of_rows
from analytics.core.methods.model import model
from analytics.core.selection import Selected


def answer(selected: Selected) -> Answer:
    """The models. Several tests are made: the warning says how many."""
    covariates = selected.analysis.covariates
    if not len(selected.rows):
        return Answer({"models": []})
    adjusted = selected.analysis.adjusted
    sets = [(one,) for one in covariates] + ([adjusted] if len(adjusted) > 1 else [])
    models = []
    for place, asked in enumerate(sets):
        progress.begin(progress.MODELLING, place)
        models.append(model(selected, asked, with_optimism=len(asked) > 1))
    tests = sum(len(one["terms"]) for one in models)
    said = [sentences.EXPLORATORY.format(n=tests)] if tests > 1 else []
    return Answer({"models": models}, [*of_rows(selected), *_of_models(models), *said])


def _of_models(models: list[dict]) -> list[str]:
    """The models' warnings, each once."""
    return list(dict.fromkeys(one for found in models for one in found["warnings"]))
