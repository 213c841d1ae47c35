"""`manage.py estimate`: any estimator of the core on any CSV file."""

import json
from argparse import ArgumentTypeError
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from analytics.core import estimate


def comma_separated(text: str) -> tuple[float, ...]:
    """Numbers from "6,12,24"."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise ArgumentTypeError(f"{text!r} are not numbers separated by commas, such as 365,730") from None


def names(text: str) -> tuple[str, ...]:
    """Names from "age,sex"."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


class Command(BaseCommand):
    """Prints one JSON object; a refused input exits with status 2 and one line on stderr."""

    help = (
        "Run an estimator on the columns of a CSV file and print its estimates as JSON. Every method: docs/estimate.md"
    )
    requires_system_checks = ()

    def create_parser(self, prog_name, subcommand, **kwargs):
        """The parser, refusing in one line where argparse would print its usage as well."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.error = lambda message: parser.exit(2, f"estimate: {message}\n")
        return parser

    def add_arguments(self, parser):
        add = parser.add_argument
        add("file", type=Path, help="CSV file with a header")
        add("--method", required=True, choices=tuple(estimate.METHODS))
        add("--time", metavar="COL", help="event or censoring time")
        add("--status", metavar="COL", help="0 censored, 1 event, 2 and above competing")
        add("--entry", metavar="COL", help="time at which observation began")
        add("--group", metavar="COL")
        add(
            "--strata", metavar="COL", help="tests and regressions: compared within these; fine-gray: censoring differs"
        )
        add("--covariates", metavar="COL,COL", type=names, help="regressions: numbers as they are, text as categories")
        add(
            "--reference", metavar="COL=LEVEL", action="append", help="regressions: the level compared with; may repeat"
        )
        add("--cluster", metavar="COL", help="cox, fine-gray: rows that belong together, for robust standard errors")
        add("--subject", metavar="COL", help="cox: rows of one subject must not overlap")
        add("--x", metavar="COL", help="proportion: counts, of --n")
        add("--n", metavar="COL", help="proportion: sizes")
        add("--cause", type=int, metavar="K", help="status that counts as the event")
        add("--at", type=comma_separated, metavar="T,T", help="times at which curves are read")
        add("--tau", type=float, metavar="T", help="restricted-mean: horizon")
        add("--landmark", type=float, metavar="T", help="use the rows observed beyond T, counted from it")
        add("--change", metavar="COL", help="cox, firth-cox: time at which an exposure begins; empty for never")
        add("--potential", metavar="COL", help="reverse-kaplan-meier: possible follow-up, for Clark's completeness")
        add("--resamples", type=int, metavar="B", help="cox, firth-cox: correct the concordance by B bootstrap samples")
        add("--limits", choices=estimate.LIMITS, help="scale of the limits; log-log if not given")
        add("--confidence", type=float, metavar="LEVEL", help="level of the limits; 0.95 if not given")
        add("--rho", type=float, metavar="R", help="log-rank: weights S^R (1-S)^G; gray: weights (1-F)^R")
        add("--gamma", type=float, metavar="G")
        add("--weights", choices=estimate.WEIGHTS, help="log-rank: instead of --rho and --gamma")
        add("--trend", action="store_true", help="log-rank: add the test for trend over sorted groups")
        add("--pairwise", action="store_true", help="log-rank: add each pair, with Holm's correction")
        add("--permutations", type=int, metavar="B", help="log-rank: add the test by permutation")
        add("--seed", type=int, metavar="N", help="of the permutations or resamples")
        add("--ties", choices=estimate.TIES, help="regressions: efron, or breslow for firth-cox, if not given")
        add("--transform", choices=estimate.TRANSFORMS, help="cox: of time in the test of proportional hazards")

    def handle(self, *args, **options):
        given = {name: options[name] for name in estimate.Request.__dataclass_fields__}
        given["reference"] = tuple(given["reference"]) if given["reference"] else None
        try:
            answer = estimate.estimate(estimate.Request(**given))
        except estimate.RefusedError as refusal:
            raise CommandError(str(refusal), returncode=2) from None
        self.stdout.write(json.dumps(answer, ensure_ascii=False, allow_nan=False, indent=1))
