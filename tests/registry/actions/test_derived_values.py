"""The published vectors through stored cases: what was entered, saved and derived in PostgreSQL."""

from datetime import date
from decimal import Decimal

import pytest

from registry.access.row_security import everything_scope
from registry.actions.forms import enter_forms, save_form, void_form
from registry.models import FORM_OF, DerivedValue, Query
from tests import factories
from tests.registry.grading.answers import ICANS, RESPONSE
from tests.registry.grading.test_crs import VECTORS as CRS_VECTORS
from tests.registry.grading.test_icans import VECTORS as ICANS_VECTORS
from tests.registry.grading.test_icans import WRONG_TOOL
from tests.registry.grading.test_response import RESPONSES
from tests.standing import standing

pytestmark = pytest.mark.django_db
OF_EPISODE = {name for name in ICANS if name not in ("icans_occurred", "dev_delay")} | {"ice_total", "capd_total"}


@standing
def kyoto():
    return factories.site("KYO")


def entered(case, *forms):
    """Store these forms of a case at once: (name, answers)."""
    with everything_scope(actor="tests"):
        return enter_forms([FORM_OF[name](case=case, **answers) for name, answers in forms], by=factories.BUILDER)


def values(case, form, name):
    """The stored values of a derived field, in the order of the rows."""
    with everything_scope(actor="tests"):
        found = {one.row_id: one.value for one in DerivedValue.objects.filter(case=case, form=form, name=name)}
        return [found[row.pk] for row in FORM_OF[form].objects.filter(case=case).in_order()]


def rules(case):
    with everything_scope(actor="tests"):
        return [one.rule for one in Query.objects.filter(case=case, state="open")]


def exact(answers):
    """Numbers as they are typed."""
    return {name: Decimal(str(one)) if isinstance(one, float) else one for name, one in answers.items()}


@pytest.mark.parametrize("part", [slice(0, 7), slice(7, None)], ids=["first", "second"])
def test_crs_vectors(kyoto, part):
    vectors = list(CRS_VECTORS.values())[part]
    case = factories.infused_case(kyoto)
    names = ("crs_fever", "crs_hypotension", "crs_hypoxia", "crs_attrib_other", "crs_death")
    rows = [dict(zip(names, vector, strict=False)) for vector in vectors]
    episodes = [{"crs_seq": number, "crs_onset": factories.day(2), **row} for number, row in enumerate(rows, 1)]
    entered(case, ("crs", {"crs_occurred": 1, "toci_given": 0}), *(("crs_episode", one) for one in episodes))
    grades = [vector[-1] for vector in vectors]
    assert values(case, "crs_episode", "crs_grade") == grades
    assert values(case, "crs", "crs_grade") == [max(grades)]
    assert ("crs_grade.no_fever" in rules(case)) == any(vector[0] == 0 for vector in vectors)


@pytest.mark.parametrize(
    "vector", [name for name in ICANS_VECTORS if name.startswith(("16 y, ICE 3", "17 y"))] + sorted(WRONG_TOOL)
)
def test_icans_vectors(kyoto, vector):
    answers, grade = ICANS_VECTORS[vector]
    onset = factories.day(5)
    case = factories.infused_case(kyoto, birth_date=onset - (answers["icans_onset"] - answers["birth_date"]))
    episode = {name: one for name, one in answers.items() if name in OF_EPISODE} | {"icans_onset": onset}
    if answers["icans_tool"] == 1:
        items = {"ice_orient": 4, "ice_naming": 3, "ice_command": 1, "ice_writing": 1, "ice_attention": 1}
        episode |= {f"{name}_mr": "ND" for name in items}
    entered(case, ("icans", {"icans_occurred": 1, "dev_delay": answers["dev_delay"]}), ("icans_episode", episode))
    assert values(case, "icans_episode", "icans_grade") == values(case, "icans", "icans_grade") == [grade]


def test_response_vectors(kyoto):
    case = factories.infused_case(kyoto)
    rows = [exact({**RESPONSE, **changed}) for changed, _expected in RESPONSES.values()]
    dated = [{"rsp_date": factories.day(28 + 30 * number), **row} for number, row in enumerate(rows)]
    entered(case, *(("response_assessment", row) for row in dated))
    assert values(case, "response_assessment", "resp_derived") == [
        expected for _changed, expected in RESPONSES.values()
    ]


