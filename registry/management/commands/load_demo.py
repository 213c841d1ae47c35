"""`manage.py load_demo`: the demonstration consortium, its people and its two cohorts. Again and again without effect."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from registry.access.row_security import everything_scope
from registry.actions.imports import import_cases
from registry.demo import consortium
from registry.demo.after_entry import work_on_entered_cases
from registry.demo.enter import enter_case, is_entered, spread
from registry.demo.outcome import kato_synthetic
from registry.imports.mapping import read_mapping
from registry.imports.reading import read_table
from registry.models import Case

SEED = 20241125
DEMO = Path(__file__).parents[2] / "demo"
TOKEN_FILE = Path(settings.MEDIA_ROOT).parent / "demo-token"  # tests have another folder


class Command(BaseCommand):
    """Everything goes through the actions that the pages use."""

    help = "Load the demonstration: invented hospitals, people and patients, and a published transplant cohort."

    def handle(self, *args, **options):
        """Load what is missing and print the accounts."""
        if not settings.DEMO:
            raise CommandError("load_demo needs the demonstration's settings: it makes accounts with a known password.")
        sites = consortium.demo_sites()
        consortium.transplant_sites()
        people = consortium.demo_people()
        entered = load_synthetic(sites)
        imported = load_transplants()
        work_on_entered_cases()
        key = consortium.statistician_key(TOKEN_FILE)
        self.stdout.write(f"Demonstration: {entered} synthetic cases entered, {imported} transplants imported.")
        self.stdout.write(f"Accounts, password {consortium.PASSWORD}:")
        for person in people:
            self.stdout.write(f"  {person.email:<34} {person.role_label}")
        self.stdout.write(f"Token of {consortium.STATISTICIAN}: {key}")


def load_synthetic(sites) -> int:
    """Enter the synthetic cases that are not there yet, each in one transaction; how many that were."""
    cohort = consortium.synthetic_cohort()
    entered = 0
    for outcome, site in spread(kato_synthetic(), sites, SEED):
        if not is_entered(outcome, site):
            enter_case(outcome, seed=SEED, site=site, cohort=cohort, by=consortium.enters_for(site))
            entered += 1
    return entered


def load_transplants() -> int:
    """Import the published transplants unless they are there; how many cases came."""
    cohort = consortium.transplant_cohort()
    with everything_scope(actor=consortium.DEMONSTRATION.email):
        if Case.objects.filter(cohort=cohort).exists():
            return 0
    report = import_cases(
        read_table(DEMO / "bmt_km.csv"), read_mapping(DEMO / "bmt_km.yml"), by=consortium.DEMONSTRATION
    )
    if report.problems:
        raise CommandError("\n".join(report.lines()))
    return len(report.numbers)
