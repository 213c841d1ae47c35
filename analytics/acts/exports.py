"""Ask for an export, give it up, ask whether it may be taken. The worker makes the file: see analytics.actions_of_exports."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.catalogue import TISAGENLECLEUCEL
from analytics.exports.options import BESIDE_FORMS, DELIMITERS, FORMATS, LABELS, LANGUAGES
from analytics.exports.policy import CONSORTIUM, DEIDENTIFIED, FULL, PROFILES, listed
from analytics.models import Dataset, ExportJob
from analytics.read import LIVE
from registry.access.permissions import Permission
from registry.access.roles import ROLES
from registry.access.row_security import everything_scope
from registry.access.token_scopes import Scope
from registry.actions.waiting import ring_waiting
from registry.doorbell import ring_after_commit
from registry.models import Cohort

TASK = "analytics.tasks.make_export"
ATTEMPTS = 3
MOST_OPEN = 3  # of one person that wait or are made
QUOTA_LOCK = 7_201_013  # advisory lock, with the person: the count and the new one together
OPEN = (ExportJob.QUEUED, ExportJob.RUNNING)
ADAM, AUDIT = ("adsl", "adtte", "adae"), "odm_audit"
TABLES = tuple(dict.fromkeys([*(table for table, _column in listed() if table not in BESIDE_FORMS), *BESIDE_FORMS]))
FORM_TABLES = tuple(one for one in TABLES if one not in BESIDE_FORMS)
TABLES_OF = {"adam": ADAM, "odm": FORM_TABLES, AUDIT: FORM_TABLES}  # format → what it can hold, where that is not all


class TooManyOpenError(Exception):
    """The person has as many open exports as anybody may have."""


@dataclass(frozen=True)
class Wish:
    """What is asked for. dataset: live or a cut's name; tables: [] for all; sites: of a full export; abroad: see ExportJob."""

    cohort: str = TISAGENLECLEUCEL
    dataset: str = LIVE
    format: str = "csv"
    profile: str = ""
    labels: str = "code"
    language: str = "en"
    excel: bool = False
    delimiter: str = "comma"
    tables: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    abroad: bool = False

    @property
    def key(self):
        """SHA-256 of the wish and the code that would answer it: equal ones have equal keys."""
        return hashlib.sha256(json.dumps([asdict(self), settings.CODE_VERSION]).encode()).hexdigest()


NAMES = tuple(one.name for one in fields(Wish))


def profiles_of(person):
    """The profiles that this person may take, the smallest first.

    deidentified  whoever reads datasets
    consortium    of these, who reads the cases of all hospitals: exact dates under pseudonyms are no less
    full          the people of a hospital, of its own cases; by a token only if it answers what names a patient
    """
    reads_cases, reads_datasets = (person.may(one) for one in (Permission.CASE_READ, Permission.DATASET_READ))
    may = {
        DEIDENTIFIED: reads_datasets,
        CONSORTIUM: reads_datasets and reads_cases and person.sees_all_sites,
        FULL: reads_cases and person.sees_identifiers and not ROLES[person.role].all_sites,
    }
    return tuple(one for one in PROFILES if may[one])


def may_take(person, job):
    """Whether the person may take the file now: rights are those of this moment, not of when it was asked for."""
    if job.person_id != person.pk or job.profile not in profiles_of(person) or not person.may_by(Scope.EXPORT):
        return False
    return set(job.sites) <= set(person.own_sites().values_list("code", flat=True))


