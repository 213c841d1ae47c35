"""PyCap 2.7.0, unchanged, against a running server: what it reads and what it brings back."""

import pytest
import redcap

from tests import factories
from tests.registry.redcap.conftest import build_world, events

FIRST = "KYO-0001"


@pytest.fixture
def project(transactional_db, live_server):
    """PyCap's Project of Kyoto's coordinator."""
    world = build_world()
    nurse = factories.person("coordinator", sites=[world.kyoto])
    return redcap.Project(f"{live_server.url}/api/redcap/api/", factories.token(nurse))


def test_it_reads_the_project_and_its_records(project):
    assert (project.def_field, project.is_longitudinal) == ("patient_id", False)
    assert "response_assessment" in project.forms

    rows = project.export_records()
    assert [row["redcap_repeat_instrument"] for row in rows if row["redcap_repeat_instance"] == 2] == [
        "response_assessment"
    ]
    base = next(row for row in rows if not row["redcap_repeat_instrument"])
    assert (base["patient_id"], base["cyto_abn_oth"], base["dx_date"], base["dx_date_text"]) == (
        FIRST,
        "染色体, その他",
        "",
        "2020-03",
    )
    assert len({tuple(row) for row in rows}) == 1, "the same columns in each row"

    few = project.export_records(
        records=[FIRST], fields=["rsp_bm_blast"], filter_logic="[rsp_bm_blast] > 5", format_type="csv"
    )
    assert few.splitlines() == [
        "patient_id,redcap_repeat_instrument,redcap_repeat_instance,rsp_bm_blast",
        f"{FIRST},,,",
        f"{FIRST},response_assessment,2,34",
    ]
    frame = project.export_records(format_type="df", forms=["response_assessment"])
    assert frame.loc[FIRST]["rsp_bm_blast"].tolist()[1:] == [0.5, 34.0]
    assert project.export_records(format_type="xml", fields=["sex_at_birth"]).count("<item>") == 1


def test_it_reads_what_stands_around_the_records(project):
    assert {one["instrument_name"] for one in project.export_instruments()} == set(project.forms)
    assert {one["form_name"] for one in project.export_repeating_instruments_events()} < set(project.forms)
    assert project.export_field_names(field="sex_at_birth")[0]["export_field_name"] == "sex_at_birth"
    assert project.export_project_info()["has_repeating_instruments_or_events"] == 1
    assert [one["unique_group_name"] for one in project.export_dags()] == ["kyo"]
    assert project.export_user_dag_assignment()[0]["redcap_data_access_group"] == "kyo"
    assert project.export_users()[0]["forms"]["response_assessment"] == 1
    assert str(project.export_version()) == "14.5.10"
    assert project.generate_next_record_name() == "KYO-0002"
    assert project.export_logging(record=FIRST)[0]["record"] == FIRST
    for asks in (project.export_arms, project.export_events, project.export_instrument_event_mappings):
        with pytest.raises(redcap.RedcapError, match="for classic projects"):
            asks()


def test_what_it_exports_it_imports_without_a_change(project):
    before = events()
    for kind in ("json", "csv", "xml"):
        told = project.import_records(
            project.export_records(format_type=kind), import_format=kind, overwrite="overwrite"
        )
        assert told == {"count": 1}
    assert events() == before

    changed = {"patient_id": FIRST, "redcap_repeat_instrument": "response_assessment", "redcap_repeat_instance": 2}
    assert project.import_records([{**changed, "rsp_bm_blast": 33}], return_content="ids") == [FIRST]
    rows = project.export_records(fields=["rsp_bm_blast"])
    assert [row["rsp_bm_blast"] for row in rows if row["redcap_repeat_instance"] == 2] == ["33"]
    assert events() == before + 1


def test_it_is_told_what_was_wrong(project):
    with pytest.raises(redcap.RedcapError, match="'no_such_field'"):
        project.export_records(fields=["no_such_field"])
    with pytest.raises(redcap.RedcapError, match="sex_at_birth.*expected one of 1, 2, 3"):
        project.import_records([{"patient_id": FIRST, "sex_at_birth": "7"}])
