"""What changed since an earlier reading: saved again, withdrawn or removed. A mark is a place in the order of commits, not a time.

A transaction that began early and commits late has an older time than rows handed out before it; by time it would be lost. So the
mark is the oldest transaction that was still running when the list was begun: what is older was seen, what is not comes again, and a
repetition does no harm, for rows carry versions. PostgreSQL documentation, System Information Functions: pg_snapshot_xmin.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.db import connection
from django.db.models import Q
from django.utils.dateparse import parse_date, parse_datetime

from registry import clock
from registry.api.base import bad_parameter
from registry.api.problems import Problem
from registry.models import Case, HistoryEvent

SALT = "registry.api.changes"
EARLIER = timedelta(minutes=10)  # longer than any statement may take: a time is read this much earlier
OF_CASE = ("case", "patient")  # whose change can take a case out of every list
MARK = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, system_identifier, timeline_id
FROM pg_control_system(), pg_control_checkpoint()
"""


@dataclass(frozen=True)
class Since:
    """The events of the history that are not older than a mark."""

    events: Q

    def of(self, rows, form_name):
        """The rows of a form, removed ones too and annotated `is_gone`, that changed or whose case was taken away."""
        events = HistoryEvent.objects.filter(self.events)
        own = events.filter(form=form_name).values("row_id")
        of_cases = events.filter(form__in=OF_CASE).values("case_id")
        return rows.filter(Q(pk__in=own) | Q(is_gone=True, case__in=of_cases))

    def of_cases(self, rows):
        """The cases of which anything changed, removed ones too."""
        return rows.filter(pk__in=HistoryEvent.objects.filter(self.events, case_id__isnull=False).values("case_id"))


def as_of():
    """The mark of now, as text. Taken before the rows are read: what commits in between is told twice rather than never."""
    oldest, *epoch = _now()
    return signing.dumps([oldest, *epoch], salt=SALT)


def since(request):
    """What `changed_since` names; None if the request does not ask."""
    text = request.query_params.get("changed_since")
    if text is None:
        return None
    moment = _moment(text)
    if moment is not None:
        return Since(Q(at__gte=moment - EARLIER))
    try:
        oldest, *epoch = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        raise bad_parameter(
            "changed_since", text, "the `as_of` of an earlier answer, or a time with its zone"
        ) from None
    if epoch != list(_now()[1:]):
        raise Problem("restored")
    return Since(Q(transaction__gte=oldest))


def gone_too(rows, person):
    """Of `rows` of a form or of queries, removed ones too: those this person may see or might have seen, annotated `is_gone`."""
    return rows.filter(case__in=Case.with_void.visible_to(person)).with_gone().select_related("case", "site")


def tombstone(row):
    """What is said of a form that is there no more."""
    return {
        "case": row.case.number,
        "form": row.form_name,
        "key": row.key,
        "version": row.version,
        "withdrawn": True,
    }


def _now():
    with connection.cursor() as cursor:
        cursor.execute(MARK)
        return cursor.fetchone()


def _moment(text):
    try:
        day = parse_date(text)
        moment = clock.midnight(day) if day else parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
