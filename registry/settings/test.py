"""Tests: real PostgreSQL and Redis, project-private; a quick password hasher; plain static files."""

import os
import zlib

from registry.settings.environment import ROOT, database, read_env_file

read_env_file(ROOT / "var/test/env")

from registry.settings.base import *  # noqa: E402, F403
from registry.settings.base import DATABASE_OPTIONS, REDIS_URL, REST_REQUESTS_PER_MINUTE, STORAGES  # noqa: E402

# Whoever runs tests at the same time on the same servers has a database and a broker of their own; so has each of pytest's
# workers, gw0, gw1 … (pytest-django names their databases).
SUFFIX = os.environ.get("TEST_DB_SUFFIX", "")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
TEST_NAME = f"test_registry{SUFFIX}"
BROKER = (zlib.crc32(SUFFIX.encode()) + int(WORKER.removeprefix("gw") or 0)) % 15 + 1
REDIS_URL = CELERY_BROKER_URL = f"{REDIS_URL.rpartition('/')[0]}/{BROKER}"

DEBUG = False
DEMO = True
SECOND_FACTOR_REQUIRED = False
MEDIA_ROOT = str(ROOT / "var/test" / WORKER / "media")
REGISTRY_URL = "http://testserver"
SECRET_KEY = "test"  # noqa: S105
HOSPITAL_NUMBER_KEY = "test-hospital-number"
PSEUDONYM_KEY = "test-pseudonym"
METRICS_TOKEN = "test-metrics"  # noqa: S105
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
ADMIN_URL = os.environ.get("ADMIN_DATABASE_URL", "")
DATABASES = {
    "default": database(
        os.environ.get("DATABASE_URL", "postgresql://reg_owner@127.0.0.1/registry"),
        **DATABASE_OPTIONS,
        TEST={"NAME": TEST_NAME},
    )
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True  # nothing is collected for tests
RUN_LEASE_SECONDS = 3
REST_REQUESTS_PER_MINUTE = dict.fromkeys(REST_REQUESTS_PER_MINUTE, 1_000_000)  # but where a test says otherwise
LIVE_RECHECK_SECONDS = 1
