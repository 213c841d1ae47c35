"""A whole collection in one answer: CSV, NDJSON or Parquet, from PostgreSQL to the socket while it is read.

PostgreSQL writes the lines itself (COPY), in one snapshot that is opened when the first byte is asked for; nothing piles up in memory.
The rows are those of the list's own queryset. What is sent is noted, and its digest can be asked for afterwards.
"""

import contextlib
import csv
import io
import threading
import uuid
import zlib

from django.conf import settings
from django.db import connection
from django.http import StreamingHttpResponse
from django.urls import reverse
from rest_framework import renderers

from registry.access.token_scopes import Scope
from registry.api.base import bad_parameter, refuse_unconfirmed
from registry.api.problems import Problem
from registry.api.stream_columns import FLAG, Column
from registry.noted import sent_and_noted

CSV, NDJSON, PARQUET = "csv", "ndjson", "parquet"
BYTES_AT_ONCE = 128 * 1024
ROWS_OF_GROUP = 20_000  # of a row group of Parquet, and in memory at once
LONGEST = "600s"  # a stream may take: a client that reads slowly holds a snapshot
MOST_AT_ONCE = 4  # streams of one process: each holds a thread, and pages need some too
ASK_AGAIN = "10"  # seconds
RAW = "(FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')"  # JSON has no such signs, so that nothing of it is quoted
_going, _lock = set(), threading.Lock()


class _Chooses(renderers.BaseRenderer):
    """Lets Accept or `format` choose a stream, which the view itself sends."""

    def render(self, data, accepted_media_type=None, renderer_context=None):
        """Nothing."""
        return b""


class CsvStream(_Chooses):
    """text/csv."""

    media_type, format, charset = "text/csv", CSV, "utf-8"


class NdjsonStream(_Chooses):
    """A JSON object a line."""

    media_type, format, charset = "application/x-ndjson", NDJSON, "utf-8"


class ParquetStream(_Chooses):
    """Typed columns in row groups."""

    media_type, format, charset = "application/vnd.apache.parquet", PARQUET, None


RENDERERS = [renderers.JSONRenderer, CsvStream, NdjsonStream, ParquetStream]


