"""`manage.py check_cases`: every edit check over the stored cases, one JSON object for each finding."""

import json

from django.core.management.base import BaseCommand, CommandError

from registry.access.row_security import everything_scope
from registry.actions.checks import check_now
from registry.models import Site
from registry.record import said


class Command(BaseCommand):
    """Answers are printed: run it where only those who may see them look.

    What the checks find is followed up as after a save: queries are opened and closed, derived fields stored anew.
    """

    help = "Run every edit check over stored cases; findings as JSON lines on stdout, a summary on stderr."

    def add_arguments(self, parser):
        """--site CODE: the cases of one site only."""
        parser.add_argument("--site", default="", metavar="CODE", help="only the cases of this site")

    def handle(self, *args, site="", **options):
        """Print the findings as they come."""
        with everything_scope(actor="check_cases"):
            codes = list(Site.objects.order_by("code").values_list("code", flat=True))
        if site and site not in codes:
            raise CommandError(f"There is no site {site}; there are {', '.join(codes) or 'none yet'}.", returncode=2)
        run = check_now(site_code=site, tell=self.tell)
        self.stderr.write(
            f"{run.cases_done} cases checked, {sum(sum(rules.values()) for rules in run.counts.values())} findings, "
            f"{run.queries_opened} queries opened, {run.queries_closed} closed."
        )

    def tell(self, case, finding):
        """One line. A pair of cases that may be one patient has no case of its own."""
        line = _of_case(case, finding) if case else _of_twins(finding)
        self.stdout.write(json.dumps(line, ensure_ascii=False))


def _of_case(case, finding):
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "site": case.site.code,
        "case": case.number,
        "form": finding.form,
        "key": finding.key,
        "item": finding.item,
        "text": said(finding),
    }


def _of_twins(twins):
    return {
        "rule": twins.rule,
        "severity": twins.severity,
        "site": twins.one.partition("-")[0],
        "case": twins.one,
        "form": "patient",
        "key": "1",
        "item": "mrn_hash" if twins.is_certain else "birth_date",
        "text": f"Possible duplicate patient: {twins.other}",
    }
