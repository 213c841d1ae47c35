"""`manage.py estimate`: one JSON object on stdout, or status 2 and one line on stderr."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRANSPLANTS = ROOT / "tests" / "reference" / "data" / "bmt_km.csv"


def estimate(*arguments):
    """The finished command."""
    command = [sys.executable, "manage.py", "estimate", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_survival_of_the_transplants_as_json():
    done = estimate(
        TRANSPLANTS,
        "--method",
        "kaplan-meier",
        "--time",
        "os_time",
        "--status",
        "death",
        "--group",
        "group",
        "--at",
        "365",
    )
    answer = json.loads(done.stdout)

    assert (done.returncode, done.stderr) == (0, "")
    assert [group["group"] for group in answer["groups"]] == ["ALL", "AML high", "AML low"]
    assert answer["groups"][0]["at"][0]["survival"] == pytest.approx(0.5996240601504, rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((TRANSPLANTS, "--method", "kaplan-meier", "--time", "x", "--status", "death"), "--time column 'x' is absent"),
        ((TRANSPLANTS, "--method", "guess", "--time", "os_time", "--status", "death"), "invalid choice: 'guess'"),
    ],
)
def test_what_is_refused_leaves_with_2_and_one_line(arguments, message):
    done = estimate(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
