"""A large file, record by record: looked at, stored as it was seen, continued after a kill, with a report of every row."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.utils import timezone

from registry.access.row_security import everything_scope, person_scope
from registry.actions import import_jobs, import_work
from registry.actions.forms import hospital_number_hash
from registry.actions.import_jobs import Kind, State, Step
from registry.imports.reports import refused_file, report_lines
from registry.models import HistoryEvent, ImportedRecord, ImportJob, ImportLayout, Infusion, Patient, ResponseAssessment
from registry.record import stored_case
from tests import factories
from tests.registry.imports.conftest import CSV, MAPPING, counted
from tests.standing import standing

HEADER = "patient_id,redcap_repeat_instrument,redcap_repeat_instance,rsp_bm_blast,rsp_date,rsp_bm_done\n"
ROWS = (
    "KYO-0001,response_assessment,1,35,2024-07-01,1\n"
    "KYO-0002,response_assessment,1,x,2024-07-01,1\n"
    "OSA-0001,response_assessment,1,3,2024-07-01,1\n"
    "KYO-0003,response_assessment,1,3,2024-07-01,1\n"
)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    """One record a batch, so that every border is walked."""
    monkeypatch.setattr(import_work, "BATCH", 1)


@standing
def nurse():
    """Of Kyoto, which has three infused cases."""
    kyoto = factories.site("KYO")
    for _number in range(3):
        factories.infused_case(kyoto)
    factories.infused_case(factories.site("OSA"))
    return factories.person("coordinator", sites=[kyoto])


def taken_in(nurse, text=HEADER + ROWS, **choices):
    with person_scope(nurse):
        given = {"name": "records.csv", "encoding": "utf-8", "kind": Kind.RECORDS, **choices}
        return import_jobs.take_in(by=nurse, content=text.encode(), **given)[0]


def worked(nurse, job):
    """The import after all that can be done without its person."""
    import_work.run_import(job.pk, nurse.pk, seconds=None)
    with person_scope(nurse):
        return ImportJob.objects.get(pk=job.pk)


def stored(nurse, job):
    with person_scope(nurse):
        assert import_jobs.store_as_seen(job, by=nurse)
    return worked(nurse, job)


def outcomes(nurse, job):
    with person_scope(nurse):
        found = ImportedRecord.objects.filter(job=job)
        return {one.name or one.rows[0]: (one.outcome, one.is_stored) for one in found}


def blasts():
    with everything_scope(actor="tests"):
        rows = ResponseAssessment.objects.order_by("case__number")
        return {one.case.number: one.rsp_bm_blast for one in rows.select_related("case")}


def test_what_can_be_stored_is_and_what_cannot_is_told_by_row(nurse):
    before = counted()
    job = worked(nurse, taken_in(nurse))
    assert (job.state, job.records, job.records_done) == (State.LOOKED, 4, 4)
    assert counted() == before, "a look stores nothing"
    assert outcomes(nurse, job) == {
        "KYO-0001": ("changed", False),
        "KYO-0002": ("refused", False),
        "KYO-0003": ("changed", False),
        "OSA-0001": ("refused", False),
    }
    with person_scope(nurse):
        seen = ImportedRecord.objects.get(job=job, name="KYO-0001")
    assert ["response_assessment", "1", "rsp_bm_blast", "", "35"] in seen.cells

    job = stored(nurse, job)
    assert job.state == State.DONE
    assert blasts() == {"KYO-0001": Decimal(35), "KYO-0003": Decimal(3)}
    with everything_scope(actor="tests"):
        event = HistoryEvent.objects.filter(item="rsp_bm_blast").last()
    assert (event.request, event.actor) == (f"import-{job.pk}", nurse.email)

    with person_scope(nurse):
        lines = list(report_lines(job))
        again = refused_file(job).decode("utf-8-sig")
    assert lines[1][:4] == ["2", "KYO-0001", "KYO-0001", "changed"]
    refused = [line for line in lines if line[3] == "refused"]
    assert [line[0] for line in refused] == ["3", "4"], "the rows as the file numbers them"
    assert refused[0][5:8] == ["response_assessment 1", "rsp_bm_blast", "x"]
    assert "KYO-0002,response_assessment,1,x" in again
    assert "KYO-0001" not in again
    corrected = worked(nurse, taken_in(nurse, again.replace(",x,", ",7,")))
    stored(nurse, corrected)
    assert blasts()["KYO-0002"] == 7, "only what was refused is sent again"


def test_the_same_file_again_changes_nothing(nurse):
    stored(nurse, worked(nurse, taken_in(nurse)))
    before = counted()
    job = worked(nurse, taken_in(nurse))
    assert job.state == State.DONE, "there is nothing to decide"
    assert job.counts == {"unchanged": 2, "refused": 2, "answers": 0, "queries": 0}
    assert counted() == before


def test_a_killed_process_costs_one_batch_and_stores_nothing_twice(nurse, monkeypatch):
    job = worked(nurse, taken_in(nurse))
    with person_scope(nurse):
        import_jobs.store_as_seen(job, by=nurse)
    whole, calls = import_work._brought, []

    def killed(*words):
        calls.append(words)
        found = whole(*words)
        if len(calls) == 3:
            raise KeyboardInterrupt  # after the record is written, before its batch is
        return found

    monkeypatch.setattr(import_work, "_brought", killed)
    with pytest.raises(KeyboardInterrupt):
        worked(nurse, job)
    assert blasts() == {"KYO-0001": Decimal(35)}
    before = counted()
    assert not import_work.run_import(job.pk, nurse.pk), "its lease still runs"
    with person_scope(nurse):
        ImportJob.objects.filter(pk=job.pk).update(lease_until=timezone.now())
    job = worked(nurse, job)
    assert (job.state, job.counts["changed"], job.counts["refused"]) == (State.DONE, 2, 2)
    assert blasts() == {"KYO-0001": Decimal(35), "KYO-0003": Decimal(3)}
    assert counted()["ResponseAssessment"] == before["ResponseAssessment"] + 1


def test_who_was_overtaken_stores_nothing(nurse, monkeypatch):
    job = taken_in(nurse, step=Step.STORE)
    whole = import_work._brought

    def overtaken(*words):
        found = whole(*words)
        ImportJob.objects.filter(pk=job.pk).update(fence=99)
        return found

    monkeypatch.setattr(import_work, "_brought", overtaken)
    before = counted()
    job = worked(nurse, job)
    assert (job.records_done, counted()) == (0, before)


def test_a_case_that_was_changed_since_the_look_is_not_stored(nurse):
    job = worked(nurse, taken_in(nurse))
    other = taken_in(nurse, HEADER + "KYO-0001,response_assessment,1,7,2024-07-01,1\n", step=Step.STORE)
    worked(nurse, other)
    job = stored(nurse, job)
    assert outcomes(nurse, job)["KYO-0001"] == ("refused", False)
    assert blasts() == {"KYO-0001": Decimal(7), "KYO-0003": Decimal(3)}


def test_hospital_numbers_come_back_from_the_hospitals_own_list(nurse):
    text = "case,mrn_hash\nKYO-0001,X-77\n"
    job = worked(nurse, taken_in(nurse, text, name="patient.csv", step=Step.STORE))
    assert job.counts["changed"] == 1
    with everything_scope(actor="tests"):
        kept = Patient.objects.get(case__number="KYO-0001")
        assert kept.mrn_hash == hospital_number_hash(kept.site_id, "X-77")
    before = counted()
    assert worked(nurse, taken_in(nurse, text, name="patient.csv", step=Step.STORE)).counts["unchanged"] == 1
    assert counted() == before


def test_forms_are_marked_complete_where_nothing_blocks_it(nurse):
    text = "case,course_no,inf_seq,inf_weight\nKYO-0001,1,1,21\nKYO-0002,1,1,21\n"
    with everything_scope(actor="tests"):
        Infusion.objects.update(is_complete=False)
        Infusion.objects.filter(case__number="KYO-0002").update(inf_date=None, inf_date_p=None)
    job = worked(nurse, taken_in(nurse, text, name="infusion.csv", completes=True, step=Step.STORE))
    assert job.counts["changed"] == 2
    with everything_scope(actor="tests"):
        rows = Infusion.objects.filter(case__number__in=("KYO-0001", "KYO-0002")).select_related("case")
        found = {row.case.number: row.is_complete for row in rows}
        assert found == {row.case.number: not stored_case(row.case).blocking(row) for row in rows}
    assert not found["KYO-0002"], "its date is missing"
    before = counted()
    assert (
        worked(nurse, taken_in(nurse, text, name="infusion.csv", completes=True, step=Step.STORE)).counts["unchanged"]
        == 2
    )
    assert counted() == before, "a form that something blocks is asked again, and nothing is written"


def test_rights_are_those_of_the_moment_of_the_work(nurse):
    job = worked(nurse, taken_in(nurse))
    with person_scope(nurse):
        import_jobs.store_as_seen(job, by=nurse)
    with everything_scope(actor="tests"):
        nurse.sites.set([factories.site("OSA")])
    job = worked(nurse, job)
    assert {outcome for outcome, _is_stored in outcomes(nurse, job).values()} == {"refused"}
    assert blasts() == {}
    reader = factories.person("manager")
    with pytest.raises(PermissionDenied), person_scope(reader):
        import_jobs.take_in(by=reader, content=b"x", name="x.csv", encoding="utf-8", kind=Kind.RECORDS)


def test_the_file_is_its_persons_encrypted_and_forgotten(nurse):
    job = taken_in(nurse)
    other = factories.person("investigator", sites=[factories.site("KYO")])
    with person_scope(other):
        assert not ImportJob.objects.exists()
    with person_scope(nurse):
        kept = ImportJob.objects.get().content
        assert b"KYO" not in bytes(kept)
        worked(nurse, job)
        assert import_jobs.give_up(ImportJob.objects.get())
        job = ImportJob.objects.get()
        assert (bytes(job.content), job.state) == (b"", State.CANCELLED)
        assert not import_jobs.store_as_seen(job, by=nurse)


def test_a_file_that_cannot_be_read_fails_in_words(nurse):
    job = worked(nurse, taken_in(nurse, "patient_id,nix\nKYO-0001,1\n"))
    assert (job.state, "nix" in job.error) == (State.FAILED, True)


def test_rows_of_another_system_come_in_by_a_mapping_that_is_kept(nurse):
    kyoto = factories.site("KYO")
    text = CSV.replace("A2,2", "A2,1").replace("2014", "201x") + "A3,1,f,2015,2022-02-10,,,,\n"
    mapping = MAPPING.replace("site: {column: hospital, codes: {1: KYO, 2: OSA}}\n", "").replace(
        "[blasts]", "[blasts, hospital]"
    )
    with person_scope(nurse):
        job, _is_new = import_jobs.take_in(
            by=nurse, content=text.encode(), name="cases.csv", encoding="utf-8", kind=Kind.CASES
        )
        assert job.state == State.MAPPING
        import_jobs.map_job(job, by=nurse, text=mapping, site=kyoto)
        assert ImportLayout.objects.get().site == kyoto
    job = worked(nurse, job)
    assert job.state == State.LOOKED
    assert outcomes(nurse, job) == {2: ("new", False), 3: ("refused", False), 4: ("new", False)}
    job = stored(nurse, job)
    with person_scope(nurse):
        lines = {line[0]: line for line in report_lines(job)}
        again = refused_file(job).decode("utf-8-sig")
    assert (lines["2"][2], lines["4"][2]) == ("KYO-0004", "KYO-0005")
    assert lines["3"][5:8] == ["patient.birth_date", "born", "201x"]
    assert again.splitlines() == [CSV.splitlines()[0], text.splitlines()[2]]
    before = counted()
    with person_scope(nurse):
        twice, is_new = import_jobs.take_in(
            by=nurse,
            content=text.encode(),
            name="cases.csv",
            encoding="utf-8",
            kind=Kind.CASES,
            mapping=mapping,
            site=kyoto,
            step=Step.STORE,
        )
    assert is_new
    assert worked(nurse, twice).counts["unchanged"] == 2
    assert counted() == before


def test_the_commands_go_row_by_row_and_write_the_reports(nurse, tmp_path, capsys):
    file, report, refused = (tmp_path / name for name in ("records.csv", "report.csv", "refused.csv"))
    file.write_text(HEADER + ROWS, encoding="utf-8")
    words = {"by": nurse.email, "row_by_row": True, "report": report, "refused": refused}
    call_command("import_records", str(file), dry_run=True, **words)
    assert "Could be stored: 2 records" in capsys.readouterr().out
    assert blasts() == {}
    call_command("import_records", str(file), **words)
    assert "Stored: 2 records (0 new cases), 8 answers. Nothing to change: 0. Refused: 2." in capsys.readouterr().out
    assert blasts() == {"KYO-0001": Decimal(35), "KYO-0003": Decimal(3)}
    assert len(report.read_text(encoding="utf-8-sig").splitlines()) == 5
    assert len(refused.read_text(encoding="utf-8-sig").splitlines()) == 3
    table, mapping = tmp_path / "cases.csv", tmp_path / "map.yml"
    table.write_text(CSV, encoding="cp932")
    mapping.write_text(MAPPING, encoding="utf-8")
    call_command("import_cases", str(table), mapping=mapping, encoding="shift_jis", **words)
    assert "Stored: 1 records (1 new cases)" in capsys.readouterr().out, "the other is of another hospital"
    with pytest.raises(CommandError, match="--by EMAIL"):
        call_command("import_cases", str(table), mapping=mapping, row_by_row=True)
