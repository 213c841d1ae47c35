"""Our survival kernels against lifelines, plain NumPy and R, on the same whole-day times with ties."""

import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test

from analytics.core.estimators.kaplan_meier import kaplan_meier
from analytics.core.estimators.logrank import logrank
from benchmarks import competing, cox, small_sample

SIZES = (42, 1_000, 100_000, 1_000_000)
SEED = 20250302
IN_R = """
suppressPackageStartupMessages(library(survival)); given <- commandArgs(TRUE); rows <- read.csv(given[1])
curve <- function() survfit(Surv(time, event) ~ 1, rows, conf.type = "log-log")
test <- function() survdiff(Surv(time, event) ~ group, rows)
seconds <- function(act) median(replicate(as.integer(given[2]), system.time(act(), gcFirst = FALSE)[["elapsed"]]))
cat(seconds(curve), seconds(test))
"""


def median_seconds(act, times):
    """Median of `times` runs."""
    found = []
    for _run in range(times):
        began = time.perf_counter()
        act()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


def rows():
    """One row for each kernel, size and reference; the ratio is the reference's time over ours."""
    rng = np.random.default_rng(SEED)
    for size in SIZES:
        data = pd.DataFrame(
            {
                "time": rng.integers(1, 1800, size),
                "event": rng.random(size) < 0.6,
                "group": rng.integers(0, 2, size),
            }
        )
        yield from _of_size(data, 15 if size < 10_000 else 3)
    yield from cox.rows(median_seconds, SEED)
    yield from small_sample.rows(median_seconds, SEED)
    yield from competing.rows(median_seconds, SEED)


def _of_size(data, times):
    t, e, g = (data[name].to_numpy() for name in ("time", "event", "group"))
    in_r = _in_r(data, times) if shutil.which("Rscript") else (None, None)
    kernels = (
        (
            "Kaplan–Meier with limits",
            lambda: kaplan_meier(t, e),
            lambda: KaplanMeierFitter().fit(t, e),
            lambda: plain_curve(t, e),
        ),
        (
            "log-rank, 2 groups",
            lambda: logrank(t, e, g),
            lambda: multivariate_logrank_test(t, g, e),
            lambda: plain_test(t, e, g),
        ),
    )
    for (what, ours, theirs, floor), r in zip(kernels, in_r, strict=True):
        seconds = median_seconds(ours, times)
        references = {
            "as fast as lifelines": median_seconds(theirs, times),
            "as fast as plain NumPy, without limits or checks": median_seconds(floor, times),
            "as fast as R's survival": r,
        }
        for reference, other in references.items():
            if other is not None:
                yield {
                    "what": f"{what}, n = {len(data):,}",
                    "seconds": seconds,
                    "ratio": other / seconds,
                    "reference": reference,
                }


def plain_curve(time_days, event):
    """The least that a curve takes: sort, count, multiply."""
    distinct, code = np.unique(time_days, return_inverse=True)
    left, deaths = np.bincount(code), np.bincount(code[event], minlength=len(distinct))
    at_risk = left[::-1].cumsum()[::-1]
    return np.cumprod(1 - deaths / at_risk)


def plain_test(time_days, event, group):
    """The least that a test of two groups takes: one pass of counts for each group."""
    distinct, code = np.unique(time_days, return_inverse=True)
    size, own = len(distinct), group == 1
    at_risk = np.bincount(code, minlength=size)[::-1].cumsum()[::-1]
    of_group = np.bincount(code[own], minlength=size)[::-1].cumsum()[::-1]
    d, d1 = np.bincount(code[event], minlength=size), np.bincount(code[event & own], minlength=size)
    share = of_group / at_risk
    spread = (d * share * (1 - share) * (at_risk - d) / np.maximum(at_risk - 1, 1)).sum()
    return (d1.sum() - (d * share).sum()) ** 2 / spread


def _in_r(data, times):
    """Seconds of survfit and survdiff on the same rows."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        data.astype("int64").to_csv(file, index=False)
        command = ["Rscript", "-e", IN_R, str(file), str(times)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return tuple(float(one) for one in done.stdout.split())
