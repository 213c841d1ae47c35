"""Cases are enrolled and forms entered and corrected by REST through the same actions as the pages; bad input changes nothing."""

import pytest

from registry.access.row_security import everything_scope
from registry.api.hidden import row_mark
from registry.models import Case, HistoryEvent, IdempotencyKey, Infusion, Outbox, Relapse
from tests import factories

RELAPSE = {"case": "KYO-0001", "rel_date": "2024-09-01", "rel_kind": 1}


def count(model):
    """Stored rows, whoever they belong to."""
    with everything_scope(actor="tests"):
        return model.objects.count()


def first_error(answer):
    """(status, code, field, rule) of a problem."""
    body = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, body["code"], body["field"], body["rule"]


def test_a_case_is_enrolled_with_the_next_number_of_the_site(nurse):
    answer = nurse.post("cases", {"site": "KYO"})

    assert answer.status_code == 201
    assert (answer.json()["number"], answer.json()["cohort"]) == ("KYO-0002", "tisagenlecleucel")
    assert nurse.client.get(answer.headers["Location"], headers=nurse.headers).json()["number"] == "KYO-0002"


def test_a_case_at_another_site_is_refused_like_one_at_no_site(nurse):
    foreign, unknown = nurse.post("cases", {"site": "OSA"}), nurse.post("cases", {"site": "XXX"})

    assert first_error(foreign) == first_error(unknown) == (422, "unknown_site", "site", "case.site")
    assert foreign.json()["errors"][0]["allowed"] == ["KYO"]
    assert count(Case) == 2


def test_everything_wrong_with_a_new_case_is_named_at_once(nurse):
    answer = nurse.post("cases", {"sites": "KYO", "cohort": "other", "stratum": 5})

    assert [one["field"] for one in answer.json()["errors"]] == ["sites", "site", "cohort", "stratum"]


def test_a_repeated_create_makes_one_case(nurse):
    first = nurse.post("cases", {"site": "KYO"}, **{"Idempotency-Key": "again"})
    second = nurse.post("cases", {"site": "KYO"}, **{"Idempotency-Key": "again"})

    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert (first.headers["Location"], second.headers["Idempotency-Replayed"]) == (second.headers["Location"], "true")
    assert count(Case) == 3


def test_the_same_key_with_another_body_or_address_is_refused(nurse):
    nurse.post("relapse", RELAPSE, **{"Idempotency-Key": "again"})

    assert first_error(nurse.post("relapse", {**RELAPSE, "rel_kind": 2}, **{"Idempotency-Key": "again"}))[:2] == (
        422,
        "key_used",
    )
    assert first_error(nurse.post("death", {"case": "KYO-0001"}, **{"Idempotency-Key": "again"}))[:2] == (
        422,
        "key_used",
    )
    assert count(Relapse) == 1


def test_a_key_is_personal_and_holds_no_answers(nurse, manager, world):
    other = type(nurse)(factories.person("coordinator", sites=[world.osaka]))
    assert nurse.post("cases", {"site": "KYO"}, **{"Idempotency-Key": "again"}).json()["number"] == "KYO-0002"
    assert other.post("cases", {"site": "OSA"}, **{"Idempotency-Key": "again"}).json()["number"] == "OSA-0002"
    nurse.post("relapse", RELAPSE, **{"Idempotency-Key": "relapse"})

    assert IdempotencyKey.objects.get(key="relapse").answer == {"case": "KYO-0001", "form": "relapse", "key": "1.1"}


def test_a_refused_create_leaves_its_key_free(nurse):
    assert nurse.post("relapse", {**RELAPSE, "rel_kind": 77}, **{"Idempotency-Key": "again"}).status_code == 422
    assert nurse.post("relapse", RELAPSE, **{"Idempotency-Key": "again"}).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 81, "schlüssel"])
def test_a_create_needs_a_key_that_can_be_kept(nurse, key):
    assert nurse.post("cases", {"site": "KYO"}, **{"Idempotency-Key": key}).status_code == 400


