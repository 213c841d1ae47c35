"""`manage.py access_log --case NUMBER`: everybody who was shown something of one case, when and by which page."""

import csv

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date

from registry import clock
from registry.access.row_security import everything_scope
from registry.models import Case, CaseReading


class Command(BaseCommand):
    """CSV, oldest first. Copies that were taken are told by `export_log --case`."""

    help = "Who opened which page of a case, or read it by REST."

    def add_arguments(self, parser):
        """Which case, and which days in Japan's time."""
        parser.add_argument("--case", metavar="NUMBER", required=True)
        parser.add_argument("--since", metavar="YYYY-MM-DD", help="only of this day and later")
        parser.add_argument("--until", metavar="YYYY-MM-DD", help="only of this day and before")

    def handle(self, *args, case, since, until, **options):
        """A line a reading."""
        first, last = (day_of(name, text) for name, text in (("--since", since), ("--until", until)))
        with everything_scope(actor="access_log"):
            found = Case.with_void.filter(number=case).first()
            if not found:
                raise CommandError(f"There is no case {case[:40]}.", returncode=2)
            readings = CaseReading.objects.filter(case_id=found.pk).order_by("at", "id")
            if first:
                readings = readings.filter(at__gte=clock.midnight(first))
            if last:
                readings = readings.filter(at__lt=clock.midnight(last, 1))
            table = csv.writer(self.stdout, lineterminator="\n")
            table.writerow(["at", "who", "role", "page", "request"])
            for one in readings.select_related("person").iterator(2000):
                table.writerow([one.at.isoformat(), one.person.email, one.person.role, one.page, one.request])


def day_of(name, text):
    """The day that is written, or None where nothing is."""
    try:
        day = parse_date(text or "")
    except ValueError:
        day = None
    if text and day is None:
        raise CommandError(f"{name} is “{text[:40]}”; write a day as 2027-03-31.", returncode=2)
    return day
