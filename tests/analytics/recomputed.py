"""R scripts run, and what they say compared with stored Results number by number."""

import json
import subprocess

import pytest

from deploy import r

CLOSED_FORM, ITERATED = 1e-8, 1e-6
ITERATING = ("cox", "fine-gray", "time-dependent")
# Every script in one R, each in an environment of its own: R takes a second to load its packages.
ALL = """
for (job in jsonlite::fromJSON(commandArgs(trailingOnly = TRUE)[[1]], simplifyVector = FALSE)) {
  own <- new.env()
  own$commandArgs <- local({ given <- unlist(job$arguments); function(...) given })
  sys.source(job$script, own)
}
"""


def run_all(jobs, folder):
    """Run jobs ({script, arguments}) in one R; its error is the test's."""
    listed, driver = folder / "jobs.json", folder / "all.R"
    listed.write_text(json.dumps(jobs), encoding="utf-8")
    driver.write_text(ALL, encoding="utf-8")
    done = subprocess.run(
        [r.find(), "--vanilla", driver, listed], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]


def files_named(script):
    """Names of the files that a script reads, in the order of its arguments."""
    (usage,) = (line for line in script.splitlines() if line.startswith("# Run: "))
    return [name for name in usage.split() if name.endswith(".csv")]


def compared(said, stored, place=""):
    """(place, R's value, the stored one) of everything R said; places of lists are their name."""
    if isinstance(said, dict) and isinstance(stored, dict):
        for key, value in said.items():
            assert key in stored, f"{place}.{key} is not in the Result"
            yield from compared(value, stored[key], f"{place}.{key}".strip("."))
    elif isinstance(said, list) and isinstance(stored, list):
        assert len(said) == len(stored), f"{place}: {len(said)} and {len(stored)}"
        for one, other in zip(said, stored, strict=True):
            yield from compared(one, other, place)
    elif not (said is None and isinstance(stored, dict) and has_no_estimate(stored)):
        yield place, said, stored


def has_no_estimate(model):
    """Whether a stored model was refused, or is separated so that a coefficient has no finite estimate."""
    return bool(model.get("refused")) or any(term["coef"] is None for term in model.get("terms", ()))


def differences(values, method):
    """Those of the compared values that differ by more than the method's numbers may, in words."""
    tolerance = ITERATED if method in ITERATING else CLOSED_FORM
    return [f"{place}: R {one!r}, stored {other!r}" for place, one, other in values if not same(one, other, tolerance)]


def same(one, other, tolerance):
    """Equal, or numbers that are as near as their kind allows."""
    if isinstance(one, bool) or not isinstance(one, int | float) or not isinstance(other, int | float):
        return one == other
    return one == pytest.approx(other, rel=tolerance, abs=tolerance / 10)
