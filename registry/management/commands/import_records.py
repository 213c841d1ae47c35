"""`manage.py import_records`: an export of this registry, or records of a REDCap project in its fields, brought (back) in."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from registry.imports.reading import ENCODINGS, refuse_large
from registry.imports.sources import rows_of
from registry.imports.watched import Watch
from registry.management import by_record
from registry.models import ImportJob, Person
from registry.redcap.meant import How
from registry.redcap.storing import NotAcceptedError, store


class Command(BaseCommand):
    """All files together are one import: stored whole, or not at all. The same files again change nothing."""

    help = (
        "Bring in ODM, a zip or tables of a CSV export, or records of a REDCap project: all or nothing, cell by cell."
    )

    def add_arguments(self, parser):
        """FILE… --by EMAIL [--encoding ENCODING] [--complete] [--dry-run] [--row-by-row] [--report FILE] [--refused FILE]"""
        parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help=".xml (ODM), .zip, .csv or .xlsx")
        parser.add_argument(
            "--by", required=True, metavar="EMAIL", help="who answers for it: may enter at the hospitals named"
        )
        parser.add_argument("--encoding", choices=list(ENCODINGS), default="utf-8", help="of CSV files")
        parser.add_argument("--complete", action="store_true", help="mark forms complete where nothing blocks it")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and store nothing")
        by_record.add_arguments(parser)

    def handle(self, *args, files, by, encoding, dry_run, complete=False, row_by_row=False, **options):
        """Look, then store what was seen; or record by record."""
        person = Person.objects.filter(email__iexact=by, is_active=True).first()
        if person is None:
            raise CommandError(f"There is no active person {by}.")
        self.how = How(erases=False, dates="YMD", decimal=".", completes=complete)
        if row_by_row:
            self.by_record(files, person, dry_run, options, encoding=encoding, completes=complete)
            return
        rows = self.rows(files, encoding)
        seen = self.stored(rows, Watch(), person)
        for one in seen.cells if dry_run else ():
            self.stdout.write(f"{one.case} {one.form} {one.row} {one.column}: “{one.old}” → “{one.new}”")
        for one in seen.queries if dry_run else ():
            self.stdout.write(f"{one.case} {one.form} {one.item}: would be asked: {one.words}")
        said = f"{len(seen.new_cases)} new cases, {seen.new_forms} new and {seen.changed_forms} changed forms, {len(seen.cells)} answers"
        if dry_run or not seen.cells:
            self.stdout.write(
                f"{said}. Nothing was stored{': this was a dry run' if dry_run else ', for nothing would change'}."
            )
            return
        kept = self.stored(rows, Watch(seen=seen.digest), person)
        if not kept.is_stored:
            raise CommandError("Somebody changed these cases in the meantime. Nothing was stored; run it again.")
        self.stdout.write(f"{said}. Stored.")

    def by_record(self, files, person, dry_run, options, **choices):
        """One file as an import that goes on where it stopped."""
        if len(files) != 1:
            raise CommandError("Row by row one file comes in at a time.")
        self.check(files[0])
        reports = {name: options.get(name) for name in ("report", "refused")}
        step = ImportJob.Step.LOOK if dry_run else ImportJob.Step.STORE
        words = {**choices, "kind": ImportJob.Kind.RECORDS, "step": step}
        job = by_record.bring_in(files[0], by=person, tell=self.stdout.write, **reports, **words)
        self.stdout.write(by_record.summed(job))

    def check(self, path):
        """Refuse a file that is not there, or too large."""
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            refuse_large(path.stat().st_size)
        except ValidationError as refusal:
            raise CommandError(f"{path.name}: {' '.join(refusal.messages)} Nothing was stored.") from None

    def rows(self, files, encoding):
        """The rows of all files, or the refusal of the first that cannot be read."""
        found = []
        for path in files:
            self.check(path)
            try:
                found += rows_of(path.name, path.read_bytes(), encoding)
            except ValidationError as refusal:
                raise CommandError(f"{path.name}: {' '.join(refusal.messages)} Nothing was stored.") from None
        return found

    def stored(self, rows, watch, person):
        """One pass over the rows."""
        try:
            done = store(rows, self.how, by=person, watch=watch)
        except NotAcceptedError as closed:
            raise CommandError(f"Records do not come in at {closed}.") from None
        if done.faults:
            lines = [f"{one.record} {one.repeat} {one.field} “{one.value[:80]}”: {one.message}" for one in done.faults]
            raise CommandError("\n".join([*lines, f"Nothing was stored. Faults: {len(lines)}."]))
        return watch
