"""What leaves the registry while it is read, and is noted: who took what, by which filters, how many rows, of which cases, its SHA-256.

The last piece is held back until the note is stored: nobody has the whole without it. A failure breaks the connection, since an
answer that began with 200 cannot be taken back, and what had been sent by then is noted too.
"""

import contextlib
import hashlib

from django.conf import settings
from django.utils import timezone, translation
from django.utils.module_loading import import_string

from registry.access.replica import from_replica
from registry.access.row_security import person_scope, snapshot_scope

BROKEN = "broken off"


def sent_and_noted(source, person, request_id, *, what, kind, filters, **more):
    """The bytes of an export, some at a time, read in one snapshot of the person's scope.

    source  has pieces(), texts or bytes; rows; cases(), the ids of the cases in it, or None where it holds no rows of cases
    more    what else the note says
    """
    digest, held, cases, is_whole = hashlib.sha256(), b"", None, False
    try:
        # Closed before its transaction ends: a COPY that goes on would hold the connection for ever.
        with (
            from_replica(),
            snapshot_scope(person, request=request_id),
            contextlib.closing(source.pieces()) as pieces,
        ):
            for text in _in_own_words(pieces, person):
                piece = text.encode() if isinstance(text, str) else text
                digest.update(piece)
                if held and piece:
                    yield held
                held = piece or held
            cases = source.cases()
        is_whole = True
    finally:
        note = import_string(settings.EXPORTS_ARE_NOTED_BY)
        with person_scope(person, request=request_id):
            note(
                person,
                what=what if is_whole else f"{what} ({BROKEN})",
                kind=kind,
                filters=filters,
                rows=source.rows,
                digest=digest.hexdigest(),
                cases=cases if is_whole else source.cases(),
                is_whole=is_whole,
                **more,
            )
    yield held


def _in_own_words(pieces, person):
    """Each piece made in the person's language and the registry's time, whatever runs in this thread between two."""
    while True:
        with translation.override(person.language), timezone.override(settings.DISPLAY_TIME_ZONE):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece
