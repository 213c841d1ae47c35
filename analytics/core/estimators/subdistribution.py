"""Fine and Gray's weighted partial likelihood: who is at risk of one cause, with which weight, and what follows.

Whoever had another event stays at risk of the cause, weighted by the chance of still being uncensored. All sums are
running totals over the event times: nothing is expanded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Censoring:
    """One censoring group: its rows, the chance of being uncensored just before its rows' times and each event time."""

    rows: np.ndarray
    own: np.ndarray
    at: np.ndarray


@dataclass(frozen=True, slots=True)
class Part:
    """The risk sets of one stratum.

    times      (m,) distinct times of events of the cause; deaths (m,) events at each
    time, x    (n,), (n, p); dead, other, censored (n,) bool by what ended the row
    through    (n,) how many event times a row is fully at risk at
    """

    time: np.ndarray
    x: np.ndarray
    dead: np.ndarray
    other: np.ndarray
    censored: np.ndarray
    times: np.ndarray
    deaths: np.ndarray
    through: np.ndarray
    groups: tuple[Censoring, ...]


@dataclass(frozen=True, slots=True)
class Moments:
    """At one beta: log likelihood, score, information; per event time the mean covariates and the hazard's increment."""

    loglik: float
    score: np.ndarray
    information: np.ndarray
    mean: np.ndarray
    hazard: np.ndarray
    relative: np.ndarray


def part(
    time: np.ndarray, status: np.ndarray, x: np.ndarray, cause: int, group: np.ndarray, *, leave_first: bool
) -> Part:
    """The risk sets of one stratum; `group` are the codes of the censoring groups.

    leave_first  whether, when the censoring distribution is estimated, events leave before censorings at the same time
    """
    dead = status == cause
    times, deaths = np.unique(time[dead], return_counts=True)
    groups = []
    for code in np.unique(group):
        rows = np.flatnonzero(group == code)
        own, at = _uncensored(time[rows], status[rows] == 0, times, leave_first)
        groups.append(Censoring(rows, own, at))
    return Part(
        time=time,
        x=x,
        dead=dead,
        other=(status > 0) & ~dead,
        censored=status == 0,
        times=times,
        deaths=deaths.astype("float64"),
        through=np.searchsorted(times, time, side="right"),
        groups=tuple(groups),
    )


