"""Each guard is red when it is off: the tests switch it off."""

import subprocess
import time
from datetime import timedelta
from types import SimpleNamespace

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.backends.base import base
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from analytics import health, safety, starting
from analytics.actions_of_backups import note
from analytics.models import Heartbeat
from registry.access import versions
from tests.conftest import log_in_as
from tests.deploy.proxy import Proxy, certificate

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("debug", {"DEBUG": True}, "DEBUG is on"),
        ("demonstration", {"DEMO": True}, "DEMO is on"),
        ("secrets", {"SECRET_KEY": "short"}, "shorter than 40"),
        ("secrets", dict.fromkeys(("SECRET_KEY", "HOSPITAL_NUMBER_KEY", "PSEUDONYM_KEY"), "k" * 50), "are the same"),
        ("hosts", {"ALLOWED_HOSTS": ["*"]}, "nobody or everybody"),
        ("https", {"SECURE_SSL_REDIRECT": False}, "SECURE_SSL_REDIRECT is off"),
        ("cookies", {"SESSION_COOKIE_SECURE": False}, "SESSION_COOKIE_SECURE"),
        ("content policy", {"CONTENT_SECURITY_POLICY": {"DIRECTIVES": {"script-src": ["'unsafe-inline'"], "style-src": []}}}, "script-src"),
        ("passwords", {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"]}, "MD5"),
        ("passwords", {"PASSWORD_HASHERS": ["Argon2"], "AUTH_PASSWORD_VALIDATORS": []}, "under 15 characters"),
        ("second factor", {"SECOND_FACTOR_REQUIRED": False}, "SECOND_FACTOR_REQUIRED is off"),
        ("sessions", {"SESSION_COOKIE_AGE": 86400}, "over 12 hours"),
    ],
)  # fmt: skip
def test_a_guard_that_a_setting_switches_off_is_off(settings, name, changes, said):
    for key, value in changes.items():
        setattr(settings, key, value)
    guard = next(one for one in safety.OF_SETTINGS if one.name == name)
    assert said in guard.wrong()


def test_postgresql_that_forgets_or_tells_is_named():
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        assert "synchronous_commit = off, not on" in safety.durability()
    assert "log_min_error_statement = error, not panic" in safety.silence()


def test_a_clock_an_hour_off_is_named(monkeypatch):
    real = time.time
    monkeypatch.setattr(safety, "time", SimpleNamespace(time=lambda: real() - 3600))
    assert safety.clock().startswith("this machine's clock is 3600 s behind the database's; let chrony")


@pytest.mark.django_db(transaction=True)
def test_an_old_server_is_named_and_not_migrated(monkeypatch):
    monkeypatch.setattr(versions, "OLDEST_POSTGRES", 99)
    monkeypatch.setattr(
        connection.features, "minimum_database_version", (99,)
    )  # Django refuses one that is older still
    monkeypatch.setattr(base, "RAN_DB_VERSION_CHECK", set())
    connection.close()

    assert "the registry needs 99 or newer: upgrade it" in safety.postgres_version()
    with pytest.raises(CommandError, match=r"Nothing was migrated: PostgreSQL is \d+; the registry needs 99 or newer"):
        call_command("migrate")


def test_a_migration_that_was_interrupted_and_newer_tables_are_named(monkeypatch):
    applied = MigrationRecorder(connection).applied_migrations()
    last = max(key for key in applied if key[0] == "registry")
    monkeypatch.setattr(
        MigrationRecorder, "applied_migrations", lambda _self: {key: one for key, one in applied.items() if key != last}
    )
    assert f"1 migrations are not applied, the first is registry {last[1]}" in health.migrations()
    monkeypatch.setattr(
        MigrationRecorder, "applied_migrations", lambda _self: {**applied, ("registry", "9999_later"): applied[last]}
    )
    assert "of newer code (registry 9999_later)" in health.migrations()
    with pytest.raises(CommandError, match=r"Nothing was migrated: the tables are of newer code .* start the version"):
        call_command("migrate")


