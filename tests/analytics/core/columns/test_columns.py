"""What each column says of small worlds: unknown is not "no", later is not yet, and codes come in many spellings."""

from datetime import date, timedelta

import pandas as pd
import pytest

from analytics.core.columns.declarations import COLUMNS
from analytics.core.columns.table import case_table, flat
from analytics.core.endpoints.timeline import timeline
from tests.analytics.core.worlds import COLLECTED, INFUSED, dated
from tests.reference.twelve_patients import DAY_0, dead, on, relapse, remission, tables, tables_of, therapy


def columns(*forms, before=INFUSED, cut=None):
    """The columns of one case: its forms as (name, answers)."""
    day = None if cut is None else DAY_0 + timedelta(days=cut)
    return case_table(tables_of({"C1": [*before, *forms]}), day).iloc[0]


def plain(value):
    return None if pd.isna(value) else value


def dates(**days):
    """Date items with their precision, from days after infusion."""
    return {key: value for name, day in days.items() for key, value in ((name, on(day)), (f"{name}_p", "D"))}


def test_the_timeline_stands_in_front_unchanged():
    made = tables()

    pd.testing.assert_frame_equal(case_table(made)[list(timeline(made))], timeline(made))


def test_order_of_rows_changes_nothing():
    made = tables()
    turned = {name: table.iloc[::-1] if name != "cases" else table for name, table in made.items()}

    pd.testing.assert_frame_equal(case_table(turned), case_table(made))


def test_an_empty_case_knows_nothing():
    case = flat(case_table(tables_of({"C1": []}))).iloc[0]

    silent = [
        one.name
        for one in COLUMNS
        if one.name not in ("site", "infused", "shipped", "collections", "manufacturing_attempts")
    ]
    assert [name for name in silent if plain(case[name]) is not None] == []


@pytest.mark.parametrize(
    ("subtype", "abnormalities", "expected"),
    [(4, None, "yes"), (1, [2, 13], "yes"), (1, [0], "no"), (1, None, "no"), (99, [3], "yes"), (99, [0], None), (None, None, None)],
)  # fmt: skip
def test_kmt2a(subtype, abnormalities, expected):
    found = columns(("baseline_disease", {"all_subtype": subtype, "cyto_abn": abnormalities}))

    assert plain(found["kmt2a"]) == expected


@pytest.mark.parametrize("codes", [[13, 2], (2, 13), "{2,13}", "2 13"])
def test_several_codes_come_in_several_spellings(codes):
    made = tables_of({"C1": [("baseline_disease", {"cyto_abn": codes})]})

    assert case_table(made)["kmt2a"].tolist() == ["yes"]


def test_codes_that_are_none_are_refused():
    with pytest.raises(ValueError, match="cyto_abn is 'two'; expected codes between spaces"):
        case_table(tables_of({"C1": [("baseline_disease", {"cyto_abn": "two"})]}))


@pytest.mark.parametrize(("age", "group"), [(9.9, "<10"), (10, "10-17"), (17.9, "10-17"), (18, ">=18")])
def test_age_groups(age, group):
    collected, given, (form, infusion) = INFUSED
    found = columns(before=(collected, given, (form, {**infusion, "age_inf_y": age})))

    assert (found["age_infusion"], found["age_group"]) == (age, group)


def test_age_at_decision_stands_in_for_those_not_infused():
    found = columns(("patient", {"age_decision_y": 8.5}), before=(COLLECTED,))

    assert (plain(found["age_infusion"]), found["age_decision"], found["age_group"]) == (None, 8.5, "<10")


def test_transplant_before():
    prior = ("prior_therapy", {"prior_hsct": 1, "n_prior_hsct": 2, **dates(hsct_rel_date=-300)})
    grafts = [("prior_transplant", {"hsct_seq": n, **dates(hsct_date=day)}) for n, day in ((1, -1500), (2, -450))]
    found = columns(prior, *grafts)

    assert found["hsct_to_relapse"] == pytest.approx(150 / 30.4375)
    assert (found["hsct_to_relapse_group"], found["hsct_to_infusion"]) == ("<=6", pytest.approx(450 / 30.4375))
    assert columns(("prior_therapy", {"prior_hsct": 0}))["hsct_to_relapse_group"] == "no HSCT"


@pytest.mark.parametrize(
    ("given", "response", "expected"),
    [(0, None, "not given"), (1, 3, "no response"), (1, 99, None), (1, None, None), (None, None, None)],
)
def test_response_to_blinatumomab(given, response, expected):
    found = columns(("prior_therapy", {"prior_blina": given, "blina_response": response}))

    assert plain(found["blinatumomab_response"]) == expected


@pytest.mark.parametrize(
    ("blocks", "given", "kind"),
    [
        ([(1, [1]), (1, [2, 6])], "yes", "high intensity"),
        ([(0, None)], "no", "none"),
        ([(1, [3, 1])], "yes", "antibody"),
        ([(1, [8])], "yes", "other"),
        ([(1, None)], "yes", None),
        ([], None, None),
    ],
)
def test_bridging(blocks, given, kind):
    forms = [
        ("bridging_therapy", {"brg_seq": n, "brg_given": one, "brg_type": of}) for n, (one, of) in enumerate(blocks, 1)
    ]
    found = columns(*forms)

    assert (plain(found["bridging"]), plain(found["bridging_kind"])) == (given, kind)


