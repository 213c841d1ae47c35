"""The course of each patient: the twelve by hand, what is marked, and the order."""

import json

import pytest

from analytics.catalogue import SWIMMER
from analytics.core.courses_told import whole_of
from analytics.core.run import run
from analytics.core.whole import whole_table
from tests.analytics.core.worlds import INFUSED, dated
from tests.reference.twelve_patients import (
    aplasia,
    bcells,
    dead,
    no_response,
    on,
    relapse,
    remission,
    tables,
    tables_of,
    therapy,
)

MRD = "remission_mrd_negative"
# Case, event-free days by rule A, event, last day, dead, marks: from the twelve patients' forms.
TWELVE = [
    ("P05", 480, False, 500, False, [(MRD, 29), ("transplant", 90)]),
    ("P07", 440, False, 450, False, [(MRD, 28), ("b_cells", 85), ("therapy", 95)]),
    ("P02", 390, False, 400, False, [(MRD, 28)]),
    ("P12", 330, True, 600, False, [(MRD, 62), ("relapse_positive", 330)]),
    ("P04", 250, True, 365, True, [(MRD, 28), ("transplant", 100), ("relapse_positive", 250), ("death", 365)]),
    ("P08", 220, True, 380, False, [(MRD, 30), ("mrd", 150), ("therapy", 160), ("relapse_positive", 220)]),
    ("P01", 180, True, 300, True, [(MRD, 28), ("relapse_negative", 180), ("death", 300)]),
    ("P11", 180, False, 200, False, [(MRD, 27)]),
    ("P10", 75, True, 75, True, [(MRD, 28), ("death", 75)]),
    ("P03", 28, True, 120, True, [("no_response", 28), ("death", 120)]),
    ("P09", 12, True, 12, True, [("death", 12)]),
]


def course(*rows, **more):
    """The table of one infused case with these forms."""
    forms = [*INFUSED, *(dated(*row) for row in rows), *more.get("stored", ())]
    return run(SWIMMER, whole_table(tables_of({"C1": forms})))["table"]


def marks(table):
    (row,) = table["rows"]
    return [(mark["kind"], mark["days"]) for mark in row["marks"]]


def test_the_twelve_patients_by_hand():
    result = run(SWIMMER, whole_table(tables()))
    found = [
        (
            one["case"],
            one["free"],
            one["event"],
            one["end"],
            one["dead"],
            [(m["kind"], m["days"]) for m in one["marks"]],
        )
        for one in result["table"]["rows"]
    ]

    assert found == TWELVE
    assert result["n"] == 11 and result["events"] == sum(event for _, _, event, *_ in TWELVE)
    counted = {mark["id"]: mark["n"] for mark in result["table"]["marks"]}
    listed = [kind for *_, marked in TWELVE for kind, _day in marked]
    assert counted == {kind: listed.count(kind) for kind in counted} and set(counted) == set(listed)


def test_a_row_holds_its_pseudonym_and_nothing_else_that_names_a_patient():
    result = run(SWIMMER, whole_table(tables()))

    assert {key for row in result["table"]["rows"] for key in row} == {"case", "free", "event", "end", "dead", "marks"}
    assert "2023" not in json.dumps(result["table"]["rows"])


def test_of_very_many_patients_some_have_a_row_and_all_are_counted(monkeypatch):
    whole = run(SWIMMER, whole_table(tables()))["table"]
    monkeypatch.setattr("analytics.core.courses_told.MOST_TOLD", 5)
    told = run(SWIMMER, whole_table(tables()))["table"]

    assert (told["step"], told["rows"]) == (3, whole["rows"][::3])
    assert told["marks"] == whole["marks"] and told["whole"] == whole["whole"] == whole_of({"rows": whole["rows"]})
    assert told["whole"] == {"n": 11, "alive": 6, "free": 4, "end": 600, "imputed": 0}


@pytest.mark.parametrize(("cd19", "kind"), [(1, "positive"), (2, "negative"), (3, "dim"), (99, "unknown")])
def test_a_relapse_shows_its_cd19(cd19, kind):
    assert marks(course(remission(28), relapse(200, cd19=cd19)))[-1] == (f"relapse_{kind}", 200)


def test_b_cells_that_come_back_are_marked():
    assert ("b_cells", 190) in marks(course(remission(28), aplasia(28), bcells(190, 120)))


def test_a_transplant_is_marked_once():
    """The first therapy in remission is the transplant itself."""
    assert marks(course(remission(28), therapy(90, 1, 1, 1))) == [(MRD, 28), ("transplant", 90)]


def test_no_response_and_progression_are_one_mark_on_the_first_of_their_days():
    assert marks(course(no_response(30), relapse(60, kind=6), dead(90, 1, 0))) == [("no_response", 30), ("death", 90)]


def test_a_remission_without_a_test_of_mrd_is_not_called_negative():
    form, day, answers = remission(28)
    untested = {name: value for name, value in answers.items() if not name.startswith("rsp_mrd")}

    assert marks(course((form, day, untested))) == [("remission", 28)]


def test_a_month_that_is_known_without_its_day_is_said():
    row = {"stx_date": on(92)[:7] + "-01", "stx_date_p": "M", "stx_type": 1, "stx_reason": 1, "stx_status": 1}
    result = run(
        SWIMMER, whole_table(tables_of({"C1": [*INFUSED, dated(*remission(28)), ("subsequent_therapy", row)]}))
    )

    assert [mark["imputed"] for mark in result["table"]["rows"][0]["marks"]] == [False, True]
    assert "1 mark rests on a date of which only the month or the year is known." in result["warnings"]


def test_a_swimmer_needs_a_rule_that_sorts_it():
    with pytest.raises(ValueError, match="needs an endpoint"):
        SWIMMER.with_(endpoint="")
