"""Patient flow: the twelve patients by hand, what each way out needs, and reconciliation over random worlds."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core import table_words as words
from analytics.core.endpoints.timeline import timeline
from analytics.core.tables.flow import flow
from analytics.core.tables.flow_columns import flow_columns
from tests.analytics.core.worlds import COLLECTED, GIVEN, INFUSED, dated
from tests.reference.twelve_patients import alive, dead, no_response, on, relapse, remission, tables, tables_of, therapy

DAY = date(2024, 12, 31)


def flow_of(world, cut=None, day=DAY):
    """The flow of these tables as JSON: box id → box."""
    line = timeline(world, cut=cut)
    cases = line.join(flow_columns(world, line, cut=cut))
    return {box["id"]: box for box in flow(cases, day).as_dict()["nodes"]}


def exits(box):
    return {one["reason"]: one["n"] for one in box["exits"]}


def steps(box):
    return {one["id"]: one["n"] for one in box["next"]}


def parts(box, label):
    (found,) = [one for one in box["partitions"] if one["label"] == label]
    return {one["label"]: one["n"] for one in found["parts"]}


def one_case(*rows, cut=None, day=DAY):
    """The flow of one case: the last box it reaches, and why it goes no further."""
    boxes = flow_of(tables_of({"C1": list(rows)}), cut, day)
    ((box, reason),) = [(name, exits(box)) for name, box in boxes.items() if box["exits"]]
    ((why, n),) = reason.items()
    assert n == 1
    return box, why


def test_the_twelve_patients_flow_as_worked_out_by_hand():
    boxes = flow_of(tables())

    numbers = {name: box["n"] for name, box in boxes.items()}
    assert numbers == {
        **dict.fromkeys(("registered", "decided", "collected", "shipped"), 12),
        **dict.fromkeys(("manufactured", "infused"), 11),
        "evaluable": 10,
        "remission": 9,
        "transplant": 2,
        "relapse": 4,
        "death": 3,
    }
    assert exits(boxes["shipped"]) == {"Not infused: death from leukaemia": 1}  # P06
    assert exits(boxes["infused"]) == {words.DIED_UNASSESSED: 1}  # P09
    assert exits(boxes["evaluable"]) == {words.NO_RESPONSE: 1}  # P03
    assert steps(boxes["remission"]) == {"transplant": 2, "relapse": 3, "death": 1}  # P04 P05; P01 P08 P12; P10
    assert exits(boxes["remission"]) == {words.IN_REMISSION: 3}  # P02 P07 P11
    assert steps(boxes["transplant"]) == {"relapse": 1, "death": 0}  # P04
    assert exits(boxes["transplant"]) == {words.IN_REMISSION_TRANSPLANTED: 1}  # P05
    assert steps(boxes["relapse"]) == {"death": 2}  # P01 P04
    assert exits(boxes["relapse"]) == {words.ALIVE_AFTER_RELAPSE: 2}  # P08 P12
    assert exits(boxes["death"]) == {words.OF_LEUKAEMIA: 2, words.OF_ANOTHER_CAUSE: 1}
    assert parts(boxes["decided"], words.RECORDED) == {words.BY_FORM: 12}
    assert parts(boxes["collected"], words.COLLECTIONS) == {words.ONCE: 12}


def collected(number=1, shipped=1, day=-40):
    row = {"aph_seq": number, "aph_shipped": shipped, "aph_start_date": on(day), "aph_start_date_p": "D"}
    return "leukapheresis", row


def made(number, outcome, released=-5):
    dates = {"ship_date": on(-30), "ship_date_p": "D", "release_date": on(released), "release_date_p": "D"}
    return "manufacturing", {"mfg_seq": number, "mfg_outcome": outcome, **dates}


def course(infused, reason=None, product=1, number=1, ended=None):
    dates = {"noninf_date": on(ended), "noninf_date_p": "D"}
    return "cart_course", {
        "course_no": number,
        "infused": infused,
        "noninf_reason": reason,
        "prod_name": product,
        **dates,
    }


DECIDED = ("patient", {"decision_date": on(-60), "decision_date_p": "D"})


@pytest.mark.parametrize(
    ("rows", "box", "reason"),
    [
        ([], "registered", words.NO_DECISION),
        ([DECIDED], "decided", words.WAITING_FOR_COLLECTION),
        ([DECIDED, dated(*dead(-50, 1, 0))], "decided", words.DIED_NO_DISPOSITION),
        ([DECIDED, course(0, 7)], "decided", words.NOT_INFUSED[7]),
        ([DECIDED, collected(shipped=0)], "collected", words.WAITING_FOR_SHIPMENT),
        ([course(0)], "decided", words.NOT_INFUSED_NO_REASON),
        ([collected()], "shipped", words.WAITING_FOR_PRODUCT),
        ([collected(), made(1, 9)], "shipped", words.WAITING_FOR_PRODUCT),
        ([collected(), made(1, 3)], "shipped", words.FAILED_NEXT_OPEN),
        ([collected(), made(1, 4)], "shipped", words.CANCELLED_NEXT_OPEN),
        ([collected(), made(1, 3), course(0, 4)], "shipped", words.NOT_INFUSED[4]),
        ([collected(), made(1, 2), course(0, 8)], "manufactured", words.NOT_INFUSED[8]),
        ([collected(), made(1, 1)], "manufactured", words.WAITING_FOR_INFUSION),
        ([collected(), made(1, 1), course(9)], "manufactured", words.WAITING_FOR_INFUSION),
        ([collected(), course(1, product=88)], "manufactured", words.OTHER_PRODUCT),
        ([collected(), course(1, product=None)], "manufactured", words.PRODUCT_NOT_RECORDED),
        ([COLLECTED, GIVEN], "infused", words.NO_DAY_0),
        ([*INFUSED], "infused", words.NOT_ASSESSED),
        ([*INFUSED, dated(*relapse(20))], "infused", words.FAILED_UNASSESSED),
        ([*INFUSED, dated("response_assessment", 28, {"rsp_bm_done": 0, "rsp_site": 5})], "infused", words.NOT_EVALUABLE),
        ([*INFUSED, dated(*remission(130))], "infused", words.NOT_EVALUABLE),
        ([*INFUSED, dated(*no_response(28))], "evaluable", words.NO_RESPONSE),
        ([*INFUSED, dated(*remission(28)), dated(*dead(90, None, 1))], "death", words.CAUSE_NOT_KNOWN),
    ],
)  # fmt: skip
def test_each_case_leaves_for_one_reason(rows, box, reason):
    assert one_case(*rows) == (box, reason)


def test_shortly_after_infusion_a_case_waits_for_its_assessment():
    assert one_case(*INFUSED, day=date(2023, 4, 1)) == ("infused", words.WAITING_FOR_RESPONSE)


def test_repeated_collections_a_product_made_again_and_a_second_course_are_told_inside_their_boxes():
    boxes = flow_of(
        tables_of(
            {
                "C1": [
                    *(collected(1, 1, -70), collected(2, 1, -40), made(1, 3, None), made(2, 2)),
                    *(course(1), INFUSED[2], course(1, number=2)),
                ]
            }
        )
    )

    assert boxes["infused"]["n"] == 1
    assert parts(boxes["collected"], words.COLLECTIONS) == {words.REPEATED: 1}
    assert parts(boxes["shipped"], words.FIRST_ATTEMPT) == {"Failed": 1}
    assert parts(boxes["manufactured"], words.PRODUCT) == {"Out of specification": 1}
    assert parts(boxes["manufactured"], words.ATTEMPTS) == {words.REMADE: 1}
    assert parts(boxes["infused"], words.COURSES) == {words.FURTHER_COURSE: 1}


def test_what_is_dated_after_the_cut_has_not_happened():
    rows = [collected(), made(1, 1), course(1), INFUSED[2], dated(*remission(28))]

    assert one_case(*rows, cut=date(2023, 2, 20)) == ("shipped", words.WAITING_FOR_PRODUCT)  # released on 2023-02-24
    assert one_case(*rows, cut=date(2023, 2, 26)) == ("manufactured", words.WAITING_FOR_INFUSION)
    assert one_case(*rows, cut=date(2023, 3, 15), day=date(2023, 3, 15)) == ("infused", words.WAITING_FOR_RESPONSE)


def test_a_transplant_after_a_relapse_is_told_at_the_relapse():
    boxes = flow_of(
        tables_of({"C1": [*INFUSED, *(dated(*one) for one in (remission(28), relapse(90), therapy(150, 1, 4, 2)))]})
    )

    assert steps(boxes["remission"]) == {"transplant": 0, "relapse": 1, "death": 0}
    assert parts(boxes["relapse"], words.TRANSPLANT_AFTERWARDS) == {words.LATER_TRANSPLANT: 1}


def test_nobody_flows_through_empty_tables():
    assert {box["n"] for box in flow_of(tables_of({})).values()} == {0}


def test_a_timeline_of_other_tables_is_refused():
    with pytest.raises(ValueError, match="other cases"):
        flow_columns(tables(), timeline(tables()).iloc[::-1])
    with pytest.raises(ValueError, match="lacks flow_collections"):
        flow(timeline(tables()), DAY)


def test_sets_that_contradict_the_flow_give_no_table():
    line = timeline(tables())
    cases = line.join(flow_columns(tables(), line)).assign(responder=True)  # P06 was not infused

    with pytest.raises(RuntimeError, match="does not reconcile: remission holds 12, 10 came in"):
        flow(cases, DAY)


DAYS = st.integers(-80, 500)
MAYBE_DAY = st.none() | DAYS
ROWS = st.one_of(
    st.builds(lambda day: ("patient", {"decision_date": on(day), "decision_date_p": "D"}), MAYBE_DAY),
    st.builds(collected, st.integers(1, 3), st.sampled_from([0, 1, None]), MAYBE_DAY),
    st.builds(made, st.integers(1, 3), st.sampled_from([1, 2, 3, 4, 9, None]), MAYBE_DAY),
    st.builds(
        course,
        st.sampled_from([0, 1, 1, 1, 9, None]),
        st.sampled_from([None, 1, 4, 6, 10, 88]),
        st.sampled_from([1, 1, 88, None]),
        st.sampled_from([1, 1, 2]),
        MAYBE_DAY,
    ),
    st.builds(
        lambda day: ("infusion", {"inf_seq": 1, "inf_date": on(day), "inf_date_p": "D"}), st.sampled_from([0, 0, 5])
    ),
    st.builds(lambda day: dated(*remission(day)), DAYS),
    st.builds(lambda day: dated(*no_response(day)), DAYS),
    st.builds(lambda day, kind: dated(*relapse(day, kind)), DAYS, st.integers(1, 6)),
    st.builds(
        lambda day, *codes: dated(*therapy(day, *codes)), DAYS, st.integers(1, 8), st.integers(1, 6), st.integers(1, 4)
    ),
    st.builds(lambda day: dated(*alive(day, day)), DAYS),
    st.builds(lambda day, cause: dated(*dead(day, cause, 0)), DAYS, st.sampled_from([None, 1, 5, 99])),
)
CASES = st.lists(st.lists(ROWS, max_size=12), max_size=8)
CUTS = st.none() | st.dates(date(2022, 12, 1), date(2024, 8, 1))


@settings(max_examples=20, deadline=None)
@given(CASES, CUTS, st.randoms(use_true_random=False))
def test_counts_reconcile_in_any_world_and_do_not_depend_on_the_order_of_rows(cases, cut, random):
    world = tables_of({f"C{number}": rows for number, rows in enumerate(cases)})
    boxes = flow_of(world, cut)

    came = {name: sum(steps(other).get(name, 0) for other in boxes.values()) for name in boxes}
    came["registered"] = len(cases)
    for name, box in boxes.items():
        assert box["n"] == came[name] == sum(exits(box).values()) + sum(steps(box).values())
        assert all(sum(part["n"] for part in one["parts"]) == box["n"] for one in box["partitions"])
    line = timeline(world, cut=cut)
    assert boxes["infused"]["n"] == line["infused"].sum() and boxes["remission"]["n"] == line["responder"].sum()

    shuffled = {
        name: table if name == "cases" else table.iloc[random.sample(range(len(table)), len(table))]
        for name, table in world.items()
    }
    assert flow_of(shuffled, cut) == boxes
