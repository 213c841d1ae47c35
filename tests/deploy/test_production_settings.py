"""Production does not start with a wrong or missing variable; what is wrong is named in plain words."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from registry.settings import base
from registry.settings.environment import mail, names

PRODUCTION = Path(base.__file__).with_name("production.py")
KEYS = {name: name.lower() * 5 for name in ("SECRET_KEY", "HOSPITAL_NUMBER_KEY", "PSEUDONYM_KEY")}
GOOD = {
    **KEYS,
    "DATABASE_URL": "postgresql://reg_app:word@127.0.0.1:1/registry",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "ALLOWED_HOSTS": "registry.example.org",
}


@pytest.fixture
def started(monkeypatch):
    """Production's settings under GOOD and what is given beside it; None takes a variable away."""

    def start(**changes):
        for name, value in {**GOOD, **changes}.items():
            monkeypatch.setenv(name, value) if value is not None else monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr(base, "REGISTRY_URL", changes.get("REGISTRY_URL", "https://registry.example.org"))
        monkeypatch.setattr(base, "ALLOWED_HOSTS", names({**GOOD, **changes}["ALLOWED_HOSTS"] or ""))
        return runpy.run_path(str(PRODUCTION))

    return start


def test_it_starts_with_what_it_needs_and_every_cookie_is_bound(started):
    found = started()
    assert found["SESSION_COOKIE_NAME"] == "__Host-session"
    assert found["DEBUG"] is found["DEMO"] is False
    assert found["SECURE_SSL_REDIRECT"] is True


def test_several_host_names_stand_as_the_proxy_wants_them(started):
    assert started(ALLOWED_HOSTS="a.example.org, b.example.org")["ALLOWED_HOSTS"] == ["a.example.org", "b.example.org"]


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_variable_is_named(started, name):
    with pytest.raises(ImproperlyConfigured, match=name):
        started(**{name: None})


def test_all_that_is_missing_is_named_at_once(started):
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY, PSEUDONYM_KEY, REDIS_URL are not set"):
        started(SECRET_KEY=None, PSEUDONYM_KEY=None, REDIS_URL=None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY is shorter than 40 characters. Make one with"),
        ({"PSEUDONYM_KEY": "secret"}, "PSEUDONYM_KEY is shorter than 40"),
        ({"PSEUDONYM_KEY": KEYS["SECRET_KEY"]}, "are the same. Each needs its own"),
        ({"DATABASE_URL": "mysql://root:a@db/x"}, "must begin with postgresql://, not mysql://"),
        ({"DATABASE_URL": "postgresql://reg_app@db/registry"}, "must name user, password, host and database"),
        ({"DATABASE_URL": "postgresql://reg_app:a/b@db:5432/x"}, "DATABASE_URL has no number where a port is expected"),
        ({"REDIS_URL": "redis://redis:x/0"}, "REDIS_URL has no number where a port is expected"),
        ({"TLS_CHECK": "proxy:https"}, "TLS_CHECK has no number where a port is expected"),
        ({"REDIS_URL": "http://redis"}, "must begin with redis://"),
        ({"REGISTRY_URL": "registry.example.org"}, "REGISTRY_URL must begin with https://"),
        ({"ALLOWED_HOSTS": "*"}, "“\\*” is not accepted"),
        ({"ALLOWED_HOSTS": "a.example.org b.example.org"}, "no https:// and no blanks"),
        ({"ALLOWED_HOSTS": "https://registry.example.org"}, "no https:// and no blanks"),
        (
            {"SECRET_KEY": None, "SECRET_KEY_FILE": "/nowhere/key"},
            "SECRET_KEY_FILE names /nowhere/key, which cannot be read",
        ),
        ({"SECRET_KEY_FILE": "/nowhere/key"}, "SECRET_KEY and SECRET_KEY_FILE are both set"),
    ],
)
def test_a_wrong_variable_is_named_with_what_to_do(started, changes, said):
    with pytest.raises(ImproperlyConfigured, match=said):
        started(**changes)


def test_secrets_come_from_files(started, tmp_path):
    (tmp_path / "key").write_text("k" * 50 + "\n")
    (tmp_path / "word").write_text("p@ss:word/\n")

    found = started(SECRET_KEY=None, SECRET_KEY_FILE=str(tmp_path / "key"), DATABASE_URL="postgresql://reg_app@db/registry",
                    DATABASE_PASSWORD_FILE=str(tmp_path / "word"))  # fmt: skip

    assert found["SECRET_KEY"] == "k" * 50
    assert found["DATABASES"]["default"]["PASSWORD"] == "p@ss:word/"


def test_an_environment_that_there_is_not_is_named():
    done = subprocess.run(
        [sys.executable, "-c", "import registry.settings"], cwd=base.ROOT, env={"REGISTRY_ENV": "prod"}, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr.strip()
        == "The registry does not start: REGISTRY_ENV is “prod”; expected one of demo, test, production."
    )


@pytest.mark.parametrize("url", ["smtp//mail", "smtp://name:a/b@mail:587", "smtp://mail:abc"])
def test_a_wrong_address_of_mail_is_named(url):
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL"):
        mail(url)
