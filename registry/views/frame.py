"""What the frame of every page shows: where one can go, whose data, which language."""

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from registry.access.permissions import Permission
from registry.locks import lock_words, locks_of

CONSORTIUM = _("CAR-T Registry")
DEMO_ACCOUNTS = (
    "coordinator.kyoto@demo.example",
    "coordinator.osaka@demo.example",
    "investigator.kyoto@demo.example",
    "manager@demo.example",
    "lead@demo.example",
    "statistician@demo.example",
    "admin@demo.example",
)
# name of the address, label, key after g, who needs it, on phones
PLACES = (
    ("worklist", _("Worklist"), "w", Permission.CASE_READ, True),
    ("cases", _("Cases"), "c", Permission.CASE_READ, True),
    ("queries", _("Queries"), "q", Permission.CASE_READ, True),
    ("milestones", _("Milestones"), "m", Permission.CASE_READ, False),
    ("audits", _("Audits"), "u", Permission.FORM_REKEY, False),
    ("forms", _("Forms to review"), "f", Permission.FORM_VERIFY, False),
    ("locks", _("Locks"), "l", Permission.LOCK_APPROVE, False),
    ("checks", _("Checks"), "k", Permission.QUERY_MANAGE, False),
    ("own_site", _("Own hospital"), "o", Permission.OWN_SITE_READ, True),
    ("dashboards", _("Dashboards"), "d", Permission.POOLED_READ, True),
    ("explore", _("Explore"), "e", Permission.POOLED_READ, False),
    ("analyses", _("Analyses"), "a", Permission.POOLED_READ, False),
    ("scorecards", _("Scorecards"), "s", Permission.CASE_READ, False),
    ("datasets", _("Datasets"), "t", Permission.DATASET_READ, False),
    ("exports", _("Exports"), "x", Permission.DATASET_READ, False),
    ("exports", _("Exports"), "x", Permission.OWN_SITE_READ, False),  # the people of a hospital
    ("trail", _("Trail"), "h", Permission.TRAIL_REVIEW, False),
    ("codebook", _("Codebook"), "b", None, True),
    ("people", _("People"), "p", Permission.PEOPLE_MANAGE, True),
    ("sites", _("Sites"), "s", Permission.PEOPLE_MANAGE, True),
    ("operations", _("Operations"), "o", Permission.OPERATIONS_READ, True),
)


@dataclass(frozen=True)
class Place:
    """One line of the navigation."""

    label: str
    url: str
    key: str
    is_here: bool
    on_phones: bool


def frame(request):
    """Context of base.html; worked out only when a page asks for it."""
    return {"frame": SimpleLazyObject(lambda: _frame(request)), "DEMO": settings.DEMO}


def _frame(request):
    person = getattr(request, "user", None)
    known = person is not None and person.is_authenticated
    return {
        "consortium": CONSORTIUM,
        "stands_in": person.stands_in if known else None,
        "nonce": uuid.uuid4(),  # of this page, by which what it sends is done once (sent_once.py)
        "demo": settings.DEMO,
        "factor_is_off": not settings.SECOND_FACTOR_REQUIRED,
        "demo_accounts": DEMO_ACCOUNTS,
        "languages": [(code, name) for code, name in (("en", "English"), ("ja", "日本語")) if code != get_language()],
        "places": _places(person, request.path_info) if known else [],
        "site": _sites(person) if known else "",
        "locks": _locks(person) if known and person.may(Permission.FORM_WRITE) else [],
        "may_search": known and person.may(Permission.CASE_READ),
        "may_have_tokens": known and person.may(Permission.TOKEN_OWN),
    }


def _places(person, path):
    found = []
    for name, label, key, permission, on_phones in PLACES:
        if permission is None or person.may(permission):
            try:
                url = reverse(name)
            except NoReverseMatch:  # a page that another part of the registry brings
                continue
            found.append(Place(label, url, key, path.startswith(url), on_phones))
    return found


def _locks(person):
    """Why those who enter cannot at the moment, in words."""
    return [lock_words(lock) for lock in locks_of(person)]


def _sites(person):
    """The person's sites in words."""
    if person.sees_all_sites:
        return _("all sites")
    return ", ".join(site.name for site in person.working_sites.all())
