"""What the registry says of its own work: to Prometheus, to /ready, to the operator's page."""

import json
import re
from datetime import timedelta

import pytest
import redis
import yaml
from django.conf import settings
from django.db import connection
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from analytics import health
from analytics.actions_of_backups import DRILL, note
from analytics.actions_of_history import BROKEN, HOLDS, verify_history_nightly
from analytics.models import Heartbeat
from analytics.watch import facts, metrics, notices, page
from registry import presence
from registry.models import Letter
from tests import factories
from tests.conftest import log_in_as

pytestmark = pytest.mark.django_db
BEARER = {"HTTP_AUTHORIZATION": f"Bearer {settings.METRICS_TOKEN}"}


@pytest.fixture
def broker():
    """An empty Redis, ours."""
    line = redis.Redis.from_url(settings.REDIS_URL)
    line.flushdb()
    yield line
    line.flushdb()


def noted(line, service, *, ago=0.0, version="1", queues=()):
    """A process that noted itself `ago` seconds ago."""
    now = timezone.now().timestamp()
    said = {"at": now - ago, "version": version, "since": now - 3600, "queues": list(queues)}
    line.hset(presence.KEY, f"{service} host{ago}:1", json.dumps(said))


def told(client):
    """(name, labels) → value of what /metrics says."""
    answer = client.get("/metrics", **BEARER)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def test_work_and_servers_are_measured_and_nobody_is_named(client, broker):
    factories.infused_case(factories.site("KYO"))
    Letter.objects.create(purpose="reset", wanted_at=timezone.now() - timedelta(seconds=90))
    broker.rpush("heavy", "a", "b")
    noted(broker, "worker", queues=["heavy"])
    found = told(client)

    assert found["registry_waiting", "changes"] >= 4
    assert 89 < found["registry_waiting_seconds", "letters"] < 120
    assert found["registry_queue_messages", "heavy"] == 2
    assert found["registry_processes", "worker"] == found["registry_queue_workers", "heavy"] == 1
    assert found["registry_queue_workers", "celery"] == 0
    assert found["registry_database_bytes",] > 1e6
    assert abs(found["registry_clock_skew_seconds",]) < 2
    assert {found["registry_up", part] for part in ("work", "database", "history", "accounts", "redis", "machine")} == {
        1
    }
    assert found["registry_requests_under_way",] == 1, "this one"
    text = client.get("/metrics", **BEARER).content.decode()
    assert "KYO" not in text


def test_requests_are_counted_by_route_role_and_status(client):
    client.force_login(factories.person("lead"))
    before = told(client)
    client.get("/datasets/")
    client.get("/cases/NO-0001/")
    after = told(client)

    def more(*key):
        return after[key] - before.get(key, 0)

    assert more("registry_requests_total", "GET", "lead", "datasets", "200") == 1
    assert more("registry_requests_total", "GET", "lead", "case", "404") == 1
    assert more("registry_request_seconds_count", "GET", "datasets") == 1


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong", "Basic test-metrics", "Bearer té"])
def test_metrics_are_shown_to_nobody_else(client, header):
    assert client.get("/metrics", HTTP_AUTHORIZATION=header).status_code == 401


