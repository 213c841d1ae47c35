"""The R script of a result: its address, what it names, and that no text of the plan or of the data becomes code."""

import json
import re
import subprocess

import pytest

from analytics import actions
from analytics.models import AnalysisRun
from analytics.r_scripts import NotInFilesError, script
from analytics.r_scripts.text import comment, literal, name, vector
from deploy import r
from registry.access.row_security import everything_scope
from tests import factories
from tests.analytics.test_api_datasets import reader
from tests.conftest import log_in_as

SCRIPT = "results/os/script"
EVIL = [
    'a" ; stop("x") ; "',
    "back\\slash\\",
    "line\nstop('x')",
    "carriage\rstop('x')",
    "next\u2028stop('x')\u2029stop('y')\u0085stop('z')",
    "# hash `tick` 'single' ${x} %s {x}",
    "急性リンパ性白血病 ≥ 5 %",
    "𠮷野 \U0001f600",
    "\u202eright to left\u202c",
    "nul\x00bell\x07",
    "\ud800",
]


@pytest.fixture
def read(transactional_db):
    """GET below /api/v1/ as the statistician, over one death and one patient alive; three analyses are computed."""
    kyoto = factories.site("KYO")
    factories.death(factories.infused_case(kyoto), 200)
    factories.follow_up(factories.infused_case(kyoto), 400)
    log_in_as("reg_worker")
    actions.build_datasets()
    with everything_scope(actor="tests"):
        waiting = list(AnalysisRun.objects.filter(analysis__in=["os", "efs-a", "flow"]).values_list("pk", flat=True))
    assert all(actions.run_analysis(pk) for pk in waiting)
    log_in_as("reg_app")
    return reader("statistician")


@pytest.mark.django_db(transaction=True)
class TestAtItsAddress:
    def test_it_is_text_that_names_rule_dataset_and_counts(self, read):
        answer, result = read(SCRIPT), read("results/os").json()
        text = answer.content.decode()

        assert answer.status_code == 200 and answer["Content-Type"] == "text/plain; charset=utf-8"
        assert answer["Dataset"] == "tisagenlecleucel live 1" and 'filename="os.R"' in answer["Content-Disposition"]
        for said in (
            result["dataset"]["hash"],
            result["analysis_hash"],
            "Rule OS_INF, version 1",
            "n = 2, events = 1.",
        ):
            assert said in text
        assert "library(survival)" in text and 'endpoint == "OS_INF"' in text

    def test_who_has_it_is_told_so(self, read):
        tag = read(SCRIPT)["ETag"]

        assert read(SCRIPT, **{"If-None-Match": tag}).status_code == 304
        assert read("results/efs-a/script")["ETag"] != tag

    def test_a_problem_is_json_and_says_why_there_is_none(self, read):
        answer = read("results/flow/script")

        assert answer.status_code == 404 and answer["Content-Type"] == "application/problem+json"
        assert "nothing to estimate" in answer.json()["detail"]
        assert read("results/none/script").status_code == 404


def result_with(text):
    """A Result as it is served, every free text of which is `text`."""
    level = [{"value": text, "label": text}, {"value": "b", "label": text}]
    return {
        "analysis": {
            "name": "x", "version": 1, "title": text, "question": text, "method": "kaplan-meier", "endpoint": "OS_INF",
            "population": text, "set": "infused", "groups": {"column": "burden", "label": text, "levels": level, "cuts": []},
            "filters": [{"column": "site", "values": [text], "low": None, "high": None}],
            "covariates": [], "outcome": None, "exposure": None, "options": {}, "at_months": [12],
        },
        "analysis_hash": "0" * 64, "endpoint": {"id": "OS_INF", "version": 1, "print": text}, "n": 2, "events": 1,
        "dataset": {"cohort": text, "kind": "live", "revision": 1, "hash": text}, "code_version": text,
        "logrank": {"trend": None}, "restricted_mean": {},
    }  # fmt: skip


@pytest.mark.parametrize("text", EVIL)
def test_free_text_stays_in_comments_and_strings(text):
    plain = script(result_with("plain")).split("\n")
    found = script(result_with(text)).split("\n")

    assert len(found) == len(plain), "no text makes a line"
    for line, usual in zip(found, plain, strict=True):
        if usual.startswith("#"):
            assert line.startswith("#")
        elif line != usual:
            assert line == usual.replace('"plain"', literal(text)) and literal(text).isascii()


@pytest.mark.skipif(r.why_not("jsonlite") is not None, reason=str(r.why_not("jsonlite")))
def test_r_reads_each_text_as_it_was_written(tmp_path):
    kept = [text for text in EVIL if text.isprintable() or text.isascii() and "\x00" not in text]
    file = tmp_path / "texts.R"
    lines = [*map(comment, EVIL), f"texts <- {vector(kept)}", "writeLines(jsonlite::toJSON(texts), useBytes = TRUE)"]
    file.write_text("\n".join(lines), encoding="utf-8")
    for locale in ("C", "C.UTF-8"):
        done = subprocess.run(
            [r.find(), "--vanilla", file],
            capture_output=True,
            check=True,
            env={"LC_ALL": locale, "PATH": "/usr/bin:/bin"},
        )

        assert json.loads(done.stdout) == kept


@pytest.mark.skipif(r.find() is None, reason=str(r.why_not()))
@pytest.mark.parametrize("text", EVIL)
def test_r_can_read_the_whole_script(text, tmp_path):
    file = tmp_path / "x.R"
    file.write_text(script(result_with(text)), encoding="utf-8")
    done = subprocess.run(
        [r.find(), "--vanilla", "-e", f'invisible(parse("{file}", encoding = "UTF-8"))'],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("column", ["x; stop()", "", "1x", "a b", "rows$x\n", "é"])
def test_a_column_is_a_plain_name(column):
    with pytest.raises(ValueError, match="no plain name"):
        name(column)


def test_an_unknown_column_is_refused():
    result = result_with("plain")
    result["analysis"]["groups"]["column"] = "not a column"

    with pytest.raises(NotInFilesError, match="which cases.csv does not hold"):
        script(result)


def test_numbers_and_truth():
    assert [literal(one) for one in (None, True, False, 3, 2.5, float("inf"))] == [
        "NULL",
        "TRUE",
        "FALSE",
        "3",
        "2.5",
        "Inf",
    ]
    assert vector([]) == "NULL" and vector(["a", 1]) == 'c("a", 1)'
    with pytest.raises(TypeError, match="cannot be written as R"):
        literal(object())
    assert re.fullmatch(r"# [^\n]*", comment("a\nb"))
