"""`manage.py codebook`: docs/codebook.md from the models."""

from django.core.management.base import BaseCommand, CommandError

from registry.dictionary.codebook import codebook
from registry.models import FORMS
from registry.settings.environment import ROOT

PAGE = ROOT / "docs/codebook.md"


class Command(BaseCommand):
    """Writes the codebook, or with --check says whether it is stale."""

    help = "Write docs/codebook.md from the models; with --check only compare."
    requires_system_checks = ()

    def add_arguments(self, parser):
        """--check"""
        parser.add_argument("--check", action="store_true", help="fail if docs/codebook.md is not what the models say")

    def handle(self, *args, check, **options):
        """Write or compare."""
        text = codebook(FORMS)
        if not check:
            PAGE.write_text(text, encoding="utf-8")
            self.stdout.write(f"{PAGE.relative_to(ROOT)} written: {len(FORMS)} forms")
        elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text:
            raise CommandError("docs/codebook.md is stale. Run `manage.py codebook` and commit it.")
        else:
            self.stdout.write("docs/codebook.md is what the models say")
