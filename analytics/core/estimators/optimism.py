"""Concordance corrected for optimism: a model looks better on the cases it was fitted to than on others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analytics.core import small_sample_sentences as words
from analytics.core.estimators.logrank import coded
from analytics.core.estimators.resampled import Fits, Rows, concordances, fit, rows_of
from analytics.core.estimators.times import observed

SEED = 20250302
# Numbers held at once for the resamples fitted together.
HELD_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class Optimism:
    """Concordance as fitted, how much of it is optimism, and what remains; NaN where not estimable.

    monte_carlo_error  standard error of `optimism` from drawing only so many resamples
    resamples          how many were drawn; `penalised` of them were fitted by Firth's method because the ordinary one has
                       no finite estimate; `failed` could not be fitted at all and do not count
    """

    apparent: float
    optimism: float
    corrected: float
    monte_carlo_error: float
    resamples: int
    penalised: int
    failed: int
    seed: int
    warnings: tuple[str, ...]


def optimism(
    time: ArrayLike,
    event: ArrayLike,
    x: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    firth: bool = False,
    resamples: int = 200,
    seed: int = SEED,
) -> Optimism:
    """Correct the concordance of a Cox regression by refitting it to bootstrap resamples.

    time, event, entry, strata  as for `cox`
    x          (n, p) numbers, no intercept
    firth      the model is Firth's regression
    resamples  how many are drawn, at least 2
    seed       of the draws; the row order does not matter, and no other random state is read or changed

    Each resample's model is rated on the resample and on the data; the mean difference is the optimism. Pairs are compared
    within strata.

    Raises ValueError as `cox` does, for fewer than 2 resamples, and for values of x that are missing.

    Source: Harrell, Lee & Mark 1996. Agrees with R coxph, concordance and boot within Monte Carlo error:
    tests/reference/test_r_small_sample.py.
    """
    if resamples < 2:
        raise ValueError(f"resamples is {resamples}; expected a number of at least 2")
    rows = _canonical(time, event, x, entry, strata)
    everyone = np.ones((1, len(rows.time)))
    model, whole_penalised = _fitted(rows, everyone, firth)
    if not len(rows.dead) or not model.converged[0]:
        nan = float("nan")
        return Optimism(nan, nan, nan, nan, resamples, 0, resamples, seed, (words.NO_MODEL,))
    apparent = float(concordances(rows, everyone, model.coef @ rows.x.T)[0])
    firth = firth or bool(whole_penalised)
    rng = np.random.Generator(np.random.PCG64(seed))
    differences, penalised = [], 0
    size, width = len(rows.time), rows.x.shape[1]
    at_once = max(1, HELD_AT_ONCE // (size * (1 + width) ** 2))
    for first in range(0, resamples, at_once):
        drawn = _draws(rng, size, min(at_once, resamples - first))
        fits, rescued = _fitted(rows, drawn, firth)
        marker = fits.coef @ rows.x.T
        difference = concordances(rows, drawn, marker) - concordances(rows, np.ones_like(drawn), marker)
        differences.append(difference[fits.converged])
        penalised += rescued
    found = np.concatenate(differences)
    found = found[~np.isnan(found)]
    mean = float(found.mean()) if len(found) else float("nan")
    error = float(found.std(ddof=1) / np.sqrt(len(found))) if len(found) > 1 else float("nan")
    failed = resamples - len(found)
    return Optimism(
        apparent=apparent,
        optimism=mean,
        corrected=apparent - mean,
        monte_carlo_error=error,
        resamples=resamples,
        penalised=0 if firth else penalised,
        failed=failed,
        seed=seed,
        warnings=_warnings(resamples, 0 if firth else penalised, failed),
    )


def _canonical(
    time: ArrayLike, event: ArrayLike, x: ArrayLike, entry: ArrayLike | None, strata: ArrayLike | None
) -> Rows:
    """The rows in an order that depends on their values alone."""
    data = observed(time, event, entry)
    matrix = np.asarray(x, dtype="float64")
    matrix = matrix[:, None] if matrix.ndim == 1 else matrix
    if matrix.ndim != 2 or len(matrix) != len(data) or not matrix.shape[1]:
        raise ValueError(f"x has shape {matrix.shape}; expected one row for each of the {len(data)} times")
    if not np.isfinite(matrix).all():
        raise ValueError("x has missing or infinite values; expected finite numbers")
    _, stratum = coded(np.zeros(len(data)) if strata is None else strata, len(data), "strata")
    late = np.zeros(len(data)) if data.entry is None else data.entry
    # Censored rows follow the events of their time.
    order = np.lexsort((*matrix.T, late, ~data.event, data.time, stratum))
    return rows_of(data.only(order), matrix[order], stratum[order])


def _draws(rng: np.random.Generator, size: int, count: int) -> np.ndarray:
    """(count, size) how often each row is drawn."""
    rows = rng.integers(0, size, (count, size)) + np.arange(count)[:, None] * size
    return np.bincount(rows.ravel(), minlength=count * size).reshape(count, size).astype("float64")


def _fitted(rows: Rows, drawn: np.ndarray, firth: bool) -> tuple[Fits, int]:
    """Fits of all resamples; where the ordinary one has no finite estimate Firth's takes its place. How many did it."""
    fits = fit(rows, drawn, firth=firth)
    again = np.flatnonzero(~fits.converged)
    if firth or not len(again):
        return fits, 0
    rescued = fit(rows, drawn[again], firth=True)
    coef, converged = fits.coef.copy(), fits.converged.copy()
    coef[again], converged[again] = rescued.coef, rescued.converged
    return Fits(coef, converged), int(np.count_nonzero(rescued.converged))


def _warnings(resamples: int, penalised: int, failed: int) -> tuple[str, ...]:
    found = []
    if penalised:
        found.append(words.PENALISED.format(penalised=penalised, resamples=resamples))
    if failed:
        found.append(words.FAILED.format(failed=failed, resamples=resamples))
    if failed > resamples / 10:
        found.append(words.MANY_FAILED)
    return tuple(found)
