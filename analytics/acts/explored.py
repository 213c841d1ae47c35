"""Ask for a run of an explored view: a few at a time for each person, and what exists already is no run."""

from django.conf import settings
from django.db import connection, transaction

from analytics.acts.runs import OPEN, cancel_run, request_run
from analytics.explore.grammar import EXPLORED
from analytics.models import AnalysisRun
from registry.access.permissions import Permission

MOST_OPEN = 3  # runs of one person that wait or are computed
QUOTA_LOCK = 7_201_012  # advisory lock, with the person: the count and the new run together


class TooManyOpenError(Exception):
    """The person has as many open runs as anybody may have."""


@transaction.atomic
def ask(dataset, analysis, *, person):
    """The run that answers `analysis` on `dataset`, new or not. Raises TooManyOpenError where it would be one too many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [QUOTA_LOCK, person.pk])
    of_question = AnalysisRun.objects.filter(
        dataset=dataset, spec_hash=analysis.hash, code_version=settings.CODE_VERSION
    )
    exists = of_question.filter(state__in=[*OPEN, AnalysisRun.DONE]).exists()
    if not exists and open_runs(person).count() >= MOST_OPEN:
        raise TooManyOpenError
    return request_run(dataset, analysis, by=person.email)


def open_runs(person):
    """The explored runs that the person has asked for and that are not done."""
    return AnalysisRun.objects.filter(analysis=EXPLORED, requested_by=person.email, state__in=OPEN)


def may_cancel(person, run):
    """Who asked may take it back; so may whoever changes what is shared."""
    return run.requested_by == person.email or person.may(Permission.VIEWS_OF_ALL)


def cancel(run, *, person):
    """End an explored run; whether this did."""
    return cancel_run(run, by=person.email)