def test_without_a_token_there_are_no_metrics(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer ").status_code == 404


def test_what_does_not_answer_is_missing_and_said_so(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    found = told(client)
    assert found["registry_up", "redis"] == 0
    assert ("registry_queue_messages", "heavy") not in found
    assert found["registry_up", "work"] == 1


@pytest.mark.django_db(transaction=True)
def test_ready_gives_its_reasons_without_a_database(client):
    kept = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(PORT="1")
    try:
        answer = client.get("/ready")
        found = told(client)
    finally:
        connection.close()
        connection.settings_dict.update(kept)
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == {
        "ok": False,
        "reason": "no answer: nobody listens at the address in DATABASE_URL: is PostgreSQL started?",
    }
    assert answer.json()["checks"]["unsafe_settings"]["ok"]
    assert found["registry_up", "work"] == 0


@pytest.mark.django_db(transaction=True)
def test_a_history_that_does_not_hold_turns_ready_red_until_it_holds(tmp_path, settings, monkeypatch):
    settings.MEDIA_ROOT = str(tmp_path)
    log_in_as("reg_worker")
    try:
        assert verify_history_nightly() == 0
        assert health.history() is None
        (tmp_path / "history-anchors.txt").write_text("7 abc 2026-01-01T00:00:00+00:00 case:1\n")
        assert verify_history_nightly() > 0
        assert health.history().startswith("verify_history found faults on ")
        (tmp_path / "history-anchors.txt").unlink()
        verify_history_nightly()
        assert health.history() is None
        Heartbeat.objects.filter(name=BROKEN).delete()
        Heartbeat.objects.filter(name=HOLDS).update(at=timezone.now() - timedelta(days=3))
        assert health.history().startswith("the history was not verified since")
    finally:
        log_in_as("reg_app")


def test_the_page_says_what_needs_somebody_and_what_to_do(client, broker):
    noted(broker, "web", version="1.0.0")
    noted(broker, "web", ago=20, version="1.1.0")
    noted(broker, "worker", ago=60, queues=["celery"])
    Letter.objects.create(purpose="reset", wanted_at=timezone.now() - timedelta(hours=1))
    client.force_login(factories.person("administrator"))
    text = client.get("/operations/").content.decode()

    for said in (
        "Not heard of: worker, sweeper", "Two versions of the code run at once", "No worker serves the queue “heavy”", "1.0.0, 1.1.0",
        "Mails: the oldest has waited too long", "No worker has finished anything lately", "Look at the logs of worker-quick",
    ):  # fmt: skip
        assert said in text, said


def test_the_page_stands_without_redis(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    client.force_login(factories.person("administrator"))
    text = client.get("/operations/").content.decode()
    assert "Redis does not answer: it is not known which processes live." in text


def test_the_page_asks_a_constant_number_of_queries(client, broker, django_assert_max_num_queries):
    client.force_login(factories.person("administrator"))
    for number in range(5):
        noted(broker, "worker", ago=number)
    with django_assert_max_num_queries(60):
        client.get("/operations/")


def test_every_check_says_what_to_do_and_every_kind_has_a_word():
    assert {check.__name__ for check in health.CHECKS} == set(notices.CHECKS)
    kinds = {one.kind for one in facts.work()[0]}
    assert kinds == set(notices.WAITS_TOO_LONG) == set(page.KINDS)


def test_a_save_that_waits_is_older_each_second():
    factories.infused_case(factories.site("KYO"))
    first = next(one for one in facts.work()[0] if one.kind == "changes")
    assert 0 <= first.oldest < 60


def test_seals_are_behind_until_they_are_anchored(tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path)
    factories.site("KYO")
    assert 0 < facts.seal_lag() < 60, "nothing was ever anchored here"
    at = (timezone.now() + timedelta(seconds=1)).isoformat()
    (tmp_path / "history-anchors.txt").write_text(f"1 abc 2020-01-01T00:00:00+00:00\n2 def {at} case:1\n")
    assert facts.seal_lag() == 0


def test_spreads_are_given_as_quantiles():
    assert metrics._quantiles(facts.Spread(3, 1.0, 2.0, 3.0)) == [("0.5", 1.0), ("0.95", 2.0), ("1", 3.0)]


@pytest.mark.django_db(transaction=True)
def test_every_alert_names_what_is_measured_and_is_explained(client, broker):
    folder = settings.ROOT / "deploy/prometheus"
    log_in_as("reg_worker")
    note(DRILL)
    log_in_as("reg_app")
    rules = yaml.safe_load((folder / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    measured = {name for name, *_labels in told(client)} | {"registry_certificate_days"}  # where a proxy is named
    named = {name for rule in rules for name in re.findall(r"registry_\w+", rule["expr"])}
    assert named <= measured, named - measured
    guide = (settings.ROOT / "docs/operating.md").read_text(encoding="utf-8")
    assert {rule["alert"] for rule in rules if f"`{rule['alert']}`" not in guide} == set()
    assert {rule["labels"]["severity"] for rule in rules} == {"page", "look"}
