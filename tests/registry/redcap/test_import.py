"""Records brought in: through the checks of the pages, all or none, every fault told; what was exported changes nothing."""

import csv
import io
import json

import pytest

from registry.access.row_security import everything_scope
from registry.access.token_scopes import Scope
from registry.actions.states import lock_form
from registry.models import Case, HistoryEvent, ResponseAssessment
from tests import factories
from tests.registry.redcap.conftest import Door, events

SECOND = {"patient_id": "KYO-0001", "redcap_repeat_instrument": "response_assessment", "redcap_repeat_instance": "2"}


def blast(number=2):
    """The stored marrow blasts of one assessment of Kyoto's case."""
    with everything_scope(actor="tests"):
        return ResponseAssessment.objects.get(case__number="KYO-0001", rsp_seq=number).rsp_bm_blast


def faults(answer):
    """The faults of a refusal: (record, repeat, field, value)."""
    return [tuple(line[:4]) for line in csv.reader(io.StringIO(answer["error"]))]


@pytest.mark.parametrize("kind", ["csv", "json", "xml"])
@pytest.mark.parametrize("shape", ["flat", "eav"])
def test_what_was_exported_changes_nothing(nurse, kind, shape):
    _status, _kind, text = nurse("record", format=kind, type=shape)
    before = events()

    for behaviour in ("normal", "overwrite"):
        words = {"format": kind, "type": shape, "overwriteBehavior": behaviour, "returnFormat": "json"}
        assert nurse("record", data=text, **words)[::2] == (200, '{"count": 1}')
    assert events() == before


def test_a_change_is_told_with_its_reason_and_origin(nurse):
    assert nurse.store([{**SECOND, "rsp_bm_blast": "33"}]) == (200, {"count": 1})

    assert blast() == 33
    with everything_scope(actor="tests"):
        event = HistoryEvent.objects.order_by("-pk").filter(item="rsp_bm_blast").first()
    assert (event.actor, event.reason, event.new) == (nurse.person.email, "import", 33)
    assert event.request.startswith("import-")


def test_a_blank_leaves_the_answer_and_takes_it_away_only_where_asked(nurse):
    assert nurse.store([{**SECOND, "rsp_bm_blast": ""}])[0] == 200 and blast() == 34
    assert nurse.store([{**SECOND, "rsp_bm_blast": ""}], overwriteBehavior="overwrite")[0] == 200 and blast() is None


def test_a_new_row_and_a_new_record(nurse):
    new = {
        **SECOND,
        "redcap_repeat_instance": "new",
        "rsp_date": "03/09/2024",
        "rsp_bm_done": "Yes",
        "rsp_bm_blast": "1,5",
    }
    assert nurse.store([new], dateFormat="DMY", decimalCharacter=",")[0] == 200
    assert str(blast(3)) == "1.5"

    unknown = {"patient_id": "KYO-0044", "sex_at_birth": "2"}
    status, answer = nurse.store([unknown])
    assert (
        status == 400
        and faults(answer) == [("KYO-0044", "", "patient_id", "KYO-0044")]
        and "KYO-0002" in answer["error"]
    )
    assert nurse.store([unknown], forceAutoNumber="true", returnContent="auto_ids") == (200, ["KYO-0002,KYO-0044"])
    assert nurse.store([{"patient_id": "KYO-0003", "sex_at_birth": "1"}], returnContent="ids") == (200, ["KYO-0003"])


def test_every_fault_is_told_and_nothing_is_stored(nurse):
    before = events()
    rows = [
        {**SECOND, "rsp_bm_blast": "33"},
        {**SECOND, "redcap_repeat_instance": "1", "rsp_bm_blast": "250", "rsp_date": "2024-13-01"},
        {**SECOND, "redcap_repeat_instance": "1", "rsp_bm_blast": "250"},
        {"patient_id": "KYO-0001", "sex_at_birth": "7", "dx_date_text": "2020-3", "rsp_bm_blast": "3"},
        {"patient_id": "OSA-0001", "sex_at_birth": "2"},
        {"patient_id": "KYO-0001", "cyto_abn___3": "perhaps"},
    ]
    status, answer = nurse.store(rows)

    assert status == 400
    assert sorted(faults(answer)) == sorted(
        [
            ("KYO-0001", "response_assessment 1", "rsp_date", "2024-13-01"),
            ("KYO-0001", "response_assessment 1", "rsp_bm_blast", "250"),
            ("KYO-0001", "", "rsp_bm_blast", "3"),
            ("KYO-0001", "", "sex_at_birth", "7"),
            ("KYO-0001", "", "dx_date_text", "2020-3"),
            ("KYO-0001", "", "cyto_abn___3", "perhaps"),
            ("OSA-0001", "", "patient_id", "OSA-0001"),
        ]
    )
    assert events() == before


