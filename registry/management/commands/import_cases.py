"""`manage.py import_cases`: cases of another system's file, by a mapping."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from registry.access.system import SystemActor
from registry.actions.imports import import_cases
from registry.imports.mapping import read_mapping
from registry.imports.reading import read_table
from registry.models import Person, Site


class Command(BaseCommand):
    """Thin: reading, mapping and storing are registry.imports and registry.actions.imports."""

    help = "Import cases from a CSV or XLSX file: the whole file or nothing, with a report per row and field."

    def add_arguments(self, parser):
        """FILE --mapping MAP.yml [--site CODE] [--by EMAIL] [--dry-run]"""
        parser.add_argument(
            "file", type=Path, metavar="FILE", help="CSV (UTF-8) or XLSX; the first row names the columns"
        )
        parser.add_argument(
            "--mapping", type=Path, required=True, metavar="MAP.yml", help="which column answers which item"
        )
        parser.add_argument("--site", metavar="CODE", help="the site of every row, where the mapping names none")
        parser.add_argument("--by", metavar="EMAIL", help="who answers for the import; the history names them")
        parser.add_argument("--dry-run", action="store_true", help="do everything, report, and undo it")

    def handle(self, *args, file, mapping, site, by, dry_run, **options):
        """Report on stdout; refuse with the whole report if a row has a problem."""
        try:
            report = import_cases(
                read_table(file), read_mapping(mapping), by=_actor(by), site=_site(site), dry_run=dry_run
            )
        except ValidationError as refusal:
            raise CommandError("\n".join([*refusal.messages, "Nothing was stored."])) from None
        if report.problems:
            raise CommandError("\n".join(report.lines()))
        self.stdout.write("\n".join(report.lines()))


def _actor(email):
    if not email:
        return SystemActor("import")
    person = Person.objects.filter(email__iexact=email, is_active=True).first()
    if person is None:
        raise CommandError(f"There is no active person {email}.")
    return person


def _site(code):
    if not code:
        return None
    site = Site.objects.filter(code=code.upper()).first()
    if site is None:
        known = ", ".join(Site.objects.values_list("code", flat=True))
        raise CommandError(f"There is no site {code}; the sites are {known}.")
    return site
