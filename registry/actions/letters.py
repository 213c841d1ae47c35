"""Letters: invitations, new passwords, alerts. A row is wanted by the web, sent by the worker, and holds no secret; the key of a link is
made when it is sent, and only its hash is kept."""

import hashlib
import logging
import secrets
import smtplib
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from registry.access import throttle
from registry.access.permissions import Permission
from registry.access.row_security import person_scope
from registry.models import Letter, OneTimeLink, Person, Purpose, SignedInSession

log = logging.getLogger(__name__)
LASTS = {Purpose.INVITE: timedelta(days=7), Purpose.RESET: timedelta(hours=1)}
MOST_TRIES = 60  # one every 30 seconds at least: what fails for half an hour is given up, and the page says so


def digest_of(key):
    """What is stored of a link's key: 256 random bits, so no slow hash is needed."""
    return hashlib.sha256(f"link:{key}".encode()).hexdigest()


@transaction.atomic
def invite(person, *, by):
    """A letter with a link by which somebody new chooses a password. An earlier link ends when the new one is sent."""
    if not by.may(Permission.PEOPLE_MANAGE):
        raise PermissionDenied
    if not person.is_active or person.has_usable_password():
        raise ValidationError(_("Only somebody who has not signed in yet can be invited."))
    return Letter.objects.create(purpose=Purpose.INVITE, person=person, wanted_by=by.email)


@transaction.atomic
def withdraw_invitation(person, *, by):
    """No link of an invitation opens anything any more, and none is sent."""
    if not by.may(Permission.PEOPLE_MANAGE):
        raise PermissionDenied
    now = timezone.now()
    Letter.objects.filter(person=person, purpose=Purpose.INVITE, done_at=None).update(done_at=now, fault="withdrawn")
    _revoke(person, Purpose.INVITE)


def ask_reset(email):
    """Somebody forgot a password. The same is stored whether the account exists or not, and answered before anybody looks."""
    person = Person.objects.filter(email__iexact=email.strip(), is_active=True).first()
    is_enough = throttle.taken({"letters": (email.strip().lower(),)})
    has_signed_in = person and (person.has_usable_password() or person.identities.exists())
    known = person if has_signed_in and not is_enough else None
    Letter.objects.create(purpose=Purpose.RESET, person=known, wanted_by="")


def link_of(key):
    """The living link with this key, or None."""
    now = timezone.now()
    found = OneTimeLink.objects.select_related("person").filter(
        digest=digest_of(key), used_at=None, revoked_at=None, expires_at__gt=now, person__is_active=True
    )
    return found.first()


@transaction.atomic
def use_link(key, password):
    """The link's person, who has this password from now on; every session ends, the second factor stays.

    Raises ValidationError: the link is used up, or the password is weak.
    """
    link = link_of(key)
    if link is None:
        raise ValidationError(_("This link was used, withdrawn or is too old. Ask for a new one."), code="dead")
    person = link.person
    try:
        validate_password(password, person)
    except ValidationError as refusal:
        raise ValidationError({"password": refusal.messages}) from refusal
    now = timezone.now()
    if not OneTimeLink.objects.filter(pk=link.pk, used_at=None, revoked_at=None).update(used_at=now):
        raise ValidationError(_("This link was used, withdrawn or is too old. Ask for a new one."), code="dead")
    OneTimeLink.objects.filter(person=person, used_at=None, revoked_at=None).update(revoked_at=now)
    person.set_password(password)
    with person_scope(person):
        person.save(update_fields=["password"])
    SignedInSession.objects.filter(person=person).delete()
    return person


def send_letters():
    """Send what is due, one at a time; what fails is tried again by the next call. Returns how many were sent."""
    sent = 0
    for pk in Letter.objects.filter(done_at=None).order_by("wanted_at").values_list("pk", flat=True)[:100]:
        with transaction.atomic():
            letter = Letter.objects.select_for_update(skip_locked=True).filter(pk=pk, done_at=None).first()
            sent += bool(letter and _send(letter))
    return sent


def _send(letter):
    letter.tries += 1
    try:
        with transaction.atomic():
            is_sent = _write(letter)
        letter.done_at, letter.fault = timezone.now(), ""
    except (OSError, smtplib.SMTPException) as fault:
        is_sent, letter.fault = False, type(fault).__name__
        log.warning("letter %d cannot be sent: %s", letter.pk, letter.fault)
        if letter.tries >= MOST_TRIES:
            letter.done_at = timezone.now()
    letter.save()
    return is_sent


def _write(letter):
    """Write to whom it concerns; False where nobody is to be written to."""
    person = letter.person
    if letter.purpose == Purpose.ALERT:
        for boss in Person.objects.filter(role="administrator", is_active=True):
            _mail(boss, "alert", {"account": person})
        return True
    if person is None or not person.is_active:
        return False
    purpose = Purpose(letter.purpose)
    _mail(person, purpose, {"url": new_link(person, purpose), "hours": int(LASTS[purpose].total_seconds() // 3600)})
    return True


def new_link(person, purpose):
    """The address of a new link of this purpose; earlier ones open nothing any more. Only the hash of its key is kept."""
    _revoke(person, purpose)
    key = secrets.token_urlsafe(32)
    OneTimeLink.objects.create(
        person=person, purpose=purpose, digest=digest_of(key), expires_at=timezone.now() + LASTS[purpose]
    )
    return f"{settings.REGISTRY_URL}/accounts/password/{key}/"


def _mail(to, name, words):
    with translation.override(to.language):
        text = render_to_string(f"letters/{name}.txt", {"to": to, **words})
    subject, _line, body = text.strip().partition("\n")
    send_mail(subject, body.strip() + "\n", settings.DEFAULT_FROM_EMAIL, [to.email])


def _revoke(person, purpose):
    living = OneTimeLink.objects.filter(person=person, purpose=purpose, used_at=None, revoked_at=None)
    living.update(revoked_at=timezone.now())
