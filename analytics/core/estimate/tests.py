"""The log-rank test and its weighted, stratified, trend, pairwise and permutation forms."""

from __future__ import annotations

import math

import numpy as np

from analytics.core import small_sample_sentences as words
from analytics.core.estimate.reading import Data, refuse_many_groups, sorted_groups
from analytics.core.estimate.request import SEED, RefusedError, Request
from analytics.core.estimators.comparisons import pairwise_logrank, permutation_logrank
from analytics.core.estimators.logrank import FLEMING_HARRINGTON, logrank
from analytics.core.results import chi_square_json, logrank_json, number

FEW_EVENTS = 5
MOST_PAIRED = 100
MOST_DEALT = 2_000_000_000
UNDEFINED = "The test is not defined: no event happened while two groups were under observation."


def answer(request: Request, data: Data) -> tuple[dict, dict]:
    """The test with its groups, what was asked for besides, and the options in force."""
    ordered = sorted_groups(data.group)
    place = {group: position for position, group in enumerate(ordered)}
    code = np.array([place[group] for group in data.group.tolist()], dtype="int64")
    _refuse_long(request, data, len(ordered))
    rho, gamma = request.rho or 0.0, request.gamma or 0.0
    weights = request.weights or FLEMING_HARRINGTON
    test = logrank(
        data.time, data.event, code, strata=data.strata, entry=data.entry, rho=rho, gamma=gamma, weights=weights
    )
    found = logrank_json(test)
    for group in found["groups"]:
        group["group"] = ordered[group["group"]]
    data.warnings += _warnings(data, code, ordered, math.isnan(test.test.statistic))
    if request.trend:
        found["trend"] = {"scores": list(range(1, len(ordered) + 1)), **chi_square_json(test.trend)}
    if request.pairwise:
        found["pairwise"] = _pairwise(request, data, code, ordered)
    if request.permutations is not None:
        found["permutation"] = _permutation(request, data, code)
    return found, {"weights": weights, "rho": rho, "gamma": gamma, "strata": request.strata}


def _refuse_long(request: Request, data: Data, groups: int) -> None:
    refuse_many_groups(data)
    if request.pairwise and groups > MOST_PAIRED:
        raise RefusedError(f"--pairwise compares at most {MOST_PAIRED} groups; --group {request.group} has {groups}")
    if (request.permutations or 0) * len(data) > MOST_DEALT:
        raise RefusedError(
            f"--permutations {request.permutations} of {len(data)} rows take too long; expected at most "
            f"{MOST_DEALT // len(data)}, or none: with so many rows the plain test needs no help"
        )


def _warnings(data: Data, code: np.ndarray, ordered: list[str], undefined: bool) -> list[str]:
    if len(data) and len(ordered) < 2:
        return [f"The test is not defined: all rows are in one group, {ordered[0]!r}."]
    if undefined:
        return [UNDEFINED] if len(data) else []
    events = np.bincount(code[data.event], minlength=len(ordered))
    without = [group for group, n in zip(ordered, events, strict=True) if not n]
    said = [f"No event in {', '.join(without)}."] if without else []
    if (events < FEW_EVENTS).any():
        said.append(f"A group has fewer than {FEW_EVENTS} events: the p value is approximate; see --permutations.")
    return said


def _pairwise(request: Request, data: Data, code: np.ndarray, ordered: list[str]) -> list[dict]:
    pairs = pairwise_logrank(
        data.time,
        data.event,
        code,
        strata=data.strata,
        entry=data.entry,
        rho=request.rho or 0.0,
        gamma=request.gamma or 0.0,
    )
    return [
        {
            "first": ordered[pair.first],
            "second": ordered[pair.second],
            **chi_square_json(pair.test),
            "p_holm": number(pair.p_holm),
        }
        for pair in pairs
    ]


def _permutation(request: Request, data: Data, code: np.ndarray) -> dict:
    seed = SEED if request.seed is None else request.seed
    found = permutation_logrank(
        data.time, data.event, code, strata=data.strata, permutations=request.permutations or 1, seed=seed
    )
    if math.isnan(found.p):
        data.warnings.append(words.NOTHING_TO_PERMUTE)
    return {
        "p": number(found.p),
        "as_extreme": found.as_extreme,
        "arrangements": found.arrangements,
        "exact": found.exact,
        "seed": found.seed,
    }