def _uncensored(
    time: np.ndarray, censored: np.ndarray, times: np.ndarray, leave_first: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Kaplan-Meier estimate of being uncensored, just before each of `time` and of `times`.

    0 after the last of `time`, where nothing is known: who had another event then leaves, as in crr.
    """
    ordered = np.sort(time)
    at, gone = np.unique(time[censored], return_counts=True)
    at_risk = len(time) - np.searchsorted(ordered, at, side="left")
    if leave_first:
        events = np.sort(time[~censored])
        at_risk = at_risk - (np.searchsorted(events, at, "right") - np.searchsorted(events, at, "left"))
    left = np.concatenate(([1.0], np.cumprod(1 - gone / at_risk)))
    known = times <= ordered[-1]
    return left[np.searchsorted(at, time, side="left")], np.where(
        known, left[np.searchsorted(at, times, side="left")], 0
    )


def moments(one: Part, beta: np.ndarray) -> Moments:
    """Log likelihood (ties by Breslow), score and information of one stratum."""
    x, size = one.x, len(one.times)
    linear = x @ beta
    relative = np.exp(linear)
    total = _at_risk(one, relative)
    mean = np.stack([_at_risk(one, relative * column) for column in x.T], axis=1) / total[:, None]
    columns = x.shape[1]
    information = np.zeros((columns, columns))
    share = one.deaths / total
    for row in range(columns):
        for column in range(row + 1):
            products = _at_risk(one, relative * x[:, row] * x[:, column])
            information[row, column] = share @ products - one.deaths @ (mean[:, row] * mean[:, column])
            information[column, row] = information[row, column]
    return Moments(
        loglik=float(linear[one.dead].sum() - one.deaths @ np.log(total)) if size else 0.0,
        score=x[one.dead].sum(axis=0) - one.deaths @ mean,
        information=information,
        mean=mean,
        hazard=share,
        relative=relative,
    )


def _at_risk(one: Part, values: np.ndarray) -> np.ndarray:
    """(m,) weighted sum of `values` over the risk set of each event time."""
    size = len(one.times)
    total = np.bincount(one.through, values, size + 1)[::-1].cumsum()[::-1][1:]
    for group in one.groups:
        rows = group.rows[one.other[group.rows]]
        own = group.own[one.other[group.rows]]
        total = total + group.at * np.bincount(one.through[rows], values[rows] / own, size + 1).cumsum()[:size]
    return np.asarray(total)


def residuals(one: Part, at: Moments, *, with_censoring: bool) -> np.ndarray:
    """(n, p) what each row adds to the score [eta], and to the estimate of the censoring distribution [psi]."""
    steps = np.column_stack((at.hazard, at.hazard[:, None] * at.mean))
    reached = _from_zero(np.cumsum(steps, axis=0))[one.through]
    result = at.relative[:, None] * (reached[:, 1:] - one.x * reached[:, :1])
    where = np.searchsorted(one.times, one.time[one.dead])
    result[one.dead] += one.x[one.dead] - at.mean[where]
    for group in one.groups:
        weighted = group.at[:, None] * steps
        ahead = _ahead(weighted)
        kept = one.other[group.rows]
        rows, weight = group.rows[kept], at.relative[group.rows[kept]] / group.own[kept]
        beyond = ahead[one.through[rows]]
        result[rows] += weight[:, None] * (beyond[:, 1:] - one.x[rows] * beyond[:, :1])
        if with_censoring:
            # As crr: of the events to come only those of the group's own cases are counted here.
            own = _own_deaths(one, group) / one.deaths
            result[group.rows] += _of_censoring(one, group.rows, rows, weight, _ahead(weighted * own[:, None]))
    return np.asarray(result)


def _ahead(steps: np.ndarray) -> np.ndarray:
    """(m + 1, ..) sums from each event time on."""
    return np.concatenate((np.cumsum(steps[::-1], axis=0)[::-1], np.zeros((1, steps.shape[1]))))


def _own_deaths(one: Part, group: Censoring) -> np.ndarray:
    """(m,) events of the group's own cases at each event time."""
    times = one.time[group.rows[one.dead[group.rows]]]
    return np.bincount(np.searchsorted(one.times, times), minlength=len(one.times))


def _of_censoring(
    one: Part, members: np.ndarray, others: np.ndarray, weight: np.ndarray, ahead: np.ndarray
) -> np.ndarray:
    """(members, p) psi of one censoring group: its martingales of censoring, times what censoring moves the score by."""
    time, censored = one.time[members], one.censored[members]
    at, gone = np.unique(time[censored], return_counts=True)
    at_risk = len(time) - np.searchsorted(np.sort(time), at, side="left")
    order = np.argsort(one.time[others], kind="stable")
    totals = np.column_stack((weight, weight[:, None] * one.x[others]))[order]
    before = _from_zero(np.cumsum(totals, axis=0))[np.searchsorted(one.time[others][order], at, side="left")]
    later = ahead[np.searchsorted(one.times, at, side="left")]
    moved = (before[:, 1:] * later[:, :1] - before[:, :1] * later[:, 1:]) / at_risk[:, None]
    result = -_from_zero(np.cumsum(moved * (gone / at_risk)[:, None], axis=0))[np.searchsorted(at, time, "right")]
    result[censored] += moved[np.searchsorted(at, time[censored])]
    return np.asarray(result)


def _from_zero(rows: np.ndarray) -> np.ndarray:
    return np.concatenate((np.zeros((1, rows.shape[1])), rows))
