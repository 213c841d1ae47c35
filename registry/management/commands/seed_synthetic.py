"""`manage.py seed_synthetic`: as many invented cases as wanted, for trying out and for measuring."""

import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from registry.access.system import SystemActor
from registry.actions import members
from registry.demo.cohort import random_outcomes
from registry.demo.consortium import synthetic_cohort
from registry.demo.enter import enter_case, is_entered, spread
from registry.models import Site

MOST_SITES, MOST_CASES = 676, 9999
BY = SystemActor("seed_synthetic")
REPORT_EVERY = 50


class Command(BaseCommand):
    """Every form goes through the actions, so the rows, the history and the outbox are those of ordinary entry."""

    help = (
        "Enter deterministic synthetic cases. The same three numbers give the same cases; what is there is left alone."
    )

    def add_arguments(self, parser):
        """--sites N --cases M --seed S"""
        parser.add_argument("--sites", type=int, required=True, metavar="N", help="over how many invented sites")
        parser.add_argument("--cases", type=int, required=True, metavar="M", help="how many cases in all")
        parser.add_argument("--seed", type=int, required=True, metavar="S", help="another seed, other patients")

    def handle(self, *args, sites, cases, seed, **options):
        """Enter what is missing, and say how far it is every 50 cases."""
        if not settings.DEMO:
            raise CommandError("seed_synthetic needs the demonstration's settings: it invents patients.")
        if not (1 <= sites <= MOST_SITES and 1 <= cases <= MOST_CASES):
            raise CommandError(f"Expected 1 to {MOST_SITES} sites and 1 to {MOST_CASES} cases.")
        cohort = synthetic_cohort()
        places = {_site(number): 1 for number in range(sites)}
        began, entered = time.monotonic(), 0
        for outcome, site in spread(random_outcomes(cases, seed), places, seed):
            if is_entered(outcome, site):
                continue
            enter_case(outcome, seed=seed, site=site, cohort=cohort, by=BY)
            entered += 1
            if entered % REPORT_EVERY == 0:
                self.stdout.write(f"{entered} cases, {entered / (time.monotonic() - began):.1f} a second")
        self.stdout.write(f"{entered} cases entered at {sites} sites; {cases - entered} were there already.")


def _site(number: int) -> Site:
    """The invented site XAA, XAB, … of this number."""
    code = f"X{chr(65 + number // 26)}{chr(65 + number % 26)}"
    found = Site.objects.filter(code=code).first()
    return found or members.add_site(code=code, name=f"Synthetic site {code}", by=BY)
