"""What lists and the head of a case say of derived fields: the values that were stored with the last save."""

from decimal import Decimal

import pytest

from tests import factories


def rows(client, query=""):
    return {row.case.number: row for row in client.get(f"/cases/{query}").context["rows"]}


def facts(client, case):
    return {fact.name: fact.value for fact in client.get(case.get_absolute_url()).context["facts"]}


@pytest.mark.parametrize(
    ("blasts", "operator", "burden"),
    [
        ("4.9", None, "low (< 5 %)"),
        ("5", None, "high (≥ 5 %)"),
        ("5", 2, "low (< 5 %)"),
        ("5", 4, "high (≥ 5 %)"),
        ("5", 3, ""),
        (None, None, ""),
    ],
)
def test_the_burden_of_a_list_is_the_derived_one(nurse, world, blasts, operator, burden):
    answers = {
        "pre_phase": 2,
        "pre_bm_done": 1,
        "pre_bm_blast": blasts and Decimal(blasts),
        "pre_bm_blast_op": operator,
    }
    case = factories.infused_case(world.kyoto, **answers)
    assert rows(nurse)["KYO-0001"].burden == burden
    assert facts(nurse, case).get("Burden before infusion", "") == burden


def test_the_list_is_narrowed_by_the_derived_burden(nurse, world):
    factories.infused_case(world.kyoto, pre_phase=2, pre_bm_done=1, pre_bm_blast=Decimal(3))
    factories.infused_case(world.kyoto, pre_phase=2, pre_bm_done=1, pre_bm_blast=Decimal(30))
    factories.infused_case(world.kyoto)
    found = {burden: set(rows(nurse, f"?burden={burden}")) for burden in ("low", "high", "unknown")}
    assert found == {"low": {"KYO-0001"}, "high": {"KYO-0002"}, "unknown": {"KYO-0003"}}


def test_the_burden_of_the_index_course_speaks(nurse, world):
    case = factories.infused_case(world.kyoto, pre_phase=2, pre_bm_done=1, pre_bm_blast=Decimal(3))
    factories.stored_form(
        case, "pre_infusion_assessment", course_no=2, pre_phase=2, pre_bm_done=1, pre_bm_blast=Decimal(90)
    )
    assert rows(nurse)["KYO-0001"].burden == "low (< 5 %)"


def test_a_later_assessment_moves_the_burden(nurse, world):
    case = factories.infused_case(world.kyoto, pre_phase=1, pre_bm_done=1, pre_bm_blast=Decimal(60))
    assert rows(nurse)["KYO-0001"].burden == "high (≥ 5 %)"
    factories.stored_form(case, "pre_infusion_assessment", pre_phase=2, pre_bm_done=1, pre_bm_blast=Decimal(1))
    assert rows(nurse)["KYO-0001"].burden == "low (< 5 %)"


def test_the_head_of_a_case_says_grades_and_response(nurse, world):
    case = factories.infused_case(world.kyoto)
    assert not {"CRS", "ICANS", "Response"} & set(facts(nurse, case))
    factories.stored_form(case, "crs", crs_occurred=1, toci_given=0)
    parts = {"crs_fever": 1, "crs_hypotension": 2, "crs_hypoxia": 0, "crs_attrib_other": 0, "crs_death": 0}
    factories.stored_form(case, "crs_episode", crs_onset=factories.day(2), **parts)
    factories.stored_form(case, "icans", icans_occurred=0, dev_delay=0)
    for day, blasts in ((28, 1), (91, 20)):
        factories.stored_form(
            case, "response_assessment", rsp_date=factories.day(day), rsp_bm_done=1, rsp_bm_blast=blasts
        )
    found = facts(nurse, case)
    assert (found["CRS"], found["ICANS"], found["Response"]) == ("grade 3", "none", "NR, day 91")


def test_the_list_reads_no_more_for_more_cases(nurse, world, django_assert_max_num_queries):
    factories.infused_case(world.kyoto, pre_phase=2, pre_bm_done=1, pre_bm_blast=Decimal(3))
    with django_assert_max_num_queries(60) as seen:
        nurse.get("/cases/")
    few = len(seen)
    for _number in range(3):
        factories.infused_case(world.kyoto, pre_phase=2, pre_bm_done=1, pre_bm_blast=Decimal(3))
    with django_assert_max_num_queries(few):
        nurse.get("/cases/")
