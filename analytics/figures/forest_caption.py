"""What stands under a forest plot: by which regression, what the intervals are, what was refused, and how many comparisons."""

from __future__ import annotations

from analytics.figures.forest_rows import Forest
from analytics.figures.text import p_value
from analytics.figures.words import Words

FIRTH = "firth-cox"
DAGGER = "†"


def said(result: dict, found: list[Forest], words: Words, *, is_clipped: bool) -> list[str]:
    """The lines of the caption before rule and dataset."""
    sentences = [one for forest in found for one in _of_models(forest, words)]
    models = [model for forest in found for model in forest.models]
    if models:
        sentences.append(words.forest_limits)
    if is_clipped:
        sentences.append(words.forest_arrows)
    if len([term for model in models for term in model["terms"]]) > 1:
        sentences.append(words.exploratory)
    if (test := result.get("mantel_byar")) and test["statistic"] is not None:
        numbers = {"statistic": f"{test['statistic']:.1f}", "df": test["df"], "p": p_value(test["p"])}
        sentences.append(words.mantel_byar.format(**numbers))
    return [*sentences, *_refused(found, words)]


def _of_models(forest: Forest, words: Words) -> list[str]:
    """By which regression the covariates alone and the common model were estimated."""
    hazard = words.hazards.get(forest.hazard, "")
    alone = [model for model in forest.models if len(model["covariates"]) == 1]
    together = [model for model in forest.models if len(model["covariates"]) > 1]
    found = []
    if alone:
        used = list(dict.fromkeys(model["estimator"] for model in alone))
        names = words.between.join(_regression(one, words) for one in used)
        by = words.time_dependent_by if alone[0].get("kind") == "time-dependent" else words.each_alone_by
        found.append(by.format(regression=names))
    for model in together:
        numbers = {"n": model["n"], "events": model["events"]}
        labels = words.between.join(str(label) for label in model["labels"])
        found.append(
            words.all_together_by.format(
                covariates=labels, regression=_regression(model["estimator"], words), **numbers
            )
        )
    text = " ".join(found)
    if not text:
        return []
    return [words.of_hazard.format(hazard=hazard, text=text) if hazard else text]


def _regression(estimator: str, words: Words) -> str:
    return words.regressions.get(estimator, estimator) + (f" {DAGGER}" if estimator == FIRTH else "")


def _refused(found: list[Forest], words: Words) -> list[str]:
    """Each reason once, with the covariates that it is about."""
    reasons: dict[str, list[str]] = {}
    for forest in found:
        for covariates, reason in forest.refused:
            named = reasons.setdefault(reason, [])
            if covariates not in named:
                named.append(covariates)
    return [
        words.not_fitted.format(covariates=words.between.join(names), reason=reason)
        for reason, names in reasons.items()
    ]
