"""Bring records in from a file: seen cell by cell first, stored when that is confirmed.

A small file is looked at at once and kept in the page itself. A large one, one of which some records are refused, and one of another
system becomes an import of its own (registry/views/import_jobs.py), which a worker does record by record.
"""

import base64
import binascii
import zlib
from dataclasses import dataclass
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

from registry.access.middleware import patient
from registry.access.permissions import Permission
from registry.actions.import_jobs import MOST_OPEN, Kind, TooManyOpenError, take_in
from registry.imports.owned import own_jobs
from registry.imports.reading import ENCODINGS, MOST_BYTES, refuse_large
from registry.imports.sources import UNKNOWN_LAYOUT, rows_of
from registry.imports.watched import Watch
from registry.redcap.meant import How
from registry.redcap.storing import NotAcceptedError, store
from registry.views.access import permitted
from registry.views.import_jobs import SHOWN, heading, progress
from registry.views.sent_once import sent_once

MOST_ROWS = 500  # of one import on the page: it is answered while somebody waits
MOST_SHOWN = 500  # cells
VALID_FOR = 3_600  # seconds between looking and confirming
ENCODING_WORDS = {"utf-8": gettext_lazy("UTF-8 (Excel: “CSV UTF-8”)"), "shift_jis": gettext_lazy("Shift_JIS (Excel in Japanese: “CSV”)")}  # fmt: skip


@patient
@permitted(Permission.FORM_WRITE)
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("sent")
@sensitive_variables("file", "rows")
@sent_once()
def imports(request):
    """The page; posted, by `step`: preview, what the file would change; store, as it was looked at; rows, record by record."""
    if request.method == "GET":
        return _page(request)
    try:
        step = request.POST.get("step")
        file = _chosen(request) if step == "preview" else _confirmed(request)
        if step == "rows":
            return _by_record(request, file, Kind.RECORDS)
        rows = rows_of(file.name, file.content, file.encoding)
        if len(rows) > MOST_ROWS:
            return _by_record(request, file, Kind.RECORDS)
        watch = Watch(seen=file.seen)
        done = store(rows, How(False, "YMD", ".", file.completes), by=request.user, watch=watch)
    except ValidationError as refusal:
        if getattr(refusal, "code", "") == UNKNOWN_LAYOUT:
            return _by_record(request, file, Kind.CASES)
        return _page(request, refusal=" ".join(refusal.messages), status=422)
    except NotAcceptedError as closed:
        return _page(request, refusal=_("Records do not come in at %(site)s.") % {"site": closed}, status=422)
    if watch.is_stored and watch.cells:
        return _told(request, watch)
    try:
        sent = _signed(request, file, watch.digest) if watch.cells and not done.faults else ""
        by_record = _signed(request, file, "") if done.faults else ""
    except ValidationError as refusal:
        return _page(request, refusal=" ".join(refusal.messages), status=422)
    moved = bool(file.seen) and not watch.is_stored
    status = 422 if done.faults else 409 if moved else 200
    return _page(
        request, file=file, watch=watch, faults=done.faults, sent=sent, by_record=by_record, moved=moved, status=status
    )


def _by_record(request, file, kind):
    """The page of an import of its own."""
    try:
        job, _is_new = take_in(
            by=request.user,
            name=file.name,
            content=file.content,
            encoding=file.encoding,
            kind=kind,
            completes=file.completes,
        )
    except TooManyOpenError:
        said = _("You have %(most)d imports on the way, as many as one person may have. Wait for one, or end one.")
        return _page(request, refusal=said % {"most": MOST_OPEN}, status=429)
    return redirect("import_job", pk=job.pk)


def _told(request, watch):
    """Where the person goes on after storing."""
    said = ngettext("Stored: %(n)d answer.", "Stored: %(n)d answers.", len(watch.cells)) % {"n": len(watch.cells)}
    if watch.queries:
        asked = ngettext("The registry asks %(n)d question.", "The registry asks %(n)d questions.", len(watch.queries))
        said = f"{said} {asked % {'n': len(watch.queries)}}"
    messages.success(request, said)
    return redirect("worklist")


def _page(request, *, file=None, refusal="", watch=None, faults=(), sent="", by_record="", moved=False, status=200):
    context = {
        "name": file.name if file else "",
        "encoding": file.encoding if file else "utf-8",
        "completes": bool(file and file.completes),
        "encodings": ENCODING_WORDS.items(),
        "refusal": refusal,
        "watch": watch,
        "cells": watch.cells[:MOST_SHOWN] if watch else (),
        "faults": faults[:MOST_SHOWN],
        "number_of_faults": len(faults),
        "sent": sent,
        "by_record": by_record,
        "moved": moved,
        "jobs": [
            (job, heading(job) or progress(job) or job.get_state_display()) for job in own_jobs(request.user)[:SHOWN]
        ],
        "most_mb": MOST_BYTES // 1024**2,
        "crumbs": [(_("Cases"), reverse("cases"))],
    }
    return render(request, "registry/imports.html", context, status=status)


@dataclass(frozen=True)
class _File:
    """A file as it was chosen. seen: the digest of what was looked at."""

    name: str
    encoding: str
    completes: bool
    content: bytes
    seen: str | None = None


def _chosen(request):
    """The file that was chosen. Raises ValidationError."""
    file, encoding = request.FILES.get("file"), request.POST.get("encoding", "utf-8")
    if file is None:
        raise ValidationError(_("No file was chosen. Choose one."))
    if encoding not in ENCODINGS:
        raise ValidationError(_("Choose one of the encodings of the list."))
    refuse_large(file.size)
    return _File(PurePath(file.name).name[:200], encoding, request.POST.get("completes") == "1", file.read())


def _signed(request, file, digest):
    """The file for the confirmation: in the page, signed for this person and for an hour. Raises ValidationError where it is too large."""
    parts = (file.name.encode(), zlib.compress(file.content, 6))
    words = [file.encoding, str(int(file.completes)), digest]
    text = ".".join([*words, *(base64.urlsafe_b64encode(one).decode() for one in parts)])
    if len(text) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE * 0.9:
        raise ValidationError(
            _("The file is too large to be looked at on a page. Split it, or ask the administrator to run “manage.py import_records”.")
        )  # fmt: skip
    return _signer(request).sign(text)


def _confirmed(request):
    """The file that was looked at. Raises ValidationError."""
    try:
        text = _signer(request).unsign(request.POST.get("sent", ""), max_age=VALID_FOR)
        encoding, completes, digest, name, content = text.split(".")
        return _File(
            base64.urlsafe_b64decode(name).decode(),
            encoding,
            completes == "1",
            zlib.decompress(base64.urlsafe_b64decode(content)),
            digest,
        )
    except (BadSignature, ValueError, binascii.Error, zlib.error):
        raise ValidationError(
            _("What you looked at is more than an hour old. Choose the file again; nothing was stored.")
        ) from None


def _signer(request):
    return TimestampSigner(salt=f"registry.imports:{request.user.pk}")