def checked(person, sent):
    """The Wish that `sent` (name → value, as JSON or a form has them) means. Raises ValidationError by field, PermissionDenied."""
    allowed = profiles_of(person)
    if not allowed or not person.may_by(Scope.EXPORT):
        raise PermissionDenied
    errors = {}
    for name in sent.keys() - set(NAMES):
        errors[name] = _("There is no such choice. Possible: {names}.").format(names=", ".join(NAMES))
    wish = Wish(**{"profile": allowed[0], **{name: _plain(sent[name]) for name in sent.keys() & set(NAMES)}})
    own = list(person.own_sites().order_by("code").values_list("code", flat=True)) if FULL in allowed else []
    if wish.profile == FULL and not wish.sites:
        wish = Wish(**{**asdict(wish), "sites": tuple(own)})
    possible = {
        "cohort": list(Cohort.objects.order_by("code").values_list("code", flat=True)),
        "dataset": _datasets(person, wish),
        "format": FORMATS,
        "profile": allowed,
        "labels": LABELS,
        "language": LANGUAGES,
        "delimiter": tuple(DELIMITERS),
    }
    for name, known in possible.items():
        if not isinstance(getattr(wish, name), str) or getattr(wish, name) not in known:
            errors[name] = _unknown(getattr(wish, name), known)
    for name in ("excel", "abroad"):
        if not isinstance(getattr(wish, name), bool):
            errors[name] = _unknown(getattr(wish, name), ("true", "false"))
    if wish.abroad is True and wish.profile == FULL:
        errors["abroad"] = _("What names patients goes to nobody outside the consortium. Choose another profile.")
    if wish.format == AUDIT and (wish.dataset != LIVE or wish.profile == DEIDENTIFIED):
        errors["format"] = _(
            "How answers were changed is told of the live record, in a profile with dates. Choose those, or ODM without changes."
        )
    for name, known in (("tables", TABLES_OF.get(wish.format, TABLES)), ("sites", own)):
        listed = getattr(wish, name)
        wrong = [one for one in listed if one not in known] if isinstance(listed, tuple) else [listed]
        if wrong and not (name == "sites" and wish.profile != FULL):
            errors[name] = _unknown(wrong[0], known)
    if wish.sites and wish.profile != FULL:
        errors["sites"] = _("Hospitals are named for the profile full; the other profiles hold the cases of all.")
    if errors:
        raise ValidationError(errors)
    return Wish(**{**asdict(wish), "tables": _ordered(wish.tables, TABLES), "sites": _ordered(wish.sites, own)})


@transaction.atomic
def ask(wish, *, person):
    """(the export that answers the wish, is it new). Raises TooManyOpenError.

    One that is being made is the same for whoever asks again; so is one that is ready, of a cut. Of the live record the worker
    finds out whether anything has changed since, and takes the file of before if not.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [QUOTA_LOCK, person.pk])
    alike = ExportJob.objects.filter(person=person, key=wish.key)
    before = alike.filter(state__in=OPEN).first()
    if before is None and wish.dataset != LIVE:
        before = alike.filter(state=ExportJob.READY, expires_at__gt=timezone.now()).first()
    if before is not None:
        return before, False
    if ExportJob.objects.filter(person=person, state__in=OPEN).count() >= MOST_OPEN:
        raise TooManyOpenError
    words = {name: value for name, value in asdict(wish).items() if name not in ("cohort", "dataset")}
    job = ExportJob.objects.create(
        person=person,
        cohort=Cohort.objects.get(code=wish.cohort),
        dataset_name=wish.dataset,
        key=wish.key,
        code_version=settings.CODE_VERSION,
        **{**words, "tables": list(wish.tables), "sites": list(wish.sites)},
    )
    ring_after_commit(TASK, job.pk)
    return job, True


def give_up(job):
    """Cancel an export that waits or is made, delete one that is ready; whether there was anything to end."""
    of = ExportJob.objects.filter(pk=job.pk)
    ended = {"ended_at": Now(), "lease_until": None}
    return bool(
        of.filter(state__in=OPEN).update(state=ExportJob.CANCELLED, **ended)
        or of.filter(state=ExportJob.READY).update(state=ExportJob.DELETED, **ended)
    )


def _plain(value):
    """A list as a tuple, which a wish can be compared by."""
    return tuple(one if isinstance(one, str) else str(one) for one in value) if isinstance(value, list) else value


def _datasets(person, wish):
    """live and, for whoever reads datasets, the standing cuts of the cohort: what names patients is of the live record alone."""
    if not person.may(Permission.DATASET_READ) or not isinstance(wish.cohort, str):
        return [LIVE]
    return [LIVE, *cuts_of().filter(cohort__code=wish.cohort).values_list("name", flat=True)]


def cuts_of():
    """The cuts that can be exported."""
    return Dataset.objects.filter(kind="cut", retired_at=None).order_by("cohort__code", "-revision")


def _ordered(chosen, known):
    return tuple(one for one in known if one in chosen)


def _unknown(found, known):
    words = _("“{found}” was found; possible: {known}.")
    return words.format(found=str(found)[:60], known=", ".join(known) or _("none"))


def ring_waiting_exports(again):
    """Ring for the exports that nobody makes and that were not rung for since `again`; end the hopeless. Returns the rings."""
    with everything_scope(actor="sweeper"):
        return ring_waiting(ExportJob, TASK, asked="asked_at", attempts=ATTEMPTS, again=again)
