"""Seal the history, anchor the newest seal outside the database, and check that everything holds."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from registry.access.row_security import everything_scope
from registry.access.seal_sql import unexplained
from registry.models import FORMS, Case


@dataclass(frozen=True)
class Fault:
    """One place where the history does not hold."""

    place: str
    what: str


def seal_history():
    """Seal what has been written since the last seal; append the new seal to the anchors. Returns its number, or 0."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT guard.seal_history()")
        number = cursor.fetchone()[0]
    if number:
        _anchor(*_seals(since=number))
    return number


def verify_history():
    """Every fault of the history: broken seals, anchors without their seal, stored answers that the history does not explain."""
    with everything_scope(actor="verify_history"):
        return [*_broken_seals(), *_lost_anchors(), *_unexplained_answers()]


def anchor_file():
    """Where the newest seals stand outside the database: another volume in production, for a tail cut off with its seals shows here only."""
    return Path(settings.MEDIA_ROOT) / "history-anchors.txt"


def _seals(since=0):
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, hash, sealed_at FROM guard.seals(%s)", [since])
        return cursor.fetchall()


def _anchor(seal, *_later):
    number, digest, sealed_at = seal
    file = anchor_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="ascii") as anchors:
        anchors.write(f"{number} {digest} {sealed_at.isoformat()}\n")


def _broken_seals():
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, sealed_at, sealed_rows, found_rows FROM guard.broken_seals()")
        for number, sealed_at, sealed, found in cursor.fetchall():
            what = f"{sealed} changes were sealed on {sealed_at:%Y-%m-%d %H:%M:%S} UTC"
            what += (
                f", {found} are there now"
                if found != sealed
                else " and one of them, or a seal before, is not what it was"
            )
            yield Fault(f"seal {number}", what)


def _lost_anchors():
    file = anchor_file()
    known = {f"{number} {digest}" for number, digest, _at in _seals()}
    for line in file.read_text(encoding="ascii").splitlines() if file.is_file() else ():
        number, digest, at = line.split()
        if f"{number} {digest}" not in known:
            yield Fault(
                f"anchor {number}",
                f"the seal anchored on {at} is not in the database: the end of the history was cut off",
            )


def _unexplained_answers():
    tables = [(Case._meta.db_table, "case"), *((form._meta.db_table, form.form_name) for form in FORMS)]
    with connection.cursor() as cursor:
        for table, form in tables:
            cursor.execute(unexplained(table, form), None)
            for row, item, stored, told in cursor.fetchall():
                yield Fault(f"{form} row {row}, {item}", f"stored is {stored}, the history says {told or 'nothing'}")
