"""From a number of a hospital's own page to its cases: of the own ones alone, which are all that its releases know of."""

from django.http import Http404
from django.views.decorators.http import require_GET

from analytics import phrases
from analytics.behind import Behind
from analytics.cases_page import cases_page
from analytics.core.disclosure.policy import OWN
from analytics.models import Release
from analytics.own_site import site_of
from analytics.site_view import COHORT, OF_OWN
from registry.access.permissions import Permission
from registry.models import Cohort
from registry.views.access import permitted

NAMES = {one.name: one for one in OF_OWN}


@permitted(Permission.OWN_SITE_READ)
@require_GET
def own_site_cases(request, name):
    """The own cases behind a step of the own curve, or behind a count of the own column. Query: site, and as `cases_page` reads it."""
    site, _sites = site_of(request)
    kept = Release.objects.filter(site=site, audience=OWN, analysis=name, cases_behind__isnull=False)
    release = kept.order_by("id").last() if site and name in NAMES else None
    if release is None:
        raise Http404
    behind = Behind(
        packed=bytes(release.cases_behind),
        result=release.body,
        title=phrases.label(NAMES[name].title),
        url="",
        cohort=Cohort.objects.get(code=COHORT).pk,
        dataset=release.body["dataset"],
    )
    return cases_page(request, behind)
