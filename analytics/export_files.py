"""Where the files of exports stand: below MEDIA_ROOT, under the SHA-256 of what is in them, so that equal ones are one file."""

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from pathlib import Path

from django.conf import settings

HALF_SECONDS = 3600  # a file that is being written is no older
ENDING = ".zip"


def folder():
    """The folder, made if it is not there. No address serves it."""
    found = Path(settings.MEDIA_ROOT) / "exports"
    found.mkdir(parents=True, exist_ok=True, mode=0o750)
    return found


def path_of(sha256):
    """The file with this content."""
    return folder() / f"{sha256}{ENDING}"


@contextlib.contextmanager
def half():
    """A folder in which an export is made; what a killed process leaves of it remove_others removes."""
    with tempfile.TemporaryDirectory(prefix=".half-", dir=folder(), ignore_cleanup_errors=True) as place:
        yield Path(place)


def stored(path):
    """Put this file of a half folder to the others, whole or not at all; its SHA-256."""
    with path.open("rb+") as held:
        sha256 = hashlib.file_digest(held, "sha256").hexdigest()
        os.fsync(held.fileno())
    os.replace(path, path_of(sha256))
    return sha256


def remove_others(kept):
    """Remove every file whose SHA-256 is not among `kept`, and what a killed process left half; returns how many."""
    removed, old = 0, time.time() - HALF_SECONDS
    for path in folder().iterdir():
        is_file = path.suffix == ENDING and not path.name.startswith(".")
        if path.stem in kept if is_file else path.stat().st_mtime > old:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        removed += 1
    return removed
