"""Every guard that configuration can switch off: whether it is on, and why it matters. Pages and commands read it; nothing is changed."""

import os
import shutil
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from analytics.models import Heartbeat
from registry.access.versions import too_old_a_server

MOST_SKEW = 2.0  # seconds between this machine's clock and the database's
LEAST_FREE = 0.10
CERTIFICATE_DAYS = 14
BACKUP_AGES = {
    "backup": (timedelta(hours=26), "no whole backup was brought back and compared"),
    "log": (timedelta(minutes=2), "the log of the database was not put into the backup"),
    "drill": (timedelta(days=100), "no drill was held"),
}
DURABLE = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "data_checksums": "on",
    "password_encryption": "scram-sha-256",
}
SILENT = {"log_error_verbosity": "terse", "log_min_error_statement": "panic", "log_min_duration_statement": "-1"}


@dataclass(frozen=True)
class Guard:
    """A guard: its name, why it matters, and what is wrong with it now (nothing when it is on)."""

    name: str
    why: str
    wrong: Callable[[], str | None]


def secrets():
    """Long enough, and each its own."""
    words = {name: getattr(settings, name, "") for name in ("SECRET_KEY", "HOSPITAL_NUMBER_KEY", "PSEUDONYM_KEY")}
    short = [name for name, word in words.items() if len(word) < 40]
    if short:
        return f"{', '.join(short)} shorter than 40 characters"
    return "two of the keys are the same" if len({*words.values()}) < len(words) else None


def cookies():
    """By HTTPS alone, bound to the host, closed to scripts."""
    bare = [
        name
        for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY")
        if not getattr(settings, name)
    ]
    if not settings.SESSION_COOKIE_NAME.startswith("__Host-"):
        bare.append("SESSION_COOKIE_NAME without __Host-")
    return ", ".join(bare) or None


def https():
    """Browsers never speak without it again."""
    if not settings.SECURE_SSL_REDIRECT:
        return "SECURE_SSL_REDIRECT is off"
    return None if settings.SECURE_HSTS_SECONDS >= 365 * 24 * 3600 else "SECURE_HSTS_SECONDS is under a year"


def content_policy():
    """No script but our own files."""
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    loose = [name for name in ("script-src", "style-src") if any("unsafe" in str(one) for one in directives[name])]
    return f"{', '.join(loose)} lets inline code through" if loose else None


def passwords():
    """Hashed by Argon2, 15 characters and not a common one."""
    if "Argon2" not in settings.PASSWORD_HASHERS[0]:
        return f"passwords are hashed by {settings.PASSWORD_HASHERS[0].rpartition('.')[2]}"
    lengths = [one.get("OPTIONS", {}).get("min_length", 0) for one in settings.AUTH_PASSWORD_VALIDATORS]
    return (
        None if max(lengths, default=0) >= 15 else "AUTH_PASSWORD_VALIDATORS lets passwords under 15 characters through"
    )


def hosts():
    """Only the registry's own names."""
    return (
        None
        if any(settings.ALLOWED_HOSTS) and "*" not in settings.ALLOWED_HOSTS
        else "ALLOWED_HOSTS names nobody or everybody"
    )


def second_factor():
    """Asked of everybody."""
    return None if getattr(settings, "SECOND_FACTOR_REQUIRED", True) else "SECOND_FACTOR_REQUIRED is off"


def sessions():
    """Over after 12 hours at most."""
    return None if settings.SESSION_COOKIE_AGE <= 12 * 3600 else "SESSION_COOKIE_AGE is over 12 hours"


def patience():
    """A statement, a lock and an idle transaction each have an end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') "
            "AND setting = '0'"
        )
        endless = [name for (name,) in cursor.fetchall()]
    return f"{', '.join(endless)} is off" if endless else None


def durability():
    """What was acknowledged is kept, and damage is noticed."""
    return _otherwise(DURABLE)


def silence():
    """PostgreSQL's log holds no patient: statements carry values, and details print whole rows."""
    return _otherwise(SILENT)


def _otherwise(wanted):
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY (%s)", [list(wanted)])
        wrong = [
            f"{name} = {found}, not {wanted[name]}"
            for name, found in sorted(cursor.fetchall())
            if found != wanted[name]
        ]
    return f"PostgreSQL runs with {'; '.join(wrong)}" if wrong else None


def postgres_version():
    """Not older than what the policies and tests are made for."""
    return too_old_a_server()


RISES = """
SELECT rolname FROM pg_roles WHERE (rolsuper OR rolbypassrls) AND pg_has_role(current_user, oid, 'member')
UNION
SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relrowsecurity AND pg_has_role(current_user, relowner, 'member')
ORDER BY 1
"""


def role():
    """The serving role owns no guarded table, passes by no policy, and can become nobody who does."""
    with connection.cursor() as cursor:
        cursor.execute(RISES)
        above = [name for (name,) in cursor.fetchall()]
        cursor.execute("SELECT current_user")
        ours = cursor.fetchone()[0]
    if not above:
        return None
    return f"this process is logged in as {ours}, who is or can become {', '.join(above)}, whom row-level security does not bind; use reg_app or reg_worker"


