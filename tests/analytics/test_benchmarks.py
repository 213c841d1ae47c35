"""Every published row: beside which curve it may stand, and why it may not stand beside the others."""

import csv
from collections import Counter

import pytest
from django.utils.translation import override

from analytics.benchmarks import ASKED, KINDS, SUBGROUPS, comparable, why_not
from analytics.catalogue import CATALOGUE
from analytics.core.analysis import Filter
from analytics.published import FILE, OF_CURVES, published, read_rows

CURVES = {one.name: one for one in CATALOGUE if one.method in ("kaplan-meier", "cumulative-incidence", "landmark")}
OF_DECISION = {"os": "OS_DEC", "efs-a": "EFS_A_DEC", "efs-c": "EFS_C_DEC"}
HEAD = FILE.read_text(encoding="utf-8").splitlines()[0]


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


def asked(name, **changes):
    """What a Result says of its question."""
    analysis = CURVES[name].with_(**changes)
    return {"analysis": analysis.as_dict(), "endpoint": analysis.rule.as_dict()}


def shown(result):
    """(cohort, months, group) of the points beside a Result."""
    return [(point.cohort, point.months, point.group) for point in comparable(result)[0]]


WHOLE_EFS = [("CIBMTR 2020", 12, ""), ("DE 2023", 24, ""), ("FR 2021", 18, ""), ("KATO 2025", 12, "")]
ELIANA_EFS = [("ELIANA 2018", 6, ""), ("ELIANA 2018", 12, ""), ("ELIANA 3y", 36, "")]
OS = [
    *(("ELIANA 2018", 6, ""), ("ELIANA 2018", 12, ""), ("ELIANA 24mo", 18, ""), ("ELIANA 3y", 36, "")),
    *(("ELIANA 5y", 60, ""), ("CIBMTR 2020", 12, ""), ("PRWCC FLU", 12, ""), ("DE 2023", 24, "")),
    *(("FR 2021", 18, ""), ("KATO 2025", 12, "")),
]
BURDEN = [
    *(("ES 2024", 12, group) for group in ("high", "low")),
    *(("KATO 2025", 12, group) for group in ("low", "high")),
]
TRANSPLANT = [
    *(("DE 2023", 24, group) for group in ("no", "yes")),
    *(("KATO 2025", 12, group) for group in ("yes", "no")),
]
SHOWN = {
    "os": OS,
    "os-from-apheresis": [],
    "efs-a": [*ELIANA_EFS, *WHOLE_EFS],
    "efs-b": [*ELIANA_EFS, *WHOLE_EFS],
    "efs-c": WHOLE_EFS,
    **{f"efs-{rule}-by-disease-burden": BURDEN for rule in "abc"},
    **{f"efs-{rule}-by-prior-transplant": TRANSPLANT for rule in "abc"},
    # one of the two rows of ELIANA at 36 months: that which does not censor at later therapy
    "rfs-u": [("ELIANA 2018", 12, ""), ("ELIANA 3y", 36, ""), ("ELIANA 5y", 60, "")],
}


@pytest.mark.parametrize("name", CURVES)
def test_which_points_stand_beside_which_curve(name):
    assert shown(asked(name)) == SHOWN.get(name, [])


@pytest.mark.parametrize("name", CURVES)
def test_every_row_is_shown_or_has_a_reason(name):
    points, refusals = comparable(asked(name))

    assert len(points) + len(refusals) == len(published()) == 68
    assert all(refusal.reason.endswith(".") for refusal in refusals)


# (cohort, endpoint, months, subgroup) → the reason beside a curve of the same endpoint, where it is not shown
WHY = {
    ("os", "UK_2024", 24): "By intention to treat from eligibility; never shown beside infused patients.",
    ("os", "CIBMTR_2025", 12): "Only patients with at least 12 months of follow-up.",
    ("os", "CIBMTR_2025", 24): "Only patients with at least 12 months of follow-up.",
    ("efs-a", "UK_2024", 24): "By intention to treat from eligibility; never shown beside infused patients.",
    ("efs-a", "ES_2024", 12): "Only a subgroup:",
    ("efs-c", "ELIANA_3y", 36): "Another rule: relapse, death, treatment failure;",
    ("rfs-u", "CIBMTR_2025", 12): "The paper does not state who was counted.",
    ("rfs-u", "DE_2023", 24): "The paper does not state who was counted.",
    ("cir", "PRWCC_FLU", 12): "The paper does not state who was counted.",
    ("cir", "FR_2021", 18): "The paper does not state who was counted.",
    ("os-from-apheresis", "UK_2024", 24): "No paper has an endpoint of this clock and these events.",
    ("efs-landmark-transplant", "ELIANA_3y", 36): "This analysis draws no curve from the start of a clock.",
    ("efs-a-by-disease-burden", "ELIANA_3y", 36): "All patients together; the curves are of some of them.",
    ("efs-a-by-disease-burden", "DE_2023", 24): "",
}


