"""`manage.py take_cut`: freeze a data cut here and at once."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from analytics.actions import run_analysis
from analytics.actions_of_cuts import take_cut
from analytics.acts.cuts import checked_day, checked_name, day_of
from analytics.catalogue import TISAGENLECLEUCEL
from analytics.management.as_worker import as_worker
from analytics.models import AnalysisRun
from registry.access.row_security import everything_scope
from registry.models import Cohort

ACTOR = "take_cut"


class Command(BaseCommand):
    """The catalogue is computed on it as well, by this process and the workers that run."""

    help = "Freeze a data cut: the cases as they were known at the end of a day. It never changes."

    def add_arguments(self, parser):
        """NAME --date, and whose cases."""
        parser.add_argument("name", help="small letters, digits and hyphens, such as asco-2027")
        parser.add_argument("--date", required=True, metavar="YYYY-MM-DD", help="what happened later is not in it")
        parser.add_argument(
            "--cohort", default=TISAGENLECLEUCEL, metavar="CODE", help=f"{TISAGENLECLEUCEL} if not given"
        )
        parser.add_argument("--reason", default="", metavar="TEXT", help="what it is taken for")

    def handle(self, *args, name, date, cohort, reason, **options):
        """Take it, compute it, print what it is."""
        with as_worker():
            of = _cohort(cohort)
            try:
                with everything_scope(actor=ACTOR):
                    checked_name(of, name)
                cut = take_cut(of, name, checked_day(day_of(date)), reason=reason[:300], by=ACTOR)
            except ValidationError as refusal:
                raise CommandError(" ".join(refusal.messages), returncode=2) from None
            except IntegrityError:
                raise CommandError(
                    f"A cut “{name}” was frozen by somebody else at this moment. Choose another name.", returncode=2
                ) from None
            self.tell(cut)
            done = self.compute(cut)
        self.stdout.write(f"{done} analyses computed.")

    def tell(self, cut):
        """What was frozen, and what is not in it."""
        self.stdout.write(
            f"{cut.cohort.code} cut:{cut.name}, {cut.cut_date.isoformat()}: {cut.cases} cases, SHA-256 {cut.hash}"
        )
        left_out = cut.manifest["left_out"]
        self.stdout.write(
            f"Not in it: {left_out['later']} cases of later, {left_out['undated']} without any date, "
            f"{sum(left_out['rows'].values())} rows of later of the cases that are in it."
        )
        if not cut.cases:
            self.stderr.write(f"Warning: no case had begun by {cut.cut_date.isoformat()}; the cut is empty.")

    def compute(self, cut):
        """Compute what no worker computes already; the number of results."""
        with everything_scope(actor=ACTOR):
            waiting = list(cut.runs.filter(state=AnalysisRun.QUEUED).order_by("pk").values_list("pk", flat=True))
        for pk in waiting:
            run_analysis(pk)
        with everything_scope(actor=ACTOR):
            return cut.runs.filter(state=AnalysisRun.DONE).count()


def _cohort(code):
    with everything_scope(actor=ACTOR):
        codes = list(Cohort.objects.order_by("code").values_list("code", flat=True))
        if code not in codes:
            raise CommandError(f"There is no cohort {code}; there are {', '.join(codes) or 'none yet'}.", returncode=2)
        return Cohort.objects.get(code=code)
