"""ADaM: AVAL alone gives the curve of the dashboard, days have no day 0, every variable is explained, every endpoint has a code."""

import subprocess
from functools import cache

import numpy as np
import pandas as pd
import pytest

from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.core.endpoints.derive import derive
from analytics.core.estimators.kaplan_meier import kaplan_meier
from analytics.exports.adam.adtte import PARAMCD
from analytics.exports.codebook import DEFINE, define_rows
from analytics.exports.tables import tables_of
from deploy import r
from tests.analytics.exports.worlds import world

CURVE = """
library(survival)
rows <- read.csv(commandArgs(TRUE)[1])
fit <- survfit(Surv(AVAL, CNSR == 0) ~ 1, rows, conf.type = "log-log")
write.csv(data.frame(time = fit$time, surv = fit$surv, lower = fit$lower, upper = fit$upper), stdout(), row.names = FALSE)
"""


@cache
def tables():
    return {one.name: one for one in tables_of(world(), "consortium")}


def test_every_endpoint_has_a_code_of_its_own_in_eight_characters():
    assert set(PARAMCD) == set(ENDPOINTS)
    assert len(set(PARAMCD.values())) == len(PARAMCD) and all(len(one) <= 8 for one in PARAMCD.values())


@pytest.mark.parametrize("rule", ENDPOINTS)
def test_aval_and_cnsr_are_time_and_status_of_the_one_engine(rule):
    rows = tables()["adtte"].rows
    rows = rows[rows["PARAMCD"] == PARAMCD[rule]]
    expected = derive(world().whole, ENDPOINTS[rule])
    expected = expected[expected["excluded"].isna()].sort_values("case")

    assert list(rows["SUBJID"]) == list(expected["case"])
    np.testing.assert_array_equal(rows["AVAL"], expected["time"])
    np.testing.assert_array_equal(rows["EVNTN"].astype(int), expected["status"])
    np.testing.assert_array_equal((rows["CNSR"] == 0).astype(int), (expected["status"] == 1).astype(int))
    apart = (pd.to_datetime(rows["ADT"]) - pd.to_datetime(rows["STARTDT"])).dt.days
    np.testing.assert_array_equal(np.where(apart == 0, 0.5, apart), rows["AVAL"])
    assert list(rows["CNSDTDSC"].isna()) == list(rows["CNSR"] == 0)


@pytest.mark.parametrize("rule", ["OS_INF", "EFS_A"])
@pytest.mark.skipif(r.why_not("survival") is not None, reason=str(r.why_not("survival")))
def test_r_draws_the_curve_of_the_core_from_the_file(rule, tmp_path):
    rows = tables()["adtte"].rows
    rows = rows[rows["PARAMCD"] == PARAMCD[rule]]
    rows.to_csv(tmp_path / "adtte.csv", index=False)
    (tmp_path / "curve.R").write_text(CURVE)
    command = [r.find(), str(tmp_path / "curve.R"), str(tmp_path / "adtte.csv")]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    (tmp_path / "curve.csv").write_text(answer.stdout)
    found = pd.read_csv(tmp_path / "curve.csv")
    own = derive(world().whole, ENDPOINTS[rule])
    own = own[own["excluded"].isna()]
    curve = kaplan_meier(own["time"].to_numpy(), (own["status"] == 1).to_numpy())

    at = np.searchsorted(np.asarray(curve.time), found["time"].to_numpy(), side="right") - 1
    np.testing.assert_allclose(np.asarray(curve.survival)[at], found["surv"], rtol=1e-10)


def test_the_source_of_a_death_is_the_form_of_death():
    rows = tables()["adtte"].rows
    dead = rows[(rows["PARAMCD"] == "OS_INF") & (rows["CNSR"] == 0)]
    deaths = world().forms["death"].set_index("case")["death_date"]
    assert len(dead) and set(dead["SRCDOM"]) == {"death"} and set(dead["SRCVAR"]) == {"death_date"}
    assert list(dead["ADT"]) == list(deaths[dead["SUBJID"]])


def test_there_is_no_day_0_and_the_clinical_day_is_beside_it():
    rows = tables()["adae"].rows.dropna(subset=["ADY0"])
    after = rows["ADY0"] >= 0
    assert len(rows) and not (rows["ASTDY"] == 0).any()
    assert (rows.loc[after, "ASTDY"] == rows.loc[after, "ADY0"] + 1).all()
    assert (rows.loc[~after, "ASTDY"] == rows.loc[~after, "ADY0"]).all()
    firsts = tables()["adae"].rows
    assert (firsts[firsts["AOCCFL"] == "Y"].groupby("SUBJID").size() == 1).all()
    assert (firsts[firsts["AOCCPFL"] == "Y"].groupby(["SUBJID", "AEDECOD"]).size() == 1).all()


def test_flags_are_never_blank_and_the_define_names_every_variable():
    subjects = tables()["adsl"].rows
    assert set(subjects["ITTFL"]) <= {"Y", "N"} and set(subjects["SAFFL"]) == {"Y"}
    assert set(subjects["DTHFL"].dropna()) == {"Y"} and subjects["SUBJID"].is_unique
    lines = [
        dict(zip(DEFINE, line, strict=True))
        for line in define_rows([tables()[one] for one in ("adsl", "adtte", "adae")])
    ]
    assert {line["dataset"] for line in lines} == {"ADSL", "ADTTE", "ADAE"}
    assert all(len(line["variable"]) <= 8 and 0 < len(line["label"]) <= 40 for line in lines)
    assert all(line["derivation"] for line in lines)
