"""What has changed in a hospital's data of a cohort since it was endorsed, and where each hospital stands at a milestone.

Changes of answers count, and that a form or case was removed or brought back; completing, verifying and locking do not. Within one case
the numbers of changes are in the order of their commits, since every writer holds the case; so one number says what was seen of it.
"""

import hashlib
import json
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Max, Q

from registry.actions.signatures import BATCH, digest_of
from registry.models import FORM_OF, Case, Endorsement, HistoryEvent, Milestone, ShownChanges
from registry.record import stored_forms

STATES_ONLY = ("is_complete", "is_verified", "is_locked")
OF_DATA = (Q(form__in=tuple(FORM_OF)) & ~Q(item__in=STATES_ONLY)) | Q(form="case", item="is_void")
NOT_YET, STANDS, STALE = "not_yet", "stands", "stale"


@dataclass(frozen=True)
class ChangedCase:
    """A case of which something changed: how much, up to which change, and whether the reader was shown all of it."""

    case: Case
    changes: int
    last: int
    is_seen: bool


@dataclass(frozen=True)
class Standing:
    """Where one hospital stands at a milestone. `changed`: forms that were changed, entered or removed since the endorsement."""

    site: object
    cases: int
    endorsement: Endorsement | None
    changed: int

    @property
    def state(self):
        """not_yet, stands or stale."""
        if self.endorsement is None:
            return NOT_YET
        return STALE if self.changed else STANDS


def data_changes(case_pks, *, since=0):
    """The changes of answers in these cases (ids or a query) after the change `since`."""
    return HistoryEvent.objects.filter(OF_DATA, case_id__in=case_pks, id__gt=since)


def cases_of(cohort, site):
    """The hospital's cases of the cohort, those removed too."""
    return Case.with_void.filter(cohort=cohort, site=site)


def last_covered(cohort, site):
    """The last change that the hospital's newest endorsement for the cohort covers, at whatever milestone; 0 before the first."""
    newest = Endorsement.objects.filter(milestone__cohort=cohort, site=site).order_by("-id")
    return newest.values_list("upto", flat=True).first() or 0


def changed_cases(cohort, site, person):
    """What changed since the hospital's newest endorsement, case by case in the order of their numbers, as ChangedCases."""
    own, since = cases_of(cohort, site), last_covered(cohort, site)
    found = data_changes(own.values("pk"), since=since).order_by().values_list("case_id")
    counted = {case: (count, last) for case, count, last in found.annotate(count=Count("id"), last=Max("id"))}
    seen = dict(ShownChanges.objects.filter(person=person, case__in=counted).values_list("case_id", "upto"))
    cases = own.filter(pk__in=counted).order_by("number")
    return [ChangedCase(case, *counted[case.pk], seen.get(case.pk, 0) >= counted[case.pk][1]) for case in cases]


def image_of(cohort, site):
    """(digest, cases, forms): SHA-256 over the digests of every form that an endorsement covers, and how much that is.

    Without removed cases and those whose patients withdrew: nobody is shown what they hold.
    """
    cases = list(
        cases_of(cohort, site).filter(is_void=False).not_withdrawn().order_by("pk").values_list("pk", flat=True)
    )
    digests = []
    for start in range(0, len(cases), BATCH):
        rows = stored_forms(cases[start : start + BATCH])
        digests += [digest_of(form) for forms in rows.values() for form in forms]
    image = [cohort.code, site.code, sorted(digests)]
    return hashlib.sha256(json.dumps(image).encode()).hexdigest(), len(cases), len(digests)


def standings(milestone, sites):
    """The Standing of each of these hospitals (a queryset) that has cases in the milestone's cohort, by their codes."""
    return all_standings([milestone], sites)[milestone.pk]


def due_endorsements(sites):
    """(milestone, Standing) of what is open and not endorsed as it is now at these hospitals, the earliest day first."""
    asked = list(Milestone.objects.filter(ended_at=None).select_related("cohort").order_by("day", "id"))
    if not asked:
        return []
    found = all_standings(asked, sites)
    return [(one, standing) for one in asked for standing in found[one.pk] if standing.state != STANDS]


def all_standings(milestones, sites):
    """Id of each milestone → its standings. Four queries, however many milestones and hospitals."""
    hospitals = {site.pk: site for site in sites.order_by("code")}
    counts = Case.objects.filter(site__in=hospitals, cohort__in={one.cohort_id for one in milestones})
    known = _counts(counts)
    endorsed = newest_of(Endorsement.objects.filter(milestone__in=milestones, site__in=hospitals))
    changed = changed_since(endorsed.values())
    return {
        one.pk: [
            _standing(site, known[one.cohort_id, pk], endorsed.get((one.pk, pk)), changed)
            for pk, site in hospitals.items()
            if (one.cohort_id, pk) in known
        ]
        for one in milestones
    }


def _counts(cases):
    """(cohort, hospital) → how many of the cases."""
    found = cases.order_by().values_list("cohort", "site").annotate(count=Count("pk"))
    return {(cohort, site): count for cohort, site, count in found}


def _standing(site, cases, endorsement, changed):
    return Standing(site, cases, endorsement, changed.get(endorsement.pk, 0) if endorsement else 0)


def newest_of(endorsements):
    """(milestone, hospital) → the newest of these endorsements."""
    newest = endorsements.order_by("milestone_id", "site_id", "-id").distinct("milestone_id", "site_id")
    return {(one.milestone_id, one.site_id): one for one in newest}


CHANGED_SINCE = """
SELECT n.id, count(DISTINCT (e.form, e.row_id))
FROM registry_endorsement n JOIN registry_milestone m ON m.id = n.milestone_id
JOIN registry_case c ON c.site_id = n.site_id AND c.cohort_id = m.cohort_id
JOIN registry_historyevent e ON e.case_id = c.id AND e.id > n.upto
WHERE n.id = ANY (%(ids)s) AND (%(ever)s OR m.ended_at IS NULL OR e.at <= m.ended_at)
  AND ((e.form = ANY (%(forms)s) AND e.item <> ALL (%(states)s)) OR (e.form = 'case' AND e.item = 'is_void'))
GROUP BY n.id
"""


def changed_since(endorsements, *, ever=False):
    """Id of an endorsement → how many forms changed since it, up to the end of its milestone or `ever`; not of one that still stands."""
    pks = [one.pk for one in endorsements]
    if not pks:
        return {}
    values = {"ids": pks, "ever": ever, "forms": list(FORM_OF), "states": list(STATES_ONLY)}
    with connection.cursor() as cursor:
        cursor.execute(CHANGED_SINCE, values)
        return dict(cursor.fetchall())


def broken_endorsements():
    """The endorsements since which nothing is told to have changed, and whose data are not what was endorsed. Needs a scope over all sites."""
    newest = newest_of(Endorsement.objects.all())
    changed = changed_since(newest.values(), ever=True)
    pks = [one.pk for one in newest.values() if one.pk not in changed]
    for one in Endorsement.objects.filter(pk__in=pks).select_related("milestone__cohort", "site"):
        if image_of(one.milestone.cohort, one.site)[0] != one.digest:
            yield one
