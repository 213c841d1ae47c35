"""Which run answers each panel now, and what is behind: read in a constant number of small queries, for open pages ask often."""

from django.utils.translation import gettext as _

from analytics.explore.grammar import EXPLORED
from analytics.models import AnalysisRun

OPEN = (AnalysisRun.QUEUED, AnalysisRun.RUNNING)


def newest_runs(cohort_code, names):
    """Analysis → (run's id, its dataset's revision) of the newest result of the cohort's live datasets, of these analyses."""
    done = AnalysisRun.objects.filter(
        state=AnalysisRun.DONE, dataset__cohort__code=cohort_code, dataset__kind="live", analysis__in=names
    )
    newest = done.order_by("analysis", "-dataset__revision", "-pk").distinct("analysis")
    return {analysis: (pk, at) for analysis, pk, at in newest.values_list("analysis", "pk", "dataset__revision")}


def runs_of(dataset, names):
    """Analysis → (run's id, revision) of the results of one dataset; {} without a dataset."""
    if dataset is None:
        return {}
    done = dataset.runs.filter(state=AnalysisRun.DONE, analysis__in=names).order_by("pk")
    return {analysis: (pk, dataset.revision) for analysis, pk in done.values_list("analysis", "pk")}


def behind(dataset, runs, *, is_stalled=False):
    """Analysis → a sentence, for each of the analyses in `runs` whose result is of an earlier revision than the live dataset's; for all
    of them while no worker covers what was entered since.

    runs        of `newest_runs`; an analysis without a result has nothing that could be behind
    is_stalled  no worker answers
    """
    late = {name: revision for name, (_pk, revision) in runs.items() if revision < dataset.revision}
    if not late and is_stalled:
        waiting = _("From revision {shown}; newer entries wait for a worker.")
        return {name: waiting.format(shown=revision) for name, (_pk, revision) in runs.items()}
    if not late:
        return {}
    states = dict(dataset.runs.exclude(analysis=EXPLORED).filter(analysis__in=late).values_list("analysis", "state"))
    return {name: _said(states.get(name), is_stalled, revision, dataset.revision) for name, revision in late.items()}


def _said(state, is_stalled, shown, newest):
    """What stands at a panel that shows revision `shown` while `newest` is the newest."""
    if state in OPEN and is_stalled:
        text = _("From revision {shown}; the worker for {newest} does not answer.")
    elif state in OPEN:
        text = _("From revision {shown}; revision {newest} is being computed.")
    else:
        text = _("From revision {shown}; revision {newest} could not be computed.")
    return text.format(shown=shown, newest=newest)
