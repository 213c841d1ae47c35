"""Seal the history, and anchor the newest seal outside the database."""

import errno
import os
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

MOST_PLACES = 20  # of one seal that its anchor names
LONGEST_LINE = 8192


def seal_history():
    """Seal what has been written since the last seal; append the new seal to the anchors. Returns its number, or 0.

    Raises OSError where the anchors cannot be written, as on a full disk; the next seal then makes up for them.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT guard.seal_history()")
        number = cursor.fetchone()[0]
    if number:
        _anchor(number)
    return number


def anchor_file():
    """Where the newest seals stand outside the database: another volume in production, for a tail cut off with its seals shows here only."""
    return Path(settings.MEDIA_ROOT) / "history-anchors.txt"


def seals(since=0):
    """(number, hash, when) of the seals from `since` on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, hash, sealed_at FROM guard.seals(%s)", [since])
        return cursor.fetchall()


def _anchor(number):
    """Append a line for each seal that has none: number, hash, when, and which rows the seal covers, by their ids."""
    file = anchor_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b", buffering=0) as anchors:
        last = _last_anchored(anchors)
        since = last + 1 if 0 < last < number else number  # after a restore to a moment the anchors are ahead
        lines = (
            f"{one} {digest} {sealed_at.isoformat()} {' '.join(_places(one))}\n"
            for one, digest, sealed_at in seals(since)
        )
        _append(anchors, "".join(lines).encode("ascii"))


def _last_anchored(anchors):
    """The number of the last whole line; half a line, as a power cut leaves it, is taken away. 0 if there is none."""
    end = anchors.seek(0, os.SEEK_END)
    start = anchors.seek(max(0, end - LONGEST_LINE))
    lines = anchors.read().split(b"\n")
    if lines[-1]:
        anchors.truncate(end - len(lines[-1]))
    whole = lines[:-1] if start == 0 else lines[1:-1]
    return int(whole[-1].split()[0]) if whole else 0


def _append(anchors, text):
    """All of it or nothing: a line that the disk has no room for would look like a history that was cut off."""
    end = anchors.seek(0, os.SEEK_END)
    try:
        if anchors.write(text) < len(text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), anchors.name)
        os.fsync(anchors.fileno())
    except OSError:
        anchors.truncate(end)
        raise


def _places(number):
    with connection.cursor() as cursor:
        cursor.execute("SELECT form, row_id FROM guard.sealed_places(%s, %s)", [number, MOST_PLACES])
        return [f"{form}:{row}" for form, row in cursor.fetchall()]
