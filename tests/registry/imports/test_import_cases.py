"""`import_cases`: a file comes in whole, or a report says why nothing did."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError
from openpyxl import Workbook

from registry.access.row_security import everything_scope
from registry.models import Case, Death, HistoryEvent, Infusion, Patient, Relapse
from tests import factories
from tests.registry.imports.conftest import CSV, MAPPING, counted


@pytest.fixture(autouse=True)
def world(sites):
    """Every test has the two sites."""


def refused(run, *args, **options):
    """The report of an import that stores nothing."""
    before = counted()
    with pytest.raises(CommandError) as refusal:
        run(*args, **options)
    assert counted() == before
    return str(refusal.value)


def test_each_row_becomes_a_case_with_its_forms(run, capsys):
    run()
    with everything_scope(actor="tests"):
        first, second = Case.objects.order_by("number")
        assert (first.number, second.number) == ("KYO-0001", "OSA-0001")
        patient = Patient.objects.get(case=second)
        assert (patient.birth_date, patient.birth_date_p, patient.sex_at_birth) == (date(2014, 1, 1), "Y", 2)
        assert (patient.consent_type, patient.consent_type_mr) == (None, "UK")
        relapse = Relapse.objects.get()
        assert (relapse.case, relapse.rel_date, relapse.rel_site) == (first, date(2023, 8, 29), [1, 2])
        assert Infusion.objects.get(case=first).inf_weight == Decimal("20.5")
        assert Death.objects.get().death_date == date(2022, 11, 6)
        assert set(HistoryEvent.objects.exclude(case_id=None).values_list("actor", flat=True)) == {"import"}
    said = capsys.readouterr().out
    assert "2 cases from 2 rows; forms: patient 2, cart_course 2, infusion 2, relapse 1, death 1." in said
    assert "Stored." in said


def test_the_report_says_how_many_cases_wait_for_a_basis(run, capsys):
    run(dry_run=True)
    assert "recorded: 2 cases." in capsys.readouterr().out

    run(mapping=MAPPING.replace("consent_type: {missing: UK}", "consent_type: 2"))
    assert "basis for data use" not in capsys.readouterr().out


def test_the_hospital_number_is_kept_as_a_hash_only(run):
    run()
    with everything_scope(actor="tests"):
        kept = [*Patient.objects.values_list("mrn_hash", flat=True), *map(str, HistoryEvent.objects.values_list("new"))]
    assert not [text for text in kept if "X-A1" in text]


def test_a_dry_run_reports_and_changes_nothing(run, capsys):
    before = counted()
    run(dry_run=True)
    assert counted() == before
    assert "2 cases from 2 rows" in (said := capsys.readouterr().out)
    assert "Nothing was stored: this was a dry run." in said


def test_the_same_file_twice_changes_nothing(run, capsys):
    run()
    before = counted()
    run()
    assert counted() == before
    assert "Nothing was stored, for nothing would change: 2 rows." in capsys.readouterr().out


def test_a_corrected_file_changes_what_it_says_otherwise_and_nothing_else(run, capsys):
    run()
    before = counted()
    run(csv=CSV.replace("2023-05-01,3.5,1;2,120", "2023-05-01,3.5,2,").replace("A2,2,f,2014", "A2,2,f,2014-02"))
    said = capsys.readouterr().out
    assert "Registered already: 1 cases changed, 1 as they were." in said
    with everything_scope(actor="tests"):
        patient = Patient.objects.get(case__number="OSA-0001")
        event = HistoryEvent.objects.filter(case_id=patient.case_id, kind="update").last()
        assert (patient.birth_date, patient.birth_date_p) == (date(2014, 2, 1), "M")
        assert event.reason == "import"
        assert Relapse.objects.get().rel_site == [1, 2], "a row that names no relapse takes none away"
    assert counted()["Case"] == before["Case"]


def test_one_patient_twice_in_a_file_is_refused(run):
    said = refused(run, csv=CSV.replace("A2,2", "a1,1"))
    assert "row 3, column id (patient.mrn_hash): found “a1”; the same hospital number stands in row 2" in said


@pytest.mark.parametrize(
    ("order", "cell", "day"),
    [
        ("DMY", "3/2/2011", date(2011, 2, 3)),
        ("MDY", "02-03-2011", date(2011, 2, 3)),
        ("YMD", "2011年2月3日", date(2011, 2, 3)),
        ("YMD", "20110203", date(2011, 2, 3)),
        ("DMY", "2011", date(2011, 1, 1)),
    ],
)
def test_a_column_has_an_order_of_day_and_month(run, order, cell, day):
    mapping = MAPPING.replace("{column: born}", f"{{column: born, dates: {order}}}")
    run(csv=CSV.replace("2011-02-03", cell), mapping=mapping)
    with everything_scope(actor="tests"):
        assert Patient.objects.get(case__number="KYO-0001").birth_date == day


def test_a_day_in_another_order_is_refused_in_the_words_of_that_order(run):
    said = refused(
        run, CSV.replace("2011-02-03", "2/13/2011"), MAPPING.replace("{column: born}", "{column: born, dates: DMY}")
    )
    assert "found “2/13/2011”; expected a date as DD/MM/YYYY." in said


def test_a_wrong_header_names_what_is_missing_and_what_is_unknown(run):
    said = refused(run, csv=CSV.replace("sex,born", "gender,born"))
    assert "The file has no column sex." in said
    assert "does not say what to do with column gender. Map it, or list it under “ignore”." in said
    assert "Nothing was stored." in said


@pytest.mark.parametrize(
    ("spoilt", "place", "expected"),
    [
        (("A1,1,m", "A1,1,x"), "row 2, column sex (patient.sex_at_birth): found “x”", "expected one of m, f"),
        (("A1,1,m", "A1,7,m"), "row 2, column hospital (site): found “7”", "expected one of 1, 2"),
        (
            ("2011-02-03", "3.2.2011"),
            "row 2, column born (patient.birth_date): found “3.2.2011”",
            "YYYY-MM-DD, YYYY-MM",
        ),
        (("2011-02-03", "2011-02-30"), "row 2, column born", "expected a date"),
        (("2023-05-01", "2023-05"), "row 2, column day0 (day_0): found “2023-05”", "expected a date as YYYY-MM-DD."),
        ((",120,", ",soon,"), "row 2, column relapsed (relapse.rel_date): found “soon”", "expected a whole number"),
        (
            ("1;2", "1;7"),
            "row 2, column sites (relapse.rel_site): found “1;7”",
            "has no code 7; the codes are 1, 2, 3, 4, 5",
        ),
        (("1;2", "bone"), "row 2, column sites", "expected a code, a whole number"),
        (("2022-01-10", "2999-01-10"), "row 3, column day0 (infusion.inf_date)", "has not come yet"),
        (("A1,1", ",1"), "row 2, column id (patient.mrn_hash): found “”", "expected the hospital number"),
        (("A1,1", "A 1!,1"), "row 2, column id (patient.mrn_hash)", "letters, digits and hyphens"),
    ],
)
def test_a_wrong_cell_is_reported_with_its_place_and_what_was_expected(run, spoilt, place, expected):
    said = refused(run, csv=CSV.replace(*spoilt))
    assert place in said
    assert expected in said
    assert "Nothing was stored. Problems: 1." in said


def test_all_problems_are_reported_at_once(run):
    said = refused(run, csv=CSV.replace("A1,1,m,2011-02-03", "A1,1,x,3.2.2011").replace("A2,2", "A2,9"))
    assert "Problems: 3." in said
    assert [line.partition(",")[0] for line in said.splitlines()[:3]] == ["row 2", "row 2", "row 3"]


def test_an_impossible_constant_of_the_mapping_is_named_by_its_item(run):
    said = refused(run, mapping=MAPPING.replace("inf_weight: 20.5", "inf_weight: 900"))
    assert "row 2 (infusion.inf_weight)" in said
    assert "possible values are 2 to 250" in said


def test_an_answer_that_is_not_asked_is_refused(run):
    said = refused(run, mapping=MAPPING.replace("prod_name: 1", "noninf_reason: 1"))
    assert "(cart_course.noninf_reason)" in said
    assert "does not apply" in said


def test_reading_stops_after_two_hundred_problems(run):
    rows = "".join(f"B{number},1,x,2011,2023-05-01,,,,\n" for number in range(300))
    said = refused(run, csv=CSV.splitlines()[0] + "\n" + rows)
    assert "Problems: 200." in said
    assert "reading stopped here" in said


def test_the_site_is_named_once(run):
    without = MAPPING.replace("site: {column: hospital, codes: {1: KYO, 2: OSA}}\n", "").replace(
        "[blasts]", "[blasts, hospital]"
    )
    assert "The site must be named once" in refused(run, mapping=without)
    assert "Leave one out" in refused(run, site="KYO")
    assert "There is no site XXX; the sites are KYO, OSA" in refused(run, mapping=without, site="XXX")
    run(mapping=without, site="osa")
    with everything_scope(actor="tests"):
        assert list(Case.objects.values_list("number", flat=True)) == ["OSA-0001", "OSA-0002"]


def test_an_unknown_cohort_is_refused_with_the_known_ones(run):
    said = refused(run, mapping=MAPPING.replace("cohort: tisagenlecleucel", "cohort: other"))
    assert "There is no cohort “other”; the cohorts are tisagenlecleucel." in said


def test_a_coordinator_imports_to_the_own_site_only(run, sites):
    kyoto, _osaka = sites
    nurse = factories.person("coordinator", sites=[kyoto])
    assert "row 3, column hospital (site): found “2”; you may not enrol cases" in refused(run, by=nurse.email)
    run(csv="\n".join(CSV.splitlines()[:2]) + "\n", by=nurse.email)
    with everything_scope(actor="tests"):
        assert set(HistoryEvent.objects.exclude(case_id=None).values_list("actor", "role")) == {
            (nurse.email, "coordinator")
        }
    assert "no active person nobody@example.org" in refused(run, by="nobody@example.org")


def test_a_stratum_is_kept_with_the_case(run):
    mapping = MAPPING.replace("ignore: [blasts]", "stratum: {column: blasts}")
    run(mapping=mapping)
    with everything_scope(actor="tests"):
        assert list(Case.objects.values_list("stratum", flat=True)) == ["3.5", "<5"]
    assert "expected up to 60 characters" in refused(run, mapping=mapping, csv=CSV.replace("3.5", "9" * 61))


def test_a_workbook_is_read_like_a_csv(files, tmp_path, capsys):
    from django.core.management import call_command

    _table, words = files()
    book = Workbook()
    book.active.append(CSV.splitlines()[0].split(","))
    book.active.append(["A1", 1.0, "m", date(2011, 2, 3), date(2023, 5, 1), 3.5, "1;2", 120, None])
    book.save(tmp_path / "cases.xlsx")
    call_command("import_cases", str(tmp_path / "cases.xlsx"), mapping=words)
    with everything_scope(actor="tests"):
        patient, relapse = Patient.objects.get(), Relapse.objects.get()
    assert (patient.birth_date, patient.birth_date_p) == (date(2011, 2, 3), "D")
    assert relapse.rel_date == date(2023, 8, 29)


@pytest.mark.parametrize(
    ("cell", "weight"), [("20.5", "20.5"), ("2.05E+01", "20.5"), ("20.5 kg", "20.5"), ("3500 g", "3.5")]
)
def test_a_number_may_bring_its_unit(run, cell, weight):
    rows = CSV.replace("died\n", "died,weight\n").replace("120,\n", f"120,,{cell}\n").replace(",,300\n", ",,300,12\n")

    run(rows, MAPPING.replace("inf_weight: 20.5", "inf_weight: {column: weight}"))

    with everything_scope(actor="tests"):
        assert Infusion.objects.get(case__number="KYO-0001").inf_weight == Decimal(weight)


def test_a_column_has_a_unit_and_a_form_waits_for_an_answer(run):
    rows = CSV.replace("died\n", "died,weight\n").replace("120,\n", "120,,3500\n").replace(",,300\n", ",,300,\n")
    infusion = "{inf_weight: {column: weight, unit: g}}"
    mapping = MAPPING.replace(
        "items: {inf_date: {column: day0}, inf_weight: 20.5}", f"if_filled: true\n    items: {infusion}"
    )

    run(rows, mapping)

    with everything_scope(actor="tests"):
        assert [(one.case.number, one.inf_weight) for one in Infusion.objects.all()] == [("KYO-0001", Decimal("3.5"))]


def test_a_unit_that_does_not_belong_is_told_with_those_that_do(run):
    rows = CSV.replace("died\n", "died,weight\n").replace("120,\n", "120,,3 mg/L\n").replace(",,300\n", ",,300,12\n")

    report = refused(run, rows, MAPPING.replace("inf_weight: 20.5", "inf_weight: {column: weight}"))

    assert "Units that can be typed here: kg, g." in report
