"""How often a marker orders two cases as they went: Harrell's concordance with its standard error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analytics.core.estimators.cox import CoxFit, by_cluster
from analytics.core.estimators.dominance import sums_before_and_below
from analytics.core.estimators.partial_likelihood import RiskSets, risk_sets

# Markers that differ by less than this part of the largest are equal: rounding must not order equal patients.
SAME = 1e-10


@dataclass(frozen=True, slots=True)
class Concordance:
    """(concordant + tied / 2) / all comparable pairs; NaN if none can be compared. Pairs are weighted.

    tied counts pairs with equal markers; pairs of two events at one time are not compared.
    """

    estimate: float
    std_error: float
    concordant: float
    discordant: float
    tied: float


def concordance(
    time: ArrayLike,
    event: ArrayLike,
    marker: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    protective: bool = False,
) -> Concordance:
    """The concordance of a marker that is high where the event comes early (where it comes late, if `protective`).

    time, event, entry, strata, weights   as for `cox`
    marker    (n,) finite numbers
    cluster   (n,) labels; the standard error is then that of independent clusters

    Two cases compare if one has the event while the other is at risk and stays so, in one stratum. The standard error is
    the infinitesimal jackknife. Raises ValueError as `risk_sets` does.

    Source: Harrell 1982; Therneau & Watson 2015. Agrees with R survival::concordance (whose default is `protective`):
    tests/reference/test_r_cox.py.
    """
    sets = risk_sets(time, event, marker, entry=entry, strata=strata, weights=weights)
    if cluster is None:
        return _of(sets, sets.x[0], None, protective)
    return _of(sets, sets.x[0], np.unique(np.asarray(cluster), return_inverse=True)[1], protective)


def concordance_of(fit: CoxFit) -> Concordance:
    """The concordance of a model's own linear predictor; with clusters its standard error is theirs."""
    return _of(fit.sets, fit.linear_predictor, fit.cluster, False)


def _of(sets: RiskSets, marker: np.ndarray, cluster: np.ndarray | None, protective: bool) -> Concordance:
    rank = _ranks(-marker if protective else marker)
    below, same, above = _pairs(sets, rank)
    weight = sets.weight[sets.dead]
    concordant, tied, discordant = (float(weight @ part) for part in (below, same, above))
    comparable = concordant + tied + discordant
    if not comparable > 0:
        return Concordance(*(float("nan"),) * 2, concordant, discordant, tied)
    estimate = (concordant + tied / 2) / comparable
    lower, equal, higher = _as_survivor(sets, rank)
    # Of each row: what it adds to concordant + tied / 2, and to all, as the one with the event or as the other.
    good, every = higher + equal / 2, lower + equal + higher
    good[sets.dead] += below + same / 2
    every[sets.dead] += below + same + above
    influence = sets.weight * (good - estimate * every) / comparable
    if cluster is not None:
        influence = by_cluster(influence[:, None], cluster)[:, 0]
    return Concordance(estimate, float(np.sqrt(influence @ influence)), concordant, discordant, tied)


def _ranks(marker: np.ndarray) -> np.ndarray:
    """(n,) codes from 0 of the distinct markers, ascending."""
    distinct, code = np.unique(marker, return_inverse=True)
    if not len(distinct):
        return code
    apart = np.diff(distinct) > SAME * np.abs(distinct).max()
    return np.asarray(np.concatenate(([0], np.cumsum(apart)))[code])


def _stays(sets: RiskSets) -> np.ndarray:
    """(n,) the event time before which a row outlives who dies: it does not outlive those who die when it does."""
    until = sets.until.copy()
    until[sets.dead] -= 1
    return np.asarray(until)


def _pairs(sets: RiskSets, rank: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each event, weights of those who outlive it with a lower, the same, a higher marker."""
    own, size = rank[sets.dead], int(rank.max(initial=0)) + 1
    bounds = np.concatenate((own, own + 1, np.full(len(own), size)))
    last = len(sets.times)

    def beyond(place: np.ndarray) -> np.ndarray:
        # place > at is last - place < last - at.
        return sums_before_and_below(last - place, rank, sets.weight, np.tile(last - sets.at, 3), bounds)

    # Of later strata nobody may count: whoever is beyond the event's time but begins after it is taken away again.
    less, upto, all_of = np.split(beyond(_stays(sets)) - (0 if sets.first is None else beyond(_begins(sets))), 3)
    return less, upto - less, all_of - upto


def _as_survivor(sets: RiskSets, rank: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each row, weights of the events it outlives with a lower, the same, a higher marker than its own."""
    size = int(rank.max(initial=0)) + 1
    bounds = np.concatenate((rank, rank + 1, np.full(len(rank), size)))
    weight, own = sets.weight[sets.dead], rank[sets.dead]

    def before(place: np.ndarray) -> np.ndarray:
        return sums_before_and_below(sets.at, own, weight, np.tile(place, 3), bounds)

    less, upto, all_of = np.split(before(_stays(sets)) - (0 if sets.first is None else before(_begins(sets))), 3)
    return less, upto - less, all_of - upto


def _begins(sets: RiskSets) -> np.ndarray:
    """(n,) the first event time at which a row is at risk, or where it would leave, if never."""
    first = np.zeros_like(sets.until) if sets.first is None else sets.first
    return np.asarray(np.minimum(first, _stays(sets)))