def test_mrd_and_b_cell_vectors(kyoto):
    case = factories.infused_case(kyoto)
    negative, positive = {"rsp_mrd_method": 1, "rsp_mrd_result": 0}, {"rsp_mrd_method": 1, "rsp_mrd_result": 1}
    mrd = [
        ({**negative, "rsp_mrd_lod": Decimal("0.0001")}, "MRD-CR"),
        ({**negative, "rsp_mrd_lod": Decimal("0.001")}, "intermediate"),
        ({**positive, "rsp_mrd_value": Decimal("0.00002")}, "intermediate"),
        ({**positive, "rsp_mrd_value": Decimal("0.0001")}, "failure"),
        ({"rsp_mrd_method": 1, "rsp_mrd_result": 2}, "intermediate"),
        ({"rsp_mrd_method": 0}, None),
    ]
    cells = [
        ({"b19_abs": Decimal(49), "b19_pct": Decimal("9.9")}, "not lost"),
        ({"b19_abs": Decimal(50)}, "lost"),
        ({"b19_pct": Decimal(10)}, "lost"),
        ({"b19_abs": Decimal(200), "b19_is_blast": 1}, "ignored"),
    ]
    days = [factories.day(28 + 30 * number) for number in range(6)]
    entered(
        case,
        *(("response_assessment", {"rsp_date": day, **row}) for day, (row, _class) in zip(days, mrd, strict=False)),
        *(("bcell_assessment", {"bca_date": day, **row}) for day, (row, _class) in zip(days, cells, strict=False)),
    )
    assert values(case, "response_assessment", "mrd_class") == [one for _row, one in mrd]
    assert values(case, "bcell_assessment", "bca_status") == [one for _row, one in cells]


def test_numbers_of_the_course(kyoto):
    case = factories.infused_case(kyoto, inf_dose_total=Decimal(150), inf_weight=Decimal(50))
    relapse = {"prior_hsct": 1, "hsct_n": 1, "hsct_relapse": 1, "hsct_rel_date": date(2023, 7, 10)}
    items = FORM_OF["prior_therapy"].items()
    entered(
        case,
        ("manufacturing", {"mfg_outcome": 1, "ship_date": factories.day(-38)}),
        ("prior_therapy", {name: one for name, one in relapse.items() if name in items}),
        ("prior_transplant", {"hsct_date": date(2023, 1, 10)}),
    )
    assert values(case, "infusion", "dose_kg") == ["3"]
    assert values(case, "infusion", "v2v_days") == [39]
    assert values(case, "infusion", "ship_to_inf") == [38]
    assert [round(float(one), 2) for one in values(case, "prior_therapy", "hsct_rel_gap")] == [5.95]
    assert values(case, "prior_therapy", "hsct_rel_gap_group") == ["<=6"]


@pytest.mark.parametrize(
    ("early", "grade"),
    [((0, 0, 0), 0), ((6, 0, 0), 1), ((13, 6, 0), 2), ((10, 7, 0), 3), ((20, 14, 0), 4), ((None, 0, 0), None)],
)
def test_icaht_vectors(kyoto, early, grade):
    case = factories.infused_case(kyoto)
    names = ("anc500_days", "anc100_days", "anc_never_rec")
    row = dict(zip(names, early, strict=True)) | {"late_anc_nadir": Decimal("1.5"), "plt50_days": 7, "plt20_days": 1}
    entered(case, ("iechs_haematotoxicity", {"iechs_dx": 0, **row, "late_plt_nadir": 15, "late_plt20_days": 1}))
    found = {
        name: values(case, "iechs_haematotoxicity", name)[0]
        for name in ("icaht_early", "icaht_late", "t_icaht_early", "t_icaht_late", "iechs")
    }
    assert found == {"icaht_early": grade, "icaht_late": 1, "t_icaht_early": 3, "t_icaht_late": 3, "iechs": 0}


def test_a_missing_answer_is_stored_as_no_value_and_named(kyoto):
    case = factories.infused_case(kyoto)
    entered(case, ("crs", {"crs_occurred": 1}), ("crs_episode", {"crs_onset": factories.day(2), "crs_fever": 1}))
    with everything_scope(actor="tests"):
        one = DerivedValue.objects.get(case=case, form="crs_episode", name="crs_grade")
    assert (one.value, one.missing) == (None, ["crs_hypotension", "crs_hypoxia", "crs_attrib_other"])
    assert "ASTCT CRS" in one.scale and "2019" in one.scale and "1" in one.scale


def test_a_correction_moves_the_value_and_a_removed_row_takes_it_along(kyoto):
    case = factories.infused_case(kyoto)
    row = factories.stored_form(
        case, "bcell_assessment", bca_date=factories.day(28), b19_abs=Decimal(49), b19_pct=Decimal(1)
    )
    assert values(case, "bcell_assessment", "bca_status") == ["not lost"]
    row.b19_abs = Decimal(50)
    with everything_scope(actor="tests"):
        save_form(row, by=factories.BUILDER, seen_version=1, reason="misread the chart")
    assert values(case, "bcell_assessment", "bca_status") == ["lost"]
    with everything_scope(actor="tests"):
        void_form(row, by=factories.BUILDER, seen_version=2, reason="another patient's")
        assert not DerivedValue.objects.filter(case=case, name="bca_status").exists()


def test_the_sites_response_is_asked_about_and_the_question_closes(kyoto):
    case = factories.infused_case(kyoto)
    answers = exact({**RESPONSE, "rsp_date": factories.day(28), "rsp_site": 3})
    row = factories.stored_form(case, "response_assessment", **answers)
    assert rules(case).count("resp_derived.site") == 1
    row.rsp_site = 1
    with everything_scope(actor="tests"):
        save_form(row, by=factories.BUILDER, seen_version=1, reason="typing error")
    assert "resp_derived.site" not in rules(case)
