"""From a file through the registry to the statistician's own tool: the CSV behind a curve gives the curve, and both are R's."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from analytics import actions
from analytics.models import AnalysisRun
from registry.access.row_security import everything_scope
from registry.demo.consortium import transplant_sites
from registry.management.commands.load_demo import load_transplants
from tests.conftest import log_in_as
from tests.factories import person, token

pytestmark = pytest.mark.django_db(transaction=True)
R = json.loads((Path(__file__).parents[2] / "reference/data/bmt_km_expected.json").read_text(encoding="utf-8"))[
    "analyses"
]
GROUPS = ("ALL", "AML low", "AML high")
YEAR = 365.25


@pytest.fixture
def rest():
    """137 published transplants imported from their file, analysed by the worker; a statistician's client."""
    transplant_sites()
    assert load_transplants() == 137
    log_in_as("reg_worker")
    actions.build_datasets()
    with everything_scope(actor="test"):
        runs = list(AnalysisRun.objects.values_list("pk", flat=True))
    assert all(actions.run_analysis(pk) for pk in runs)
    log_in_as("reg_app")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token(person('statistician'))}")
    return client


def estimated(file, capsys, *options):
    """What `manage.py estimate` prints for the downloaded file."""
    call_command("estimate", str(file), *options)
    return json.loads(capsys.readouterr().out)


def test_the_csv_behind_a_curve_names_its_dataset_and_gives_the_curve_and_both_are_rs(rest, tmp_path, capsys):
    answer = rest.get("/api/v1/datasets/bmt-km/live/endpoints?endpoint=OS_HCT", headers={"accept": "text/csv"})
    file = tmp_path / "endpoints.csv"
    file.write_bytes(b"".join(answer.streaming_content) if answer.streaming else answer.content)
    served = rest.get("/api/v1/results/os-by-disease-group").json()
    listed = next(one for one in rest.get("/api/v1/datasets").json()["results"] if one["cohort"] == "bmt-km")
    assert served["dataset"]["hash"] == listed["hash"]
    assert served["dataset"]["hash"] in answer["ETag"]
    ours = estimated(file, capsys, "--method=kaplan-meier", "--time=time", "--status=status", "--group=stratum",
                     f"--at={YEAR},{2 * YEAR}")  # fmt: skip
    tested = estimated(file, capsys, "--method=logrank", "--time=time", "--status=status", "--group=stratum")

    curves = {group["group"]: group for group in served["groups"]}
    recomputed = {group["group"]: group for group in ours["groups"]}
    for name in GROUPS:
        r = R["km_os"]["strata"][name]
        assert (curves[name]["n"], curves[name]["events"]) == (r["n"], r["events"])
        assert curves[name]["median"]["estimate"] == r["quantiles"][1]["estimate"]
        at_a_year = next(at for at in r["at"] if at["t"] == 365)
        for found in (next(at for at in curves[name]["at"] if at["months"] == 12), recomputed[name]["at"][0]):
            assert found["survival"] == pytest.approx(at_a_year["surv"], abs=1e-11)
            assert [found["lower"], found["upper"]] == pytest.approx(at_a_year["ci_loglog"], abs=1e-11)
        assert recomputed[name]["at"][0]["survival"] == curves[name]["at"][0]["survival"], "the last digit too"
    assert tested["statistic"] == served["logrank"]["statistic"]
    hospitals = rest.get("/api/v1/results/dfs-by-hospital").json()["groups"]
    assert {group["group"] for group in hospitals} == {"ALF", "HAH", "OHS", "STV"}
