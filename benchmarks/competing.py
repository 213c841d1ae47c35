"""Cumulative incidence and Gray's test against lifelines as shipped and a plain NumPy floor, on whole days with ties."""

import numpy as np
from lifelines import AalenJohansenFitter

from analytics.core.estimators.cumulative_incidence import cumulative_incidence
from analytics.core.estimators.fine_gray import fine_gray
from analytics.core.estimators.gray import gray

SIZES = (42, 1_000, 100_000, 1_000_000)
# lifelines takes minutes beyond this.
LIFELINES_UP_TO = 100_000
FINE_GRAY_UP_TO = 100_000


def floor(time, status):
    """The incidences of two causes without any variance: the least there is to do."""
    days = int(time.max()) + 1
    events = [np.bincount(time[status == cause], minlength=days) for cause in (1, 2)]
    at_risk = np.maximum(len(time) - np.cumsum(np.bincount(time, minlength=days)) + np.bincount(time), 1)
    left = np.cumprod(1 - (events[0] + events[1]) / at_risk)
    before = np.concatenate(([1.0], left[:-1]))
    return [np.cumsum(before * each / at_risk) for each in events]


def lifelines_incidences(time, status):
    """Both causes by lifelines, which fits one at a time."""
    return [AalenJohansenFitter(seed=0).fit(time, status, event_of_interest=cause) for cause in (1, 2)]


def kernels(time, status, group, x):
    """What is measured: ours, what it is compared with, and the name of that."""
    size = len(time)
    incidences = lambda: cumulative_incidence(time, status)  # noqa: E731
    jackknife = lambda: cumulative_incidence(time, status, variance="jackknife")  # noqa: E731
    plain = lambda: floor(time, status)  # noqa: E731
    yield "Aalen–Johansen with limits, 2 causes", incidences, plain, "plain NumPy without variance"
    yield "Aalen–Johansen, jackknife, 2 causes", jackknife, plain, "plain NumPy without variance"
    if size <= LIFELINES_UP_TO:
        yield (
            "Aalen–Johansen with limits, 2 causes",
            incidences,
            lambda: lifelines_incidences(time, status),
            "lifelines",
        )
    yield "Gray's test, 2 causes, 3 groups", lambda: gray(time, status, group), plain, "plain NumPy incidences"
    if size <= FINE_GRAY_UP_TO:
        yield "Fine–Gray, 5 covariates", lambda: fine_gray(time, status, x), plain, "plain NumPy incidences"


def rows(median_seconds, seed):
    """One row for each kernel, size and comparison; the ratio is the other's time over ours."""
    rng = np.random.default_rng(seed)
    for size in SIZES:
        time, status = rng.integers(1, 1800, size), rng.integers(0, 3, size)
        group, x = rng.integers(0, 3, size), rng.normal(size=(size, 5))
        times = 15 if size < 10_000 else 3
        for what, ours, theirs, reference in kernels(time, status, group, x):
            slow = reference == "lifelines" and size >= 1_000
            seconds = median_seconds(ours, times)
            yield {
                "what": f"{what}, n = {size:,}",
                "seconds": seconds,
                "ratio": median_seconds(theirs, 1 if slow else times) / seconds,
                "reference": f"against {reference}",
            }
