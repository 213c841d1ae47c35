"""Second factors: an authenticator app is added by showing one of its codes, a passkey by using it; what is shown works once."""

import hashlib
import re
import secrets

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.access import factors
from registry.access.permissions import Permission
from registry.models import Factor, Passkey, RecoveryCode

CODES = 10
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is misread on paper
APP_CODE = re.compile(r"[0-9]{6}", re.ASCII)


def digest_of(code):
    """What is stored of a recovery code: 59 random bits, tried ten times in five minutes at most."""
    return hashlib.sha256(f"recovery:{code}".encode()).hexdigest()


def plain(code):
    """A code as it is compared: spaces and hyphens are for the reader."""
    return re.sub(r"[\s-]", "", code).lower()[:40]


@transaction.atomic
def add_factor(secret, code, *, label, by):
    """(factor, recovery codes): the app that knows `secret`, shown by a code of it. Codes are made with the first factor only."""
    step = factors.step_of(secret, plain(code))
    if step is None:
        raise ValidationError(
            {
                "code": _(
                    "This is not the code of this moment. Wait for the next one; the clock of the phone must be right."
                )
            }
        )
    factor = Factor(person=by, label=label.strip() or _("Authenticator app"), secret=secret, last_step=step)
    factor.full_clean(exclude=["used_at"])
    is_first = not has_factor(by)
    factor.save()
    return factor, make_codes(by=by) if is_first else []


@transaction.atomic
def add_passkey(new, *, label, by):
    """(passkey, recovery codes): the key that the browser just made (access.passkeys.New). Codes are made with the first factor only."""
    if Passkey.objects.filter(credential=new.credential).exists():
        raise ValidationError(_("This passkey is known already."))
    key = Passkey(
        person=by,
        label=label.strip() or _("Passkey"),
        credential=new.credential,
        public=new.public,
        transports=new.transports,
        count=new.count,
        is_synced=new.is_synced,
    )
    key.full_clean(exclude=["last", "transports", "used_at"])
    is_first = not has_factor(by)
    key.save()
    return key, make_codes(by=by) if is_first else []


def use_passkey(person, shown):
    """Whether the key that answered (access.passkeys.Shown) counts: its own count went on, and this answer is new. Of two at once one does."""
    fresh = Passkey.objects.filter(person=person, credential=shown.credential).exclude(last=shown.answered)
    # A key that never counts says 0 each time; one that does and goes back has a copy somewhere.
    fresh = fresh.filter(count__lt=shown.count) if shown.count else fresh.filter(count=0)
    return bool(fresh.update(count=shown.count, last=shown.answered, used_at=timezone.now()))


@transaction.atomic
def make_codes(*, by):
    """New recovery codes in place of all earlier ones; shown now and never again."""
    RecoveryCode.objects.filter(person=by).delete()
    codes = ["".join(secrets.choice(ALPHABET) for _sign in range(12)) for _one in range(CODES)]
    RecoveryCode.objects.bulk_create([RecoveryCode(person=by, digest=digest_of(code)) for code in codes])
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


def use_code(person, code):
    """'app' or 'recovery' if `code` is one of the person's that was not used; else nothing. Of two at once one succeeds."""
    code = plain(code)
    if APP_CODE.fullmatch(code):
        for factor in Factor.objects.filter(person=person):
            step = factors.step_of(factor.secret, code)
            if step is not None:
                fresh = Factor.objects.filter(pk=factor.pk, last_step__lt=step)
                if fresh.update(last_step=step, used_at=timezone.now()):
                    return "app"
        return ""
    fresh = RecoveryCode.objects.filter(person=person, digest=digest_of(code), used_at=None)
    return "recovery" if fresh.update(used_at=timezone.now()) else ""


@transaction.atomic
def end_factor(factor, *, by, required):
    """This app or passkey opens nothing any more. `required`: the last one cannot go, for every sign-in needs one."""
    if factor.person_id != by.pk:
        raise PermissionDenied
    own = [one for kind in (Factor, Passkey) for one in kind.objects.select_for_update().filter(person=by)]
    if required and len(own) == 1:
        raise ValidationError(_("This is your only second factor, and one is required. Add the new one first."))
    factor.delete()
    if len(own) == 1:
        RecoveryCode.objects.filter(person=by).delete()


@transaction.atomic
def end_factors_of(person, *, by):
    """Whoever lost app, passkey and codes begins anew at the next sign-in."""
    if person == by or not by.may(Permission.PEOPLE_MANAGE):
        raise PermissionDenied
    for kind in (Factor, Passkey, RecoveryCode):
        kind.objects.filter(person=person).delete()


@transaction.atomic
def encrypt_anew():
    """How many secrets were brought under the newest key, so that the one before can be taken away. Raises InvalidToken, then for none."""
    kept = list(Factor.objects.select_for_update())
    for factor in kept:
        factor.secret = factors.encrypted_anew(factor.secret)
        factor.save(update_fields=["secret"])
    return len(kept)


def has_factor(person):
    """Whether a sign-in asks for a second factor because there is one."""
    return any(kind.objects.filter(person=person).exists() for kind in (Factor, Passkey))
