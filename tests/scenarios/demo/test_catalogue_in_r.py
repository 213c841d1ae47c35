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
from tests.conftest import log_in_as
from tests.factories import person, token

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(r.why_not("survival", "cmprsk", "jsonlite") is not None,
                       reason=str(r.why_not("survival", "cmprsk", "jsonlite"))),
]  # fmt: skip
WITHOUT = {"flow", "completeness", "response", "sensitivity"}  # counts of the record, and summaries of other analyses
CLOSED_FORM, ITERATED = 1e-8, 1e-6
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
# Every script in one R, each in an environment of its own: R takes a second to load its packages.
ALL = """
for (job in jsonlite::fromJSON(commandArgs(trailingOnly = TRUE)[[1]], simplifyVector = FALSE)) {
  own <- new.env()
  own$commandArgs <- local({ given <- unlist(job$arguments); function(...) given })
  sys.source(job$script, own)
}
"""


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
        (usage,) = (line for line in script.read_text(encoding="utf-8").splitlines() if line.startswith("# Run: "))
        files = [folder / f"{one.cohort}-{name}" for name in ("endpoints.csv", "cases.csv") if name in usage]
        job = [*files, "--json", folder / f"{one.name}.json"]
        found[one.name] = (
            rest.get(f"/api/v1/results/{one.name}").json(),
            {"script": str(script), "arguments": [str(each) for each in job]},
        )
    return found


def compared(said, stored, place=""):
    """(place, R's value, the stored one) of everything R said; places of lists are their name."""
    if isinstance(said, dict) and isinstance(stored, dict):
        for key, value in said.items():
            assert key in stored, f"{place}.{key} is not in the Result"
            yield from compared(value, stored[key], f"{place}.{key}".strip("."))
    elif isinstance(said, list) and isinstance(stored, list):
        assert len(said) == len(stored), f"{place}: {len(said)} and {len(stored)}"
        for one, other in zip(said, stored, strict=True):
            yield from compared(one, other, place)
    elif not (said is None and isinstance(stored, dict) and stored.get("refused")):
        yield place, said, stored


def test_every_script_of_the_catalogue_gives_the_stored_numbers(rest, tmp_path):
    found = fetched(rest, tmp_path)
    jobs, driver = tmp_path / "jobs.json", tmp_path / "all.R"
    jobs.write_text(json.dumps([job for _, job in found.values()]), encoding="utf-8")
    driver.write_text(ALL, encoding="utf-8")
    done = subprocess.run(
        [r.find(), "--vanilla", driver, jobs], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]

    wrong, counted = [], 0
    for name, (stored, job) in found.items():
        said = json.loads(Path(job["arguments"][-1]).read_text(encoding="utf-8"))
        values = list(compared(said, stored))
        method, places = stored["analysis"]["method"], {place for place, _, _ in values}
        must = SAID[method] | (COMPARED.get(method, set()) if stored["analysis"]["groups"] else set())
        assert must <= places, f"{name}: R did not say {sorted(must - places)}"
        tolerance = ITERATED if method in ("cox", "fine-gray", "time-dependent") else CLOSED_FORM
        counted += len(values)
        wrong += [
            f"{name} {place}: R {one!r}, stored {other!r}"
            for place, one, other in values
            if not same(one, other, tolerance)
        ]
    assert not wrong, "\n".join(wrong[:20])
    assert counted > 4000

    alone = next(job for name, (_, job) in found.items() if name == "efs-b-by-disease-burden")
    printed = subprocess.run(
        [r.find(), alone["script"], *alone["arguments"][:-2]], capture_output=True, text=True, check=True
    )
    assert "$logrank" in printed.stdout and "$restricted_mean" in printed.stdout


def same(one, other, tolerance):
    """Equal, or numbers that are as near as their kind allows."""
    if isinstance(one, bool) or not isinstance(one, int | float) or not isinstance(other, int | float):
        return one == other
    return one == pytest.approx(other, rel=tolerance, abs=tolerance / 10)
