"""Where the files of exports stand: below MEDIA_ROOT, under the SHA-256 of what is in them, so that equal ones are one file."""

import hashlib
import os
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


def stored(content):
    """Put the content there, whole or not at all; its SHA-256."""
    sha256 = hashlib.sha256(content).hexdigest()
    handle, half = tempfile.mkstemp(prefix=".half-", dir=folder())
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.replace(half, path_of(sha256))
    except BaseException:
        Path(half).unlink(missing_ok=True)
        raise
    return sha256


def remove_others(kept):
    """Remove every file whose SHA-256 is not among `kept`, and what a killed process left half; returns how many."""
    removed, old = 0, time.time() - HALF_SECONDS
    for path in folder().iterdir():
        is_file = path.suffix == ENDING and not path.name.startswith(".")
        if path.stem in kept if is_file else path.stat().st_mtime > old:
            continue
        path.unlink(missing_ok=True)
        removed += 1
    return removed
