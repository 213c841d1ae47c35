"""Restricted mean, permutation, Firth's regression and the bootstrap of 1,000 fits, each against lifelines in the same run.

Where lifelines would take minutes it does a part of the work and its time is scaled up.
"""

import warnings

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from lifelines.utils import restricted_mean_survival_time

from analytics.core.estimators.comparisons import permutation_logrank
from analytics.core.estimators.firth_cox import firth_cox
from analytics.core.estimators.optimism import optimism
from analytics.core.estimators.restricted_mean import restricted_mean

PERMUTATIONS, RESAMPLES, PART = 9_999, 1_000, 10


def rows(median_seconds, seed):
    """One row for each method and size; `median_seconds` is that of the kernels."""
    rng = np.random.default_rng(seed)
    for size in (42, 1_000, 100_000, 1_000_000):
        data = _made(rng, size)
        few = 15 if size < 10_000 else 3
        ours = median_seconds(lambda d=data: restricted_mean(d["time"], d["event"], tau=1000), few)
        theirs = median_seconds(lambda d=data: _lifelines_mean(d), min(few, 3))
        yield _row(
            f"restricted mean with its error, n = {size:,}", ours, theirs / ours, "as fast as lifelines, no error"
        )
    for size in (42, 1_000):
        data = _made(rng, size)
        ours = median_seconds(
            lambda d=data: permutation_logrank(d["time"], d["event"], d["group"], permutations=PERMUTATIONS), 3
        )
        theirs = median_seconds(lambda d=data: multivariate_logrank_test(d["time"], d["group"], d["event"]), 5)
        ratio = theirs * PERMUTATIONS / ours
        yield _row(f"permutation log-rank, 9,999 deals, n = {size:,}", ours, ratio, "as fast as lifelines' test each")
    for size in (42, 1_000, 10_000):
        data = _made(rng, size)
        x = data[["group", "age"]]
        ours = median_seconds(lambda d=data, x=x: firth_cox(d["time"], d["event"], x), 3)
        theirs = median_seconds(lambda d=data: _lifelines_cox(d), 3)
        what = f"Firth's regression with profile limits and tests, 2 covariates, n = {size:,}"
        yield _row(what, ours, theirs / ours, "as fast as lifelines' ordinary fit")
    data = _made(rng, 42)
    ours = median_seconds(lambda: optimism(data["time"], data["event"], data[["group", "age"]], resamples=RESAMPLES), 3)
    theirs = median_seconds(lambda: [_lifelines_cox(_drawn(data, rng)) for _one in range(PART)], 3)
    ratio = theirs * RESAMPLES / PART / ours
    yield _row("bootstrap of 1,000 Cox fits with concordance, n = 42", ours, ratio, "as fast as lifelines' fits")


def _made(rng, size):
    return pd.DataFrame(
        {
            "time": rng.integers(1, 1800, size),
            "event": rng.random(size) < 0.6,
            "group": rng.integers(0, 2, size),
            "age": rng.normal(10, 4, size),
        }
    )


def _drawn(data, rng):
    return data.iloc[rng.integers(0, len(data), len(data))]


def _lifelines_mean(data):
    curve = KaplanMeierFitter().fit(data["time"], data["event"])
    return restricted_mean_survival_time(curve, t=1000)


def _lifelines_cox(data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return CoxPHFitter().fit(data, "time", "event")


def _row(what, seconds, ratio, reference):
    return {"what": what, "seconds": seconds, "ratio": ratio, "reference": reference}