class Source:
    """The pieces of one stream, and how many rows they held.

    queryset  the list's queryset, annotated is_gone; case: the path in it that is the case's id
    since    what changed since is asked for: then rows may be gone, and `withdrawn` is a column
    """

    def __init__(self, kind, shape, queryset, *, case, since):
        self.kind, self.shape, self.queryset, self.case = kind, shape, queryset, case
        self.since, self.rows = since is not None, 0

    def pieces(self):
        """The bytes, some at a time, from the current transaction's snapshot."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true), current_setting('TimeZone')", [LONGEST])
            zone = cursor.fetchone()[1]
            cursor.execute("SELECT set_config('TimeZone', %s, true)", [settings.DISPLAY_TIME_ZONE])
            cursor.execute(
                "SET LOCAL enable_sort = off"
            )  # in the order of the index: the first byte waits for no other row
            yield from {CSV: self._csv, NDJSON: self._ndjson, PARQUET: self._parquet}[self.kind](cursor)
            cursor.execute("SELECT set_config('TimeZone', %s, true)", [zone])

    def cases(self):
        """Ids of the cases whose rows are in it."""
        return list(self.queryset.order_by(self.case).values_list(self.case, flat=True).distinct())

    def _csv(self, cursor):
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerow([one.name for one in self._table()])
        yield out.getvalue().encode()
        with self._copied(cursor, self._select(), "(FORMAT csv)") as lines:
            yield from self._joined(lines)

    def _ndjson(self, cursor):
        body = _object(self.shape.json)
        if self.since:
            body = f"CASE WHEN r.is_gone THEN {_object(self.shape.gone, 'true AS withdrawn')} ELSE {body} END"
        with self._copied(cursor, body, RAW) as lines:
            yield from self._joined(lines)

    def _parquet(self, cursor):
        from registry.api.parquet import Groups

        groups = Groups(self._table())
        held = []
        with self._copied(cursor, self._select(), "(FORMAT csv)") as lines:
            for line in lines:
                held.append(line)
                if len(held) == ROWS_OF_GROUP:
                    yield groups.written(b"".join(held))
                    held = []
        if held:
            yield groups.written(b"".join(held))
        yield groups.end()

    def _table(self):
        gone = (Column("withdrawn", "r.is_gone", FLAG),) if self.since else ()
        return (*self.shape.table, *gone)

    def _select(self):
        cells = []
        for one in self._table():
            stays = not self.since or one.name in ("withdrawn", *(each.name for each in self.shape.gone))
            cell = one.as_cell() if self.kind == CSV or one.kind == FLAG else one.as_json()
            cells.append(cell if stays else f"CASE WHEN NOT r.is_gone THEN {cell} END")
        return ", ".join(cells)

    @contextlib.contextmanager
    def _copied(self, cursor, select, how):
        """Each row as PostgreSQL sends it: one message a row."""
        names = ("id", "is_gone", *self.shape.read.values())
        inner, params = self.queryset.order_by().values_list("pk", "is_gone", *self.shape.read).query.sql_with_params()
        listed = ", ".join(f'"{name}"' for name in names)
        statement = f"COPY (SELECT {select} FROM ({inner}) r({listed}) ORDER BY r.id) TO STDOUT {how}"  # noqa: S608 - the models' own names
        with cursor.copy(statement, params) as copy:
            yield self._counted(copy)

    def _counted(self, copy):
        for row in copy:
            self.rows += 1
            yield bytes(row)

    def _joined(self, lines):
        held, size = [], 0
        for line in lines:
            held.append(line)
            size += len(line)
            if size >= BYTES_AT_ONCE:
                yield b"".join(held)
                held, size = [], 0
        if held:
            yield b"".join(held)


def _object(columns, *more):
    """These members as one JSON object, without the 50 that json_build_object takes."""
    members = ", ".join([*(f'{one.as_json()} AS "{one.name}"' for one in columns), *more])
    return f"(SELECT row_to_json(j) FROM (SELECT {members}) j)"  # noqa: S608 - as above


def behind(rows, request, place):
    """The rows that come after the one that the parameter “after” names; all without it. place: what it names → id, or None."""
    text = request.query_params.get("after")
    if text is None:
        return rows
    last = place(text)
    if last is None:
        raise bad_parameter("after", text, "the last row that you hold, as case/key; of cases the number")
    return rows.filter(pk__gt=last)


def refuse_after(request):
    """Raise for “after” in a list of pages, which goes on by its cursor."""
    if "after" in request.query_params:
        raise bad_parameter(
            "after", request.query_params["after"], "only with a stream (Accept: text/csv); pages go on by “next”"
        )


def stream(request, shape, queryset, *, case, since, as_of):
    """The response. Raises a Problem for a token that takes no whole files, a session that is not confirmed, and too many streams at once."""
    refuse_unconfirmed(request)
    person, kind = request.user, request.accepted_renderer.format
    if not person.may_by(Scope.EXPORT):
        raise Problem("right_missing", f"A whole collection needs a token with the scope “{Scope.EXPORT}”.")
    for name in ("cursor", "limit"):
        if name in request.query_params:
            raise bad_parameter(name, request.query_params[name], "none: a stream has no pages; it goes on by “after”")
    if len(_going) >= MOST_AT_ONCE:
        detail = f"{MOST_AT_ONCE} streams are on the way from this server, as many as it sends at once."
        raise Problem("throttled", detail, headers={"Retry-After": ASK_AGAIN})
    name = uuid.uuid4().hex
    source = Source(kind, shape, queryset, case=case, since=since)
    filters = {one: request.query_params[one] for one in request.query_params if one != "format"}
    pieces = sent_and_noted(
        source, person, request._request.id, what=f"rest {shape.name}", kind=kind, filters=filters, stream=name,
        profile="full" if person.sees_identifiers else "unnamed",
    )  # fmt: skip
    headers = {
        "As-Of": as_of,
        "Export-Check": reverse("api-stream-check", args=[name]),
        "Content-Disposition": f'attachment; filename="{shape.name}.{kind}"',
        "Cache-Control": "private, no-store",
        "Vary": "Accept, Accept-Encoding",
        "X-Accel-Buffering": "no",
    }
    if kind != PARQUET and "gzip" in request.headers.get("Accept-Encoding", ""):
        pieces, headers["Content-Encoding"] = _gzipped(pieces), "gzip"
    renderer = request.accepted_renderer
    content_type = f"{renderer.media_type}; charset={renderer.charset}" if renderer.charset else renderer.media_type
    return StreamingHttpResponse(_counted(pieces, name), content_type=content_type, headers=headers)


def _gzipped(pieces):
    """The pieces compressed. What breaks off has no end of gzip either, so that nobody takes it for whole."""
    packer = zlib.compressobj(5, wbits=31)
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()


def _counted(pieces, name):
    with _lock:
        _going.add(name)
    try:
        yield from pieces
    finally:
        with _lock:
            _going.discard(name)
