"""A file of an export sent to whoever may take it, whole or a part of it (RFC 9110, Range), and noted."""

import base64
import re

from django.http import HttpResponse, StreamingHttpResponse

from analytics import export_files
from analytics.acts.taken import note_file
from registry.api.base import entity_tags

PIECE = 256 * 1024  # bytes that are read at once
ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class GoneError(Exception):
    """The file is not there any more."""


def sent_file(request, job):
    """The file of a ready export, or the part that the request asks for; 304, 416. Raises GoneError. Noted, but for a part that goes on.

    Its ETag and Repr-Digest are its SHA-256, so that a download that broke off is continued and the whole can be checked.
    """
    path = export_files.path_of(job.sha256)
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise GoneError from None
    digest = base64.b64encode(bytes.fromhex(job.sha256)).decode()
    headers = {
        "ETag": f'"{job.sha256}"',
        "Repr-Digest": f"sha-256=:{digest}:",
        "Accept-Ranges": "bytes",
        "Dataset": job.dataset_stated,
        "Record-Count": str(job.rows),
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    if job.sha256 in entity_tags(request.headers.get("If-None-Match", "")):
        file.close()
        return HttpResponse(status=304, headers=headers)
    first, last = _range(request, job)
    if first is None:
        file.close()
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{job.size}"})
    is_part = (first, last) != (0, job.size - 1)
    if is_part:
        headers["Content-Range"] = f"bytes {first}-{last}/{job.size}"
    headers["Content-Length"] = str(last - first + 1)
    headers["Content-Disposition"] = f'attachment; filename="{job.file_name}"'
    if request.method == "HEAD":
        file.close()
        return HttpResponse(status=206 if is_part else 200, headers=headers, content_type="application/zip")
    note_file(request.user, job, goes_on=first > 0)
    status = 206 if is_part else 200
    return StreamingHttpResponse(
        _pieces(file, first, last), status=status, headers=headers, content_type="application/zip"
    )


def _range(request, job):
    """(first, last) byte asked for; all of them unless one range is asked for of this very file; (None, None) for one outside it."""
    whole = (0, job.size - 1)
    asked = ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    tags = request.headers.get("If-Range")
    if asked is None or asked[0] == "bytes=-" or (tags is not None and tags != f'"{job.sha256}"'):
        return whole
    if not asked[1]:
        wanted = int(asked[2])
        return (max(job.size - wanted, 0), job.size - 1) if wanted else (None, None)
    first, last = int(asked[1]), min(int(asked[2] or job.size - 1), job.size - 1)
    if asked[2] and int(asked[2]) < first:
        return whole  # not a range at all
    return (first, last) if first < job.size else (None, None)


def _pieces(file, first, last):
    with file:
        file.seek(first)
        left = last - first + 1
        while left and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
