"""docs/estimate.md: every example is run, and the numbers it shows are those that come out."""

import argparse
import json
import re
import shlex
from pathlib import Path

import pytest

from analytics.core.estimate import METHODS, Request, estimate
from analytics.management.commands.estimate import Command

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/estimate.md").read_text(encoding="utf-8")
DATA = ROOT / "tests/reference/data"
SECTIONS = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", PAGE, re.S | re.M))


def asked(line):
    """The request of a command line of the page."""
    parser = argparse.ArgumentParser()
    Command().add_arguments(parser)
    options = vars(parser.parse_args(shlex.split(line)[1:]))
    file = DATA / options.pop("file")
    return Request(file=file, **{**options, "reference": options["reference"] and tuple(options["reference"])})


def read(answer, path):
    for step in path.split("."):
        answer = answer[int(step)] if step.isdigit() else answer[step]
    return answer


def test_the_page_shows_every_method():
    assert set(SECTIONS) == set(METHODS)


@pytest.mark.parametrize("method", SECTIONS)
def test_an_example_gives_the_numbers_that_the_page_shows(method):
    command, shown = re.findall(r"```\n(.*?)```", SECTIONS[method], re.S)
    answer = json.loads(json.dumps(estimate(asked(command.strip())), allow_nan=False))

    assert answer["method"] == method
    for line in shown.strip().splitlines():
        path, value = line.split()
        assert read(answer, path) == pytest.approx(float(value), rel=1e-10), path
