"""What the commands backup, restore and drill share: the key, the logins, and refusals as the command's own."""

import contextlib
import os
from pathlib import Path
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.management.base import CommandError

from analytics.actions_of_backups import note
from analytics.management.as_worker import as_worker
from deploy.backups import RefusalError, sealing
from deploy.backups.take import Source
from registry.settings.environment import given


def key(stdout):
    """The secret key of BACKUP_IDENTITY_FILE; the demonstration makes one of its own."""
    named = os.environ.get("BACKUP_IDENTITY_FILE", "")
    if named:
        return sealing.identity(Path(named))
    if not settings.DEMO:
        raise RefusalError(
            "BACKUP_IDENTITY_FILE is not set: it names the file of the age key that opens the backups. Make one with "
            "“age-keygen -o backup-key.txt”, and keep a copy away from this machine: without it no backup can be read."
        )
    file = settings.ROOT / "var/backup-key.txt"
    if not file.exists():
        sealing.make_identity(file)
        stdout.write(f"Made a key for the demonstration's backups: {file}. Without it they cannot be read.")
    return sealing.identity(file)


def source():
    """What is backed up, by whom."""
    return Source(_login("BACKUP_DATABASE_URL"), Path(settings.MEDIA_ROOT), settings.CODE_VERSION)


def _login(variable):
    """The URL of `variable`, or in the demonstration the administrator's, at the registry's database."""
    url = os.environ.get(variable) or (os.environ.get("ADMIN_DATABASE_URL") if settings.DEMO else None)
    if not url:
        raise RefusalError(f"{variable} is not set. See docs/operating.md, “Backup”.")
    parts = urlsplit(url)._replace(path=f"/{settings.DATABASES['default']['NAME']}")
    if not parts.password:
        word = given(variable.replace("_URL", "_PASSWORD"))
        parts = parts._replace(netloc=f"{parts.username}:{quote(word, safe='')}@{parts.netloc.rpartition('@')[2]}")
    return parts.geturl()


def admin():
    """The URL of one who may make databases."""
    return _login("ADMIN_DATABASE_URL")


@contextlib.contextmanager
def refusing():
    """A refusal ends the command with its sentence and status 2."""
    try:
        yield
    except RefusalError as refusal:
        raise CommandError(str(refusal), returncode=2) from refusal


def noted(what):
    """Note that `what` held, where the database lets us."""
    with as_worker():
        note(what)
