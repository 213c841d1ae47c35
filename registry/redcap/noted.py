"""What leaves by this door, sent while it is read, and noted: who took what, by which filters, how many rows, and its SHA-256.

The last piece is held back until the note is stored: nobody has the whole file without it. A failure breaks the connection, since an
answer that began with 200 cannot be taken back, and what had been sent by then is noted too.
"""

import hashlib

from django.conf import settings
from django.utils import timezone, translation
from django.utils.module_loading import import_string

from registry.access.row_security import person_scope, snapshot_scope

BROKEN = "broken off"


def sent_and_noted(source, person, request_id, *, what, kind, filters):
    """The bytes of an export, some at a time. source: has pieces() and rows; read in one snapshot of the person's scope."""
    digest, held, is_whole = hashlib.sha256(), b"", False
    try:
        with snapshot_scope(person, request=request_id):
            for text in _in_own_words(source.pieces(), person):
                piece = text.encode()
                digest.update(piece)
                if held and piece:
                    yield held
                held = piece or held
        is_whole = True
    finally:
        note = import_string(settings.EXPORTS_ARE_NOTED_BY)
        with person_scope(person, request=request_id):
            said = what if is_whole else f"{what} ({BROKEN})"
            note(person, what=said, kind=kind, filters=filters, rows=source.rows, digest=digest.hexdigest())
    yield held


def _in_own_words(pieces, person):
    """Each piece made in the person's language and the registry's time, whatever runs in this thread between two."""
    while True:
        with translation.override(person.language), timezone.override(settings.DISPLAY_TIME_ZONE):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece
