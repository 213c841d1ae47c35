"""Cases, forms and codebook as JSON."""

import pytest

from registry.models import FORMS
from tests import factories


def test_the_index_leads_to_every_collection(nurse):
    index = nurse.get("").json()

    addresses = [*index["collections"].values(), *index["forms"].values()]
    assert len(index["forms"]) == len(FORMS)
    for address in addresses:
        assert nurse.client.get(address, headers=nurse.headers).status_code in (200, 302, 403), address


def test_an_address_is_served_with_and_without_a_slash_at_its_end(nurse):
    assert nurse.get("cases").json()["results"] == nurse.get("cases/").json()["results"] != []


def test_a_coordinator_sees_the_cases_of_the_own_site_only(nurse, manager):
    assert [case["number"] for case in nurse.get("cases").json()["results"]] == ["KYO-0001"]
    assert [case["number"] for case in manager.get("cases").json()["results"]] == ["KYO-0001", "OSA-0001"]
    assert {form["case"] for form in nurse.get("infusion").json()["results"]} == {"KYO-0001"}


@pytest.mark.parametrize("path", ["cases/{}", "infusion/{}/1.1", "patient/{}/1"])
def test_a_foreign_case_answers_like_one_that_does_not_exist(nurse, path):
    foreign, missing = nurse.get(path.format("OSA-0001")), nurse.get(path.format("OSA-0999"))

    assert nurse.get(path.format("KYO-0001")).status_code == 200
    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)
    assert foreign.json()["code"] == "not_found"


def test_a_row_of_a_foreign_case_is_not_found_by_filtering(nurse):
    assert nurse.get("infusion?case=OSA-0001").json()["results"] == []
    assert len(nurse.get("infusion?case=KYO-0001").json()["results"]) == 1


@pytest.mark.parametrize("key", ["1", "2.1", "1.2", "1.01", "0.0"])
def test_a_key_that_names_no_row_is_not_found(nurse, key):
    assert nurse.get(f"infusion/KYO-0001/{key}").status_code == 404


def test_a_case_says_where_its_forms_are_and_what_is_missing(nurse):
    case = nurse.get("cases/KYO-0001").json()

    states = {form["form"]: form["state"] for form in case["forms"]}
    assert states == {
        "patient": "started",
        "leukapheresis": "started",
        "cart_course": "started",
        "infusion": "started",
    }
    assert nurse.client.get(case["forms"][-1]["url"], headers=nurse.headers).json()["inf_date"] == "2024-06-03"
    missing = {one["field"]: one for one in case["findings"] if one["form"] == "infusion"}["inf_oos"]
    assert (missing["rule"], missing["severity"]) == ("infusion.inf_oos.missing", "missing")


def test_answers_are_json_of_their_kind(nurse, world):
    factories.stored_form(
        world.case, "relapse", rel_date=factories.day(90), rel_kind=5, rel_site=[4, 1], rel_bm_blast_mr="ND"
    )
    relapse = nurse.get("relapse/KYO-0001/1.1").json()
    infusion = nurse.get("infusion/KYO-0001/1.1").json()

    assert (relapse["rel_date"], relapse["rel_date_p"], relapse["rel_site"]) == ("2024-09-01", "D", [1, 4])
    assert (relapse["rel_bm_blast"], relapse["rel_bm_blast_mr"], relapse["rel_seq"]) == (None, "ND", 1)
    assert infusion["inf_dose_total"] == 150 and isinstance(infusion["inf_dose_total"], int)


def test_a_partial_date_is_written_as_far_as_it_is_known(nurse, world):
    patient = nurse.patch("patient/KYO-0001/1", {"decision_date": "2024-03", "consent_date": "2024"}).json()

    assert (patient["decision_date"], patient["decision_date_p"]) == ("2024-03", "M")
    assert (patient["consent_date"], patient["consent_date_p"]) == ("2024", "Y")


def test_a_hospital_number_is_taken_and_never_shown(nurse):
    answer = nurse.patch("patient/KYO-0001/1", {"mrn_hash": "K-1234567"})

    assert answer.status_code == 200 and "mrn_hash" not in answer.json() and b"1234567" not in answer.content
    assert "mrn_hash" not in [one["field"] for one in nurse.get("cases/KYO-0001").json()["findings"]]


