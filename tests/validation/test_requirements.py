"""The table of requirements holds: what it names is there, nothing is said twice, and what is not met says so."""

import re

import pytest

from deploy.validation import requirements
from registry.settings.environment import ROOT

TABLE = requirements.read()
THREATS = ROOT / "docs/threat-model.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py(?:::\w+)?)`")
PROTOCOLS = sorted((ROOT / "docs/validation").glob("*.md"))


def test_every_test_that_is_named_is_there():
    named = [name for one in TABLE for name in one.tests]
    named += [name for file in (THREATS, *PROTOCOLS) for name in NAMED.findall(file.read_text(encoding="utf-8"))]

    assert len(named) > 150
    assert requirements.missing(named) == []


def test_what_is_not_there_is_found():
    here = "tests/validation/test_requirements.py"

    assert requirements.missing([here, f"{here}::test_what_is_not_there_is_found"]) == []
    assert requirements.missing([f"{here}::test_gone", "tests/gone/test_gone.py", "deploy/run.py"]) == [
        f"{here}::test_gone",
        "tests/gone/test_gone.py",
        "deploy/run.py",
    ]
    assert here in requirements.untraced(TABLE)


def test_every_source_is_explained():
    readme = (ROOT / "docs/validation/README.md").read_text(encoding="utf-8")
    explained = tuple(re.findall(r"\*\*([^*]+)\*\*", readme))
    sources = {source for one in TABLE for source in one.sources}

    assert sorted(source for source in sources if not source.startswith(explained)) == []


@pytest.mark.parametrize(
    ("risk", "found"),
    [("LLH", (3, "low")), ("MMM", (2, "medium")), ("HLL", (2, "high")), ("HHH", (1, "medium")), ("HML", (1, "high"))],
)
def test_risk_follows_from_severity_probability_and_detection(risk, found):
    one = requirements.Requirement("F-01", "is", ("x",), tuple(risk), ("y",), "")

    assert (one.risk_class, one.priority) == found


GOOD = {"id": "F-01", "says": "is.", "from": ["x"], "risk": ["H", "M", "L"], "tests": ["tests/a.py"]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tests": []}, "neither tests nor a reason"),
        ({"risk": ["H", "M"]}, "risk is"),
        ({"risk": ["H", "M", "X"]}, "risk is"),
        ({"id": "Q-1"}, "begins with one of"),
        ({"from": []}, "names no source"),
        ({"test": []}, "unknown fields"),
    ],
)
def test_a_row_that_is_wrong_is_named(tmp_path, change, said):
    import yaml

    file = tmp_path / "table.yaml"
    file.write_text(yaml.safe_dump([{**GOOD, **change}]))

    with pytest.raises(ValueError, match=said):
        requirements.read(file)
    file.write_text(yaml.safe_dump([GOOD, GOOD]))
    with pytest.raises(ValueError, match="used once"):
        requirements.read(file)