@pytest.mark.parametrize(
    ("given", "regimen", "expected"), [(1, 1, "flu/cy"), (0, None, "none"), (1, None, None), (None, 1, None)]
)
def test_lymphodepletion(given, regimen, expected):
    assert (
        plain(columns(("lymphodepletion", {"ld_given": given, "ld_regimen": regimen}))["lymphodepletion"]) == expected
    )


def test_manufacturing_first_and_last():
    forms = [
        ("manufacturing", {"mfg_seq": 2, "mfg_outcome": 2, **dates(ship_date=-30, release_date=-10)}),
        ("manufacturing", {"mfg_seq": 1, "mfg_outcome": 3, **dates(ship_date=-39)}),
    ]
    found = columns(*forms)

    assert (found["manufacturing_attempts"], found["collections"]) == (2, 1)
    assert (found["manufacturing_first"], found["manufacturing_last"]) == ("failed", "out of specification")
    assert columns(*forms, before=(COLLECTED,), cut=-20)["manufacturing_last"] == "pending"
    assert pd.isna(columns()["manufacturing_attempts"]), "infused and nothing reported is not none"


def crs(occurred, *episodes):
    """CRS form and episodes of (onset, resolved, grade)."""
    rows = [
        ("crs_episode", {"crs_seq": n, "crs_grade": grade, **dates(crs_onset=first, crs_resolved=last)})
        for n, (first, last, grade) in enumerate(episodes, start=1)
    ]
    return [("crs", {"crs_occurred": occurred}), *rows]


@pytest.mark.parametrize(
    ("forms", "expected"),
    [
        ([], (None, None, None, None)),
        (crs(99), (None, None, None, None)),
        (crs(0), ("0", "no", None, None)),
        (crs(1, (3, 7, 2), (20, 22, 3)), ("3", "yes", 3, 6)),
        (crs(1, (3, 7, None), (20, 22, 3)), (None, None, 3, 6)),
        (crs(1, (3, 7, None), (20, 22, 5)), ("5", "yes", 3, 6)),
        (crs(1, (3, None, 1)), ("1", "no", 3, None)),
        (crs(1), (None, None, None, None)),
    ],
)
def test_crs_of_a_course(forms, expected):
    found = columns(*forms)

    assert tuple(plain(found[name]) for name in ("crs_grade", "crs_severe", "crs_onset", "crs_duration")) == expected


def test_what_comes_after_the_cut_has_not_happened():
    forms = [
        *crs(1, (3, 7, 2), (20, 22, 3)),
        dated(*remission(28)),
        dated(*therapy(100, 1, 1, 1)),
        ("adverse_event", {"ae_seq": 1, "ae_kind": 1, "ae_grade": 3, **dates(ae_onset=50)}),
    ]
    early, late = columns(*forms, cut=10), columns(*forms, cut=200)

    assert [early[name] for name in ("crs_grade", "crs_duration", "infections_severe", "hsct_after", "responded")] == [
        "2",
        4,
        0,
        "no",
        "no",
    ]
    assert [late[name] for name in ("crs_grade", "crs_duration", "infections_severe", "hsct_after", "responded")] == [
        "3",
        6,
        1,
        "yes",
        "yes",
    ]
    assert columns(*forms, cut=1)["crs_grade"] == "0"


def test_not_yet_infused_at_the_cut():
    found = columns(*crs(1, (3, 7, 2)), cut=-5)

    assert not found["infused"] and found["days_from"] == "collection"
    assert [plain(found[name]) for name in ("crs_grade", "tocilizumab", "hsct_after", "dose_per_kg")] == [None] * 4


def test_infections_are_not_known_where_no_toxicity_form_was_filled_in():
    assert pd.isna(columns()["infection_severe"])
    assert columns(*crs(0))["infection_severe"] == "no"
    mild = ("adverse_event", {"ae_seq": 1, "ae_kind": 1, "ae_grade": 2, **dates(ae_onset=5)})
    assert columns(mild)["infection_severe"] == "no"


def test_treatment_and_blood():
    found = columns(
        ("crs", {"crs_occurred": 1, "toci_given": 2, "steroid_crs": 1, "icu_admit": 0, **dates(steroid_start=4)}),
        ("iechs_haematotoxicity", {"iechs_dx": 1, "iechs": 3, "icaht_early": 2, "icaht_late": 0}),
    )

    assert [found[name] for name in ("tocilizumab", "steroid", "icu")] == ["pre-emptive", "yes", "no"]
    assert [plain(found[name]) for name in ("iechs", "iechs_grade", "icaht_early", "icaht_late", "t_icaht_early")] == ["yes", "3", "2", "0", None]  # fmt: skip


def test_days_count_from_the_infusion_or_else_from_the_collection():
    infused = flat(case_table(tables_of({"C1": [*INFUSED, dated(*relapse(90)), dated(*dead(200, 1, 0))]}))).iloc[0]
    waiting = flat(case_table(tables_of({"C1": [COLLECTED, dated(*dead(-10, 1, 0))]}))).iloc[0]

    assert [infused[f"day_{one}"] for one in ("T_APH", "T0", "D_REL_ANY", "D_DTH")] == [-40, 0, 90, 200]
    assert (waiting["days_from"], waiting["day_T_APH"], waiting["day_D_DTH"]) == ("collection", 0, 30)


def test_flat_holds_no_date():
    made = flat(case_table(tables(), date(2024, 1, 1)))

    assert not any(kind.kind == "M" for kind in made.dtypes if hasattr(kind, "kind"))
    assert set(made["infused"].unique()) == {0, 1}
    assert plain(made.loc[made["case"] == "P06", "bor_evaluable"].iloc[0]) is None, "not asked of those not infused"
