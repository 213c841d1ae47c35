"""The endpoint table behind every curve, as JSON and CSV, and the stored results, by REST."""

import csv
import io
import re
from datetime import date

import pyarrow.parquet
import pytest
from django.test import Client

from analytics import actions
from analytics.catalogue import CATALOGUE
from analytics.choices import RULES
from analytics.core.analysis import KAPLAN_MEIER
from analytics.dashboards import DASHBOARDS
from analytics.models import AnalysisRun, Dataset
from registry.access.row_security import everything_scope
from registry.api.csv_cells import guarded
from tests import factories
from tests.conftest import log_in_as
from tests.remembered import remembered

pytestmark = pytest.mark.django_db(transaction=True)
COHORT = "tisagenlecleucel"
TABLE = f"datasets/{COHORT}/live/endpoints"
COLUMNS = ["case", "site", "cohort", "stratum", "burden", "prior_hsct", "endpoint", "version", "clock", "time", "status",
           "cause", "event", "censor_reason", "imputed"]  # fmt: skip


CURVES = {one.name for one in CATALOGUE if one.method == KAPLAN_MEIER}
SHOWN = {name for dashboard in DASHBOARDS.values() for rule in RULES for name in dashboard.analyses(rule)} & CURVES


def compute(*, names=SHOWN):
    """Build what is due and run the analyses of these names (the dashboards' curves if not given), as the worker does; the others
    are taken out of the queue."""
    log_in_as("reg_worker")
    actions.build_datasets()
    with everything_scope(actor="tests"):
        AnalysisRun.objects.filter(state="queued").exclude(analysis__in=names).delete()
        waiting = AnalysisRun.objects.filter(state="queued").order_by("pk")
        waiting = list(waiting.values_list("pk", flat=True))
    for pk in waiting:
        actions.run_analysis(pk)
    log_in_as("reg_app")


@pytest.fixture
def read(transactional_db):
    """GET below /api/v1/ as the statistician, over one death at day 200 and one patient alive at day 400."""
    return reading(remembered(computed))


def computed():
    """The key of a statistician, where what the dashboards show of two patients is computed."""
    patients()
    compute()
    return factories.token(factories.person("statistician"))


def patients():
    """One death at day 200 and one patient alive at day 400."""
    kyoto = factories.site("KYO")
    factories.death(factories.infused_case(kyoto), 200)
    factories.follow_up(factories.infused_case(kyoto), 400)


def reader(role, **words):
    """GET below /api/v1/ as somebody in this role."""
    return reading(factories.token(factories.person(role, **words)))


def reading(key):
    """GET below /api/v1/ with this token."""
    client = Client()

    def get(path, **headers):
        return client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {key}", **headers})

    return get


def test_the_table_has_one_row_for_each_case_and_endpoint(read):
    table = read(f"{TABLE}?endpoint=OS_INF").json()

    assert table["dataset"]["cases"] == 2 and table["dataset"]["cohort"] == COHORT
    assert list(table["results"][0]) == COLUMNS
    rows = sorted(table["results"], key=lambda row: row["time"])
    died, alive = rows
    assert (died["time"], died["status"], died["event"], died["censor_reason"]) == (200, 1, "death", None)
    assert (alive["time"], alive["status"], alive["event"]) == (400, 0, None)
    assert (died["version"], died["imputed"], died["stratum"]) == (1, False, None)
    assert died["site"] == alive["site"] != "KYO", "a hospital is a pseudonym too, unless its cohort is published"
    assert {row["endpoint"] for row in read(TABLE).json()["results"]} >= {"OS_INF", "OS_APH", "EFS_A", "EFS_B", "EFS_C"}


def test_the_cases_are_pseudonyms(read):
    assert all("KYO-" not in row["case"] and len(row["case"]) == 13 for row in read(TABLE).json()["results"])


def test_csv_and_json_are_one_table(read):
    by_header, by_parameter = read(TABLE, Accept="text/csv"), read(f"{TABLE}?format=csv")
    rows = list(csv.DictReader(io.StringIO(by_header.content.decode())))

    assert by_header.content == by_parameter.content
    assert by_header.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert by_header.content.startswith(",".join(COLUMNS).encode() + b"\n") and b"\r" not in by_header.content
    for row, same in zip(rows, read(TABLE).json()["results"], strict=True):
        assert float(row["time"]) == same["time"] and int(row["status"]) == same["status"]
        assert row["imputed"] == str(int(same["imputed"]))
        assert all((row[name] or None) == same[name] for name in ("case", "site", "stratum", "event", "censor_reason"))


