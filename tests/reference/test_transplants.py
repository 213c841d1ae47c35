"""137 real transplants through forms, timeline and catalogue: the registry's answers are R's."""

from datetime import date, timedelta

import pytest

from analytics.catalogue import CATALOGUE, TRANSPLANTS
from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.core.endpoints.derive import derive
from analytics.core.endpoints.timeline import timeline
from analytics.core.estimators.kaplan_meier import kaplan_meier, quantile, survival_at
from analytics.core.run import run
from tests.reference.expected import answers, nan, table
from tests.reference.twelve_patients import tables_of

TRANSPLANTED = date(1984, 1, 1)


def after(days):
    return (TRANSPLANTED + timedelta(days=int(days))).isoformat()


def forms_of(row):
    """One transplant as forms: the transplant as infusion of another product, relapse, death or last contact."""
    forms = [
        ("cart_course", {"infused": 1, "prod_name": 88}),
        ("infusion", {"inf_seq": 1, "inf_date": after(0), "inf_date_p": "D"}),
    ]
    # Patient 38 has an event of disease-free survival on day 332 without the relapse flag, and died on day 350: one death
    # has one date, so the earlier event can only be stored as a relapse.
    if row.relapse or (row.dfs and row.dfs_time < row.os_time):
        forms.append(("relapse", {"rel_seq": 1, "rel_kind": 1, "rel_date": after(row.dfs_time), "rel_date_p": "D"}))
    if row.death:
        forms.append(("death", {"death_date": after(row.os_time), "death_date_p": "D"}))
    else:
        contact = {"fup_date": after(row.os_time), "fup_date_p": "D", "vital_status": 1}
        forms.append(("follow_up", {**contact, "last_disease_date": after(row.dfs_time), "last_disease_date_p": "D"}))
    return forms


@pytest.fixture(scope="module")
def cases():
    rows = table("bmt_km")
    tables = tables_of({f"T{row.id:03d}": forms_of(row) for row in rows.itertuples()})
    tables["cases"] = tables["cases"].assign(
        site=rows["hospital"].astype(str), cohort=TRANSPLANTS, stratum=rows["group"]
    )
    return timeline(tables)


def analysis(name):
    return next(one for one in CATALOGUE if one.name == name)


def close(value):
    return pytest.approx(nan(value), rel=1e-9, nan_ok=True)


@pytest.mark.parametrize(
    ("endpoint", "time", "event"), [("OS_HCT", "os_time", "death"), ("DFS_HCT", "dfs_time", "dfs")]
)
def test_times_and_statuses_come_back_from_the_forms(cases, endpoint, time, event):
    rows = derive(cases, ENDPOINTS[endpoint])

    assert rows["time"].tolist() == table("bmt_km")[time].tolist()
    assert rows["status"].tolist() == table("bmt_km")[event].tolist()


@pytest.mark.parametrize(("name", "key"), [("os-by-disease-group", "km_os"), ("dfs-by-disease-group", "km_dfs")])
def test_survival_by_disease_group_is_that_of_r(cases, name, key):
    result = run(analysis(name), cases)

    assert result["n"] == 137 and result["excluded"] == []
    assert [group["group"] for group in result["groups"]] == ["ALL", "AML low", "AML high"]
    for group in result["groups"]:
        expected = answers("bmt_km")[key]["strata"][group["group"]]
        (median,) = (row for row in expected["quantiles"] if row["p"] == 0.5)
        assert (group["n"], group["events"]) == (expected["n"], expected["events"])
        assert nan(group["median"]["estimate"]) == close(median["estimate"])
        assert nan(group["median"]["lower"]) == close(median["ci_loglog"][0])
        assert nan(group["median"]["upper"]) == close(median["ci_loglog"][1])
        curve = dict(zip(group["curve"]["time"], group["curve"]["survival"], strict=True))
        for row in expected["at"]:
            assert curve[max(time for time in curve if time <= row["t"])] == close(row["surv"])


def test_the_log_rank_test_is_that_of_r(cases):
    found = run(analysis("dfs-by-disease-group"), cases)["logrank"]
    expected = answers("bmt_km")["logrank_dfs"]["logrank"]

    assert (found["statistic"], found["df"], found["p"]) == (close(expected["chisq"]), 2, close(expected["p"]))


def test_by_hospital_each_curve_is_that_of_its_own_rows(cases):
    """R's answers hold no curve by hospital: the kernel that agrees with R on the others is applied to the raw file."""
    rows = table("bmt_km")
    result = run(analysis("os-by-hospital"), cases)

    assert [group["group"] for group in result["groups"]] == ["1", "2", "3", "4"]
    for group in result["groups"]:
        own = rows[rows["hospital"] == int(group["group"])]
        curve = kaplan_meier(own["os_time"], own["death"])
        at = survival_at(curve, [row["time"] for row in group["at"]])
        assert group["n"] == len(own)
        assert [row["survival"] for row in group["at"]] == at.survival.tolist()
        assert nan(group["median"]["estimate"]) == close(quantile(curve).estimate)