def test_what_did_not_change_is_not_sent_again(nurse):
    for path in ("infusion/KYO-0001/1.1", "cases/KYO-0001"):
        tag = nurse.get(path).headers["ETag"]

        assert nurse.get(path, **{"If-None-Match": tag}).status_code == 304
        assert nurse.get(path, **{"If-None-Match": f"W/{tag}"}).status_code == 304, "compression weakens tags"
        assert nurse.get(path, **{"If-None-Match": '"another"'}).status_code == 200


def test_the_tag_of_a_case_changes_with_its_forms(nurse, world):
    before = nurse.get("cases/KYO-0001").headers["ETag"]
    factories.follow_up(world.case, 30)

    assert nurse.get("cases/KYO-0001").headers["ETag"] != before


def test_a_voided_form_is_gone(nurse, world):
    from registry.actions.forms import void_form

    form = factories.relapse(world.case, 30)
    with factories.everything_scope(actor="tests"):
        void_form(form, by=nurse.person, seen_version=1, reason="Entered for another patient")

    assert nurse.get("relapse/KYO-0001/1.1").status_code == 404
    assert nurse.get("relapse").json()["results"] == []


def test_a_list_is_walked_page_by_page_to_its_end(manager, world):
    for _ in range(3):
        factories.enrolled_case(world.kyoto)
    seen, address = [], "/api/v1/cases?limit=2"
    while address:
        page = manager.client.get(address, headers=manager.headers).json()
        assert len(page["results"]) <= 2
        seen += [case["number"] for case in page["results"]]
        address = page["next"]

    assert seen == ["KYO-0001", "OSA-0001", "KYO-0002", "KYO-0003", "KYO-0004"]


def test_a_cursor_belongs_to_its_list_filters_and_person(manager, nurse, world):
    factories.enrolled_case(world.kyoto)
    address = manager.get("cases?limit=1&site=KYO").json()["next"]
    cursor = address.partition("cursor=")[2].partition("&")[0]

    assert manager.client.get(address, headers=manager.headers).json()["results"][0]["number"] == "KYO-0002"
    for path in (
        f"cases?site=OSA&cursor={cursor}",
        f"cases?cursor={cursor}",
        f"patient?cursor={cursor}",
        "cases?cursor=forged",
    ):
        assert manager.get(path).json()["code"] == "bad_cursor", path
    assert nurse.get(f"cases?site=KYO&cursor={cursor}").json()["code"] == "bad_cursor"


@pytest.mark.parametrize(
    "path", ["cases?sit=KYO", "infusion?cases=KYO-0001", "codebook?limit=2", "sites?x=1", "infusion/KYO-0001/1.1?x="]
)
def test_an_unknown_parameter_is_refused_so_that_a_typing_error_never_widens_an_export(nurse, path):
    answer = nurse.get(path)

    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")


@pytest.mark.parametrize(
    "path",
    ["cases?limit=0", "cases?limit=5001", "cases?limit=many", "cases?site=kyo", "cases?site=KYO&site=OSA", "infusion?case=1",
     "cases?cohort=%00", "cases?format=xml", "infusion?case=%00", "codebook?form=x"],
)  # fmt: skip
def test_a_parameter_with_an_impossible_value_is_named(nurse, path):
    answer = nurse.get(path)
    name = path.partition("?")[2].partition("=")[0]

    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "bad_parameter", name)


def test_the_codebook_holds_every_item_with_its_words(statistician):
    items = statistician.get("codebook").json()["results"]

    assert len(items) == sum(len(form.items()) for form in FORMS)
    (dose,) = [item for item in items if item["variable"] == "inf_dose_total"]
    assert (dose["form"], dose["type"], dose["unit"], dose["critical"]) == ("infusion", "decimal", "10^6", True)
    assert (dose["hard_range"], dose["soft_range"]) == ({"low": 0.1, "high": 1000}, {"low": 10, "high": 250})
    assert dose["asked_if"] == [{"variable": "infused", "comparison": "==", "codes": [1]}]
    assert dose["columns"] == ["inf_dose_total", "inf_dose_total_mr"]
    (cause,) = [item for item in items if item["variable"] == "death_cause"]
    assert cause["label_ja"] and cause["label_ja"] != cause["label"], "the catalogue knows no Japanese label"
    assert cause["codes"][0] == {"code": 1, "label": "ALL", "label_ja": "ALL（原疾患）", "exclusive": False}
    assert {item["form"] for item in statistician.get("codebook?form=death").json()["results"]} == {"death"}
