"""What lock lies around a case, in words; what is locked and what stands against locking: read only."""

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from registry import clock
from registry.models import FORMS, Case, DatabaseLock

# What a lock shuts in, in the order of the page: word → how many of it.
WARNINGS = {
    "overdue": ngettext_lazy("%(n)d form is overdue", "%(n)d forms are overdue", "n"),
    "incomplete": ngettext_lazy("%(n)d stored form is not complete", "%(n)d stored forms are not complete", "n"),
    "open": ngettext_lazy("%(n)d query is open", "%(n)d queries are open", "n"),
    "answered": ngettext_lazy("%(n)d query is answered and not closed", "%(n)d queries are answered and not closed", "n"),
    "unverified": ngettext_lazy("%(n)d complete form is not verified", "%(n)d complete forms are not verified", "n"),
    "unsigned": ngettext_lazy("%(n)d complete form is not signed", "%(n)d complete forms are not signed", "n"),
    "opening": ngettext_lazy("%(n)d opening waits for a second person", "%(n)d openings wait for a second person", "n"),
}  # fmt: skip
HOW = gettext_lazy(
    "Nothing can be entered or changed until two persons open it. Write to a data manager if something has to be."
)


def lock_over(site_id, cohort_id):
    """The lock of the hospital or of the cohort, or None."""
    place = Q(site=site_id) | Q(cohort=cohort_id)
    return DatabaseLock.objects.filter(place, opened_at=None).select_related("site", "cohort").first()


def lock_around(case):
    """The lock of the case's hospital or cohort, or None."""
    return lock_over(case.site_id, case.cohort_id) if case.is_closed and case.is_locked_around else None


def lock_words(lock):
    """What is locked, since when and why, and what to do."""
    said = _("%(place)s is locked since %(day)s: %(reason)s.") % {
        "place": lock.place.name,
        "day": clock.day_of(lock.locked_at).isoformat(),
        "reason": lock.reason.rstrip(".。"),
    }
    return f"{said} {HOW}"


def locks_of(person):
    """The locks of the hospitals and cohorts in which this person works, the newest first."""
    sites = person.own_sites()
    around = Q(site__in=sites) | Q(cohort__in=Case.objects.filter(site__in=sites).order_by().values("cohort"))
    return DatabaseLock.objects.filter(around, opened_at=None).select_related("site", "cohort")


def locked_by_site():
    """Site id → (locked cases, cases, locked forms), of the cases that count."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCKED)
        return {site: tuple(numbers) for site, *numbers in cursor.fetchall()}


def stands_against(place):
    """What locking `place`, a hospital or cohort, would shut in: word → how many, of the WARNINGS that SQL can count."""
    of_site = place.pk if place._meta.model_name == "site" else None
    values = {"site": of_site, "cohort": None if of_site else place.pk}
    with connection.cursor() as cursor:
        cursor.execute(_AGAINST, values)
        names = [column.name for column in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True))


_FORMS = " UNION ALL ".join(
    f"SELECT '{form.form_name}' AS name, id, case_id, site_id, is_complete, is_verified, is_locked FROM {form._meta.db_table} WHERE NOT is_void"  # noqa: S608
    for form in FORMS
)
_LOCKED = f"""
SELECT c.site_id, count(*) FILTER (WHERE c.is_locked), count(*), coalesce(sum(f.locked), 0)::int FROM registry_case c
LEFT JOIN (SELECT case_id, count(*) AS locked FROM ({_FORMS}) one WHERE is_locked GROUP BY case_id) f ON f.case_id = c.id
WHERE NOT c.is_void GROUP BY c.site_id
"""  # noqa: S608 - names of our tables
_AGAINST = f"""
WITH own AS (SELECT id FROM registry_case WHERE NOT is_void AND (site_id = %(site)s OR cohort_id = %(cohort)s)),
form AS (
  SELECT one.*, signature.id AS signed FROM ({_FORMS}) one
  LEFT JOIN registry_signature signature ON signature.form = one.name AND signature.row_id = one.id AND signature.voided_at IS NULL
  WHERE one.case_id IN (SELECT id FROM own))
SELECT
  (SELECT count(*) FROM form WHERE NOT is_complete) AS incomplete,
  (SELECT count(*) FROM registry_query WHERE state = 'open' AND case_id IN (SELECT id FROM own)) AS open,
  (SELECT count(*) FROM registry_query WHERE state = 'answered' AND case_id IN (SELECT id FROM own)) AS answered,
  (SELECT count(*) FROM form WHERE is_complete AND NOT is_verified) AS unverified,
  (SELECT count(*) FROM form WHERE is_complete AND signed IS NULL) AS unsigned,
  (SELECT count(*) FROM registry_opening WHERE state = 'asked' AND case_id IN (SELECT id FROM own)) AS opening
"""  # noqa: S608 - names of our tables