def test_a_form_is_entered_with_history_and_outbox(nurse):
    before = count(Outbox)
    answer = nurse.post("relapse", {**RELAPSE, "rel_site": [4, 1], "rel_bm_blast": 12.5})

    assert (answer.status_code, answer.headers["Location"]) == (201, "/api/v1/relapse/KYO-0001/1.1")
    assert (answer.json()["rel_site"], answer.json()["rel_bm_blast"], answer.json()["version"]) == ([1, 4], 12.5, 1)
    assert count(Outbox) == before + 1
    with everything_scope(actor="tests"):
        event = HistoryEvent.objects.get(form="relapse", item="rel_bm_blast")
    assert (event.actor, event.role, event.new) == (nurse.person.email, "coordinator", 12.5)
    assert event.request.startswith("rest-")


def test_the_rows_of_a_repeating_form_are_numbered_by_the_registry(nurse):
    assert nurse.post("relapse", RELAPSE).json()["key"] == "1.1"
    assert nurse.post("relapse", {**RELAPSE, "rel_date": "2024-12-01"}).json()["key"] == "1.2"
    assert nurse.post("relapse", {**RELAPSE, "course_no": 2}).json()["key"] == "2.1"


def test_a_form_that_is_there_once_is_not_entered_twice(nurse):
    answer = nurse.post("patient", {"case": "KYO-0001", "sex_at_birth": 2})

    assert first_error(answer)[:2] == (409, "exists")
    assert answer.json()["location"] == answer.headers["Location"] == "/api/v1/patient/KYO-0001/1"
    assert nurse.get("patient/KYO-0001/1").json()["sex_at_birth"] == 1


def test_a_form_of_a_foreign_case_answers_like_one_of_no_case(nurse):
    foreign, missing = nurse.post("death", {"case": "OSA-0001"}), nurse.post("death", {"case": "OSA-0999"})

    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)
    assert foreign.status_code == 404


REFUSED = {
    "an unknown item": ({"rel_dat": "2024-09-01"}, "unknown_item", "rel_dat", "relapse.unknown_item"),
    "an unknown code": ({"rel_kind": 77}, "unknown_code", "rel_kind", "relapse.rel_kind.unknown_code"),
    "an unknown code among several": (
        {"rel_site": [1, 77]},
        "unknown_code",
        "rel_site",
        "relapse.rel_site.unknown_code",
    ),
    "a value outside the possible": (
        {"rel_bm_blast": 100.1},
        "hard_range",
        "rel_bm_blast",
        "relapse.rel_bm_blast.hard_range",
    ),
    "a number in quotes": ({"rel_bm_blast": "12"}, "wrong_type", "rel_bm_blast", "relapse.rel_bm_blast.wrong_type"),
    "true as a number": ({"rel_bm_blast": True}, "wrong_type", "rel_bm_blast", "relapse.rel_bm_blast.wrong_type"),
    "a code in quotes": ({"rel_kind": "1"}, "wrong_type", "rel_kind", "relapse.rel_kind.wrong_type"),
    "one code where a list is": ({"rel_site": 1}, "wrong_type", "rel_site", "relapse.rel_site.wrong_type"),
    "a day of no calendar": ({"rel_date": "2024-02-30"}, "wrong_type", "rel_date", "relapse.rel_date.wrong_type"),
    "another order of the date": ({"rel_date": "01/09/2024"}, "wrong_type", "rel_date", "relapse.rel_date.wrong_type"),
    "a month where the day is needed": ({"rel_date": "2024-09"}, "partial", "rel_date", "relapse.rel_date.partial"),
    "a day to come": ({"rel_date": "9999-01-01"}, "future", "rel_date", "relapse.rel_date.future"),
    "a date before all dates": ({"rel_date": "0001-01-01"}, "too_early", "rel_date", "relapse.rel_date.too_early"),
    "a reason of no list": ({"rel_cd19_mr": "XX"}, "wrong_type", "rel_cd19_mr", "relapse.rel_cd19_mr.wrong_type"),
    "value and reason": ({"rel_kind_mr": "UK"}, "value_and_reason", "rel_kind", "relapse.rel_kind.value_and_reason"),
    "a question not asked": ({"rel_confirmed": 1}, "not_asked", "rel_confirmed", "relapse.rel_confirmed.not_asked"),
    "a precision that contradicts": ({"rel_date_p": "Y"}, "precision", "rel_date_p", "relapse.rel_date_p.precision"),
    "another form's name": ({"form": "death"}, "fixed", "form", "relapse.form.fixed"),
    "a course that cannot be": ({"course_no": 10}, "hard_range", "course_no", "relapse.course_no.hard_range"),
    "no case": ({"case": None}, "wrong_type", "case", "relapse.case.wrong_type"),
}


