"""What the settings read from outside: the environment, and in demo and tests the file that their supervisor writes."""

import hashlib
import os
import sys
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent.parent
VERSION = "1.0.0"
# With lxml there, openpyxl would read workbooks by it, and it takes declarations that defusedxml refuses.
os.environ["OPENPYXL_LXML"] = "False"


def say_plainly(kind, failure, trace):
    """What an unsafe or missing setting ends a process with: its sentence, without the way through the code."""
    if issubclass(kind, ImproperlyConfigured):
        print(f"The registry does not start: {failure}", file=sys.stderr)
    else:
        sys.__excepthook__(kind, failure, trace)


if os.environ.get("REGISTRY_ENV") == "production":
    sys.excepthook = say_plainly


def read_env_file(path: Path) -> None:
    """Take KEY=VALUE lines of `path` for what the environment does not set."""
    if path.is_file() and os.access(path, os.R_OK):
        for line in path.read_text(encoding="utf-8").splitlines():
            key, mark, value = line.partition("=")
            if mark and not key.startswith("#"):
                os.environ.setdefault(key.strip(), value.strip())


def given(name: str) -> str:
    """The variable `name`, or what stands in the file that `name`_FILE names: a secret in a file is not shown by `docker inspect`."""
    file = os.environ.get(f"{name}_FILE", "")
    if not file:
        return os.environ.get(name, "")
    if os.environ.get(name):
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set. Keep one of them.")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as failure:
        raise ImproperlyConfigured(
            f"{name}_FILE names {file}, which cannot be read ({type(failure).__name__}). "
            "Make the file, readable by the user that the process runs as."
        ) from failure


def needed(name: str) -> str:
    """The variable `name`, or a refusal to start that says what and where."""
    value = given(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set, nor is {name}_FILE. See README.md, “Environment”.")
    return value


def refuse_missing(*names: str) -> None:
    """Refuse to start with all that is missing at once."""
    missing = [name for name in names if not given(name)]
    if missing:
        are = "is" if len(missing) == 1 else "are"
        raise ImproperlyConfigured(
            f"{', '.join(missing)} {are} not set, nor as a file ({missing[0]}_FILE). See README.md, “Environment”."
        )


def names(text: str) -> list[str]:
    """The names of a list with commas, blanks beside them left out: the proxy wants one after each comma."""
    return [name.strip() for name in text.split(",")]


def port_of(parts: SplitResult, name: str) -> int | None:
    """The port of an address that the variable `name` holds; None where it names none."""
    try:
        return parts.port
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} has no number where a port is expected. "  # what stands there may be a piece of a password
            "A password with : / @ # in it is written with %3A %2F %40 %23, or stands in a file of its own."
        ) from None


def database(url: str, **options: object) -> dict:
    """Django's settings of the PostgreSQL at `url`."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(
            f"DATABASE_URL must begin with postgresql://, not {parts.scheme}://. Nothing else is supported."
        )
    word = unquote(parts.password or "") or given("DATABASE_PASSWORD")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": word,
        "HOST": parts.hostname or "",
        "PORT": str(port_of(parts, "DATABASE_URL") or ""),
        **options,
    }


def mail(url: str) -> dict:
    """Django's settings of what sends mail: smtp://name:word@host:587 (STARTTLS), smtps://…:465, smtp without TLS on port 25, file:/folder."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": parts.path}
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ImproperlyConfigured(
            f"EMAIL_URL must be smtp://host:port, smtps://host:port or file:/folder, not {parts.scheme}:…"
        )
    port = port_of(parts, "EMAIL_URL") or (465 if parts.scheme == "smtps" else 587)
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and port != 25,
    }


def whole(text: str, name: str, *, most: int) -> int:
    """The number from 0 to `most` that the variable `name` holds."""
    if not (text.isascii() and text.isdigit() and int(text) <= most):
        raise ImproperlyConfigured(f"{name} must be a whole number from 0 to {most}, not “{text}”.")
    return int(text)


def digest_of(*places: str) -> str:
    """Eight digits that change whenever a source file of these places does: results name the code that made them."""
    files = sorted(path for place in places for path in [ROOT / place, *(ROOT / place).rglob("*.py")] if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:8]
