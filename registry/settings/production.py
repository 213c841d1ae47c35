"""Production: refuses to start without what it needs or with an unsafe setting, and says what and where."""

import os

from django.core.exceptions import ImproperlyConfigured

from registry.settings.base import *  # noqa: F403
from registry.settings.base import ALLOWED_HOSTS, DATABASE_OPTIONS
from registry.settings.environment import database, needed

DEBUG = False
SECOND_FACTOR_REQUIRED = True
SECRET_KEY = needed("SECRET_KEY")
HOSPITAL_NUMBER_KEY = needed("HOSPITAL_NUMBER_KEY")
PSEUDONYM_KEY = needed("PSEUDONYM_KEY")
DATABASES = {"default": database(needed("DATABASE_URL"), **DATABASE_OPTIONS)}
needed("REDIS_URL")

if len(SECRET_KEY) < 40:
    raise ImproperlyConfigured(
        "SECRET_KEY is shorter than 40 characters. Make one with: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )
if not any(ALLOWED_HOSTS) or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS must name the registry's host names, separated by commas; “*” is not accepted."
    )

SECURE_SSL_REDIRECT = os.environ.get("BEHIND_TLS_PROXY", "") != "1"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
DEVICE_COOKIE_NAME = "__Host-device"
