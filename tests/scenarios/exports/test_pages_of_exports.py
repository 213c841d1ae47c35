"""The pages of exports: asking by form, following, taking; and who holds which copy."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from analytics import actions, actions_of_exports, export_words
from analytics.exports.options import FORMATS
from analytics.exports.policy import PROFILES
from analytics.models import Export, ExportJob
from registry.models import Patient
from tests.remembered import remembered
from tests.scenarios.cuts.worlds import as_worker, everything, four_cases, person
from tests.scenarios.exports.test_an_export_is_one_snapshot import corrected
from tests.scenarios.exports.test_exports_are_asked_for import everything_jobs, made

pytestmark = pytest.mark.django_db(transaction=True)
LIVE = "tisagenlecleucel/live"


@pytest.fixture
def cases(transactional_db, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    found = remembered(four_cases)
    as_worker(actions.build_datasets)
    return found


def text(answer, status=200):
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def told(*words, **more):
    out = io.StringIO()
    call_command("export_log", *words, stdout=out, **more)
    return out.getvalue()


def test_asked_for_by_form_followed_taken_and_given_up(cases, client):
    client.force_login(person("lead"))
    assert "No export yet." in text(client.get("/exports/"))
    refused = client.post("/exports/", {"of": LIVE, "format": "doc", "profile": "full"})
    assert "“doc” was found" in text(refused, 422) and "“full” was found" in text(refused, 422)
    sent = {"of": LIVE, "format": "adam", "profile": "deidentified", "labels": "both", "language": "ja", "excel": "1",
            "tables": ["adae", "adsl"], "abroad": "1"}  # fmt: skip
    assert client.post("/exports/", sent).url == "/exports/"
    pk = everything_jobs(lambda: ExportJob.objects.get().pk)
    assert "waits for a worker" in text(client.get("/exports/"))
    assert client.get("/exports/state/").json()["exports"][0]["state"] == "queued"
    assert "is being made" in text(client.get(f"/exports/{pk}/file/"), 404)
    made()

    job = everything_jobs(lambda: ExportJob.objects.get())
    page = text(client.get("/exports/"))
    assert job.sha256 in page and "data-exports" not in page and job.excel and job.labels == "both"
    assert job.tables == ["adsl", "adae"] and job.abroad and "for outside the consortium" in page
    assert len(b"".join(client.get(f"/exports/{pk}/file/").streaming_content)) == job.size
    client.post(f"/exports/{pk}/delete/")
    assert "You deleted it" in text(client.get(f"/exports/{pk}/file/"), 410)
    assert "You deleted it" in text(client.get("/exports/"))


def test_a_lead_sees_who_holds_which_copy_and_who_is_to_be_told(cases, client, tmp_path):
    client.force_login(person("statistician"))
    assert client.get("/api/v1/datasets/tisagenlecleucel/live/endpoints?format=csv&endpoint=OS_INF").status_code == 200
    assert client.get("/exports/log/").status_code == 403
    client.force_login(person("coordinator", sites=[cases[0].site], name="Nao Nurse"))
    b"".join(client.get("/api/v1/infusion?format=csv").streaming_content)
    call_command("export", dataset="live", kind="csv", out=str(tmp_path / "a"), profile="consortium")
    notes = everything(lambda: {one.what.split()[0]: one for one in Export.objects.all()})
    every = [one.pk for one in cases]
    assert {name: one.cases for name, one in notes.items()} == {"table": every, "rest": every[:2], "dataset": every}
    assert notes["table"].about == {"filters": {"endpoint": "OS_INF"}, "rows": 4}

    lead = person("lead")
    client.force_login(lead)
    page = text(client.get("/exports/log/"))
    assert "Nao Nurse" in page and "endpoint=OS_INF" in page and "Tell whoever holds one" not in page
    nurse = everything(lambda: notes["rest"].person)
    narrowed = text(client.get(f"/exports/log/?person={nurse.pk}&profile=full"))
    assert "rest infusion" in narrowed and "table endpoints" not in narrowed
    by_dataset = text(client.get(f"/exports/log/?dataset={notes['table'].dataset_hash}"))
    assert "table endpoints" in by_dataset and "rest infusion" not in by_dataset
    assert "rest infusion" not in text(client.get("/exports/log/?case=OSA-0001"))

    corrected(everything(lambda: Patient.objects.get(case=cases[1])), consent_withdrawn=1)
    page = text(client.get("/exports/log/"))
    assert "Tell whoever holds one" in page and nurse.email in page and page.count("1 withdrew") == 3
    lines = text(client.get("/exports/log.csv?holds=withdrawn")).splitlines()
    assert len(lines) == 4 and lines[0].endswith("withdrawn_cases,is_whole")
    asked = told("--withdrawn", "--case", "KYO-0002", "--since", "2020-01-01")
    assert asked.count("HOLDS 1 WITHDRAWN") == 3 and nurse.email in asked
    bodies = [json.loads(line) for line in told("--json").splitlines()]
    assert [one["withdrawn_cases"] for one in bodies] == [1, 1, 1] and bodies[-1]["filters"] == {"endpoint": "OS_INF"}
    for words in (["--since", "yesterday"], ["--case", "XXX-0001"]):
        with pytest.raises(CommandError):
            told(*words)


def test_every_format_and_profile_has_its_words():
    assert set(export_words.FORMATS) == set(FORMATS) and set(export_words.PROFILES) == set(PROFILES)
    assert set(export_words.STEPS) == set(actions_of_exports.STEPS)
