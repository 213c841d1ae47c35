"""Weighted counts of points below and before others, for many at once: O((n + q) log n)."""

from __future__ import annotations

import numpy as np


def sums_before_and_below(
    place: np.ndarray, rank: np.ndarray, weight: np.ndarray, before: np.ndarray, below: np.ndarray
) -> np.ndarray:
    """For each query the sum of `weight` over the points with place < before and rank < below.

    place, rank    (n,) whole numbers from 0; before, below (q,) whole numbers from 0

    A wavelet matrix: the points in the order of their place are split by the bits of their ranks, highest first; a query
    follows the bits of its bound and gathers the points that branch off below it. Source: Claude & Navarro 2012.
    """
    order = np.argsort(place, kind="stable")
    code, mass = rank[order], weight[order]
    bits = max(int(code.max(initial=0)), 1).bit_length()
    bound = np.minimum(below, 1 << bits)
    left = np.zeros(len(before), dtype="int64")
    right = np.searchsorted(place[order], before, side="left")
    # A bound above every rank takes all that is before.
    total = np.concatenate(([0.0], np.cumsum(mass)))
    everything = bound >= 1 << bits
    result = np.where(everything, total[right], 0.0)
    for bit in range(bits - 1, -1, -1):
        high = (code >> bit & 1).astype(bool)
        zeros = np.concatenate(([0], np.cumsum(~high)))
        low_mass = np.concatenate(([0.0], np.cumsum(np.where(high, 0.0, mass))))
        up = (bound >> bit & 1).astype(bool) & ~everything
        result += np.where(up, low_mass[right] - low_mass[left], 0.0)
        below_left, below_right = zeros[left], zeros[right]
        left = np.where(up, zeros[-1] + left - below_left, below_left)
        right = np.where(up, zeros[-1] + right - below_right, below_right)
        split = np.concatenate((np.flatnonzero(~high), np.flatnonzero(high)))
        code, mass = code[split], mass[split]
    return np.asarray(result)
