"""Complete forms of every case that wait to be verified or locked, as SQL: read by pages that list thousands."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from registry.models import FORMS

VERIFY, LOCK = "verify", "lock"


@dataclass(frozen=True)
class Waiting:
    """One stored form that waits. `dated` is its own date; of a form without one, the day of the infusion, or of the decision."""

    form: str
    row_id: int
    case_id: int
    version: int
    dated: date | None


def waiting(what, *, site="", form="", number="", since=None, until=None, limit, offset=0):
    """(how many there are, those of one page) by case and clinical order. Only rows of the transaction's sites."""
    values = {"site": site, "form": form, "number": f"%{number}%", "since": since, "until": until}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({_FOUND[what]}) found", values)  # noqa: S608 - names of our tables
        (number_of_all,) = cursor.fetchone()
        cursor.execute(
            f"{_FOUND[what]} ORDER BY number, place, row_id LIMIT %(limit)s OFFSET %(offset)s",
            {**values, "limit": limit, "offset": offset},
        )
        return number_of_all, [Waiting(*row[:5]) for row in cursor.fetchall()]


def _rows(form, place):
    dated = form.dated_by or "NULL::date"
    return (
        f"SELECT '{form.form_name}' AS form, {place} AS place, id, case_id, version, is_verified, {dated} AS dated"  # noqa: S608
        f" FROM {form._meta.db_table} WHERE NOT is_void AND is_complete AND NOT is_locked"
    )


_EVERY_FORM = " UNION ALL ".join(_rows(form, place) for place, form in enumerate(FORMS))
# A form with a query that is not closed cannot be verified, so it is not offered.
_FOUND = {
    what: f"""
SELECT one.form, one.id AS row_id, one.case_id, one.version, coalesce(one.dated, infused.day, decided.day) AS dated, "case".number, one.place
FROM ({_EVERY_FORM}) one
JOIN registry_case "case" ON "case".id = one.case_id AND NOT "case".is_void
JOIN registry_site site ON site.id = "case".site_id
LEFT JOIN (SELECT case_id, min(inf_date) AS day FROM registry_infusion WHERE NOT is_void GROUP BY case_id) infused
  ON infused.case_id = one.case_id
LEFT JOIN (SELECT case_id, min(decision_date) AS day FROM registry_patient WHERE NOT is_void GROUP BY case_id) decided
  ON decided.case_id = one.case_id
WHERE {condition} AND NOT EXISTS
  (SELECT FROM registry_patient gone WHERE gone.case_id = one.case_id AND NOT gone.is_void AND gone.consent_withdrawn = 1)
  AND NOT EXISTS (SELECT FROM registry_databaselock around
    WHERE around.opened_at IS NULL AND (around.site_id = "case".site_id OR around.cohort_id = "case".cohort_id))
  AND (%(site)s = '' OR site.code = %(site)s) AND (%(form)s = '' OR one.form = %(form)s)
  AND "case".number ILIKE %(number)s
  AND (%(since)s::date IS NULL OR coalesce(one.dated, infused.day, decided.day) >= %(since)s::date)
  AND (%(until)s::date IS NULL OR coalesce(one.dated, infused.day, decided.day) <= %(until)s::date)
"""  # noqa: S608
    for what, condition in {
        VERIFY: "NOT one.is_verified AND NOT EXISTS (SELECT 1 FROM registry_query query WHERE query.form = one.form"
        " AND query.row_id = one.id AND query.state <> 'closed')",
        LOCK: "true",
    }.items()
}
