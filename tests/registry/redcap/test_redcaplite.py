"""redcaplite, unchanged, in an environment of its own (it needs pandas 3), against a running server."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from deploy import redcaplite
from tests import factories
from tests.registry.redcap.conftest import build_world, events

FIRST = "KYO-0001"
SCRIPT = Path(__file__).with_name("with_redcaplite.py")


@pytest.fixture
def python():
    """The interpreter of that environment; without it the test is skipped, and fails in CI."""
    found = redcaplite.python()
    if found is None:
        tell = pytest.fail if os.environ.get("CI") else pytest.skip
        tell("redcaplite could not be installed into var/redcaplite.")
    return found


def test_it_reads_the_registry_and_brings_back_what_it_read(python, transactional_db, live_server):
    world = build_world()
    key = factories.token(factories.person("coordinator", sites=[world.kyoto]))
    before = events()

    ran = subprocess.run(
        [python, SCRIPT, f"{live_server.url}/api/redcap/api/", key], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)

    assert int(told["pandas"].split(".")[0]) >= 3
    assert (told["ids"], told["fields"][0], told["text"]) == ([FIRST], "patient_id", ["染色体, その他"])
    assert (told["kinds"], told["marrow"]) == ("float64", [34.0])
    assert {"response_assessment", "death"} < set(told["forms"]) and told["names"] > 500
    assert 0 < told["repeating"] < len(told["forms"])
    assert (told["project"], told["groups"], told["mapping"], told["users"]) == ([1], ["kyo"], ["kyo"], 1)
    assert (told["version"], told["next"]) == ("14.5.10", "KYO-0002")
    assert told["rows"] > 3 and told["log"] > 5
    assert told["arms"] == "APIException: Bad Request: You cannot export arms for classic projects"
    assert "'no_such_field'" in told["wrong"]
    assert (told["same"], told["stored"]) == ([FIRST], [FIRST])
    assert sorted(told["after"]) == [0.5, 33.0]
    assert events() == before + 1, "what it read changed nothing when it came back; the one correction is one row"
    assert told["statuses"] == ["HTTP Status: 200", "HTTP Status: 400"]
