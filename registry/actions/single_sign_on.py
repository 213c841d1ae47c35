"""Whose account somebody's sign-in at the provider is. Nobody gets an account by it: it was invited, by the address that the provider verified."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.access.permissions import Permission
from registry.models import Identity, OneTimeLink, Person, Purpose


@transaction.atomic
def joined(known):
    """(person, whether they were joined just now): whose account `known` (access.single_sign_on.Known) opens. Raises ValidationError.

    The first time the verified address decides, from then on the provider's own name for the person: an address may be given to
    somebody else there, an account here never.
    """
    found = Identity.objects.select_related("person").filter(issuer=known.issuer, subject=known.subject).first()
    if found is None:
        return _join(known), True
    if not found.person.is_active:
        raise _refusal(known, "ended")
    Identity.objects.filter(pk=found.pk).update(used_at=timezone.now())
    return found.person, False


def _join(known):
    if not known.email or not known.is_verified:
        raise ValidationError(
            _("The provider does not say that it verified your e-mail address. Ask its administrators, or sign in with your password."),
            code="not_verified",
        )  # fmt: skip
    person = Person.objects.select_for_update().filter(email__iexact=known.email, is_active=True).first()
    if person is None or not (person.has_usable_password() or _invitation_of(person)):
        raise _refusal(known, "unknown")
    if Identity.objects.filter(person=person, issuer=known.issuer).exists():
        raise _refusal(known, "another")
    now = timezone.now()
    Identity.objects.create(person=person, issuer=known.issuer, subject=known.subject, used_at=now)
    _links_of(person).update(used_at=now)
    return person


def _refusal(known, code):
    words = _(
        "No open account of the registry belongs to %(email)s there. Ask the registry's administrator for an invitation."
    )
    return ValidationError(words % {"email": known.email or "–"}, code=code)


def _links_of(person):
    return OneTimeLink.objects.filter(person=person, purpose=Purpose.INVITE, used_at=None, revoked_at=None)


def _invitation_of(person):
    return _links_of(person).filter(expires_at__gt=timezone.now()).exists()


def identity_of(person):
    """The person's joined sign-in, or None."""
    return Identity.objects.filter(person=person).first()


@transaction.atomic
def separate(person, *, by):
    """The provider opens this account no more, until somebody joins them anew by the verified address."""
    if not by.may(Permission.PEOPLE_MANAGE):
        raise PermissionDenied
    return Identity.objects.filter(person=person).delete()[0]
