"""Tests: real PostgreSQL and Redis, project-private; a quick password hasher; plain static files."""

import os
import zlib

from registry.settings.environment import ROOT, database, read_env_file

read_env_file(ROOT / "var/test/env")

from registry.settings.base import *  # noqa: E402, F403
from registry.settings.base import DATABASE_OPTIONS, REDIS_URL, STORAGES  # noqa: E402

# Whoever runs tests at the same time on the same servers has a database and a broker of their own.
SUFFIX = os.environ.get("TEST_DB_SUFFIX", "")
TEST_NAME = f"test_registry{SUFFIX}"
REDIS_URL = CELERY_BROKER_URL = f"{REDIS_URL.rpartition('/')[0]}/{zlib.crc32(SUFFIX.encode()) % 15 + 1}"

DEBUG = False
DEMO = True
MEDIA_ROOT = str(ROOT / "var/test/media")
SECRET_KEY = "test"  # noqa: S105
HOSPITAL_NUMBER_KEY = "test-hospital-number"
PSEUDONYM_KEY = "test-pseudonym"
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
