"""`manage.py import_cases`: cases of another system's file, by a mapping."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from registry.access.system import SystemActor
from registry.actions.imports import import_cases
from registry.imports.mapping import read_mapping
from registry.imports.reading import ENCODINGS, read_table
from registry.management import by_record
from registry.models import ImportJob, Person, Site


class Command(BaseCommand):
    """Thin: reading, mapping and storing are registry.imports and registry.actions.imports."""

    help = "Import cases from a CSV or XLSX file: the whole file or nothing, with a report per row and field."

    def add_arguments(self, parser):
        """FILE --mapping MAP.yml [--site CODE] [--by EMAIL] [--encoding ENCODING] [--dry-run] [--row-by-row] [--report FILE] [--refused FILE]"""
        parser.add_argument("file", type=Path, metavar="FILE", help="CSV or XLSX; the first row names the columns")
        parser.add_argument(
            "--mapping", type=Path, required=True, metavar="MAP.yml", help="which column answers which item"
        )
        parser.add_argument("--site", metavar="CODE", help="the site of every row, where the mapping names none")
        parser.add_argument("--by", metavar="EMAIL", help="who answers for the import; the history names them")
        parser.add_argument("--encoding", choices=list(ENCODINGS), default="utf-8", help="of a CSV")
        parser.add_argument("--dry-run", action="store_true", help="do everything, report, and undo it")
        by_record.add_arguments(parser)

    def handle(self, *args, file, mapping, site, by, dry_run, encoding="utf-8", row_by_row=False, **options):
        """Report on stdout; refuse with the whole report if a row has a problem, or row by row those that have."""
        try:
            table, words = read_table(file, encoding), read_mapping(mapping)
            if row_by_row:
                reports = {name: options.get(name) for name in ("report", "refused")}
                self.by_record(file, mapping, _actor(by), dry_run, encoding=encoding, site=_site(site), **reports)
                return
            report = import_cases(table, words, by=_actor(by), site=_site(site), dry_run=dry_run)
        except ValidationError as refusal:
            raise CommandError("\n".join([*refusal.messages, "Nothing was stored."])) from None
        if report.problems:
            raise CommandError("\n".join(report.lines()))
        self.stdout.write("\n".join(report.lines()))

    def by_record(self, file, mapping, person, dry_run, **words):
        """The file as an import that goes on where it stopped."""
        if not isinstance(person, Person):
            raise CommandError("Row by row somebody answers for it: say --by EMAIL.")
        step = ImportJob.Step.LOOK if dry_run else ImportJob.Step.STORE
        text = mapping.read_text(encoding="utf-8")
        words |= {"kind": ImportJob.Kind.CASES, "mapping": text, "step": step}
        self.stdout.write(by_record.summed(by_record.bring_in(file, by=person, tell=self.stdout.write, **words)))


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
