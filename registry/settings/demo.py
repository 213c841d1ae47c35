"""The demonstration: synthetic data, everything else as in production but for HTTPS."""

import os

from registry.settings.environment import ROOT, database, read_env_file

read_env_file(ROOT / "var/env")

os.environ.setdefault("EMAIL_URL", f"file:{ROOT / 'var/mail'}")
os.environ.setdefault("REGISTRY_URL", f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")

from registry.settings.base import *  # noqa: E402, F403
from registry.settings.base import DATABASE_OPTIONS  # noqa: E402

DEBUG = False
DEMO = True
SECOND_FACTOR_REQUIRED = False
PASSKEY_ADDRESS = f"http://localhost:{os.environ.get('PORT', '8000')}"  # browsers know no passkeys of an IP address
SECRET_KEY = os.environ.get("SECRET_KEY", "only-for-commands-before-the-first-start")
HOSPITAL_NUMBER_KEY = f"hospital-number:{SECRET_KEY}"
PSEUDONYM_KEY = f"pseudonym:{SECRET_KEY}"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
DATABASES = {
    "default": database(os.environ.get("DATABASE_URL", "postgresql://reg_app@127.0.0.1/registry"), **DATABASE_OPTIONS)
}