def test_the_answer_names_its_dataset(read):
    with everything_scope(actor="tests"):
        dataset = Dataset.objects.get()
    for path in (TABLE, f"{TABLE}?format=csv"):
        answer = read(path)
        assert answer.headers["Dataset"] == f"{COHORT} live 1"
        assert answer.headers["ETag"] == f'"{dataset.hash}"'
        assert read(path, **{"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert int(answer.headers["Record-Count"]) == answer.content.count(b"\n") - 1
    assert read("datasets").json()["results"][0]["hash"] == dataset.hash


def test_a_saved_form_gives_the_next_revision(read):
    before = read(TABLE).headers["ETag"]
    factories.infused_case(factories.site("OSA"))
    compute()

    answer = read(TABLE, **{"If-None-Match": before})
    assert (answer.status_code, answer.headers["Dataset"]) == (200, f"{COHORT} live 2")
    assert [one["revision"] for one in read("datasets").json()["results"]] == [2, 1]


def test_an_unknown_endpoint_or_format_is_told_what_there_is(read):
    answer = read(f"{TABLE}?endpoint=OS")
    assert (answer.status_code, answer.json()["field"]) == (400, "endpoint") and "OS_INF" in answer.json()["detail"]
    assert read(f"{TABLE}?format=xml").json()["errors"][0]["allowed"] == "json, csv"
    assert read(TABLE, Accept="application/x-spss").status_code == 406
    assert read(f"{TABLE}?endpiont=OS_INF").json()["code"] == "unknown_parameter"


def test_a_cohort_without_a_dataset_answers_like_one_that_does_not_exist(read):
    factories.cohort("empty")

    assert read("datasets/empty/live/endpoints").content == read("datasets/nothing/live/endpoints").content
    assert read("datasets/empty/live/endpoints").status_code == 404


def test_results_are_served_as_stored(read):
    stored = read("results/os").json()

    assert (stored["n"], stored["events"], stored["endpoint"]["id"]) == (2, 1, "OS_INF")
    assert stored["dataset"]["revision"] == 1 and stored["code_version"] and stored["computed_at"]
    assert stored["groups"][0]["curve"]["time"][0] == 0
    listed = {one["analysis"]: one for one in read("results").json()["results"]}
    assert listed["os"]["url"] == "/api/v1/results/os" and listed["os"]["dataset"] == stored["dataset"]


def test_a_run_leads_to_its_result(read):
    (run,) = read("runs?analysis=os").json()["results"]

    assert (run["state"], run["analysis"], run["dataset"]["revision"]) == ("done", "os", 1)
    assert read(f"runs/{run['id']}").json() == run
    assert read(f"runs/{run['id']}/result").json() == read("results/os").json()
    assert read("runs?state=failed").json()["results"] == []


def test_the_catalogue_is_listed_with_hashes(read):
    analyses = {one["name"]: one for one in read("analyses").json()["results"]}

    assert analyses["os"]["endpoint"] == "OS_INF" and len(analyses["os"]["analysis_hash"]) == 64
    assert analyses["os"]["analysis_hash"] == read("results/os").json()["analysis_hash"]
    assert {one["cohort"] for one in read(f"analyses?cohort={COHORT}").json()["results"]} == {COHORT}


@pytest.mark.parametrize("path", ["results/none", "results/OS", "runs/0", "runs/999999999999999999", "runs/1x"])
def test_what_is_not_there_is_not_found(read, path):
    assert read(path).json()["code"] == "not_found"


def test_a_site_does_not_read_the_pooled_data(read):
    coordinator = reader("coordinator", sites=[factories.site("KYO")])

    for path in ("datasets", TABLE, f"{TABLE}?format=csv"):
        assert (coordinator(path).status_code, coordinator(path).json()["rule"]) == (403, "dataset_read")
    for path in ("analyses", "results", "results/os", "runs"):
        assert (coordinator(path).status_code, coordinator(path).json()["rule"]) == (403, "pooled_read")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\t=1", "  =1", "\u200b=1", "＝1", "\r=1"])
def test_text_that_a_spreadsheet_would_run_is_disarmed(text):
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["KYO", "AML low", "a=b", "", "1-2"])
def test_other_text_stays_as_it_is(text):
    assert guarded(text) == text


def test_a_stratum_cannot_smuggle_a_formula_into_the_csv(transactional_db):
    factories.infused_case(factories.site("KYO"), stratum="=HYPERLINK(1)")
    compute()
    get = reader("statistician")

    assert b"'=HYPERLINK(1)" in get(f"{TABLE}?format=csv").content
    assert get(TABLE).json()["results"][0]["stratum"] == "=HYPERLINK(1)"


CASES = f"datasets/{COHORT}/live/cases"


@pytest.fixture
def built(transactional_db):
    """GET as the statistician over one death at day 200 and one patient alive at day 400; the analyses are not run."""
    return reading(remembered(only_built))


def only_built():
    """The key of a statistician, where the dataset of two patients is built."""
    patients()
    log_in_as("reg_worker")
    actions.build_datasets()
    log_in_as("reg_app")
    return factories.token(factories.person("statistician"))


def test_the_case_table_has_one_row_for_each_case_and_says_what_its_columns_mean(built):
    table = built(CASES).json()
    about = {column["name"]: column for column in table["columns"]}
    died, alive = sorted(table["results"], key=lambda row: row["day_D_DTH"] is None)

    assert len(table["results"]) == table["dataset"]["cases"] == 2
    assert set(died) == {"case", "cohort", "stratum", *about}
    assert (died["days_from"], died["day_T0"], died["day_D_DTH"]) == ("infusion", 0, 200)
    assert (alive["infused"], alive["day_D_DTH"], alive["day_D_ALIVE"]) == (True, None, 400)
    assert died["crs_grade"] is None, "nobody reported it, which is not grade 0"
    assert (died["age_infusion"], died["dose_per_kg"], died["vein_to_vein"]) == (12.2, 3.75, 39)
    assert died["age_group"] == "10-17" and died["prior_hsct"] is None
    assert about["crs_grade"]["when"] == "outcome" and about["sex"]["when"] == "baseline"
    assert about["age_infusion"]["unit"] == "years" and about["day_D_DTH"]["kind"] == "day"
    assert {"value": "KMT2A", "label": "KMT2A-rearranged"} in about["subtype"]["levels"]
    for name, column in about.items():
        values = {row[name] for row in table["results"]} - {None}
        assert not column["levels"] or column["kind"] == "flag" or values <= {one["value"] for one in column["levels"]}


def test_the_case_table_holds_no_date_and_no_birthday(built):
    text = built(f"{CASES}?format=csv").content.decode()

    assert not re.search(r"\d{4}-\d{2}-\d{2}", text)
    assert "birth" not in text and "KYO" not in text
    with everything_scope(actor="tests"):
        stored = {table.name: bytes(table.parquet) for table in Dataset.objects.get().tables.all()}
    for name, content in stored.items():
        if not name.endswith(".csv"):
            assert "birth_date" not in pyarrow.parquet.read_schema(io.BytesIO(content)).names


def test_the_case_table_as_csv_and_json_are_one(built):
    answer = built(CASES, Accept="text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    table = built(CASES).json()

    assert answer.headers["Dataset"] == f"{COHORT} live 1" and answer.headers["Record-Count"] == "2"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="cases-{COHORT}-live-1.csv"'
    assert answer.headers["ETag"] == built(CASES).headers["ETag"]
    assert built(CASES, **{"If-None-Match": answer.headers["ETag"]}).status_code == 304
    kinds = {column["name"]: column["kind"] for column in table["columns"]}
    for row, same in zip(rows, table["results"], strict=True):
        assert list(row) == list(same)
        for name, text in row.items():
            if text == "":
                assert same[name] is None, name
            elif kinds.get(name) in ("number", "day"):
                assert float(text) == same[name], name
            else:
                assert text == (str(int(same[name])) if kinds.get(name) == "flag" else same[name]), name


def test_age_at_decision_is_known_where_both_days_are_and_several_codes_arrive(built):
    exact = factories.infused_case(factories.site("NGO"), decision_date=date(2024, 4, 1))
    factories.stored_form(exact, "bridging_therapy", brg_given=1, brg_start=date(2024, 5, 1), brg_type=[6, 2])
    log_in_as("reg_worker")
    actions.build_datasets()
    log_in_as("reg_app")
    rows = built(CASES).json()["results"]

    assert sorted(row["age_decision"] for row in rows if row["age_decision"] is not None) == [12.0]
    assert [row["bridging_kind"] for row in rows if row["bridging"]] == ["high intensity"]


def test_the_case_table_takes_no_other_parameter(built):
    assert built(f"{CASES}?endpoint=OS_INF").json()["code"] == "unknown_parameter"
    assert built("datasets/nothing/live/cases").status_code == 404
