"""The names of cases and sites in datasets, and the way back for those who may: by the registry's key, on the server only."""

import hashlib
import hmac

from django.conf import settings

from registry.models import Case, Site

DIGITS = 12  # hexadecimal digits of a pseudonym: 48 bits
SITE_LETTERS = 5  # of a site's pseudonym


def pseudonym(kind, key):
    """The name under which a case or a site appears in datasets: stable, and not to be guessed back without the key.

    It begins with a letter, for data tools read "12e4" as a number.
    """
    text = f"{kind}:{key}".encode()
    digits = hmac.new(settings.PSEUDONYM_KEY.encode(), text, hashlib.sha256).hexdigest()[:DIGITS]
    return kind[0] + digits


def site_pseudonym(code):
    """The name of a site in datasets."""
    return pseudonym("site", code)[:SITE_LETTERS]


def sites_by_name():
    """Name in datasets → Site. Sites of a published cohort appear there by their code."""
    found = {}
    for site in Site.objects.order_by("code"):
        found[site.code] = found[site_pseudonym(site.code)] = site
    return found


def cases_by_name(names, person, cohort_id):
    """Name in datasets → Case, of those among `names` that this person may see. One query."""
    wanted = set(names)
    if not wanted:
        return {}
    own = Case.objects.visible_to(person).filter(cohort=cohort_id).select_related("site")
    return {name: case for case in own if (name := pseudonym("case", case.pk)) in wanted}


def ids_by_name(cohort):
    """Name in datasets → id, of every case of the cohort, of those that were removed too. Needs a scope over all sites."""
    return {pseudonym("case", pk): pk for pk in Case.with_void.filter(cohort=cohort).values_list("pk", flat=True)}
