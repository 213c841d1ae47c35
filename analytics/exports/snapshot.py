"""One dataset as an export reads it: a named cut as it was frozen, or the record of this moment in one snapshot."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import pandas as pd
from django.conf import settings
from django.db import connection, transaction

from analytics.actions import LONGEST_BUILD_S, files_of, manifest_hash
from analytics.actions_of_runs import forms_of, tables_of
from analytics.core.cases import WHOLE_FORM
from analytics.core.columns.table import case_table
from analytics.exports import extract as door
from analytics.exports.frozen import pseudonyms_of
from analytics.exports.policy import DEIDENTIFIED, FULL
from analytics.exports.trail import Trail
from analytics.extract import extract_with_answers, refused_cases
from analytics.models import Dataset
from analytics.pseudonyms import ids_by_name
from registry import clock
from registry.access.replica import from_replica
from registry.access.row_security import everything_scope
from registry.models import Cohort

LIVE = "live"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What of a dataset can be exported; tables_of makes the tables of a profile from it.

    name      live, or the cut's; revision: of the stored dataset with this hash, None where the record has moved on since
    tables    the analyses' tables, cases under pseudonyms; whole: the case table made of them
    forms     form → stored rows as text under pseudonyms; of a cut, without what leaves no hospital; {} for a cut from before forms were kept
    numbers   pseudonym → (case number, site code); given to the full profile only
    key       makes the pseudonyms of a de-identified export
    ids       pseudonym → id of the case, for the log of who has what
    seen      PostgreSQL's name of it: which transactions it shows
    as_of     the last change of the live record, or the end of a cut's day
    trail     who changed what when, of its cases as the profile names them; where asked for
    """

    cohort: str
    name: str
    revision: int | None
    hash: str
    cut_date: date | None
    code_version: str
    dictionary: str
    is_synthetic: bool
    is_published: bool
    tables: dict[str, pd.DataFrame] = field(repr=False)
    whole: pd.DataFrame = field(repr=False)
    forms: dict[str, pd.DataFrame] = field(repr=False)
    declared: tuple = field(repr=False)
    reasons: tuple = field(repr=False)
    numbers: dict[str, tuple[str, str]] = field(repr=False, default_factory=dict)
    key: str = field(repr=False, default="")
    say: object = field(repr=False, default=None)
    ids: dict[str, int] = field(repr=False, default_factory=dict)
    seen: str = ""
    as_of: datetime | None = None
    trail: Trail | None = field(repr=False, default=None)

    @property
    def stated(self):
        """The dataset's name for people and file names."""
        if self.cut_date:
            return f"{self.cohort} cut:{self.name}"
        return f"{self.cohort} live" + (f" {self.revision}" if self.revision else "")

    def cases_of(self, sites=()):
        """Ids of the cases whose rows an export holds: of these hospitals, or of all."""
        names = self.whole["case"]
        if sites:
            names = [one for one in names if self.numbers.get(one, ("", ""))[1] in sites]
        return sorted(self.ids[one] for one in names)


class RetiringError(Exception):
    """The cut holds somebody whose data may not be used any more; it is about to be retired."""


def snapshot_of(cohort_code, name, profile, *, actor, with_trail=False):
    """The snapshot of this cohort's live record or named cut. Raises Dataset.DoesNotExist for a name that is not there or was retired, RetiringError for one that is about to be.

    with_trail   also who changed each answer when: of the live record, for profiles that have dates; reasons for the full one
    """
    with from_replica(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute(
                "SELECT set_config('idle_in_transaction_session_timeout', %s, true)", [f"{LONGEST_BUILD_S}s"]
            )
        with everything_scope(actor=actor):
            cohort = Cohort.objects.get(code=cohort_code)
            return _live(cohort, profile, with_trail) if name == LIVE else _cut(cohort, name, profile)


def _live(cohort, profile, with_trail):
    tables, answers = extract_with_answers(cohort)
    whole = case_table(tables)
    digest = manifest_hash(
        {name: content for files in files_of(tables, answers, whole) for name, content in files.items()}
    )
    stored = Dataset.objects.filter(cohort=cohort, kind="live", hash=digest).first()
    pseudonyms = pseudonyms_of(cohort)
    made = _snapshot(
        cohort, profile, pseudonyms, name=LIVE, as_of=door.last_change(cohort), hash=digest, cut_date=None, revision=stored and stored.revision, tables=tables,
        whole=whole, forms=door.stored_forms(cohort, pseudonyms),
    )  # fmt: skip
    if not with_trail or profile == DEIDENTIFIED:
        return made
    names = {one: made.numbers[one][0] for one in pseudonyms.values()} if profile == FULL else {}
    named = {pk: names.get(one, one) for pk, one in pseudonyms.items()}
    return replace(made, trail=door.read_trail(named, with_reasons=profile == FULL))


def _cut(cohort, name, profile):
    cut = Dataset.objects.get(cohort=cohort, kind="cut", name=name, retired_at=None)
    tables = tables_of(cut)
    if refused_cases(cohort) & set(tables["cases"]["case"]):
        raise RetiringError
    return _snapshot(
        cohort, profile, pseudonyms_of(cohort), name=name, hash=cut.hash, cut_date=cut.cut_date, revision=cut.revision,
        tables=tables, whole=case_table(tables, cut.cut_date), forms={one.removeprefix(WHOLE_FORM): rows for one, rows in forms_of(cut).items()},
        as_of=clock.midnight(cut.cut_date, after=1) - timedelta(seconds=1),
    )  # fmt: skip


def _snapshot(cohort, profile, pseudonyms, **which):
    return Snapshot(
        cohort=cohort.code,
        code_version=settings.CODE_VERSION,
        dictionary=door.dictionary_version(),
        is_synthetic=cohort.is_synthetic,
        is_published=cohort.is_published,
        declared=door.declared_forms(),
        reasons=door.reasons(),
        numbers=door.numbers_of(cohort, pseudonyms) if profile == FULL else {},
        key=settings.PSEUDONYM_KEY,
        ids=ids_by_name(cohort),
        seen=_seen(),
        say=door.phrase,
        **which,
    )


def _seen():
    """PostgreSQL's name of the current snapshot."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        return cursor.fetchone()[0]