def skew():
    """Seconds by which the database's clock is ahead of this machine's."""
    with connection.cursor() as cursor:
        before = time.time()
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        return cursor.fetchone()[0] - (before + time.time()) / 2


def clock():
    """This machine and the database agree about the time."""
    off = skew()
    if abs(off) <= MOST_SKEW:
        return None
    return f"this machine's clock is {abs(off):.0f} s {'behind' if off > 0 else 'ahead of'} the database's; let chrony or NTP set both"


def space():
    """(bytes free, bytes in all) of the disk of MEDIA_ROOT."""
    place = Path(settings.MEDIA_ROOT)
    while not place.exists():
        place = place.parent
    usage = shutil.disk_usage(place)
    return usage.free, usage.total


def disk():
    """There is room for what comes."""
    free, total = space()
    if free >= LEAST_FREE * total:
        return None
    return (
        f"the disk of {settings.MEDIA_ROOT} is full but for {free // 2**20} MiB ({free / total:.0%}); free or add space"
    )


def certificate_days():
    """Days until the certificate that browsers are shown ends; None where TLS_CHECK names no proxy as host:port. Raises OSError."""
    place = os.environ.get("TLS_CHECK", "")
    if not place:
        return None
    host, _, port = place.partition(":")
    with (
        socket.create_connection((host, int(port or 443)), 3) as line,
        ssl.create_default_context().wrap_socket(line, server_hostname=settings.ALLOWED_HOSTS[0]) as tls,
    ):
        return (ssl.cert_time_to_seconds(tls.getpeercert()["notAfter"]) - time.time()) / 86400


def certificate():
    """The certificate that browsers are shown is valid for two weeks more."""
    name = settings.ALLOWED_HOSTS[0]
    try:
        left = certificate_days()
    except ssl.SSLCertVerificationError as failure:
        return f"the certificate of {name} is not accepted: {failure.verify_message}; renew it (docs/operating.md, “Certificate”)"
    except OSError as failure:
        return f"the proxy at {os.environ['TLS_CHECK']} does not answer ({type(failure).__name__})"
    if left is None or left >= CERTIFICATE_DAYS:
        return None
    return f"the certificate of {name} ends in {left:.0f} days; renew it"


def backups():
    """A whole backup of last night, the log of just now, a drill of this quarter."""
    at = dict(Heartbeat.objects.filter(name__in=BACKUP_AGES).values_list("name", "at"))
    if settings.DEMO and not at:
        return None  # the demonstration holds no patients
    now = timezone.now()
    wrong = []
    for name, (most, complaint) in BACKUP_AGES.items():
        if settings.DEMO and name not in at:
            continue
        if name not in at:
            wrong.append(f"{complaint} ever")
        elif now - at[name] > most:
            wrong.append(f"{complaint} since {at[name]:%Y-%m-%d %H:%M} UTC")
    return "; ".join(wrong) or None


OF_SETTINGS = (
    Guard(
        "debug",
        "Error pages of the debugger show values and settings.",
        lambda: "DEBUG is on" if settings.DEBUG else None,
    ),
    Guard(
        "demonstration",
        "The demonstration's accounts have a published password.",
        lambda: "DEMO is on" if settings.DEMO else None,
    ),
    Guard("secrets", "Who guesses a key signs in as anybody, or finds a patient by the hospital number.", secrets),
    Guard("hosts", "A forged Host header leads a password reset elsewhere.", hosts),
    Guard("https", "Without HTTPS passwords and patients are read on the way.", https),
    Guard("cookies", "A cookie that leaks is a session that is stolen.", cookies),
    Guard("content policy", "Text that somebody entered must never run as a script.", content_policy),
    Guard("passwords", "Stolen hashes must not give passwords away.", passwords),
    Guard("second factor", "A password that was guessed or phished must not be enough.", second_factor),
    Guard("sessions", "A screen that was left must not stay open for the next person.", sessions),
)
OF_DATABASE = (
    Guard("PostgreSQL version", "Policies and guards are tested from this version on.", postgres_version),
    Guard("row-level security", "The database itself keeps a site from another's cases.", role),
    Guard("durability", "A crash must not lose what was acknowledged.", durability),
    Guard("silence", "The server's log is read by people who may not see patients.", silence),
    Guard("patience", "One stuck statement must not hold up the service.", patience),
    Guard("clock", "Sessions, signatures and deadlines go by the time.", clock),
)
OF_MACHINE = (
    Guard("disk", "On a full disk nothing can be saved.", disk),
    Guard("certificate", "With an expired certificate nobody gets in.", certificate),
    Guard("backups", "What was not brought back once is no backup.", backups),
)
# A process does not start while one of these is off; the others turn /ready red.
TO_START = (
    *OF_SETTINGS,
    *(one for one in OF_DATABASE if one.name in ("PostgreSQL version", "row-level security", "durability", "clock")),
)
