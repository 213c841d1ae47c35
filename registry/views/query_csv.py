"""The list of queries as a CSV file, written while it is sent."""

import csv
import io

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse
from django.utils import timezone, translation
from django.views.decorators.http import require_GET

from registry.access.permissions import Permission
from registry.access.row_security import person_scope
from registry.api.csv_cells import guarded
from registry.models import Query
from registry.queries import overview
from registry.views.access import permitted
from registry.views.proof import proved
from registry.views.queries import after, narrowed, place_of, query_filters
from registry.views.query_rows import query_rows

BATCH = 500
COLUMNS = (
    "query", "case", "site", "form", "key", "item", "form_title", "item_label", "question", "state", "owes", "days", "opened", "last_step",
    "raised_by", "rule", "rule_version", "severity", "answer", "version",
)  # fmt: skip


@permitted(Permission.CASE_READ)
@require_GET
@proved("GET", sends_file=True)
def queries_csv(request):
    """What the list shows with the same filters, all of it."""
    lines = _Lines(request)
    body = lines.sent_later() if isinstance(request, ASGIRequest) else lines.sent()
    return StreamingHttpResponse(
        body,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="queries.csv"'},
    )


class _Lines:
    """The lines of the file. The request's scope has ended when they are sent: each batch opens the person's again."""

    def __init__(self, request):
        self.person, self.id, self.language = request.user, request.id, translation.get_language()
        self.filters = query_filters(request.GET, overview(Query.objects.visible_to(request.user).not_withdrawn()))

    def sent(self):
        """Batch by batch."""
        text, place = self.batch("")
        yield "\ufeff" + _written([COLUMNS]) + text
        while place:
            text, place = self.batch(place)
            yield text

    async def sent_later(self):
        """The same for a server that does not wait."""
        batch = sync_to_async(self.batch)
        text, place = await batch("")
        yield "\ufeff" + _written([COLUMNS]) + text
        while place:
            text, place = await batch(place)
            yield text

    def batch(self, place):
        """(lines behind a place, the next place or nothing)."""
        with (
            translation.override(self.language),
            timezone.override(settings.DISPLAY_TIME_ZONE),
            person_scope(self.person, request=self.id),
        ):
            own = narrowed(Query.objects.visible_to(self.person).not_withdrawn(), self.filters)
            found = list(after(own, place)[: BATCH + 1])
            text = _written(_cells(row) for row in query_rows(found[:BATCH]))
        return text, place_of(found[BATCH - 1]) if len(found) > BATCH else ""


def _written(rows):
    place = io.StringIO()
    csv.writer(place).writerows(rows)
    return place.getvalue()


def _cells(row):
    query = row.query
    words = (
        query.case.number,
        query.site.code,
        query.form,
        row.asked.row.key,
        query.item,
        row.title,
        row.label,
        row.words,
        query.get_state_display(),
        str(row.owes),
    )
    more = (query.get_origin_display(), query.rule, query.rule_version, query.severity, query.get_answer_kind_display())
    return [
        query.pk,
        *(guarded(str(one)) for one in words),
        row.days,
        *(timezone.localtime(moment).isoformat(timespec="seconds") for moment in (query.opened_at, query.changed_at)),
        *(guarded(str(one)) for one in more),
        query.version,
    ]
