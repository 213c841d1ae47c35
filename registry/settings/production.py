"""Production: refuses to start without what it needs or with an unsafe setting, and says what and where."""

import logging
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from registry.settings.base import *  # noqa: F403
from registry.settings.base import (
    ALLOWED_HOSTS,
    DATABASE_OPTIONS,
    OIDC_CLIENT_ID,
    OIDC_CLIENT_SECRET,
    OIDC_ISSUER,
    REGISTRY_URL,
)
from registry.settings.environment import database, given, needed, port_of, refuse_missing

refuse_missing("SECRET_KEY", "HOSPITAL_NUMBER_KEY", "PSEUDONYM_KEY", "DATABASE_URL", "REDIS_URL")
logging.captureWarnings(True)  # into the log's own form
DEBUG = False
SECOND_FACTOR_REQUIRED = True
SECRET_KEY = needed("SECRET_KEY")
SECRET_KEY_FALLBACKS = [word for word in given("SECRET_KEY_BEFORE").split() if word]  # while keys are changed
HOSPITAL_NUMBER_KEY = needed("HOSPITAL_NUMBER_KEY")
PSEUDONYM_KEY = needed("PSEUDONYM_KEY")
DATABASES = {"default": database(needed("DATABASE_URL"), **DATABASE_OPTIONS)}
if given("REPLICA_DATABASE_URL"):
    DATABASES["replica"] = database(given("REPLICA_DATABASE_URL"), **DATABASE_OPTIONS)
MAKE_ONE = "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
KEYS = {"SECRET_KEY": SECRET_KEY, "HOSPITAL_NUMBER_KEY": HOSPITAL_NUMBER_KEY, "PSEUDONYM_KEY": PSEUDONYM_KEY}

for name, word in KEYS.items():
    if len(word) < 40:
        raise ImproperlyConfigured(f"{name} is shorter than 40 characters. {MAKE_ONE}")
if len({*KEYS.values()}) < len(KEYS):
    raise ImproperlyConfigured(
        f"Two of {', '.join(KEYS)} are the same. Each needs its own: who learns one must not have the others. {MAKE_ONE}"
    )
if not DATABASES["default"]["PASSWORD"] or not DATABASES["default"]["NAME"]:
    raise ImproperlyConfigured(
        "DATABASE_URL must name user, password, host and database, as in postgresql://reg_app:…@postgres:5432/registry; "
        "the password may stand in the file that DATABASE_PASSWORD_FILE names."
    )
port_of(urlsplit(needed("REDIS_URL")), "REDIS_URL")
if urlsplit(needed("REDIS_URL")).scheme not in ("redis", "rediss", "unix"):
    raise ImproperlyConfigured("REDIS_URL must begin with redis:// or rediss://, as in redis://redis:6379/0.")
if not any(ALLOWED_HOSTS) or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS must name the registry's host names, separated by commas; “*” is not accepted."
    )
if any("/" in host or " " in host for host in ALLOWED_HOSTS):
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS holds names alone, such as registry.example.org: no https:// and no blanks."
    )
if not REGISTRY_URL.startswith("https://"):
    raise ImproperlyConfigured(
        f"REGISTRY_URL must begin with https://, as in https://registry.example.org, not “{REGISTRY_URL}”: links in mails begin with it."
    )
port_of(urlsplit(f"//{given('TLS_CHECK')}"), "TLS_CHECK")

if OIDC_ISSUER and not OIDC_ISSUER.startswith("https://"):
    raise ImproperlyConfigured("OIDC_ISSUER must begin with https://, exactly as the provider writes it.")
if OIDC_ISSUER and not (OIDC_CLIENT_ID and OIDC_CLIENT_SECRET):
    raise ImproperlyConfigured(
        "OIDC_ISSUER is set: OIDC_CLIENT_ID and OIDC_CLIENT_SECRET are needed too. See docs/accounts.md."
    )

SECURE_SSL_REDIRECT = True  # the proxy says by X-Forwarded-Proto how it was asked
SECURE_REDIRECT_EXEMPT = [r"^(ready|metrics)$"]  # watched within the network, by the replica's own address
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
DEVICE_COOKIE_NAME = "__Host-device"