@pytest.mark.parametrize("words", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_stored_is_refused_by_name(nurse, words):
    change, code, field, rule = words
    answer = nurse.post("relapse", {**RELAPSE, **change})

    assert first_error(answer) == (422, code, field, rule)
    error = answer.json()["errors"][0]
    assert error["detail"] and error["pointer"] == f"/{field}"
    assert count(Relapse) == 0 and count(IdempotencyKey) == 0


def test_an_unknown_code_is_told_with_what_was_found_and_what_is_allowed(nurse):
    error = nurse.post("relapse", {**RELAPSE, "rel_kind": 77}).json()["errors"][0]

    assert (error["found"], error["allowed"]) == (77, [1, 2, 3, 4, 5, 6])


def test_an_unknown_item_is_told_with_the_nearest_and_all_items(nurse):
    error = nurse.post("relapse", {**RELAPSE, "rel_knd": 1}).json()["errors"][0]

    assert "rel_kind" in error["detail"] and error["found"] == "rel_knd"
    assert {"rel_kind", "rel_date", "rel_date_p", "rel_cd19_mr"} <= set(error["allowed"])


def test_everything_wrong_with_a_form_is_named_at_once(nurse):
    answer = nurse.post("relapse", {**RELAPSE, "foo": 1, "rel_bm_blast": "x", "rel_kind": 77, "rel_cd22": 55})

    assert {one["field"] for one in answer.json()["errors"]} == {"foo", "rel_bm_blast", "rel_kind", "rel_cd22"}
    assert answer.json()["detail"].startswith("4 answers need correction.")


def test_dates_out_of_order_are_stored_and_found(nurse):
    answer = nurse.post("follow_up", {"case": "KYO-0001", "fup_date": "2025-01-01", "last_disease_date": "2025-02-01"})

    assert answer.status_code == 201
    case = nurse.get("cases/KYO-0001").json()
    (finding,) = [one for one in case["findings"] if one["rule"] == "X44"]
    assert finding["severity"] == "hard"
    assert {form["form"]: form["state"] for form in case["forms"]}["follow_up"] == "error"


@pytest.mark.parametrize(
    ("text", "said", "stored"),
    [("2024", "Y", "2024"), ("2024-05", "M", "2024-05"), ("2024-05-01", "M", "2024-05"), ("2024-01-01", "Y", "2024")],
)
def test_a_partial_date_is_taken_in_either_way(nurse, text, said, stored):
    patient = nurse.patch("patient/KYO-0001/1", {"decision_date": text, "decision_date_p": said}).json()

    assert (patient["decision_date"], patient["decision_date_p"]) == (stored, said)


def test_a_correction_keeps_the_other_answers_and_its_reason(nurse):
    answer = nurse.patch("infusion/KYO-0001/1.1", {"inf_dose_total": 120.5, "_reason": "Misread the label"})

    assert (answer.status_code, answer.headers["ETag"]) == (200, f'"infusion-{row_mark("infusion", infusion_id())}-2"')
    assert (answer.json()["inf_dose_total"], answer.json()["inf_weight"], answer.json()["version"]) == (120.5, 40, 2)
    with everything_scope(actor="tests"):
        event = HistoryEvent.objects.filter(form="infusion", item="inf_dose_total").latest("pk")
    assert (event.old, event.new, event.reason, event.actor) == (150, 120.5, "Misread the label", nurse.person.email)


def infusion_id():
    """The id of Kyoto's infusion."""
    with everything_scope(actor="tests"):
        return Infusion.objects.get(case__number="KYO-0001").pk


def test_what_was_read_can_be_sent_back(nurse):
    stored = nurse.get("infusion/KYO-0001/1.1").json()
    answer = nurse.patch("infusion/KYO-0001/1.1", {**stored, "inf_oos": 0})

    assert (answer.status_code, answer.json()["inf_oos"], answer.json()["version"]) == (200, 0, 2)


def test_a_stored_answer_does_not_change_without_a_reason(nurse):
    answer = nurse.patch("infusion/KYO-0001/1.1", {"inf_dose_total": 120})

    assert first_error(answer) == (422, "reason", "_reason", "infusion.reason")
    assert nurse.get("infusion/KYO-0001/1.1").json()["inf_dose_total"] == 150


def test_an_answer_is_cleared_by_null(nurse):
    answer = nurse.patch(
        "infusion/KYO-0001/1.1", {"inf_weight": None, "inf_weight_mr": "ND", "_reason": "Was the weight at apheresis"}
    )

    assert (answer.json()["inf_weight"], answer.json()["inf_weight_mr"]) == (None, "ND")


@pytest.mark.parametrize("body", [{"inf_seq": 2}, {"course_no": 2}, {"case": "OSA-0001"}, {"version": 7}])
def test_a_row_never_changes_its_place(nurse, body):
    (field,) = body

    assert first_error(nurse.patch("infusion/KYO-0001/1.1", body))[:3] == (422, "fixed", field)


@pytest.mark.parametrize("tag", ["", "*", "unquoted"])
def test_a_correction_names_the_version_that_was_read(nurse, tag):
    assert first_error(nurse.patch("infusion/KYO-0001/1.1", {"inf_oos": 0}, tag))[:2] == (428, "if_match_missing")
    assert nurse.get("infusion/KYO-0001/1.1").json()["inf_oos"] is None


@pytest.mark.django_db(transaction=True)
def test_a_stale_correction_is_told_who_changed_what_since(transactional_db):
    from tests.registry.api.conftest import Rest

    kyoto = factories.site("KYO")
    factories.infused_case(kyoto)
    first = Rest(factories.person("coordinator", sites=[kyoto]))
    second = Rest(factories.person("investigator", sites=[kyoto]))
    tag = first.get("infusion/KYO-0001/1.1").headers["ETag"]
    second.patch("infusion/KYO-0001/1.1", {"inf_oos": 0})
    second.patch("infusion/KYO-0001/1.1", {"inf_dose_total": 120, "_reason": "Misread"})

    answer = first.patch("infusion/KYO-0001/1.1", {"inf_dose_total": 130, "_reason": "Typing error"}, tag)

    assert (answer.status_code, answer.json()["code"], answer.json()["current"]["version"]) == (412, "stale", 3)
    changes = [(one["by"], one["item"], one["old"], one["new"], one["reason"]) for one in answer.json()["changes"]]
    assert changes == [
        (second.person.email, "inf_oos", None, 0, ""),
        (second.person.email, "inf_dose_total", 150, 120, "Misread"),
    ]
    assert (
        answer.headers["ETag"]
        == answer.json()["current"]["etag"]
        == second.get("infusion/KYO-0001/1.1").headers["ETag"]
    )
    assert first.get("infusion/KYO-0001/1.1").json()["inf_dose_total"] == 120


def test_a_tag_of_something_else_is_stale(nurse):
    answer = nurse.patch("infusion/KYO-0001/1.1", {"inf_oos": 0}, '"death-1-1"')

    assert (answer.status_code, answer.json()["changes"]) == (412, [])


def test_a_weakened_tag_is_still_good(nurse):
    tag = nurse.get("infusion/KYO-0001/1.1").headers["ETag"]

    assert nurse.patch("infusion/KYO-0001/1.1", {"inf_oos": 0}, f"W/{tag}").status_code == 200


def test_a_hash_is_not_taken_for_a_hospital_number(nurse):
    answer = nurse.patch("patient/KYO-0001/1", {"mrn_hash": "0" * 64})

    assert first_error(answer)[:3] == (422, "wrong_type", "mrn_hash")


def test_the_same_hospital_number_twice_is_refused(nurse, world):
    factories.infused_case(world.kyoto)
    assert nurse.patch("patient/KYO-0001/1", {"mrn_hash": "123"}).status_code == 200

    answer = nurse.patch("patient/KYO-0002/1", {"mrn_hash": "123"})

    assert answer.status_code == 422 and "KYO-0001" in answer.json()["detail"]
