"""`manage.py export_log`: who took which copy."""

import json

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date

from analytics.export_log import as_dict, copies
from analytics.management.as_worker import as_worker
from registry import clock
from registry.access.row_security import everything_scope
from registry.models import Case


class Command(BaseCommand):
    """Newest first, a line a copy."""

    help = "Who took which export: dataset, profile, rows, hash, and whether it holds a patient who has withdrawn consent since."

    def add_arguments(self, parser):
        """What narrows it, and how it is written."""
        parser.add_argument("--since", metavar="YYYY-MM-DD", help="only those of this day and later")
        parser.add_argument("--case", metavar="NUMBER", help="only copies that hold this case")
        parser.add_argument("--withdrawn", action="store_true", help="only copies that hold somebody who withdrew")
        parser.add_argument("--json", action="store_true", dest="as_json", help="a JSON object a line, with everything")

    def handle(self, *args, since, case, withdrawn, as_json, **options):
        """Print them."""
        try:
            day = parse_date(since) if since else None
        except ValueError:
            day = None
        if since and day is None:
            raise CommandError(f"--since is “{since[:40]}”; write a day as 2027-03-31.", returncode=2)
        with as_worker(), everything_scope(actor="export_log"):
            if case and not Case.with_void.filter(number=case).exists():
                raise CommandError(f"There is no case {case[:40]}.", returncode=2)
            for one in copies(since=day and clock.midnight(day), case=case, only_withdrawn=withdrawn).iterator():
                told = as_dict(one)
                self.stdout.write(json.dumps(told, ensure_ascii=False) if as_json else _line(told))


def _line(told):
    words = [
        told["at"][:19],
        told["email"] or told["who"],
        told["role"],
        told["what"],
        told["format"],
        told["profile"] or "-",
    ]
    counts = [f"{told['rows']} rows" if told["rows"] is not None else "", f"sha256 {told['sha256'][:16]}"]
    if told["withdrawn_cases"]:
        counts.append(f"HOLDS {told['withdrawn_cases']} WITHDRAWN")
    return "  ".join(word for word in [*words, *counts] if word)
