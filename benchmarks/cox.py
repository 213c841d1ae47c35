"""Cox's regression with 5 covariates against lifelines, against plain NumPy (Breslow, no errors), and against R where it is."""

import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter

from analytics.core.estimators.cox import cox

COVARIATES = [f"x{number}" for number in range(5)]
LARGEST_FOR_LIFELINES = 100_000
IN_R = """
suppressPackageStartupMessages(library(survival)); rows <- read.csv(commandArgs(TRUE)[1])
fit <- function() coxph(Surv(time, event) ~ x0 + x1 + x2 + x3 + x4, rows)
fit(); cat(median(replicate(as.integer(commandArgs(TRUE)[2]), system.time(fit(), gcFirst = FALSE)[["elapsed"]])))
"""


def rows(median_seconds, seed):
    """One row for each size and reference; `median_seconds` is that of the kernels."""
    rng = np.random.default_rng(seed)
    for size in (42, 1_000, 100_000, 1_000_000):
        data = _made(rng, size)
        x = data[COVARIATES].to_numpy()
        time, event = data["time"].to_numpy(), data["event"].to_numpy()
        few = 15 if size < 10_000 else 1
        ours = median_seconds(lambda t=time, e=event, x=x: cox(t, e, x), few)
        what = f"Cox, 5 covariates, n = {size:,}"
        if size <= LARGEST_FOR_LIFELINES:
            yield _row(what, ours, median_seconds(lambda d=data: _lifelines(d), min(few, 3)), "as fast as lifelines")
        floor = median_seconds(lambda t=time, e=event, x=x: plain(t, e, x), few)
        yield _row(what, ours, floor, "as fast as plain NumPy, Breslow and no errors")
        if shutil.which("Rscript"):
            yield _row(what, ours, _in_r(data, few), "as fast as R's coxph")


def plain(time, event, x):
    """Newton's method with one matrix of sums for each distinct time: the least that must be done."""
    distinct, code = np.unique(time, return_inverse=True)
    deaths = np.bincount(code[event], minlength=len(distinct))
    beta, seen = np.zeros(x.shape[1]), x[event].sum(axis=0)
    pairs = [(j, k) for j in range(len(beta)) for k in range(j, len(beta))]

    def at_risk(values):
        return np.bincount(code, values, len(distinct))[::-1].cumsum()[::-1]

    for _step in range(6):
        risk = np.exp(x @ beta)
        total = at_risk(risk)
        mean = np.stack([at_risk(risk * column) for column in x.T]) / total
        information = np.zeros((len(beta), len(beta)))
        for j, k in pairs:
            second = at_risk(risk * x[:, j] * x[:, k]) / total
            information[j, k] = information[k, j] = deaths @ (second - mean[j] * mean[k])
        beta = beta + np.linalg.solve(information, seen - mean @ deaths)
    return beta


def _made(rng, size):
    x = rng.normal(size=(size, 5))
    hazard = np.exp(x @ [0.5, -0.3, 0.2, 0.0, 0.1])
    dies, leaves = rng.exponential(600 / hazard), rng.uniform(100, 1800, size)
    data = pd.DataFrame(x, columns=COVARIATES)
    return data.assign(time=np.ceil(np.minimum(dies, leaves)), event=dies <= leaves)


def _lifelines(data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        CoxPHFitter().fit(data, "time", "event")


def _in_r(data, times):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        data.assign(event=data["event"].astype(int)).to_csv(file, index=False)
        command = ["Rscript", "-e", IN_R, str(file), str(times)]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1])


def _row(what, ours, theirs, reference):
    return {"what": what, "seconds": ours, "ratio": theirs / ours, "reference": reference}
