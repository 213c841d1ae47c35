"""Ask for a run of any analysis, and take the wish back. Web processes use this: no pandas."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from analytics.models import AnalysisRun
from registry.doorbell import ring_after_commit

DEADLINE = timedelta(minutes=30)
OPEN = (AnalysisRun.QUEUED, AnalysisRun.RUNNING)


def wanted_run(dataset, analysis, *, by):
    """A queued run, not stored yet."""
    return AnalysisRun(
        dataset=dataset,
        analysis=analysis.name,
        spec=analysis.as_dict(),
        spec_hash=analysis.hash,
        code_version=settings.CODE_VERSION,
        requested_by=by,
        deadline=timezone.now() + DEADLINE,
    )


@transaction.atomic
def request_run(dataset, analysis, *, by):
    """The run that answers `analysis` on `dataset`: the one that exists, however many ask, or a new one.

    One that failed or was cancelled is queued again.
    """
    AnalysisRun.objects.bulk_create([wanted_run(dataset, analysis, by=by)], ignore_conflicts=True)
    run = AnalysisRun.objects.get(dataset=dataset, spec_hash=analysis.hash, code_version=settings.CODE_VERSION)
    if run.state in (AnalysisRun.FAILED, AnalysisRun.CANCELLED):
        again = {"state": AnalysisRun.QUEUED, "attempts": 0, "error": "", "cancelled_by": "", "requested_by": by}
        again |= {"ended_at": None, "deadline": timezone.now() + DEADLINE}
        AnalysisRun.objects.filter(pk=run.pk, state=run.state).update(**again)
        run.refresh_from_db()
    if run.state == AnalysisRun.QUEUED:
        ring_after_commit("analytics.tasks.run_analysis", run.pk)
    return run


def cancel_run(run, *, by):
    """End a run that waits or is being computed; whether this did. Its worker then has no fence to store under."""
    ended = {"state": AnalysisRun.CANCELLED, "cancelled_by": by, "lease_until": None, "ended_at": Now()}
    return bool(AnalysisRun.objects.filter(pk=run.pk, state__in=OPEN).update(**ended))
