"""Results for figures by the core's own methods, from rows as a selection would hand them over."""

import json
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from analytics.catalogue import CATALOGUE
from analytics.core.analysis import Covariate, Groups
from analytics.core.methods import competing_regression, incidence, regression
from analytics.core.parts import Options
from analytics.core.selection import ALL, Selected
from tests.analytics.figures.samples import DATASET, analysis

NAMES = tuple(one.name for one in CATALOGUE)
FEW_RESAMPLES = Options(resamples=10)  # a figure is drawn the same from ten as from two hundred


class Asked(Mapping):
    """Name → what its function gives, made when it is first asked for: whoever collects tests wants the names alone."""

    def __init__(self, makers):
        self.makers, self.made = makers, {}

    def __getitem__(self, name):
        if name not in self.made:
            self.made[name] = self.makers[name]()
        return self.made[name]

    def __iter__(self):
        return iter(self.makers)

    def __len__(self):
        return len(self.makers)


def selected(asked, rows, levels=(ALL,)):
    """Rows (dicts of time, cause, group and covariates) as the cases of an analysis."""
    table = pd.DataFrame(rows, columns=sorted({"time", "cause", "group", *(name for row in rows for name in row)}))
    table = table.assign(
        status=np.where(table["cause"].astype(float) > 1, 2, table["cause"]).astype("int64"),
        imputed=False,
        response_from_site=False,
        relapse_without_remission=False,
    )
    table["time"] = table["time"].astype("float64")
    return Selected(asked, table, table, [], tuple(levels))


def envelope(asked, method, chosen):
    """The Result, having been through strict JSON."""
    body = method.answer(chosen).body
    found = {
        "analysis": asked.as_dict(chosen.levels if asked.groups else None),
        "endpoint": asked.rule.as_dict(),
        "n": len(chosen.rows),
        "events": int(chosen.event.sum()),
        "warnings": [],
        "dataset": DATASET,
        **body,
    }
    return json.loads(json.dumps(found, allow_nan=False))


def incidence_of(*groups, of="cir", **changes):
    """A Result of cumulative incidences from (label, times in days, causes) per group; one group without a name is all cases."""
    rows = [
        {"time": day, "cause": cause, "group": label or ALL[0]}
        for label, days, causes in groups
        for day, cause in zip(days, causes, strict=True)
    ]
    labels = tuple((label, label) for label, _, _ in groups)
    is_grouped = labels != (("", ""),)
    asked = replace(analysis(of), groups=Groups("site", "Hospital") if is_grouped else None, **changes)
    return envelope(asked, incidence, selected(asked, rows, labels if is_grouped else (ALL,)))


def regression_of(rows, covariates, of="os-regression", together=(), **changes):
    """A Result of regressions. rows: dicts of time, cause and the covariates' columns."""
    asked = replace(analysis(of), covariates=tuple(covariates), together=together, options=FEW_RESAMPLES, **changes)
    rows = [{"group": ALL[0], **row} for row in rows]
    method = competing_regression if of == "cir-regression" else regression
    return envelope(asked, method, selected(asked, rows))


def covariate(column, *labels):
    """A category whose values are 0, 1, … in words."""
    return Covariate(column, f"Covariate {column}", levels=tuple((str(i), label) for i, label in enumerate(labels)))
