"""Which run answers a view, how far it has come, and what is stored of it: for one view or many, by the same few queries."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics import phrases, read
from analytics.explore.grammar import EXPLORED
from analytics.models import AnalysisRun, Dataset, Heartbeat, Result

NONE = "none"  # nobody has asked for it yet
NO_DATASET = "no dataset"


@dataclass(frozen=True)
class Asked:
    """A view with what is known of it now.

    address  analytics.explore.address.Address with an analysis
    dataset  the one it asks for; None before the first, or where there is no such cut
    run      the run that answers it on this dataset, or None
    stored   the newest result: of this dataset, or of an older live revision, or None
    place    in the line of those that wait, from 1; 0 where it does not wait
    worker   whether a worker has answered lately
    """

    address: object
    dataset: object = None
    run: object = None
    stored: object = None
    place: int = 0
    worker: bool = True

    @property
    def state(self):
        """none, queued, running, done, failed, cancelled; "no dataset"."""
        if self.dataset is None:
            return NO_DATASET
        return self.run.state if self.run else NONE

    @property
    def is_open(self):
        """Whether its result is on the way."""
        return self.state in (AnalysisRun.QUEUED, AnalysisRun.RUNNING)

    @property
    def is_newest(self):
        """Whether what is shown is of the dataset that is asked for."""
        return self.stored is not None and self.stored.dataset.pk == self.dataset.pk

    @property
    def deed(self):
        """What the button that asks for a run says."""
        return _("Run again") if self.state in (AnalysisRun.FAILED, AnalysisRun.CANCELLED) else _("Compute")

    @property
    def words(self):
        """How far it is, in one sentence; "" when all is shown."""
        says = {
            NO_DATASET: lambda: _("No dataset yet: it is made when the first case is entered."),
            NONE: self._is_missing,
            AnalysisRun.QUEUED: self._waits,
            AnalysisRun.RUNNING: self._runs,
            AnalysisRun.FAILED: self._failed,
            AnalysisRun.CANCELLED: lambda: _("Cancelled by {who}.").format(who=self.run.cancelled_by),
        }
        return says[self.state]() if self.state in says else ""

    def _is_missing(self):
        return (
            _("A newer revision exists; this is not computed from it yet.") if self.stored else _("Not computed yet.")
        )

    def _waits(self):
        if not self.worker:
            return _("Waiting: no worker is answering. It is computed as soon as one does.")
        if self.place <= 1:
            return _("Waiting: next in line.")
        return _("Waiting: number {n} in line.").format(n=self.place)

    def _runs(self):
        run = self.run
        if not run.steps:
            return _("Computing.")
        text = _("Computing: step {done} of {steps}, {step}.")
        return text.format(done=min(run.steps_done + 1, run.steps), steps=run.steps, step=phrases.label(run.step))

    def _failed(self):
        text = _("The computation failed; whoever runs the registry finds run {pk} in the log.")
        return text.format(pk=self.run.pk)


def asked_all(addresses):
    """What is known of each view, in the order given, by a number of queries that does not grow with theirs."""
    datasets = _datasets({(one.cohort, one.data) for one in addresses if one.analysis})
    hashes = {one.analysis.hash for one in addresses if one.analysis}
    runs = _runs(hashes)
    results = _results(runs)
    line, worker = _line(), _worker_answers()
    return [_asked(one, datasets.get((one.cohort, one.data)), runs, results, line, worker) for one in addresses]


def asked_one(address):
    """What is known of one view."""
    return asked_all([address])[0]


def smallest_group(result):
    """How many patients the smallest group of a Result has; None where nobody is in it."""
    numbers = [one["n"] for one in result.get("groups", ()) if one["n"]]
    table = result.get("table") or {}
    numbers += [one["n"] for one in table.get("heads", ()) if one.get("n")]
    for model in result.get("models", ()):
        levels = model.get("cause_specific", model).get("levels", ())
        numbers += [one["n"] for one in levels if one["n"]]
    numbers += [result["n"]] if result["n"] else []
    return min(numbers, default=None)


def few_words(result, least=5):
    """The sentence about a group so small that its result is about patients; "" where there is none."""
    n = smallest_group(result)
    if n is None or n >= least:
        return ""
    text = ngettext(
        "The smallest group has {n} patient: treat this view as patient data.",
        "The smallest group has {n} patients: treat this view as patient data.",
        n,
    )
    return text.format(n=n)


def _datasets(wanted):
    """(cohort, word) → dataset: the newest live one, or the cut of that name."""
    cohorts = {cohort for cohort, _data in wanted}
    live = Dataset.objects.filter(kind="live", cohort__code__in=cohorts).order_by("cohort_id", "-revision")
    found = {(one.cohort.code, read.LIVE): one for one in live.distinct("cohort_id").select_related("cohort")}
    names = {data.partition(":")[2] for _cohort, data in wanted if data != read.LIVE}
    if names:
        cuts = Dataset.objects.filter(kind="cut", name__in=names, cohort__code__in=cohorts, retired_at=None)
        found |= {(one.cohort.code, f"cut:{one.name}"): one for one in cuts.select_related("cohort")}
    return found


def _runs(hashes):
    """Hash of the question → its runs by this version of the code, those of the newest dataset first."""
    usual = Q(dataset__kind="live") | Q(dataset__kind="cut", dataset__retired_at=None)
    runs = AnalysisRun.objects.filter(usual, spec_hash__in=hashes, code_version=settings.CODE_VERSION)
    found = {}
    for run in runs.select_related("dataset__cohort").defer("spec").order_by("-dataset__revision", "-pk"):
        found.setdefault(run.spec_hash, []).append(run)
    return found


def _results(runs):
    """Run → body, of the newest finished run of each question and kind of dataset."""
    wanted = {}
    for listed in runs.values():
        for run in listed:
            if run.state == AnalysisRun.DONE:
                of = "live" if run.dataset.kind == "live" else run.dataset_id
                wanted.setdefault((run.spec_hash, of), run.pk)
    return {one.run_id: one.body for one in Result.objects.filter(run_id__in=wanted.values())}


def _line():
    """Explored runs that wait or are computed, in the order in which they are computed."""
    waiting = AnalysisRun.objects.filter(analysis=EXPLORED, state__in=[AnalysisRun.QUEUED, AnalysisRun.RUNNING])
    return list(waiting.order_by("requested_at", "pk").values_list("pk", "state"))


def _worker_answers():
    beat = Heartbeat.objects.filter(name="worker").values_list("at", flat=True).first()
    return beat is not None and timezone.now() - beat < read.STALLED_AFTER


def _asked(address, dataset, runs, results, line, worker):
    if address.analysis is None or dataset is None:
        return Asked(address, worker=worker)
    listed = [one for one in runs.get(address.analysis.hash, ()) if _belongs(one.dataset, dataset)]
    run = next((one for one in listed if one.dataset_id == dataset.pk), None)
    done = next((one for one in listed if one.pk in results), None)
    stored = read.Stored(results[done.pk], done.dataset, done) if done else None
    ahead = [pk for pk, _state in line]
    place = ahead.index(run.pk) + 1 if run and run.state == AnalysisRun.QUEUED and run.pk in ahead else 0
    return Asked(address, dataset, run, stored, place, worker)


def _belongs(of_run, wanted):
    """Whether a run on that dataset can stand for the one that is wanted: itself, or an older live revision."""
    if of_run.pk == wanted.pk:
        return True
    return of_run.cohort_id == wanted.cohort_id and of_run.kind == wanted.kind == "live"
