"""Each guard is red when it is off: the tests switch it off."""

import shutil
import time
from datetime import timedelta
from types import SimpleNamespace

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from analytics import health, safety, starting
from analytics.actions_of_backups import note
from analytics.models import Heartbeat
from tests.conftest import log_in_as

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


def test_an_old_server_and_a_full_disk_are_named(monkeypatch):
    monkeypatch.setattr(safety, "OLDEST_POSTGRES", 99)
    assert "the registry needs 99 or newer" in safety.postgres_version()
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: SimpleNamespace(total=100 << 20, free=3 << 20))
    assert "full but for 3 MiB (3%); free or add space" in safety.disk()


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


def test_a_certificate_that_ends_or_is_not_accepted_is_named(settings, monkeypatch, tmp_path):
    import socket
    import ssl
    import subprocess
    import threading

    if not shutil.which("openssl"):
        pytest.skip("openssl makes the certificate")
    place = tmp_path / "one.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", place, "-out", tmp_path / "crt", "-days", "5",
         "-subj", "/CN=registry.example.org", "-addext", "subjectAltName=DNS:registry.example.org"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "crt", place)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "crt"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("TLS_CHECK", f"127.0.0.1:{server.getsockname()[1]}")

        def answer():
            line, _from = server.accept()
            try:
                context.wrap_socket(line, server_side=True)
            except OSError:
                line.close()

        said = []
        for host in ("registry.example.org", "other.example.org"):
            settings.ALLOWED_HOSTS = [host]
            thread = threading.Thread(target=answer)
            thread.start()
            said.append(safety.certificate())
            thread.join()
    assert said[0] == "the certificate of registry.example.org ends in 5 days; renew it"
    assert said[1].startswith("the certificate of other.example.org is not accepted: Hostname mismatch")


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
