"""The report says of each requirement what the run showed, names what failed, and is the same each time."""

import io
import os
import subprocess
import sys

import pypdf
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from deploy.validation import content, paper, requirements, results

TESTS = """
import unittest
import pytest

def test_good(): pass

@pytest.mark.parametrize("n", [1, 2])
def test_half(n): assert n == 1, "two <is> not one"

@pytest.mark.skip(reason="no R here")
def test_left_out(): pass

class Machine(unittest.TestCase):  # as Hypothesis makes one
    def runTest(self): pass

TestMachine = Machine
del Machine
"""


@pytest.fixture(scope="module")
def junit(tmp_path_factory):
    """What pytest leaves of a run with every kind of end."""
    place = tmp_path_factory.mktemp("run")
    (place / "tests").mkdir()
    (place / "tests/test_few.py").write_text(TESTS)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DJANGO"))}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(place), "--junit-xml", str(place / "junit.xml"), "tests"]  # fmt: skip
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    results.keep(place, "run.json", [("Registry", "1.0.0"), ("Commit", "a" * 40)])
    results.keep(place, "checks.json", [("lint", True, "a" * 40), ("types", False, "b" * 40)])
    return place / "junit.xml"


def of(*tests, not_met=""):
    """A requirement with these tests of the file."""
    named = tuple(f"tests/test_few.py::{name}" for name in tests)
    return requirements.Requirement("F-01", "is <b>bold</b>.", ("x",), ("H", "M", "L"), named, not_met)


@pytest.mark.parametrize(
    ("requirement", "verdict"),
    [
        (of("test_good", "TestMachine"), content.SHOWN),
        (of("test_good", "test_half"), content.FAILED),
        (of("test_good", "test_left_out"), content.NOT_RUN),
        (of("test_good", "test_of_another_day"), content.NOT_RUN),
        (of("test_good", not_met="A part"), content.IN_PART),
        (of("test_half", not_met="A part"), content.FAILED),
        (of(not_met="All"), content.NOT_MET),
    ],
)
def test_the_verdict_is_what_the_run_showed(junit, requirement, verdict):
    assert content.verdict_of(requirement, results.read(junit)) == verdict


def test_only_a_run_without_a_failure_is_accepted(junit):
    run = results.read(junit)
    assert run.checks == [("lint", True)], "checks of another commit say nothing of this one"
    assert not content.is_accepted([of("test_good")], run)

    del run.by_test["tests/test_few.py", "test_half"]
    assert content.is_accepted([of("test_good")], run)
    assert not content.is_accepted([of("test_left_out")], run)
    run.checks = [("lint", False)]
    assert not content.is_accepted([of("test_good")], run)


@pytest.fixture
def few_files(monkeypatch):
    """A suite of two files, so that their list is short."""
    monkeypatch.setattr(requirements, "all_files", lambda: ["tests/test_few.py", "tests/test_other.py"])


def test_both_files_name_what_failed_and_are_the_same_each_time(junit, few_files):
    run, table = results.read(junit), [of("test_good", "test_half"), of(not_met="Nobody built it")]
    blocks, title = content.blocks(table, run), content.title(run)
    html, pdf = paper.html_of(title, blocks), paper.pdf_of(title, blocks, run.facts)
    text = html.decode()
    printed = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)

    assert (html, pdf) == (paper.html_of(title, blocks), paper.pdf_of(title, blocks, run.facts))
    assert "tests/test_few.py::test_half[2]" in text
    assert "two &lt;is&gt; not one" in text
    assert "<b>bold" not in text
    for said in ("Validation report of the CAR-T registry 1.0.0", "Nobody built it", "a" * 40, "Approved by", "要約"):
        assert said in text
    assert "Nobody built it" in printed
    assert "test_half[2]" in printed.replace("\n", "")


def test_the_command_writes_both_and_says_by_its_status_that_not_all_is_shown(junit, few_files, tmp_path, capsys):
    own = "- {id: F-01, says: is., from: [x], risk: [H, M, L], tests: [tests/validation/test_report.py]}"
    (tmp_path / "own.yaml").write_text(own)

    with pytest.raises(SystemExit):
        call_command("validation_report", junit=str(junit), table=str(tmp_path / "own.yaml"), to=str(tmp_path / "out"))

    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["report.html", "report.pdf"]
    assert "Of 1 requirements: 0 shown, 0 in part, 0 not met, 1 not run" in capsys.readouterr().out


def test_a_table_that_names_what_is_not_there_is_refused(junit, tmp_path):
    (tmp_path / "own.yaml").write_text(
        "- {id: F-01, says: is., from: [x], risk: [H, M, L], tests: [tests/test_gone.py]}"
    )

    with pytest.raises(CommandError, match="not there: tests/test_gone.py"):
        call_command("validation_report", junit=str(junit), table=str(tmp_path / "own.yaml"), to=str(tmp_path))


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "Run make test first"), ("", "is no JUnit file"), ("<html/>", "begins with <html>"), ("<testsuites", "half-way")],
)  # fmt: skip
def test_what_is_no_run_is_refused_in_words(tmp_path, text, said):
    if text is not None:
        (tmp_path / "junit.xml").write_text(text)
    with pytest.raises(CommandError, match=said):
        call_command("validation_report", junit=str(tmp_path / "junit.xml"), to=str(tmp_path))
