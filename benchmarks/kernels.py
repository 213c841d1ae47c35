"""Our survival kernels against lifelines, on the same whole-day times with ties."""

import statistics
import time

import numpy as np
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test

from analytics.core.estimators.kaplan_meier import kaplan_meier
from analytics.core.estimators.logrank import logrank
from benchmarks import competing, cox, small_sample

SIZES = (42, 1_000, 100_000)
SEED = 20250302


def median_seconds(act, times):
    """Median of `times` runs."""
    found = []
    for _run in range(times):
        began = time.perf_counter()
        act()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def rows():
    """One row for each kernel and size; the ratio is lifelines' time over ours."""
    rng = np.random.default_rng(SEED)
    for size in SIZES:
        time_days = rng.integers(1, 1800, size)
        event = rng.random(size) < 0.6
        group = rng.integers(0, 2, size)
        times = 15 if size < 10_000 else 3
        pairs = {
            "Kaplan–Meier with limits": (
                lambda t=time_days, e=event: kaplan_meier(t, e),
                lambda t=time_days, e=event: KaplanMeierFitter().fit(t, e),
            ),
            "log-rank, 2 groups": (
                lambda t=time_days, e=event, g=group: logrank(t, e, g),
                lambda t=time_days, e=event, g=group: multivariate_logrank_test(t, g, e),
            ),
        }
        for what, (ours, theirs) in pairs.items():
            seconds = median_seconds(ours, times)
            ratio = median_seconds(theirs, times) / seconds
            yield {
                "what": f"{what}, n = {size:,}",
                "seconds": seconds,
                "ratio": ratio,
                "reference": "as fast as lifelines",
            }
    yield from cox.rows(median_seconds, SEED)
    yield from small_sample.rows(median_seconds, SEED)
    yield from competing.rows(median_seconds, SEED)