def test_a_partial_date_is_changed_by_the_column_that_changed(nurse):
    assert (
        nurse.store([{"patient_id": "KYO-0001", "dx_date": "", "dx_date_p": "M", "dx_date_text": "2020-03-14"}])[0]
        == 200
    )
    assert nurse.rows(fields="dx_date,dx_date_p")[0]["dx_date"] == "2020-03-14"
    both = {"patient_id": "KYO-0001", "dx_date": "2020-03-15", "dx_date_text": "2020"}
    status, answer = nurse.store([both])
    assert status == 400 and faults(answer) == [("KYO-0001", "", "dx_date_text", "2020")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("[]", "The data hold no rows"),
        ("", "The data hold no rows"),
        ("{", "The data are not JSON"),
        ('[{"patient_id": "KYO-0001", "nix": "1", "nox": "2"}]', "'nix', 'nox'"),
        ('[{"patient_id": "KYO-0001", "sex_at_birth": {"a": 1}}]', "'sex_at_birth'"),
        ('[{"sex_at_birth": "1"}]', "no column patient_id"),
    ],
)
def test_data_that_are_none(nurse, data, said):
    status, _kind, text = nurse("record", format="json", data=data)
    assert status == 400 and said in json.loads(text)["error"]


def test_a_file_that_would_do_harm(nurse):
    bomb = '<!DOCTYPE a [<!ENTITY b "cc">]><records><item><patient_id>&b;</patient_id></item></records>'
    assert nurse("record", format="xml", data=bomb)[0] == 400
    assert nurse("record", format="csv", data="patient_id,sex_at_birth,sex_at_birth\nKYO-0001,1,2")[0] == 400
    assert nurse("record", format="csv", data="patient_id,sex_at_birth\nKYO-0001")[0] == 400


def test_who_may_bring_records_in(world, manager):
    closed = Door(factories.person("coordinator", sites=[world.osaka]))
    reads = Door(factories.person("investigator", sites=[world.kyoto]), scopes=[Scope.EXPORT])
    row = [{"patient_id": "KYO-0001", "sex_at_birth": "1"}]

    for door, why in ((closed, "not turned on"), (reads, "not for imports"), (manager, "enter and correct")):
        status, answer = door.store(row)
        assert (
            status == 403
            and answer["error"].startswith("You do not have permissions to use the API")
            and why in answer["error"]
        )
    with everything_scope(actor="tests"):
        assert Case.objects.count() == 2


def test_five_megabytes_are_read(nurse):
    """More than a page may send: a text that is too long is refused in words, not by Django."""
    status, answer = nurse.store([{"patient_id": "KYO-0001", "cyto_abn_oth": "x" * 5_000_000}])
    assert status == 400 and faults(answer)[0][2] == "cyto_abn_oth"


def test_a_missing_reason_is_taken_in_both_its_spellings(nurse):
    row = {"patient_id": "KYO-0001", "redcap_repeat_instrument": "infusion", "redcap_repeat_instance": "1"}
    for written in ("NA", "NAP", "Not applicable"):
        assert (
            nurse.store([{**row, "inf_dose_total": "", "inf_dose_total_mr": written}], overwriteBehavior="overwrite")[0]
            == 200
        )
        (stored,) = [
            one for one in nurse.rows(fields="inf_dose_total,inf_dose_total_mr") if one["redcap_repeat_instance"]
        ]
        assert (stored["inf_dose_total"], stored["inf_dose_total_mr"]) == ("", "NAP")


def test_what_the_pages_refuse_is_refused_here(nurse, world):
    """A locked form, and a patient who withdrew consent; the text of a name in Cyrillic comes back as it was sent."""
    assert nurse.store([{"patient_id": "KYO-0001", "cyto_abn_oth": "Хромосома"}])[0] == 200
    assert nurse.rows(fields="cyto_abn_oth")[0]["cyto_abn_oth"] == "Хромосома"

    death, by = factories.completed_form(world.case), factories.person("manager")
    lock_form(death, by=by, seen_version=death.version)
    status, answer = nurse.store([{"patient_id": "KYO-0001", "death_cause": "3"}])
    assert status == 400 and "locked" in answer["error"]

    assert nurse.store([{"patient_id": "KYO-0001", "consent_withdrawn": "1"}])[0] == 200
    status, answer = nurse.store([{"patient_id": "KYO-0001", "cyto_abn_oth": "other"}])
    assert status == 400 and "withdrawn" in answer["error"]
