"""The whole catalogue, as a statistician who distrusts web applications would try it: results, CSV files and scripts come by
REST, R recomputes every one, and every number is the stored one."""

import json
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from analytics import actions
from analytics.catalogue import CATALOGUE
from analytics.models import AnalysisRun
from deploy import r
from registry.access.row_security import everything_scope
from registry.management.commands import load_demo
from tests.analytics.recomputed import compared, differences, files_named, run_all
from tests.conftest import log_in_as
from tests.factories import person, token

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(r.why_not("survival", "cmprsk", "jsonlite") is not None,
                       reason=str(r.why_not("survival", "cmprsk", "jsonlite"))),
]  # fmt: skip
WITHOUT = {
    "flow",
    "enrolment",
    "swimmer",
    "completeness",
    "response",
    "sensitivity",
}  # counts of the record, and summaries of other analyses
# What R must at least have said, by method: a script that says less is not a recomputation.
SAID = {
    "kaplan-meier": {"n", "events", "groups.n", "groups.events", "groups.at.survival", "groups.at.lower", "groups.at.upper",
                     "groups.at.at_risk", "groups.at.std_error", "groups.median.estimate", "restricted_mean.groups.estimate",
                     "restricted_mean.groups.std_error", "follow_up.median.estimate"},
    "landmark": {"groups.at.survival", "groups.at.at_risk", "landmark.n", "landmark.excluded.events"},
    "time-dependent": {"mantel_byar.statistic", "spells.days", "models.terms.coef", "models.terms.upper"},
    "cumulative-incidence": {"groups.causes.at.incidence", "groups.causes.at.std_error", "groups.causes.at.lower"},
    "cox": {"models.n", "models.terms.coef", "models.terms.hr", "models.terms.lower", "models.terms.upper", "models.terms.p"},
    "fine-gray": {"models.cause_specific.terms.coef", "models.fine_gray.terms.coef", "models.fine_gray.terms.std_error"},
    "proportion": {"groups.x", "groups.n", "groups.lower", "groups.upper", "groups.wilson.lower"},
    "table-one": {"table.n", "table.rows.cells.median", "table.rows.cells.q1", "table.rows.levels.cells.x"},
    "toxicity": {"table.n", "table.rows.cells.median", "table.rows.levels.cells.x"},
}  # fmt: skip
COMPARED = {
    "kaplan-meier": {"logrank.statistic", "logrank.p", "logrank.groups.expected"},
    "cumulative-incidence": {"gray.statistic", "gray.p"},
    "proportion": {"comparison.p"},
}


@pytest.fixture
def rest(tmp_path, monkeypatch):
    """The demonstration loaded and analysed; a statistician's client."""
    monkeypatch.setattr(load_demo, "TOKEN_FILE", tmp_path / "token")
    call_command("load_demo")
    log_in_as("reg_worker")
    actions.build_datasets()
    with everything_scope(actor="tests"):
        runs = list(AnalysisRun.objects.values_list("pk", flat=True))
    assert all(actions.run_analysis(pk) for pk in runs)
    log_in_as("reg_app")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token(person('statistician'))}")
    return client


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def fetched(rest, folder):
    """Analysis → (its stored Result, the job that R is given); files and scripts are written to `folder`."""
    for cohort in {one.cohort for one in CATALOGUE}:
        for table in ("endpoints", "cases"):
            answer = rest.get(f"/api/v1/datasets/{cohort}/live/{table}", headers={"accept": "text/csv"})
            (folder / f"{cohort}-{table}.csv").write_bytes(body(answer))
    found = {}
    for one in CATALOGUE:
        answer = rest.get(f"/api/v1/results/{one.name}/script")
        assert (answer.status_code == 404) == (one.name in WITHOUT), one.name
        if answer.status_code == 404:
            continue
        script = folder / f"{one.name}.R"
        script.write_bytes(body(answer))
        names = files_named(script.read_text(encoding="utf-8"))
        files = [folder / f"{one.cohort}-{name}" for name in names]
        job = [*files, "--json", folder / f"{one.name}.json"]
        found[one.name] = (
            rest.get(f"/api/v1/results/{one.name}").json(),
            {"script": str(script), "arguments": [str(each) for each in job]},
        )
    return found


def test_every_script_of_the_catalogue_gives_the_stored_numbers(rest, tmp_path):
    found = fetched(rest, tmp_path)
    run_all([job for _, job in found.values()], tmp_path)

    wrong, counted = [], 0
    for name, (stored, job) in found.items():
        said = json.loads(Path(job["arguments"][-1]).read_text(encoding="utf-8"))
        values = list(compared(said, stored))
        method, places = stored["analysis"]["method"], {place for place, _, _ in values}
        must = SAID[method] | (COMPARED.get(method, set()) if stored["analysis"]["groups"] else set())
        assert must <= places, f"{name}: R did not say {sorted(must - places)}"
        counted += len(values)
        wrong += [f"{name} {said}" for said in differences(values, method)]
    assert not wrong, "\n".join(wrong[:20])
    assert counted > 4000

    alone = next(job for name, (_, job) in found.items() if name == "efs-b-by-disease-burden")
    printed = subprocess.run(
        [r.find(), alone["script"], *alone["arguments"][:-2]], capture_output=True, text=True, check=True
    )
    assert "$logrank" in printed.stdout and "$restricted_mean" in printed.stdout
