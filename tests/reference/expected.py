"""R's answers and the data they belong to."""

import json
import math
from functools import cache
from pathlib import Path

import pandas as pd

DATA = Path(__file__).parent / "data"
DIGITS = 1e-11  # R printed 13 significant digits


@cache
def answers(name):
    """Analyses of a data set, by id."""
    return json.loads((DATA / f"{name}_expected.json").read_text(encoding="utf-8"))["analyses"]


@cache
def table(name):
    """The data set itself; `hsct` and `efs2_days` are those that R's script derived."""
    rows = pd.read_csv(DATA / f"{name}.csv")
    if name == "kato_synthetic":
        uncut = rows[["relapse_day", "death_day", "last_contact_day"]].min(axis="columns")
        uncut = uncut.where(rows["best_response"] != "NR", rows["efs_days"])
        rows = rows.assign(hsct=rows["prior_hsct"], efs2_days=uncut)
    return rows


def selected(name, kind):
    """(data set, analysis id) of every analysis of a kind, for parametrising."""
    return [(name, key) for key, answer in answers(name).items() if answer["kind"] == kind]


def strata(name, analysis):
    """Per stratum of an analysis: label, its rows, R's answer."""
    rows = table(name)
    for label, answer in analysis["strata"].items():
        group = analysis["group"]
        yield label, rows if group is None else rows[rows[group].astype(str) == label], answer


def nan(value):
    """R's NA as NaN."""
    return math.nan if value is None else value
