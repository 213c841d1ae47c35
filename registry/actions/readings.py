"""The log of who read which case; written by the middleware, or a page of many cases, with the answer, in the same transaction."""

from django.db.models.functions import Now

from registry.models import Case, CaseReading


def note_reading(person, number, *, page, request):
    """One line for the case `number` that `person` was shown by the address named `page`; none for a case that is not there for them."""
    found = Case.with_void.filter(number=number).values_list("pk", "site_id").first()
    if found:
        case, site = found
        CaseReading.objects.create(at=Now(), person=person, case_id=case, site_id=site, page=page[:40], request=request)


def note_readings(person, cases, *, page, request):
    """One line for each of the cases that stood together on a page."""
    CaseReading.objects.bulk_create(
        CaseReading(at=Now(), person=person, case_id=one.pk, site_id=one.site_id, page=page[:40], request=request)
        for one in cases
    )
