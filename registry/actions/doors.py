"""What an account opens, and whether it may end at all."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.access.roles import ROLES
from registry.access.row_security import everything_scope
from registry.models import Deputy, Draft, Letter, OneTimeLink, Person, SignedInSession, Token

INDISPENSABLE = ("administrator", "lead")


def check_not_the_last(person):
    """Raise ValidationError if nobody else has this role that cannot be empty."""
    if person.role not in INDISPENSABLE or not person.is_active:
        return
    others = Person.objects.filter(role=person.role, is_active=True).exclude(pk=person.pk)
    if not [other for other in others if other.has_usable_password() or other.identities.exists()]:
        words = _("%(name)s is the only %(role)s. Give the role to somebody who signs in here first.")
        raise ValidationError({"successor": words % {"name": person.name, "role": ROLES[person.role].label}})


def close_doors(person):
    """Sessions, tokens, mailed links and deputies of an account that ended."""
    now = timezone.now()
    SignedInSession.objects.filter(person=person).delete()
    Token.objects.filter(owner=person, revoked_at=None).update(revoked_at=now)
    OneTimeLink.objects.filter(person=person, used_at=None, revoked_at=None).update(revoked_at=now)
    Letter.objects.filter(person=person, done_at=None).update(done_at=now, fault="ended")
    for side in ("person", "deputy"):
        Deputy.objects.filter(**{side: person}, ended_at=None).update(ended_at=now)


def has_drafts(person):
    """Whether something typed waits that nobody saved. Only its author sees drafts: asked in that name."""
    with everything_scope(actor=person.email):
        return Draft.objects.filter(person=person).exists()
