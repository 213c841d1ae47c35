"""`manage.py estimate`: any estimator of the core on any CSV file."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from analytics.core import estimate
from analytics.core.estimators.kaplan_meier import LIMITS


def comma_separated(text: str) -> tuple[float, ...]:
    """Numbers from "6,12,24"."""
    return tuple(float(part) for part in text.split(","))


class Command(BaseCommand):
    """Prints one JSON object; a refused input exits with status 2 and one line on stderr."""

    help = "Run an estimator on the columns of a CSV file and print its estimates as JSON."
    requires_system_checks = ()

    def create_parser(self, prog_name, subcommand, **kwargs):
        """The parser, refusing in one line where argparse would print its usage as well."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.error = lambda message: parser.exit(2, f"estimate: {message}\n")
        return parser

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="CSV file with a header")
        parser.add_argument("--method", required=True, choices=estimate.METHODS)
        parser.add_argument("--time", required=True, metavar="COL", help="event or censoring time")
        parser.add_argument("--status", required=True, metavar="COL", help="0 censored, 1 event, 2 and above competing")
        parser.add_argument("--entry", metavar="COL", help="time at which observation began")
        parser.add_argument("--group", metavar="COL")
        parser.add_argument("--strata", metavar="COL", help="log-rank: observed and expected are summed over these")
        parser.add_argument("--cause", type=int, metavar="K", help="status that counts as the event")
        parser.add_argument("--at", type=comma_separated, metavar="T,T", help="times at which curves are read")
        parser.add_argument("--limits", choices=LIMITS, help="scale of the limits; log-log if not given")
        parser.add_argument("--rho", type=float, metavar="R", help="log-rank: weights S^R (1-S)^G")
        parser.add_argument("--gamma", type=float, metavar="G")
        parser.add_argument("--trend", action="store_true", help="log-rank: add the test for trend over sorted groups")

    def handle(self, *args, **options):
        names = estimate.Request.__dataclass_fields__
        request = estimate.Request(**{name: options[name] for name in names})
        try:
            answer = estimate.estimate(request)
        except estimate.RefusedError as refusal:
            raise CommandError(str(refusal), returncode=2) from None
        self.stdout.write(json.dumps(answer, ensure_ascii=False, allow_nan=False, indent=1))
