"""`manage.py export`: a dataset's files into a folder, noted as an export."""

import getpass

from django.core.management.base import BaseCommand, CommandError

from analytics.acts.exports import TABLES
from analytics.acts.taken import note_dataset
from analytics.catalogue import TISAGENLECLEUCEL
from analytics.exports.abroad import only_abroad
from analytics.exports.delivered import beside, laid_down, put
from analytics.exports.options import DELIMITERS, FORMATS, LABELS, LANGUAGES, Options
from analytics.exports.policy import DEIDENTIFIED, FULL, PROFILES
from analytics.exports.snapshot import LIVE, RetiringError, snapshot_of
from analytics.exports.tables import tables_of
from analytics.exports.written import ODM, digest_of, kept, needed, written, zipped
from analytics.extract import may_go_abroad
from analytics.management.as_worker import as_worker
from analytics.models import Dataset
from registry import clock
from registry.access.row_security import everything_scope
from registry.models import Cohort, Site

ACTOR = "export"


class Command(BaseCommand):
    """The same dataset gives the same bytes. Exits with 2 for what cannot be, and leaves no file then."""

    help = "Write a dataset as files for statistical programs, with codebook and manifest. Every export is noted."

    def add_arguments(self, parser):
        """Which dataset, how, whereto, and what of it."""
        parser.add_argument("--dataset", required=True, metavar="NAME", help=f"{LIVE}, or a cut's name")
        parser.add_argument("--format", required=True, choices=list(FORMATS), dest="kind")
        parser.add_argument("--out", required=True, metavar="DIR", help="made if it is not there")
        parser.add_argument("--profile", choices=PROFILES, default=DEIDENTIFIED, help=f"{DEIDENTIFIED} if not given")
        parser.add_argument("--labels", choices=LABELS, default="code", help="codes, their labels, or both")
        parser.add_argument("--language", choices=LANGUAGES, default="en", help="of the labels")
        parser.add_argument(
            "--site", action="append", default=[], metavar="CODE", help="whose cases a full export is of"
        )
        parser.add_argument(
            "--table", action="append", default=[], metavar="NAME", help="only this table; may be given several times"
        )
        parser.add_argument(
            "--cohort", default=TISAGENLECLEUCEL, metavar="CODE", help=f"{TISAGENLECLEUCEL} if not given"
        )
        parser.add_argument(
            "--excel", action="store_true", help="CSV for Excel: a byte-order mark, no cell that is a formula"
        )
        parser.add_argument("--delimiter", choices=list(DELIMITERS), default="comma", help="of CSV")
        parser.add_argument(
            "--abroad", action="store_true", help="only the cases whose consent reaches outside the consortium"
        )
        parser.add_argument("--zip", action="store_true", dest="is_zipped", help="one archive instead of many files")

    def handle(self, *args, dataset, kind, out, profile, cohort, is_zipped, **options):
        """Read, write, deliver, note."""
        sites, beyond = sorted(set(options["site"])), {"abroad": True} if options["abroad"] else {}
        choice = Options(options["labels"], options["language"], options["excel"], options["delimiter"])
        with as_worker():
            self.check(cohort, profile, sites, options["table"])
            if beyond and profile == FULL:
                raise CommandError("What names patients goes to nobody outside the consortium: no --abroad with --profile full.", returncode=2)  # fmt: skip
            snapshot = self.snapshot(cohort, dataset, profile, with_trail=kind in ODM)
            try:
                snapshot = self.of_abroad(snapshot) if beyond else snapshot
                wanted = needed(kind, options["table"])
                tables = kept(tables_of(snapshot, profile, sites=sites, wanted=wanted), kind, snapshot, wanted)
                files = written(tables, kind, choice, snapshot, about={"profile": profile, "sites": sites, **beyond})
                with beside(out) as place:
                    made = laid_down(files, place)
                    digest, names = digest_of(made), [name for name, _sha256 in made]
                    if is_zipped:
                        archive = f"{snapshot.cohort}-{dataset}-{profile}-{kind}.zip"
                        zipped(place, names, place / archive)
                        names = [archive]
                    with everything_scope(actor=ACTOR):
                        note_dataset(
                            snapshot, digest, kind=kind, profile=profile, by=f"{ACTOR}:{getpass.getuser()}",
                            about={
                                "sites": sites, **beyond, "labels": choice.labels, "language": choice.language,
                                "tables": [one.name for one in tables],
                                "rows": sum(len(one.rows) for one in tables),
                            },
                            cases=snapshot.cases_of(sites),
                        )  # fmt: skip
                        put(place, names, out)
            except ValueError as refusal:
                raise CommandError(str(refusal), returncode=2) from None
        rows = sum(len(one.rows) for one in tables)
        self.stdout.write(f"{snapshot.stated}, {profile}: {len(made)} files, {rows} rows in {out}. SHA-256 {digest}")
        if not snapshot.forms:
            self.stderr.write(
                "Warning: this cut was frozen before cuts kept the whole forms; their tables are not in it."
            )

    def check(self, cohort, profile, sites, tables):
        """Refuse what is not there, in words."""
        if strangers := [one for one in tables if one not in TABLES]:
            raise CommandError(f"There is no table {strangers[0]}; there are {', '.join(TABLES)}.", returncode=2)
        with everything_scope(actor=ACTOR):
            codes = list(Cohort.objects.order_by("code").values_list("code", flat=True))
            known = list(Site.objects.order_by("code").values_list("code", flat=True))
        if cohort not in codes:
            raise CommandError(
                f"There is no cohort {cohort}; there are {', '.join(codes) or 'none yet'}.", returncode=2
            )
        if strangers := [one for one in sites if one not in known]:
            raise CommandError(f"There is no hospital {strangers[0]}; there are {', '.join(known)}.", returncode=2)
        if profile == FULL and not sites:
            raise CommandError("A full export is of a hospital's own cases: say which by --site.", returncode=2)
        if profile != FULL and sites:
            raise CommandError(
                "--site belongs to --profile full; the other profiles hold the cases of all.", returncode=2
            )

    def of_abroad(self, snapshot):
        """The snapshot with the cases whose consent reaches outside the consortium today."""
        with everything_scope(actor=ACTOR):
            by_now = may_go_abroad(Cohort.objects.get(code=snapshot.cohort), clock.today())
        return only_abroad(snapshot, clock.today(), by_now)

    def snapshot(self, cohort, dataset, profile, *, with_trail):
        """The dataset as it is to be exported."""
        try:
            return snapshot_of(cohort, dataset, profile, actor=ACTOR, with_trail=with_trail)
        except Dataset.DoesNotExist:
            with everything_scope(actor=ACTOR):
                cuts = Dataset.objects.filter(cohort__code=cohort, kind="cut", retired_at=None).order_by("name")
                names = list(cuts.values_list("name", flat=True))
            raise CommandError(
                f"There is no cut {dataset}; there are {', '.join(names) or 'none yet'}.", returncode=2
            ) from None
        except RetiringError:
            raise CommandError(
                f"The cut {dataset} holds somebody who withdrew consent. It is retired within minutes; take its successor.",
                returncode=2,
            ) from None
