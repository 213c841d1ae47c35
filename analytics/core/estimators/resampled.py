"""Many Cox regressions at once, on resamples of the same rows: each resample is a vector of how often a row was drawn.

All arrays begin with the resample. One evaluation of B resamples costs O(B × rows × covariates²) and a handful of calls,
where fitting them one after the other would cost B times the overhead of a fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.core.estimators.times import Observed

STEPS, HALVINGS = 60, 20
DECREMENT = 1e-10
# Twice the gain still to be had after which a coefficient that moves by more than this many standard deviations runs away.
STILL_MOVING = 1e-3


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows in order of stratum and time, and the event times of each stratum.

    x             (n, p) covariates less their means
    dead, at      rows with the event, their event times
    times         how many event times there are
    leaves, ends  (M,) those at risk at an event time are the rows from `leaves` to `ends`, less those not yet entered:
    by_entry, enters  (n,) the rows in order of stratum and entry; from `enters` to `ends` they have not entered
    """

    time: np.ndarray
    event: np.ndarray
    x: np.ndarray
    dead: np.ndarray
    at: np.ndarray
    times: int
    leaves: np.ndarray
    ends: np.ndarray
    by_entry: np.ndarray | None
    enters: np.ndarray | None


@dataclass(frozen=True, slots=True)
class Fits:
    """(B, p) coefficients of each resample, and whether it reached a finite maximum."""

    coef: np.ndarray
    converged: np.ndarray


