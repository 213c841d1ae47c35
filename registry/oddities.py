"""What a reviewer of the trail should look at: entry at night, many corrections at once, changes after unlocking, corrections of what
an endpoint needs after completion, one person at many sites. Signals, not faults; what imports and the registry itself do is no signal.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from registry.models import FORM_OF, REDACTED
from registry.models.base import STATES

DAWN = 5  # o'clock; the night begins at midnight
MANY_SAVES, BURST = 20, "10 minutes"  # corrections of one person
MANY_SITES = 3  # of one person on one day
MOST = 200  # of one signal

# What people did in the period: all of it, answers alone, answers that were there before.
TOLD = """
WITH told AS (
  SELECT *, (at AT TIME ZONE %(zone)s)::timestamp AS local FROM registry_historyevent
  WHERE at >= %(since)s AND at < %(until)s AND case_id IS NOT NULL AND role <> 'system' AND request !~ '^(import|command|task)-'),
answer AS (SELECT * FROM told WHERE form = ANY (%(forms)s) AND item <> ALL (%(states)s)),
correction AS (SELECT * FROM answer WHERE kind = 'update' AND old IS NOT NULL)
"""

# Each gives: actor, site, case, form, row (or nothing), first and last event, when, how many.
NIGHT = """
SELECT actor, NULL::bigint, NULL::bigint, NULL, NULL::bigint, min(id), max(id), min(at), count(*)
FROM told WHERE extract(hour FROM local) < %(dawn)s
GROUP BY actor, local::date ORDER BY min(id) DESC LIMIT %(most)s
"""

MANY = """
, save AS (SELECT actor, min(id) AS id, min(at) AS at FROM correction GROUP BY actor, form, row_id, transaction),
crowded AS (
  SELECT *, count(*) OVER (PARTITION BY actor ORDER BY at RANGE BETWEEN %(burst)s::interval PRECEDING AND CURRENT ROW) AS near,
    coalesce(at - lag(at) OVER (PARTITION BY actor ORDER BY at, id) >= %(burst)s::interval, true) AS begins
  FROM save),
burst AS (SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY actor ORDER BY at, id) AS number FROM crowded)
SELECT actor, NULL::bigint, NULL::bigint, NULL, NULL::bigint, min(id), max(id), min(at), count(*)
FROM burst GROUP BY actor, number HAVING max(near) >= %(many)s ORDER BY min(id) DESC LIMIT %(most)s
"""

UNLOCKED = """
SELECT e.actor, e.site_id, e.case_id, e.form, e.row_id, min(e.id), max(e.id), min(e.at), count(*)
FROM answer e, LATERAL (
  SELECT old FROM registry_historyevent u WHERE u.form = e.form AND u.row_id = e.row_id AND u.item = 'is_locked' AND u.id < e.id
  ORDER BY u.id DESC LIMIT 1) before
WHERE e.kind = 'update' AND before.old = 'true'
GROUP BY e.actor, e.site_id, e.case_id, e.form, e.row_id, e.transaction ORDER BY min(e.id) DESC LIMIT %(most)s
"""

# A correction that somebody asked for by a query is none.
CRITICAL = """
SELECT e.actor, e.site_id, e.case_id, e.form, e.row_id, min(e.id), max(e.id), min(e.at), count(*)
FROM correction e
JOIN unnest(%(critical_forms)s::text[], %(critical_items)s::text[]) needed (form, item) ON needed.form = e.form AND needed.item = e.item,
LATERAL (
  SELECT new FROM registry_historyevent c
  WHERE c.form = e.form AND c.row_id = e.row_id AND c.item = 'is_complete' AND c.transaction <> e.transaction AND c.id < e.id
  ORDER BY c.id DESC LIMIT 1) before
WHERE before.new = 'true' AND NOT EXISTS (
  SELECT FROM registry_query q WHERE q.form = e.form AND q.row_id = e.row_id AND q.item IN ('', e.item) AND q.opened_at < e.at)
GROUP BY e.actor, e.site_id, e.case_id, e.form, e.row_id, e.transaction ORDER BY min(e.id) DESC LIMIT %(most)s
"""

SITES = """
SELECT actor, NULL::bigint, NULL::bigint, NULL, NULL::bigint, min(id), max(id), min(at), count(*)
FROM answer GROUP BY actor, local::date HAVING count(DISTINCT site_id) >= %(many_sites)s ORDER BY min(id) DESC LIMIT %(most)s
"""


@dataclass(frozen=True)
class Signal:
    """One kind of oddity."""

    label: object
    sql: str


SIGNALS = {
    "night": Signal(_("entry between 00:00 and 05:00"), NIGHT),
    "many": Signal(_("many corrections within minutes"), MANY),
    "unlocked": Signal(_("changed after it was unlocked"), UNLOCKED),
    "critical": Signal(_("an endpoint's answer corrected after completion"), CRITICAL),
    "sites": Signal(_("one person at many sites on one day"), SITES),
}


@dataclass(frozen=True)
class Oddity:
    """What one signal found: whose changes, where (a row, or nothing), the events from `first` to `last`."""

    signal: str
    actor: str
    site_id: int | None
    case_id: int | None
    form: str | None
    row_id: int | None
    first: int
    last: int
    at: datetime
    changes: int


def oddities(since, until, signals=tuple(SIGNALS)):
    """What the signals find among the events of a period that exist in this scope, newest first. One query a signal."""
    critical = [
        (name, item)
        for name, form in FORM_OF.items()
        for item, about in form.items().items()
        if about.critical and not about.key
    ]
    values = {
        "since": since,
        "until": until,
        "zone": settings.DISPLAY_TIME_ZONE,
        "forms": list(FORM_OF),
        "states": [*STATES, REDACTED, "course_no"],
        "dawn": DAWN,
        "burst": BURST,
        "many": MANY_SAVES,
        "many_sites": MANY_SITES,
        "critical_forms": [form for form, _item in critical],
        "critical_items": [item for _form, item in critical],
        "most": MOST,
    }
    found = []
    with connection.cursor() as cursor:
        for code in signals:
            cursor.execute(TOLD + SIGNALS[code].sql, values)
            found += [Oddity(code, *row) for row in cursor.fetchall()]
    return sorted(found, key=lambda one: one.last, reverse=True)
