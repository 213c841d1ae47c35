"""Concordance: of the pairs of cases whose order of events is known, how many a marker orders as they went."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analytics.core.estimators.times import observed

ROUNDED_TO = 1e-10  # of the marker's spread: differences below it are rounding, not order


@dataclass(frozen=True, slots=True)
class Concordance:
    """estimate = (concordant + tied / 2) / (concordant + discordant + tied); NaN without a comparable pair."""

    estimate: float
    std_error: float
    concordant: int
    discordant: int
    tied: int


def concordance(
    time: ArrayLike,
    event: ArrayLike,
    marker: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    strata: ArrayLike | None = None,
) -> Concordance:
    """Estimate how well `marker`, high meaning an early event, orders the events.

    time, event, entry  as for `kaplan_meier`
    marker              (n,) finite numbers, such as a linear predictor; rounded before it is compared, so that equal covariates
                        are a tie
    strata              (n,) labels; only pairs within one are compared

    A pair is comparable if the earlier of the two times is an event and the other case was at risk then; of an event and a
    censoring at one time the event is earlier, and two events at one time are not compared. The error is the infinitesimal
    jackknife's. Counted in O(n log^2 n). Raises ValueError as `times.observed` does, and for a marker that is not finite.

    Source: Harrell 1996; Therneau & Watson 2015 (ties, error). Agrees with R concordance(reverse = TRUE) and coxph:
    tests/reference/test_r_profile.py.
    """
    data = observed(time, event, entry)
    values = np.asarray(marker, dtype="float64")
    if values.shape != data.time.shape or not np.isfinite(values).all():
        raise ValueError("marker must have one finite number for each time")
    if not len(data):
        return Concordance(float("nan"), float("nan"), 0, 0, 0)
    stratum = np.zeros(len(data), dtype="int64") if strata is None else np.unique(strata, return_inverse=True)[1]
    if len(stratum) != len(data):
        raise ValueError("strata must have one label for each time")
    rank = np.unique(_rounded(values), return_inverse=True)[1]
    when = np.unique(data.time, return_inverse=True)[1]
    first = np.flatnonzero(data.event)
    counted = _pairs(stratum, rank, first, 2 * when[first], np.arange(len(data)), 2 * when + ~data.event)
    if data.entry is not None:
        # Who entered at the time of the event or later was not at risk then.
        moments = np.unique(np.concatenate((data.time, data.entry)))
        at, came = np.searchsorted(moments, data.time), np.searchsorted(moments, data.entry)
        counted -= _pairs(stratum, rank, first, 2 * at[first], np.arange(len(data)), 2 * came + 1)
    return _estimate(counted, first)


def _rounded(values: np.ndarray) -> np.ndarray:
    spread = float(np.ptp(values))
    return np.rint((values - values.min()) / (spread * ROUNDED_TO)) if spread > 0 else np.zeros(len(values))


def _estimate(counted: np.ndarray, first: np.ndarray) -> Concordance:
    """counted: (n, 3) concordant, discordant and tied pairs of each case, as the earlier one or as the later one."""
    concordant, discordant, tied = (int(total) // 2 for total in counted.sum(axis=0))
    pairs = concordant + discordant + tied
    if not pairs:
        return Concordance(float("nan"), float("nan"), 0, 0, 0)
    share = (concordant + tied / 2) / pairs
    influence = (counted[:, 0] + counted[:, 2] / 2 - share * counted.sum(axis=1)) / pairs
    return Concordance(share, float(np.sqrt((influence**2).sum())), concordant, discordant, tied)


def _pairs(
    stratum: np.ndarray,
    rank: np.ndarray,
    left: np.ndarray,
    left_key: np.ndarray,
    right: np.ndarray,
    right_key: np.ndarray,
) -> np.ndarray:
    """(n, 3) for each case its pairs (left, right) with left_key < right_key in one stratum: marker higher, lower, equal on
    the left. left and right are positions of cases.

    Two keys differ first at one bit: at each bit the lefts with 0 meet the rights with 1 whose higher bits are the same, and
    ranks of the marker are looked up in sorted blocks.
    """
    found = np.zeros((len(rank), 3), dtype="int64")
    width = int(rank.max()) + 2
    for bit in range(int(max(left_key.max(initial=0), right_key.max(initial=0))).bit_length()):
        lefts, rights = (left_key >> bit) & 1 == 0, (right_key >> bit) & 1 == 1
        a, b = left[lefts], right[rights]
        size = int(max(left_key.max(initial=0), right_key.max(initial=0))) + 1
        block_a = (stratum[a] * size + (left_key[lefts] >> (bit + 1))) * width
        block_b = (stratum[b] * size + (right_key[rights] >> (bit + 1))) * width
        found[a] += _around(block_a, rank[a], block_b, rank[b], width)
        # Seen from the right, the left one is higher where the right one is lower.
        found[b] += _around(block_b, rank[b], block_a, rank[a], width)[:, [1, 0, 2]]
    return found


def _around(
    block: np.ndarray, rank: np.ndarray, other_block: np.ndarray, other_rank: np.ndarray, width: int
) -> np.ndarray:
    """(n, 3) how many of the others in the same block have a lower, a higher, an equal rank."""
    others = np.sort(other_block + other_rank)
    begin, end = np.searchsorted(others, block, side="left"), np.searchsorted(others, block + width, side="left")
    below = np.searchsorted(others, block + rank, side="left")
    through = np.searchsorted(others, block + rank, side="right")
    return np.stack([below - begin, end - through, through - below], axis=1)
