"""The blocks of docs/clients, taken from the pages and run against a running registry: each comes to the curve that the registry shows.

R's run where their packages are. REDCapR, Stata and SAS are in no archive that the tests install from: of their blocks the addresses
and the columns they name are checked.
"""

import contextlib
import csv
import io
import re
import subprocess

import pytest
from django.core.management import call_command

from deploy import r
from registry import clients
from tests import factories
from tests.analytics.test_api_datasets import compute, reader
from tests.conftest import log_in_as

CURVES = [block for block in clients.blocks() if "results/os/data" in block.code]
NOT_RUN = {"stata", "sas"}
ADDRESS = re.compile(r"""https://registry\.example/api/v1/([^"']+)""")
COLUMNS = {"rows": {"time", "status"}, "published": {"time_days", "survival"}}
END = "-- end of a block --"
ROUNDING = 1e-15  # of a share: a few units in its last place


def cannot(block):
    """Why this block does not run here; "" if it does."""
    if block.language == "r":
        lacking = r.lacks(block.code)
        return "R is missing" if not r.find() else f"R lacks {', '.join(lacking)}" if lacking else ""
    return f"there is no {block.title} here" if block.language in NOT_RUN else ""


def eight_cases():
    """Two hospitals; deaths on the day of infusion and on one day twice, follow-up that ends on a day of death and on others."""
    for code, deaths, alive in (("KYO", (30, 200), (45, 500)), ("OSA", (0, 200), (200, 333))):
        site = factories.site(code)
        for day in deaths:
            factories.death(factories.infused_case(site), day)
        for day in alive:
            factories.follow_up(factories.infused_case(site), day)


@pytest.fixture
def registry(transactional_db, live_server, tmp_path, monkeypatch):
    """run(blocks, role) → block → the words it prints last; an ADaM export lies where they run."""
    eight_cases()
    compute(names={"os"})
    log_in_as("reg_worker")
    call_command("export", dataset="live", kind="adam", out=str(tmp_path / "adam"), abroad=True)
    log_in_as("reg_app")
    monkeypatch.chdir(tmp_path / "adam")

    def run(blocks, role):
        monkeypatch.setenv("REGISTRY_TOKEN", factories.token(factories.person(role)))
        said = {block: by_python(block.at(live_server.url)) for block in blocks if block.language == "python"}
        of_r = [block for block in blocks if block.language == "r"]
        return {**said, **dict(zip(of_r, by_r([block.at(live_server.url) for block in of_r]), strict=True))}

    return run


def by_python(code):
    """The last words of a block of Python, run as a script with names of its own."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code, "block", "exec"), {"__name__": "__main__"})  # noqa: S102
    return last_words(said.getvalue())


def by_r(codes):
    """The last words of each block, run one after the other in one R, each with names of its own."""
    if not codes:
        return []
    script = "\n".join(f"local({{\n{code}\n}})\ncat('{END}\\n')" for code in codes)
    ran = subprocess.run([r.find(), "-e", script], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return [last_words(said) for said in ran.stdout.split(f"{END}\n")[:-1]]


def last_words(said):
    """The words of the last line; R counts what it prints."""
    return said.strip().rpartition("\n")[2].removeprefix("[1] ").split()


def test_each_block_comes_to_the_curve_that_is_shown(registry):
    here = [block for block in clients.blocks() if not cannot(block)]
    said = registry([block for block in here if block in CURVES], "statistician")
    said |= registry([block for block in here if block not in CURVES], "manager")

    titles = {block.title for block in here}
    assert {"pandas and lifelines", "polars", "PyCap", "Page by page, and what changed since"} <= titles
    for block in CURVES:
        if block in said:
            assert float(said[block][0]) <= ROUNDING, (block.title, said[block])
    for block, words in said.items():
        if block.title == "PyCap":
            assert words == ["8", "4"], "infusions and deaths of all hospitals"
        if block.title.startswith("Page by page"):
            assert words[0] == "8" and len(words) == 2

    read = reader("statistician", email="another@example.org")
    for block in CURVES:
        if block.language in NOT_RUN:
            names_what_is_there(block, read)


def names_what_is_there(block, read):
    """A block that does not run here asks addresses that answer, and names columns that they have."""
    for name, address in zip(("rows", "published"), sorted(ADDRESS.findall(block.code)), strict=True):
        answer = read(address)
        header = next(csv.reader(io.StringIO(answer.content.decode())))
        assert answer.status_code == 200 and set(header) >= COLUMNS[name], address
        assert all(re.search(rf"\b{column}\b", block.code) for column in COLUMNS[name])


@pytest.mark.parametrize("block", clients.blocks(), ids=lambda block: f"{block.page}-{block.title}")
def test_what_does_not_run_here_says_so(block):
    reason = cannot(block)
    if reason and block.language not in NOT_RUN:
        pytest.skip(f"docs/clients/{block.page}.md, {block.title}: {reason}; it was not run.")