@pytest.mark.parametrize(("name", "cohort", "months"), WHY)
def test_why_a_row_is_left_out(name, cohort, months):
    result = asked(name)
    endpoint = ASKED[result["endpoint"]["id"]].endpoint if result["endpoint"]["id"] in ASKED else "OS"
    reasons = [
        refusal.reason
        for refusal in comparable(result)[1]
        if (refusal.row.cohort, refusal.row.endpoint, refusal.row.months) == (cohort, endpoint, months)
    ]

    assert reasons and all(reason.startswith(WHY[name, cohort, months]) for reason in reasons)


def test_intention_to_treat_stands_beside_intention_to_treat_alone():
    shown_by = {name: shown(asked(name, endpoint=rule, population="")) for name, rule in OF_DECISION.items()}
    (standard,) = comparable(asked("efs-a", endpoint="EFS_A_DEC"))[0]
    (stringent,) = comparable(asked("efs-a", endpoint="EFS_C_DEC"))[0]

    assert shown_by == {name: [("UK 2024", 24, "")] for name in OF_DECISION}
    assert (standard.estimate, stringent.estimate) == (0.465, 0.356)


def test_all_and_nhl_together_is_shown_nowhere():
    combined = [row for row in published() if "NHL" in row.set]

    assert len(combined) == 2
    for name in CURVES:
        assert {why_not(row, asked(name)) for row in combined} == {
            "ALL and NHL together: never shown beside ALL alone."
        }


def test_a_chosen_population_or_period_has_no_published_like():
    assert shown(asked("os", population="responder")) == []
    assert shown(asked("os", filters=(Filter("prior_blinatumomab", ("yes",)),))) == []
    low = asked("efs-a", filters=(Filter("burden", ("low",)),))
    assert shown(low) == [("ES 2024", 12, ""), ("KATO 2025", 12, "")]


def test_what_must_be_checked_is_said_beside_the_point():
    points = {(point.cohort, point.group): point for name in SHOWN for point in comparable(asked(name))[0]}

    assert "check against the paper" in points["KATO 2025", "high"].note
    assert "check against the paper" in points["KATO 2025", "no"].note
    assert "corrections" in points["CIBMTR 2020", ""].note
    assert points["DE 2023", "yes"].rule == "rule not stated"
    assert points["ES 2024", "high"].subgroup == "high burden (marrow blasts ≥ 5 %)"


def test_points_are_the_printed_numbers_and_nothing_is_filled_in():
    rows = {(row.cohort, row.endpoint, row.months, row.subgroup): row for row in published()}
    first = comparable(asked("os"))[0][0]
    row = rows["ELIANA_2018", "OS", 6, ""]

    assert (first.estimate, first.lower, first.upper, first.n) == (0.9, 0.81, 0.95, 75) and row.estimate == 90
    assert (first.citation, first.year) == ("Maude 2018", 2018)
    assert {point.n for point in comparable(asked("os"))[0] if point.cohort == "KATO 2025"} == {None}


def test_a_row_without_its_source_is_refused():
    row = "X,{source},,2020,10,infused,OS,,12,{estimate},{low},{high},,"
    good = row.format(source="A B. Blood 2020", estimate=50, low=40, high=60)

    assert read_rows(f"{HEAD}\n{good}")[0].citation == "A B 2020"
    with pytest.raises(ValueError, match="line 3: X has no source_citation"):
        read_rows("\n".join((HEAD, good, row.format(source=" ", estimate=50, low=40, high=60))))
    for wrong in ({"low": 55, "high": 60}, {"low": 40, "high": ""}, {"low": -1, "high": 60}):
        with pytest.raises(ValueError, match="line 2: "):
            read_rows("\n".join((HEAD, row.format(source="A", estimate=50, **wrong))))
    with pytest.raises(ValueError, match="line 2: could not convert"):
        read_rows("\n".join((HEAD, row.format(source="A", estimate="fifty", low="", high=""))))


def test_the_file_is_whole():
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert len(rows) == 68 and all(row["source_citation"] for row in rows)
    of_curves = [row for row in published() if row.endpoint in OF_CURVES]
    assert all(row.months for row in of_curves)
    assert Counter(row.endpoint for row in of_curves) == {"EFS": 19, "OS": 13, "RFS": 7, "CIR": 2, "DOR": 1}
    assert {row.subgroup for row in of_curves if row.subgroup} >= set(SUBGROUPS)
    assert all(
        any(words in row.rule for words, _ in KINDS) for row in of_curves if row.endpoint in ("EFS", "RFS", "DOR")
    )


def test_reasons_and_notes_are_in_the_reader_s_language():
    with override("ja"):
        points, refusals = comparable(asked("efs-a"))

    assert {refusal.reason[-1] for refusal in refusals} == {"。"}
    assert "規則は記載なし" in {point.rule for point in points}
