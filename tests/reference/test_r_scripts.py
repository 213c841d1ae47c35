"""The committed answers and data sets are what R gives today: every script of r/ is run and its files compared, where R is."""

import csv
import json
import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy import r

FOLDER = Path(__file__).parent
SCRIPTS = sorted(path for path in (FOLDER / "r").glob("*.R") if path.name != "common.R")
ANSWERING = [path for path in SCRIPTS if path.name != "data.R"]
CLOSED_FORM, ITERATED = 1e-9, 1e-6
# Scripts whose numbers an optimiser or a root finder leaves at its own tolerance.
ITERATING = {"cox", "firth", "competing_risks", "logistic", "small_sample"}
LONGEST = 120  # seconds


def ran(script, folder, *arguments):
    """An R script run from `folder`, with what it wrote to stderr."""
    return subprocess.run(
        [r.find(), "--vanilla", str(Path("r") / script.name), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )


def skip_without(script):
    """Skip where R or a package that the script uses is missing, and say which."""
    if why := r.why_not(*r.used_by(script), "survival", "jsonlite"):
        pytest.skip(why)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """Script -> its run, which has begun, into a folder of its own: as many at a time as there are processors."""
    with ThreadPoolExecutor(os.cpu_count()) as several:
        runs = {}
        for script in ANSWERING:
            if not r.why_not(*r.used_by(script), "survival", "jsonlite"):
                folder = tmp_path_factory.mktemp(script.stem)
                runs[script] = folder, several.submit(ran, script, FOLDER, str(folder))
        yield runs


def first_difference(found, expected, tolerance, place="", near=1e-10):
    """Where two JSON values differ first, in words; None if nowhere. `near` is the absolute difference that is none."""
    if isinstance(found, dict) and isinstance(expected, dict):
        if odd := sorted(set(found) ^ set(expected)):
            return f"{place}: {odd[0]!r} stands on one side only"
        pairs = [(found[name], expected[name], f"{place}.{name}") for name in expected]
    elif isinstance(found, list) and isinstance(expected, list):
        if len(found) != len(expected):
            return f"{place}: {len(found)} values, committed are {len(expected)}"
        pairs = [(found[i], expected[i], f"{place}[{i}]") for i in range(len(found))]
    elif is_number(found) and is_number(expected):
        same = found == pytest.approx(expected, rel=tolerance, abs=near)
        return None if same else f"{place}: R says {found!r}, committed is {expected!r}"
    else:
        return None if found == expected else f"{place}: R says {found!r}, committed is {expected!r}"
    return next((said for one in pairs if (said := first_difference(one[0], one[1], tolerance, one[2], near))), None)


def is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def without_maker(file):
    answers = json.loads(file.read_text(encoding="utf-8"))
    if isinstance(answers, dict):
        answers.pop("made_by", None)
    return answers


@pytest.mark.parametrize("script", ANSWERING, ids=lambda path: path.stem)
def test_r_gives_the_committed_answers(script, running):
    skip_without(script)
    folder, run = running[script]
    done = run.result()
    assert done.returncode == 0, f"{script.name}: {done.stderr.strip()[-1500:]}"

    written = sorted(folder.glob("*.json"))
    assert [file.name for file in written] == [f"{script.stem}.json"]
    iterating = script.stem in ITERATING
    said = first_difference(
        without_maker(written[0]),
        without_maker(FOLDER / "answers" / written[0].name),
        ITERATED if iterating else CLOSED_FORM,
        script.stem,
        near=1e-7 if iterating else 1e-10,
    )
    assert said is None, said


def test_r_gives_the_committed_data_sets(tmp_path):
    (tmp_path / "data").mkdir()
    shutil.copytree(FOLDER / "r", tmp_path / "r")
    skip_without(FOLDER / "r/data.R")
    done = ran(tmp_path / "r/data.R", tmp_path)
    assert done.returncode == 0, done.stderr

    written = sorted((tmp_path / "data").glob("*.csv"))
    assert len(written) >= 9
    for file in written:
        found, expected = (as_json(one) for one in (file, FOLDER / "data" / file.name))
        assert (said := first_difference(found, expected, CLOSED_FORM, file.stem)) is None, said


def as_json(file):
    """A CSV as a list of rows, what reads as a number being one."""
    with file.open(encoding="utf-8", newline="") as lines:
        return [[number_or_text(cell) for cell in row] for row in csv.reader(lines)]


def number_or_text(cell):
    return float(cell) if re.fullmatch(r"-?[0-9.]+(e[-+]?[0-9]+)?", cell) else cell


def test_every_answer_has_its_script_and_every_script_its_answer():
    answers = {path.stem for path in (FOLDER / "answers").glob("*.json")}

    assert answers == {path.stem for path in ANSWERING}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"a": [1, 2.0]}, None),
        ({"a": [1, 2.001]}, "x.a[1]: R says 2.001, committed is 2.0"),
        ({"a": [1]}, "x.a: 1 values, committed are 2"),
        ({"b": 1}, "x: 'a' stands on one side only"),
        ({"a": [1, None]}, "x.a[1]: R says None, committed is 2.0"),
    ],
)
def test_the_first_difference_is_named(found, said):
    assert first_difference(found, {"a": [1, 2.0]}, 1e-9, "x") == said
