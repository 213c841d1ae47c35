"""People, sites, cohorts and personal tokens. PostgreSQL writes the history of people and sites."""

import hashlib
import json
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.access.permissions import Permission
from registry.access.roles import ROLES
from registry.access.row_security import person_scope
from registry.access.token_scopes import Scope
from registry.actions.doors import check_not_the_last, close_doors, has_drafts
from registry.models import Cohort, Person, SignedInSession, Site, Token

LONGEST_TOKEN_DAYS = 365
STATE = {Person: ("name", "role", "is_active"), Site: ("name", "is_active", "accepts_api_import")}


def stamp_of(row):
    """How a person or a hospital is now, as a page says what it showed: another text for another state."""
    said = [str(getattr(row, name)) for name in STATE[type(row)]]
    sites = sorted(row.sites.values_list("pk", flat=True)) if isinstance(row, Person) else []
    return hashlib.sha256(json.dumps([said, sites]).encode()).hexdigest()[:16]


def check_manages_people(by):
    """Raise PermissionDenied unless `by` manages people and sites."""
    if not by.may(Permission.PEOPLE_MANAGE):
        raise PermissionDenied


@transaction.atomic
def add_person(*, email, name, role, sites, by, password=None):
    """Somebody new; without a password until an invitation is followed. Raises ValidationError naming the field at fault."""
    check_manages_people(by)
    person = Person(email=email.strip().lower(), name=name.strip(), role=role)
    _check_sites(role, sites)
    person.set_unusable_password()
    person.full_clean()
    if password is not None:
        try:
            validate_password(password, person)
        except ValidationError as refusal:
            raise ValidationError({"password": refusal.messages}) from refusal
        person.set_password(password)
    with person_scope(by):
        person.save()
        person.sites.set(sites)
    return person


@transaction.atomic
def change_person(person, *, name, role, sites, is_active, by, seen=""):
    """Another name, role or set of sites; or an end. The address stays: a person never becomes somebody else.

    seen   `stamp_of` the person when the page was opened; another state since then is not written over
    """
    check_manages_people(by)
    _check_seen(person, seen)
    if person == by and not (is_active and role == by.role):
        raise ValidationError(_("You cannot take the administrator's role from yourself. Ask another administrator."))
    _check_sites(role, sites)
    is_moved = role != person.role
    if is_moved or not is_active:
        check_not_the_last(person)
    if not is_active and person.is_active and has_drafts(person):
        raise ValidationError(
            _(
                "There are drafts of this person. End the account on its page of security, where somebody is named who goes on with them."
            )
        )
    person.name, person.role, person.is_active = name.strip(), role, is_active
    person.full_clean(exclude=["password"])
    with person_scope(by):
        person.save()
        person.sites.set(sites)
    if is_moved or not is_active:
        SignedInSession.objects.filter(person=person).delete()
    if not is_active:
        close_doors(person)
    return person


@transaction.atomic
def add_site(*, code, name, by):
    """A hospital that takes part from now on."""
    check_manages_people(by)
    site = Site(code=code.strip().upper(), name=name.strip())
    site.full_clean()
    with person_scope(by):
        site.save()
    return site


@transaction.atomic
def change_site(site, *, name, is_active, accepts_api_import=None, by, seen=""):
    """Another name, an end to taking part, the door for imports. The code stays: case numbers begin with it.

    accepts_api_import   whether REDCap clients may bring records in; as it was unless given
    seen                 as `change_person` takes it
    """
    check_manages_people(by)
    _check_seen(site, seen)
    site.name, site.is_active = name.strip(), is_active
    if accepts_api_import is not None:
        site.accepts_api_import = accepts_api_import
    site.full_clean()
    with person_scope(by):
        site.save()
    return site


@transaction.atomic
def add_cohort(*, code, name, about="", is_synthetic=False, is_published=False, by):
    """A set of cases that is analysed on its own."""
    check_manages_people(by)
    cohort = Cohort(code=code, name=name.strip(), about=about, is_synthetic=is_synthetic, is_published=is_published)
    cohort.full_clean()
    cohort.save()
    return cohort


@transaction.atomic
def mint_token(*, purpose, days, by, scopes=(Scope.READ,), sites=(), has_identifiers=False):
    """(token, its key): the key is shown now and never again. sites: narrows the token to them; none is all of the owner's.

    Raises ValidationError naming the field at fault.
    """
    if not by.may(Permission.TOKEN_OWN):
        raise PermissionDenied
    if not 1 <= days <= LONGEST_TOKEN_DAYS:
        raise ValidationError({"days": _("A token lasts 1 to %(most)d days.") % {"most": LONGEST_TOKEN_DAYS}})
    if not scopes:
        raise ValidationError({"scopes": _("Choose at least one thing that the token may do.")})
    foreign = {site.pk for site in sites} - set(by.site_ids())
    if foreign:
        raise ValidationError({"sites": _("A token can be narrowed to your own sites only.")})
    key = Token.new_key()
    token = Token(
        owner=by,
        purpose=purpose.strip(),
        digest=Token.digest_of(key),
        expires_at=timezone.now() + timedelta(days=days),
        scopes=[scope.value for scope in Scope if scope in scopes],
        site_ids=sorted(site.pk for site in sites),
        has_identifiers=has_identifiers,
    )
    token.full_clean(exclude=["last_used_at", "revoked_at"])
    token.save()
    return token, key


@transaction.atomic
def revoke_token(token, *, by):
    """End one of one's own tokens."""
    if token.owner_id != by.pk:
        raise PermissionDenied
    token.revoked_at = token.revoked_at or timezone.now()
    token.save(update_fields=["revoked_at"])


@transaction.atomic
def choose_language(code, *, by):
    """The language in which the registry writes to this person."""
    by.language = code
    by.full_clean(exclude=["password"], validate_unique=False, validate_constraints=False)
    with person_scope(by):
        by.save(update_fields=["language"])


def _check_seen(row, seen):
    """Of two who change the same one, the second is told of the first."""
    now = type(row).objects.select_for_update().get(pk=row.pk)
    if seen and seen != stamp_of(now):
        words = _(
            "Somebody else changed this after you had opened the page. Nothing of yours is stored yet: compare it with the history, then save again."
        )
        raise ValidationError(words, code="changed")


def _check_sites(role, sites):
    role = ROLES.get(role)
    if role and not role.all_sites and Permission.CASE_READ in role.permissions and not sites:
        raise ValidationError({"sites": _("%(role)s needs at least one site.") % {"role": role.label}})
