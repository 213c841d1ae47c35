"""`manage.py drill`: load, destroy, restore, compare, and print both times."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from analytics.actions_of_backups import DRILL
from analytics.management.backing_up import noted, refusing
from deploy.backups.drill import drill, keep, report
from registry.access.outages import no_answer


class Command(BaseCommand):
    """On a PostgreSQL of its own that goes with it; the registry's is never touched."""

    help = "Rehearse the loss of everything: load synthetic cases, back up, destroy the server, restore, compare; prints both times."

    def add_arguments(self, parser):
        """--cases, --to."""
        parser.add_argument("--cases", type=int, default=40, metavar="N", help="synthetic cases to load (40)")
        parser.add_argument(
            "--to", type=Path, metavar="DIR", help="a folder of backups, to leave the figures in as drill.json"
        )
        parser.add_argument(
            "--work", metavar="DIR", help="where to rehearse; the system's temporary folder if not given"
        )

    def handle(self, *args, cases, to, work, **options):
        """Rehearse, and note that it held."""
        with refusing():
            found = drill(cases, self.stdout.write, work)
        self.stdout.write(report(found))
        if to:
            keep(to, found)
        try:
            noted(DRILL)
        except OperationalError as failure:
            words = (
                f"The rehearsal held, but could not be noted in the registry, whose database gave {no_answer(failure)}"
            )
            raise CommandError(words) from failure
