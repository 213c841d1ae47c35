"""Whether the events can carry an ordinary Cox regression, or Firth's is needed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.core import small_sample_sentences as words
from analytics.core.estimators.partial_likelihood import RiskSets

# Events per coefficient: below the first Firth's regression is the one shown; below the second a warning stands by.
TOO_FEW_EVENTS, FEW_EVENTS = 5.0, 10.0


@dataclass(frozen=True, slots=True)
class Choice:
    """The regression to show, the one to show beside it (None: none is worth showing), and why, in a sentence."""

    method: str
    beside: str | None
    reason: str


def choose(events: int, columns: int, separated: tuple[str, ...] = (), *, asked: str | None = None) -> Choice:
    """Which Cox regression to show for `events` events and `columns` coefficients.

    separated  names of the terms that order the events (see `separated`)
    asked      "firth" for Firth's in any case; None for the rule

    Firth's where a term is separated or there are fewer than 5 events per coefficient; otherwise the ordinary one with
    Firth's beside it. Where Firth's is asked for the ordinary one stands beside it from 10 events per coefficient on.
    Raises ValueError for negative counts, no coefficient, or another `asked`.

    Source: Heinze & Schemper 2001 (separation); Peduzzi et al. 1995, Vittinghoff & McCulloch 2007 (events per variable).
    """
    if events < 0 or columns < 1:
        raise ValueError(f"{events} events and {columns} coefficients; expected at least 0 and 1")
    if asked not in (None, "firth"):
        raise ValueError(f"asked is {asked!r}; expected 'firth' or None")
    each = events / columns
    if separated:
        return Choice("firth", None, words.SEPARATED.format(terms=", ".join(separated)))
    if each < TOO_FEW_EVENTS:
        return Choice("firth", None, words.TOO_FEW.format(events=events, columns=columns))
    if asked == "firth":
        return Choice("firth", "cox" if each >= FEW_EVENTS else None, words.ASKED)
    sentence = words.ENOUGH if each >= FEW_EVENTS else words.BARELY
    return Choice("cox", "firth", sentence.format(events=events, columns=columns))


def separated(sets: RiskSets) -> np.ndarray:
    """(p,) bool: each covariate that orders all events by itself, so that its likelihood rises without end.

    That is so if at every event time whoever has the event has the largest (or everywhere the smallest) value of all at
    risk, and somebody has another one. A level without events is the common case. Combinations of covariates are not
    looked at: `maximum.maximise` finds them when it fits.

    Source: Bryson & Johnson 1981 (monotone likelihood).
    """
    return np.array([_one_way(sets, row) or _one_way(sets, -row) for row in sets.x], dtype=bool)


def _one_way(sets: RiskSets, values: np.ndarray) -> bool:
    """Everybody with the event has the largest value at risk, and at some time not all at risk have it."""
    if not len(sets.times):
        return False
    slack = 1e-12 * max(float(np.abs(values).max()), 1e-300)
    largest, smallest = _largest(sets, values), -_largest(sets, -values)
    return bool((values[sets.dead] >= largest[sets.at] - slack).all() and (largest > smallest + slack).any())


def _largest(sets: RiskSets, values: np.ndarray) -> np.ndarray:
    """(M,) the largest value at risk at each event time."""
    begin = sets.begins[sets.row_stratum] if sets.first is None else sets.first
    ever = begin < sets.until
    begin, end, values = begin[ever], sets.until[ever], values[ever]
    # Each row covers a run of event times: two runs of a power of two cover it, and long runs are halved downwards.
    power = np.frexp((end - begin).astype("float64"))[1] - 1
    size = len(sets.times)
    runs = np.full((int(power.max()) + 1, size), -np.inf)
    np.maximum.at(runs, (power, begin), values)
    np.maximum.at(runs, (power, end - 2**power), values)
    for level in range(len(runs) - 1, 0, -1):
        half = 2 ** (level - 1)
        runs[level - 1] = np.maximum(runs[level - 1], runs[level])
        runs[level - 1, half:] = np.maximum(runs[level - 1, half:], runs[level, :-half])
    return np.asarray(runs[0])
