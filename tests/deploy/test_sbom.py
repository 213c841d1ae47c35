"""What is delivered is listed whole, the same way each time, and nothing in it is below a known floor or under an unwanted licence."""

import json
from dataclasses import replace

import pytest
from packaging.version import Version

from deploy import sbom
from registry.settings.environment import ROOT


@pytest.fixture(scope="module")
def found():
    """The packages of the lock that the image installs."""
    return sbom.parts()


def test_nothing_stands_against_delivering_what_is_locked(found):
    assert sbom.faults(found, sbom.floors()) == []


def test_every_direct_requirement_is_in_it_as_pinned(found):
    pinned = dict(part for line in (ROOT / "requirements.txt").read_text().splitlines()
                  if (part := line.partition(" ")[0].partition("==")[::2])[1])  # fmt: skip
    locked = {part.name: part.version for part in found}

    assert len(pinned) > 25
    assert {name: version for name, version in pinned.items() if locked.get(name.partition("[")[0]) != version} == {}


def test_the_same_lock_gives_the_same_document_with_every_part(found):
    once, again = (sbom.document(found, sbom.images(), "1.0.0") for _ in range(2))
    names = [one["name"] for one in once["components"]]

    assert json.dumps(once) == json.dumps(again)
    assert once["serialNumber"] != sbom.document(found[1:], sbom.images(), "1.0.0")["serialNumber"]
    assert {"django", "psycopg-binary", "plotly", "python", "postgres", "caddy", "valkey/valkey"} <= {*names}
    assert len(names) == len({*names}) == len(once["dependencies"][0]["dependsOn"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hashes": ()}, "django is pinned without a hash"),
        ({"installed": "5.0"}, "is locked at 5.2.19, installed is 5.0"),
        ({"licence": ""}, "django says no licence"),
        ({"licence": "GNU AGPL v3"}, "which is not wanted"),
        ({"version": "5.2.16", "installed": "5.2.16"}, "django 5.2.16 is below 5.2.17: CVE-2026-15307"),
    ],
)
def test_what_stands_against_it_is_named(found, change, said):
    changed = [replace(part, **change) if part.name == "django" else part for part in found]

    assert [one for one in sbom.faults(changed, sbom.floors()) if said in one]


def test_a_floor_of_something_that_is_not_there_is_named(found):
    assert "names jinja9" in sbom.faults(found, [("jinja9", Version("1"), "gone")])[0]
    with pytest.raises(ValueError, match="is not: package>=version"):
        sbom.floors("django 5.2")
