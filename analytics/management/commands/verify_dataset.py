"""`manage.py verify_dataset`: compute a dataset's hashes and results anew and compare."""

from django.core.management.base import BaseCommand, CommandError

from analytics.actions_of_verification import verify
from analytics.management.as_worker import as_worker
from analytics.models import AnalysisRun, Dataset
from analytics.read import LIVE
from registry.access.row_security import everything_scope

ACTOR = "verify_dataset"


class Command(BaseCommand):
    """Exits with 1 and names what differs; with 2 where there is no such dataset."""

    help = "Compute the hashes of a cut's tables and all its results anew, and compare them with what is stored."

    def add_arguments(self, parser):
        """NAME, and whose."""
        parser.add_argument("name", help=f"a cut's name, or {LIVE} for the newest live revision")
        parser.add_argument("--cohort", default="", metavar="CODE", help="where two cohorts have a cut of that name")

    def handle(self, *args, name, cohort, **options):
        """Verify each dataset of that name."""
        with as_worker():
            found = _datasets(name, cohort)
            differ = [f"{one}: {what}" for one in found for what in self.verified(one)]
        if differ:
            raise CommandError("\n".join(differ), returncode=1)

    def verified(self, dataset):
        """What differs; says what was compared."""
        if dataset.retired_at:
            return [f"retired on {dataset.retired_at:%Y-%m-%d}: nothing of it is stored but its manifest"]
        differ = verify(dataset)
        with everything_scope(actor=ACTOR):
            tables, results = dataset.tables.count(), dataset.runs.filter(state=AnalysisRun.DONE).count()
            open_runs = dataset.runs.exclude(state=AnalysisRun.DONE).count()
        still = f"; {open_runs} not computed yet" if open_runs else ""
        self.stdout.write(
            f"{dataset}: {tables} tables and {results} results computed anew, {len(differ) or 'nothing'} "
            f"different{still}. SHA-256 {dataset.hash}"
        )
        return differ


def _datasets(name, cohort):
    with everything_scope(actor=ACTOR):
        found = Dataset.objects.select_related("cohort").order_by("cohort__code", "-revision")
        found = found.filter(cohort__code=cohort) if cohort else found
        if name == LIVE:
            found = found.filter(kind="live").distinct("cohort__code")
        else:
            found = found.filter(kind="cut", name=name)
        datasets = list(found)
        if not datasets:
            names = Dataset.objects.filter(kind="cut").order_by("name").values_list("name", flat=True).distinct()
            raise CommandError(f"There is no cut {name}; there are {', '.join(names) or 'none yet'}.", returncode=2)
        return datasets