def rows_of(data: Observed, x: np.ndarray, stratum: np.ndarray) -> Rows:
    """Prepare rows that stand in the order of stratum and time."""
    moments = np.unique(data.time)
    width = len(moments) + 1
    keys = stratum * width + np.searchsorted(moments, data.time)
    event_keys = np.unique(keys[data.event])
    ends = np.searchsorted(stratum, event_keys // width, side="right")
    by_entry = enters = None
    if data.entry is not None:
        by_entry = np.lexsort((data.entry, stratum))
        # Not at risk at an event time: who enters at that time or later.
        entry_keys = stratum * width + np.searchsorted(moments, data.entry, side="right")
        enters = np.searchsorted(entry_keys[by_entry], event_keys, side="right")
    dead = np.flatnonzero(data.event)
    return Rows(
        time=data.time,
        event=data.event,
        x=x - x.mean(axis=0) if len(x) else x,
        dead=dead,
        at=np.searchsorted(event_keys, keys[dead]),
        times=len(event_keys),
        leaves=np.searchsorted(keys, event_keys, side="left"),
        ends=ends,
        by_entry=by_entry,
        enters=enters,
    )


@dataclass(frozen=True, slots=True)
class _Points:
    loglik: np.ndarray
    gradient: np.ndarray
    information: np.ndarray


def fit(rows: Rows, drawn: np.ndarray, *, firth: bool) -> Fits:
    """Fit all resamples by maximum (penalised) partial likelihood, Efron's ties (Breslow's with the penalty).

    drawn  (B, n) how often each row is in a resample
    firth  with Firth's penalty, as `firth_cox`

    A resample without a finite maximum, or whose covariates are constant or collinear, has converged = False.
    """
    count, size = len(drawn), rows.x.shape[1]
    beta, active = np.zeros((count, size)), np.ones(count, dtype=bool)
    converged = np.zeros(count, dtype=bool)
    scale = rows.x.std(axis=0)
    here = _points(rows, drawn, beta, firth)
    for _step in range(STEPS):
        active &= np.isfinite(here.loglik)
        step, solved = _solved(here.information, here.gradient)
        active &= solved
        gain = np.einsum("bj,bj->b", here.gradient, step)
        done = active & (gain < DECREMENT)
        converged |= done & (np.abs(step) * scale < STILL_MOVING).all(axis=1)
        beta[done] += step[done]
        active &= ~done
        if not active.any():
            break
        which = np.flatnonzero(active)
        beta, here, moved = _climb(rows, drawn, beta, here, step, which, firth)
        active[which[~moved]] = False
    return Fits(beta, converged)


def _climb(
    rows: Rows, drawn: np.ndarray, beta: np.ndarray, here: _Points, step: np.ndarray, which: np.ndarray, firth: bool
) -> tuple[np.ndarray, _Points, np.ndarray]:
    """Take the step of the resamples `which`, halved where it would lower the likelihood; say which of them moved."""
    beta, moved = beta.copy(), np.zeros(len(beta), dtype=bool)
    loglik, gradient, curvature = here.loglik.copy(), here.gradient.copy(), here.information.copy()
    left, step = which, step.copy()
    for _halving in range(HALVINGS):
        there = _points(rows, drawn[left], beta[left] + step[left], firth)
        better = there.loglik >= loglik[left] - 1e-10 * (1 + np.abs(loglik[left]))
        taken = left[better]
        beta[taken] += step[taken]
        loglik[taken], gradient[taken], curvature[taken] = (
            there.loglik[better],
            there.gradient[better],
            there.information[better],
        )
        moved[taken] = True
        left = left[~better]
        if not len(left):
            break
        step[left] /= 2
    return beta, _Points(loglik, gradient, curvature), moved[which]


def _solved(matrices: np.ndarray, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Solutions, and which matrices can be solved: positive diagonal and determinant well above rounding."""
    diagonal = np.sqrt(np.maximum(np.einsum("bjj->bj", matrices), 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = matrices / diagonal[:, :, None] / diagonal[:, None, :]
    usable = np.isfinite(scaled).all(axis=(1, 2))
    scaled[~usable] = np.eye(matrices.shape[1])
    usable &= np.linalg.det(scaled) > 1e-11
    scaled[~usable] = np.eye(matrices.shape[1])
    diagonal = np.where(usable[:, None], diagonal, 1)
    step = np.linalg.solve(scaled, (vectors / diagonal)[:, :, None])[:, :, 0] / diagonal
    return np.where(usable[:, None], step, 0), usable


def _points(rows: Rows, drawn: np.ndarray, beta: np.ndarray, firth: bool) -> _Points:
    """(Penalised) log likelihood, its gradient, and the information of each resample at its own beta."""
    x, (count, size) = rows.x, beta.shape
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        predictor = beta @ x.T
        risk = drawn * np.exp(predictor - predictor.max(axis=1, keepdims=True))
        first = risk[:, :, None] * x
        second = first[:, :, :, None] * x[:, None, :]
        columns = np.concatenate((risk[:, :, None], first, second.reshape(count, len(x), -1)), axis=2)
        deaths = _deaths(rows, drawn[:, rows.dead])
        share, used = _shares(deaths, breslow=firth)
        sums = _left(rows, columns, share)
        total = np.where(used, sums[..., 0], 1.0)
        repeats = deaths[:, :, None] * used if firth else used.astype("float64")
        mean = sums[..., 1 : 1 + size] / total[..., None]
        squares = (sums[..., 1 + size :] / total[..., None]).reshape(*total.shape, size, size)
        spread = squares - mean[..., :, None] * mean[..., None, :]
        curvature = np.einsum("bml,bmljk->bjk", repeats, spread)
        weight = drawn[:, rows.dead]
        shifted = predictor - predictor.max(axis=1, keepdims=True)
        loglik = (weight * shifted[:, rows.dead]).sum(axis=1) - np.einsum("bml,bml->b", repeats, np.log(total))
        gradient = weight @ x[rows.dead] - np.einsum("bml,bmlj->bj", repeats, mean)
        if not firth:
            return _Points(loglik, gradient, curvature)
        sign, log_det = np.linalg.slogdet(curvature)
        good = (sign > 0) & np.isfinite(log_det)
        back = np.zeros_like(curvature)
        back[good] = np.linalg.inv(curvature[good])
        loglik = np.where(good, loglik + log_det / 2, -np.inf)
        gradient = gradient + _penalty_slope(rows, risk, first, back, share, total, repeats, mean, squares) / 2
    return _Points(loglik, gradient, curvature)


def _penalty_slope(
    rows: Rows,
    risk: np.ndarray,
    first: np.ndarray,
    back: np.ndarray,
    share: np.ndarray,
    total: np.ndarray,
    repeats: np.ndarray,
    mean: np.ndarray,
    squares: np.ndarray,
) -> np.ndarray:
    """(B, p) trace of inverse information times its derivative: third central moments. Source: Heinze & Schemper 2001."""
    length = np.einsum("nj,bjk,nk->bn", rows.x, back, rows.x, optimize=True)
    sums = _left(rows, np.concatenate(((risk * length)[:, :, None], first * length[:, :, None]), axis=2), share)
    q, qx = sums[..., 0] / total, sums[..., 1:] / total[..., None]
    turned = np.einsum("bjk,bmlk->bmlj", back, mean)
    own = np.einsum("bmlj,bmlj->bml", turned, mean)
    third = qx - mean * q[..., None] - 2 * np.einsum("bmlk,bmljk->bmlj", turned, squares) + 2 * mean * own[..., None]
    return np.asarray(np.einsum("bml,bmlj->bj", repeats, third))


def _deaths(rows: Rows, weight: np.ndarray) -> np.ndarray:
    """(B, M) how many died at each event time of each resample."""
    found = np.zeros((len(weight), rows.times))
    np.add.at(found.T, rows.at, weight.T)
    return found


def _shares(deaths: np.ndarray, *, breslow: bool) -> tuple[np.ndarray, np.ndarray]:
    """(B, M, L) the part of the tied deaths that no longer counts for the first, second, .. of them; which of these exist."""
    if breslow:
        return np.zeros((*deaths.shape, 1)), (deaths > 0)[:, :, None]
    most = max(int(deaths.max(initial=0)), 1)
    turn = np.arange(most)
    used = turn < deaths[:, :, None]
    return np.where(used, turn / np.maximum(deaths, 1)[:, :, None], 0.0), used


def _left(rows: Rows, columns: np.ndarray, share: np.ndarray) -> np.ndarray:
    """(B, M, L, c) sums of the columns over those at risk, less the share of those who die."""
    sums = _range(columns, rows.leaves, rows.ends)
    if rows.by_entry is not None and rows.enters is not None:
        sums -= _range(columns[:, rows.by_entry], rows.enters, rows.ends)
    if not share.any():
        return np.asarray(sums[:, :, None, :] + np.zeros(share.shape[2])[:, None])
    died = np.zeros_like(sums)
    np.add.at(died.transpose(1, 0, 2), rows.at, columns[:, rows.dead].transpose(1, 0, 2))
    return np.asarray(sums[:, :, None, :] - share[..., None] * died[:, :, None, :])


def _range(columns: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """(B, M, c) sums over the rows from `begin` to `end`, from running sums taken backwards."""
    running = np.zeros((columns.shape[0], columns.shape[1] + 1, columns.shape[2]))
    np.cumsum(columns[:, ::-1], axis=1, out=running[:, 1:])
    size = columns.shape[1]
    return np.asarray(running[:, size - begin] - running[:, size - end])


def concordances(rows: Rows, drawn: np.ndarray, marker: np.ndarray) -> np.ndarray:
    """(B,) the concordance of each resample: of the pairs that can be ordered, the share in which who has the event
    earlier has the higher marker; equal markers count half.

    drawn, marker  (B, n)

    Pairs are those of `concordance`: within a stratum, one has the event while the other is at risk and goes on. NaN
    without such a pair.

    Source: Harrell 1982; by ranks in O(n log n).
    """
    rank, weight = _ranks(marker), drawn.astype("float64")
    after = _after(rows)
    below, equal, every = _compared(rank, weight, rank[:, rows.dead], after, rows.ends[rows.at])
    if rows.by_entry is not None and rows.enters is not None:
        late = rank[:, rows.by_entry], weight[:, rows.by_entry]
        parts = _compared(*late, rank[:, rows.dead], rows.enters[rows.at], rows.ends[rows.at])
        below, equal, every = below - parts[0], equal - parts[1], every - parts[2]
    own = weight[:, rows.dead]
    with np.errstate(invalid="ignore"):
        return np.asarray((own * (below + equal / 2)).sum(axis=1) / (own * every).sum(axis=1))


def _after(rows: Rows) -> np.ndarray:
    """For each event the first row that goes on beyond it: those censored at that time do, those with the event do not."""
    last_dead = np.zeros(rows.times, dtype="int64")
    np.maximum.at(last_dead, rows.at, rows.dead + 1)
    return np.asarray(last_dead[rows.at])


def _ranks(marker: np.ndarray) -> np.ndarray:
    """(B, n) dense ranks from 0 within each resample; values that differ by rounding alone are equal."""
    order = np.argsort(marker, axis=1, kind="stable")
    ordered = np.take_along_axis(marker, order, axis=1)
    slack = 1e-10 * np.maximum(np.abs(ordered).max(axis=1, keepdims=True, initial=0), 1e-300)
    steps = np.cumsum(np.diff(ordered, axis=1) > slack, axis=1)
    rank = np.zeros(marker.shape, dtype="int64")
    np.put_along_axis(rank, order[:, 1:], steps, axis=1)
    return rank


def _compared(
    rank: np.ndarray, weight: np.ndarray, asked: np.ndarray, begin: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(B, q) weight of the rows from `begin` to `end` with a rank below the one asked, with the same, and of all.

    Rows are sorted by one binary digit of the rank after the other, the highest first, and the range follows the digits
    of the rank asked: at each digit 1 the rows with digit 0 are below.
    """
    count, size = rank.shape
    lower, upper = np.broadcast_to(begin, asked.shape), np.broadcast_to(end, asked.shape)
    below = np.zeros(asked.shape)
    every = None
    for digit in range(int(rank.max(initial=0)).bit_length() - 1, -1, -1):
        one = (rank >> digit) & 1
        zeros = _running(1 - one)
        light, total = _running(weight * (1 - one)), _running(weight)
        if every is None:
            every = _between(total, lower, upper)
        wanted = ((asked >> digit) & 1).astype(bool)
        below += np.where(wanted, _between(light, lower, upper), 0)
        low, high = np.take_along_axis(zeros, lower, axis=1), np.take_along_axis(zeros, upper, axis=1)
        front = zeros[:, -1:]
        lower, upper = np.where(wanted, front + lower - low, low), np.where(wanted, front + upper - high, high)
        order = np.argsort(one, axis=1, kind="stable")
        rank, weight = np.take_along_axis(rank, order, axis=1), np.take_along_axis(weight, order, axis=1)
    total = _running(weight)
    equal = _between(total, lower, upper)
    return below, equal, equal if every is None else every


def _running(values: np.ndarray) -> np.ndarray:
    """(B, n + 1) sums of the values before each place."""
    found = np.zeros((values.shape[0], values.shape[1] + 1), dtype=values.dtype)
    np.cumsum(values, axis=1, out=found[:, 1:])
    return found


def _between(running: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    return np.asarray(np.take_along_axis(running, upper, axis=1) - np.take_along_axis(running, lower, axis=1))
