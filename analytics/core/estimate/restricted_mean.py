"""Restricted mean time without the event, by group, and its contrast between two groups."""

from __future__ import annotations

from analytics.core import small_sample_sentences as words
from analytics.core.estimate.reading import Data, rows_of_groups
from analytics.core.estimate.request import Request
from analytics.core.estimators.restricted_mean import common_tau, difference, ratio, restricted_mean
from analytics.core.estimators.times import observed
from analytics.core.results import contrast_json, number, restricted_mean_json


def answer(request: Request, data: Data) -> tuple[dict, dict]:
    """The means up to one horizon for all groups, and the options in force."""
    own = dict(rows_of_groups(data.group))
    names = list(own)

    def entry(name: str):  # type: ignore[no-untyped-def]
        return None if data.entry is None else data.entry[own[name]]

    vectors = [observed(data.time[own[name]], data.event[own[name]], entry(name)) for name in names]
    tau = common_tau(vectors) if request.tau is None else request.tau
    means = [
        restricted_mean(
            data.time[own[name]], data.event[own[name]], tau=tau, entry=entry(name), confidence=request.level
        )
        for name in names
    ]
    if request.tau is None and names:
        data.warnings.append(words.TAU_CHOSEN.format(tau=f"{tau:g}"))
    still = [name for name, mean in zip(names, means, strict=True) if not mean.std_error > 0]
    if still:
        data.warnings.append(
            f"{', '.join(still)}: nothing varies up to {tau:g}; the standard error of 0 is no precision."
        )
    contrasts = {}
    if len(means) == 2:
        contrasts = {
            "difference": contrast_json(difference(means[1], means[0])),
            "ratio": contrast_json(ratio(means[1], means[0])),
        }
    groups = [{"group": name, **restricted_mean_json(mean)} for name, mean in zip(names, means, strict=True)]
    options = {"confidence": request.level, "limits": "normal"}
    if contrasts:
        options["contrast"] = f"{names[1]} against {names[0]}"
    return {"tau": number(tau), "groups": groups, **contrasts}, options
