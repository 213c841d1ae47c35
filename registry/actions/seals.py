"""Seal the history, and anchor the newest seal outside the database."""

from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

MOST_PLACES = 20  # of one seal that its anchor names


def seal_history():
    """Seal what has been written since the last seal; append the new seal to the anchors. Returns its number, or 0."""
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
    """Append a line: number, hash, when, and which rows the seal covers, by their ids."""
    (_number, digest, sealed_at), *_later = seals(since=number)
    file = anchor_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="ascii") as anchors:
        anchors.write(f"{number} {digest} {sealed_at.isoformat()} {' '.join(_places(number))}\n")


def _places(number):
    with connection.cursor() as cursor:
        cursor.execute("SELECT form, row_id FROM guard.sealed_places(%s, %s)", [number, MOST_PLACES])
        return [f"{form}:{row}" for form, row in cursor.fetchall()]
