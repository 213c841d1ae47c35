"""`manage.py validation_report`: the requirements with what the last run of the tests shows of each, as HTML and PDF (docs/validation)."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from deploy.validation import content, paper, requirements, results
from registry.settings.environment import ROOT


class Command(BaseCommand):
    """Exits with 1 when a requirement that is built was not shown."""

    help = "Write the validation report of a run of the tests."
    requires_system_checks = ()

    def add_arguments(self, parser):
        """--junit FILE --table FILE --to DIR"""
        parser.add_argument("--junit", default=str(ROOT / "var/test/junit.xml"), help="what make test left")
        parser.add_argument(
            "--table", default=str(requirements.TABLE), help="the requirements, with an installation's own perhaps"
        )
        parser.add_argument("--to", default=str(ROOT / "var/validation"), help="the folder to write to")

    def handle(self, *args, junit, table, to, **options):
        """Read, judge, write."""
        try:
            rows, run = requirements.read(table), results.read(junit)
        except (ValueError, OSError) as wrong:
            raise CommandError(str(wrong)) from None
        gone = requirements.missing(name for one in rows for name in one.tests)
        if gone:
            raise CommandError(f"The table of requirements names tests that are not there: {', '.join(gone)}")
        title, blocks = content.title(run), content.blocks(rows, run)
        folder = Path(to)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.html").write_bytes(paper.html_of(title, blocks))
        (folder / "report.pdf").write_bytes(paper.pdf_of(title, blocks, run.facts))
        self.stdout.write(f"{folder / 'report.html'} and report.pdf: {blocks[1].text}")
        if not content.is_accepted(rows, run):
            raise SystemExit(1)