@pytest.mark.django_db(transaction=True)
def test_an_old_backup_turns_ready_red(settings, client):
    log_in_as("reg_worker")
    try:
        for name in safety.BACKUP_AGES:
            note(name)
        assert safety.backups() is None
        Heartbeat.objects.filter(name="log").update(at=timezone.now() - timedelta(minutes=3))
        assert safety.backups().startswith("the log of the database was not put into the backup since")
        Heartbeat.objects.filter(name="backup").update(at=timezone.now() - timedelta(hours=27))
        assert client.get("/ready").json()["checks"]["backups"]["ok"] is False
    finally:
        log_in_as("reg_app")


def test_a_disk_that_fills_up_is_named(settings, tmp_path):
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", tmp_path], capture_output=True, check=False
    ).returncode:
        pytest.skip("only root can make a small disk")
    try:
        settings.MEDIA_ROOT = str(tmp_path / "media")
        assert safety.disk() is None
        (tmp_path / "export").write_bytes(b"x" * (3 << 20) + b"x" * (800 << 10))
        assert safety.disk() == f"the disk of {settings.MEDIA_ROOT} is full but for 0 MiB (5%); free or add space"
    finally:
        subprocess.run(["umount", tmp_path], check=True)


@pytest.mark.parametrize(
    ("host", "days", "said"),
    [
        ("registry.example.org", (-1, 5.1), "the certificate of registry.example.org ends in 5 days; renew it"),
        ("registry.example.org", (-1, 90), None),
        ("registry.example.org", (-90, -1), "is not accepted: certificate has expired; renew it (docs/operating.md"),
        ("other.example.org", (-1, 90), "the certificate of registry.example.org is not accepted: Hostname mismatch"),
    ],
)
def test_a_certificate_that_ends_or_is_not_accepted_is_named(settings, monkeypatch, tmp_path, host, days, said):
    shown, key = certificate(tmp_path, host=host, begins=days[0], ends=days[1])
    monkeypatch.setenv("SSL_CERT_FILE", str(shown))
    settings.ALLOWED_HOSTS = ["registry.example.org"]
    proxy = Proxy(shown, key)
    monkeypatch.setenv("TLS_CHECK", f"127.0.0.1:{proxy.port}")
    found = safety.certificate()
    proxy.end()
    assert found is None if said is None else said in found


def test_a_proxy_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setenv("TLS_CHECK", "127.0.0.1:1")
    assert safety.certificate() == "the proxy at 127.0.0.1:1 does not answer (ConnectionRefusedError)"


def test_a_process_of_production_does_not_start_with_a_guard_off(settings, capsys):
    settings.DEMO = False
    with pytest.raises(SystemExit, match="secrets: SECRET_KEY"):
        starting.refuse_unless_safe()
    with pytest.raises(SystemExit):
        call_command("self_check")
    said = capsys.readouterr().out
    assert "off secrets: Who guesses a key" in said
    assert "on  trail: The history cannot be switched off unseen." in said


@pytest.mark.django_db(transaction=True)
def test_a_role_that_row_level_security_does_not_bind_is_named_and_does_not_start(settings):
    assert safety.role() is None
    settings.DEMO = False
    log_in_as("reg_owner")
    try:
        assert "logged in as reg_owner, who is or can become reg_owner" in safety.role()
        with pytest.raises(SystemExit, match="row-level security: this process is logged in as reg_owner"):
            starting.refuse_unless_safe()
    finally:
        log_in_as("reg_app")
    with psycopg.connect(settings.ADMIN_URL, dbname=connection.settings_dict["NAME"]) as administrator:
        above = [name for (name,) in administrator.execute(safety.RISES).fetchall()]
        assert {administrator.info.user, "reg_owner"} <= {*above}


def test_the_demonstration_starts_all_the_same(settings):
    starting.refuse_unless_safe()
    call_command("self_check")


@pytest.mark.parametrize(
    "guard", [*safety.OF_SETTINGS, *safety.OF_DATABASE, *safety.OF_MACHINE], ids=lambda one: one.name
)
def test_every_guard_says_why(guard):
    assert guard.why.endswith(".")
