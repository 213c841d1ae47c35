"""Bring records in from a file: seen cell by cell first, stored when that is confirmed. Nothing is kept between the two but in the page itself."""

import base64
import binascii
import zlib
from pathlib import PurePath

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, TimestampSigner
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from registry.access.permissions import Permission
from registry.imports.reading import ENCODINGS, MOST_BYTES, refuse_large
from registry.imports.sources import rows_of
from registry.imports.watched import Watch
from registry.redcap.meant import How
from registry.redcap.storing import NotAcceptedError, store
from registry.views.access import permitted
from registry.views.sent_once import sent_once

MOST_ROWS = 500  # of one import on the page: it is answered while somebody waits
MOST_SHOWN = 500  # cells
VALID_FOR = 3_600  # seconds between looking and confirming
ENCODING_WORDS = {"utf-8": gettext_lazy("UTF-8 (Excel: “CSV UTF-8”)"), "shift_jis": gettext_lazy("Shift_JIS (Excel in Japanese: “CSV”)")}  # fmt: skip


@permitted(Permission.FORM_WRITE)
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("sent")
@sensitive_variables("content", "rows")
@sent_once()
def imports(request):
    """The page; posted, what the file would change, or with `step` store the file that was looked at."""
    if request.method == "GET":
        return _page(request)
    try:
        name, encoding, seen, content = _confirmed(request) if request.POST.get("step") == "store" else _chosen(request)
        rows = rows_of(name, content, encoding)
        if len(rows) > MOST_ROWS:
            raise ValidationError(
                _("The file holds %(found)d rows; the page takes %(most)d. Split it, or ask the administrator to run “manage.py import_records”.")
                % {"found": len(rows), "most": MOST_ROWS}
            )  # fmt: skip
        watch = Watch(seen=seen)
        done = store(rows, How(erases=False, dates="YMD", decimal="."), by=request.user, watch=watch)
    except ValidationError as refusal:
        return _page(request, refusal=" ".join(refusal.messages), status=422)
    except NotAcceptedError as closed:
        return _page(request, refusal=_("Records do not come in at %(site)s.") % {"site": closed}, status=422)
    if watch.is_stored and watch.cells:
        return _told(request, watch)
    try:
        sent = _signed(request, name, encoding, watch.digest, content) if watch.cells and not done.faults else ""
    except ValidationError as refusal:
        return _page(request, refusal=" ".join(refusal.messages), status=422)
    moved = bool(seen) and not watch.is_stored
    status = 422 if done.faults else 409 if moved else 200
    return _page(
        request, name=name, encoding=encoding, watch=watch, faults=done.faults, sent=sent, moved=moved, status=status
    )


def _told(request, watch):
    """Where the person goes on after storing."""
    said = ngettext("Stored: %(n)d answer.", "Stored: %(n)d answers.", len(watch.cells)) % {"n": len(watch.cells)}
    if watch.queries:
        asked = ngettext("The registry asks %(n)d question.", "The registry asks %(n)d questions.", len(watch.queries))
        said = f"{said} {asked % {'n': len(watch.queries)}}"
    messages.success(request, said)
    return redirect("worklist")


def _page(request, *, name="", encoding="utf-8", refusal="", watch=None, faults=(), sent="", moved=False, status=200):
    context = {
        "name": name,
        "encoding": encoding,
        "encodings": ENCODING_WORDS.items(),
        "refusal": refusal,
        "watch": watch,
        "cells": watch.cells[:MOST_SHOWN] if watch else (),
        "faults": faults[:MOST_SHOWN],
        "number_of_faults": len(faults),
        "sent": sent,
        "moved": moved,
        "most_mb": MOST_BYTES // 1024**2,
        "crumbs": [(_("Cases"), reverse("cases"))],
    }
    return render(request, "registry/imports.html", context, status=status)


def _chosen(request):
    """(name, encoding, None, bytes) of the file that was chosen. Raises ValidationError."""
    file, encoding = request.FILES.get("file"), request.POST.get("encoding", "utf-8")
    if file is None:
        raise ValidationError(_("No file was chosen. Choose one."))
    if encoding not in ENCODINGS:
        raise ValidationError(_("Choose one of the encodings of the list."))
    refuse_large(file.size)
    return PurePath(file.name).name[:200], encoding, None, file.read()


def _signed(request, name, encoding, digest, content):
    """The file for the confirmation: in the page, signed for this person and for an hour. Raises ValidationError where it is too large."""
    parts = (name.encode(), zlib.compress(content, 6))
    text = ".".join([encoding, digest, *(base64.urlsafe_b64encode(one).decode() for one in parts)])
    if len(text) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE * 0.9:
        raise ValidationError(
            _("The file is too large to be looked at on a page. Split it, or ask the administrator to run “manage.py import_records”.")
        )  # fmt: skip
    return _signer(request).sign(text)


def _confirmed(request):
    """(name, encoding, digest of what was seen, bytes) of the file that was looked at. Raises ValidationError."""
    try:
        text = _signer(request).unsign(request.POST.get("sent", ""), max_age=VALID_FOR)
        encoding, digest, name, content = text.split(".")
        return (
            base64.urlsafe_b64decode(name).decode(),
            encoding,
            digest,
            zlib.decompress(base64.urlsafe_b64decode(content)),
        )
    except (BadSignature, ValueError, binascii.Error, zlib.error):
        raise ValidationError(
            _("What you looked at is more than an hour old. Choose the file again; nothing was stored.")
        ) from None


def _signer(request):
    return TimestampSigner(salt=f"registry.imports:{request.user.pk}")
