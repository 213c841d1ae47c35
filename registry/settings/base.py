"""Settings that every environment shares. demo.py, test.py and production.py only override."""

import os
from urllib.parse import urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from kombu import Exchange, Queue

from registry.settings.environment import ROOT, VERSION, digest_of, given, mail, names, whole

# Printed beside what rules found.
RULES_VERSION = digest_of("registry/dictionary", "registry/edit_checks", "registry/grading")
CODE_VERSION = os.environ.get("CODE_VERSION") or f"{VERSION}+{digest_of('analytics/core', 'analytics/catalogue.py')}"
DEMO = False

ALLOWED_HOSTS = names(os.environ.get("ALLOWED_HOSTS", ""))
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "registry",
    "analytics",
]
MIDDLEWARE = [
    "registry.logs.requests.RequestLogMiddleware",
    "registry.access.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",  # before static files: they are held to it too
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "registry.access.proxies.ProxyMiddleware",
    "registry.access.links.LinkMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "registry.access.middleware.TextMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "registry.access.middleware.TokenMiddleware",
    "registry.redcap.middleware.DoorMiddleware",
    "registry.access.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "registry.access.deputies.DeputyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "registry.access.throttle.ThrottleMiddleware",
    "registry.access.middleware.ScopeMiddleware",
]
ROOT_URLCONF = "registry.urls"
ASGI_APPLICATION = "registry.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "registry.views.frame.frame",
            ],
        },
    }
]

METRICS_TOKEN = given("METRICS_TOKEN")  # what Prometheus shows at /metrics; without one nobody sees it

# Data. Each process has its own DATABASE_URL: reg_app serves, reg_worker works, reg_owner migrates.
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASE_OPTIONS = {
    "CONN_MAX_AGE": 60,  # s; a new connection costs as much as all that a page asks, and nothing of a request stays on one
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {
        # A machine that is gone is noticed; one that is frozen still acknowledges (asgi.PATIENCE).
        "connect_timeout": 5,
        "keepalives_idle": 30,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20000,
        # Of pages, large reads and work over all sites: registry/access/row_security.py.
        "options": "-c statement_timeout=60000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000",
    },
}
MEDIA_ROOT = os.environ.get("MEDIA_ROOT", str(ROOT / "var/media"))

# People.
AUTH_USER_MODEL = "registry.Person"
PASSWORD_HASHERS = ["registry.access.hashing.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "signed_out"
SESSION_ENGINE = "registry.access.sessions"
SESSION_COOKIE_AGE = 12 * 3600  # a session ends then, whatever is done in it
SESSION_IDLE_SECONDS = 30 * 60
# What open pages ask for by themselves: nobody need sit there, so it keeps no session alive.
QUIET_PAGES = {
    "dashboard_state",
    "explore_state",
    "explore_panel",
    "cut_state",
    "exports_state",
    "import_job_state",
    "panel",
    "panels",
}
PROOF_SECONDS = 5 * 60  # how long a password or factor that was shown is enough for signing, exports, tokens, roles
SECOND_FACTOR_REQUIRED = True  # of everybody; demonstration and tests say otherwise, and every page says so
SESSION_COOKIE_SECURE = False  # production says otherwise
TRUSTED_PROXIES = whole(
    given("TRUSTED_PROXIES") or "0", "TRUSTED_PROXIES", most=9
)  # before the registry: access/proxies.py
DEVICE_COOKIE_NAME = "device"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Single sign-on by OpenID Connect; without an issuer there is none. A word of `amr` or a value of `acr` that stands here counts as our
# second factor.
OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET = (
    given(f"OIDC_{one}") for one in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")
)
OIDC_NAME = os.environ.get("OIDC_NAME") or urlsplit(OIDC_ISSUER).hostname or ""
OIDC_FACTOR_AMR = os.environ.get("OIDC_FACTOR_AMR", "mfa").split()
OIDC_FACTOR_ACR = os.environ.get("OIDC_FACTOR_ACR", "").split()

# Mail. REGISTRY_URL begins the links in it; a host's own name unless it is said.
globals().update(mail(given("EMAIL_URL") or "smtp://127.0.0.1:25"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "registry@localhost")
REGISTRY_URL = os.environ.get("REGISTRY_URL", f"https://{ALLOWED_HOSTS[0]}").rstrip("/")

PASSKEY_ADDRESS = (
    ""  # the one at which passkeys are taken, whose host name they belong to for good; REGISTRY_URL unless it is said
)

# Languages and time: instants are UTC, clinical dates have no zone.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ja", _("Japanese"))]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
DISPLAY_TIME_ZONE = "Asia/Tokyo"
FORMAT_MODULE_PATH = ["registry.formats"]

# Files for the browser: our own, and plotly.js out of its wheel (deploy/assets.py puts it under var/).
STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "var/static"
STATICFILES_DIRS = [ROOT / "static", *([ROOT / "var/assets"] if (ROOT / "var/assets").is_dir() else [])]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# REST. Authentication happened in TokenMiddleware, so that the site scope is open before a view runs.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["registry.api.authentication.KnownPerson"],
    "DEFAULT_PERMISSION_CLASSES": ["registry.api.authentication.Denied"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "registry.api.problems.problem",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
# By role; "" is whoever is not signed in.
REST_REQUESTS_PER_MINUTE = {
    "": 60,
    "coordinator": 300,
    "investigator": 300,
    "administrator": 300,
    "lead": 600,
    "manager": 600,
    "statistician": 1200,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "CAR-T registry",
    "VERSION": "1",
    "DESCRIPTION": "Cases and forms of one's own sites; pooled, de-identified datasets and stored results.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SORT_OPERATIONS": False,
    "PREPROCESSING_HOOKS": ["registry.api.schema.canonical_paths"],
    "POSTPROCESSING_HOOKS": [
        "registry.api.schema.problems_everywhere",
        "registry.api.examples.everywhere",
        "analytics.api_examples.everywhere",
    ],
}

# Who takes what along is noted where the other exports are; named here, since registry never imports analytics.
EXPORTS_ARE_NOTED_BY = "analytics.acts.taken.note_records"

# Work. The row in PostgreSQL is the truth; Celery is the doorbell and the sweeper rings again.
REDIS_URL = os.environ.get("REDIS_URL", "")
CELERY_BROKER_URL = REDIS_URL
# Two pools in production: what may take minutes does not keep a save's figure waiting. A worker without --queues does both.
# A third, "imports", is worked on by the importer alone (--queues imports), which logs in as reg_app: no worker writes a form.
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in ("celery", "heavy")]
CELERY_TASK_ROUTES = {
    task: {"queue": "heavy", "routing_key": "heavy"}
    for task in (
        "analytics.tasks.make_export",
        "analytics.tasks.work_on_cut",
        "analytics.tasks.retire_cuts",
        "analytics.tasks.verify_history_nightly",
        "registry.tasks.check_cases",
        "registry.tasks.check_cases_nightly",
    )
}
CELERY_TASK_ROUTES["registry.tasks.run_import"] = {"queue": "imports", "routing_key": "imports"}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_TIME_LIMIT, CELERY_TASK_SOFT_TIME_LIMIT = 600, 540
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,  # above the hard time limit
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
    "socket_connect_timeout": 1,
    "socket_timeout": 2,
}
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {"task": "analytics.tasks.heartbeat", "schedule": 30.0},
    "prune-live-datasets": {"task": "analytics.tasks.prune_live_datasets", "schedule": 120.0},
    "retire-cuts": {"task": "analytics.tasks.retire_cuts", "schedule": 120.0},
    "issue-releases": {"task": "analytics.tasks.issue_releases", "schedule": 3600.0},
    "send-letters": {"task": "registry.tasks.send_letters", "schedule": 15.0},
    "end-accounts": {"task": "registry.tasks.end_accounts", "schedule": 60.0},
    "clear-sessions": {"task": "registry.tasks.clear_sessions", "schedule": 3600.0},
    # 01:10 and 02:10 in Japan.
    "verify-history": {"task": "analytics.tasks.verify_history_nightly", "schedule": crontab(hour=16, minute=10)},
    "check-cases": {"task": "registry.tasks.check_cases_nightly", "schedule": crontab(hour=17, minute=10)},
}
RUN_LEASE_SECONDS = 20
EXPORT_KEPT_DAYS = 7  # a file that was asked for
LIVE_RECHECK_SECONDS = 30  # how long an open stream outlives its session or right
SWEEP_SECONDS = 2
RING_AGAIN_SECONDS = 5

# No personal data in logs: a JSON object a line, made of what registry/logs/lines.py allows. uvicorn's own loggers too, whose lines
# it would write by itself, but those of addresses; what Celery says of each task says registry/logs/tasks.py.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "registry.logs.lines.Lines"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.db.backends": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "uvicorn": {"handlers": [], "level": "INFO", "propagate": True},
        "uvicorn.error": {"handlers": [], "level": "INFO", "propagate": True},
        # What it says holds addresses; the middleware writes requests.
        "uvicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "CRITICAL"},
        "fido2": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},  # tells each glyph that it leaves out of a PDF
    },
}
