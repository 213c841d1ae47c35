"""Sign forms electronically, and void what is signed no more."""

import hashlib
import json

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from registry.access.permissions import Permission
from registry.access.row_security import because, person_scope
from registry.models import Case, Meaning, Signature
from registry.record import ERROR, STARTED, stored_case, stored_forms

BATCH = 100  # cases whose forms are read together

# Why a signature is void: stored as it stands here, read in the reader's language.
CHANGED, REMOVED = gettext_noop("The form was changed."), gettext_noop("The form was removed.")
UNLOCKED, MISMATCH = gettext_noop("The form was unlocked."), gettext_noop("It did not match the form any more.")


@transaction.atomic
def sign_forms(case, forms, *, meaning, password, by):
    """Sign stored forms of one case: all of them or none.

    forms      (form name, row key, version seen) of each; every one must be complete and as it was seen
    password   the signer's, asked again for every signing
    Returns the signatures made; a form whose signature stands and matches it keeps that one. Raises ValidationError,
    PermissionDenied.
    """
    if not by.may(Permission.FORM_SIGN):
        raise PermissionDenied
    if not by.check_password(password):
        raise ValidationError({"password": _("This is not your password. Nothing was signed.")}, code="password")
    if meaning not in Meaning.values:
        raise ValidationError({"meaning": _("Choose what your signature means.")}, code="meaning")
    with person_scope(by), because(""):
        own = Case.objects.select_for_update(of=("self",)).visible_to(by).filter(pk=case.pk).first()
        if own is None:
            raise PermissionDenied
        stored = stored_case(own)
        wanted = [_as_seen(stored, *one) for one in dict.fromkeys(forms)]
        if not wanted:
            raise ValidationError(_("Choose at least one complete form: nothing was signed."), code="nothing")
        wanted = [form for form in wanted if not _is_signed(stored.signature_of(form), form)]
        now, name = timezone.now(), by.signed_name
        return Signature.objects.bulk_create(
            Signature(
                case=own,
                site_id=own.site_id,
                form=form.form_name,
                row_id=form.pk,
                form_version=form.version,
                digest=digest_of(form),
                meaning=meaning,
                signer=by.email,
                signer_name=name,
                signed_at=now,
            )
            for form in wanted
        )


def _is_signed(signature, form):
    """Whether the signature stands and matches the form; one that does not match is void from now on."""
    if signature is not None and not is_intact(signature, form):
        void_signature(form, MISMATCH)
        return False
    return signature is not None


def _as_seen(stored, name, key, version):
    """The stored form, if it is complete and at the version the signer saw."""
    form = next((one for one in stored.rows_of(name) if one.key == key), None)
    if form is None:
        raise PermissionDenied
    if form.version != version:
        raise ValidationError(
            _("A form was changed while you read it: nothing was signed. Look at it again."), code="stale"
        )
    if stored.state_of(form) in (STARTED, ERROR):
        raise ValidationError(_("Only complete forms can be signed: nothing was signed."), code="incomplete")
    if stored.contradiction_is_asked(form):
        raise ValidationError(
            _("A contradiction in one of the forms is still asked about: nothing was signed."), code="contradicted"
        )
    return form


def digest_of(form):
    """SHA-256 over the canonical image of a form: where it stands and every answer. Changes of state do not alter it."""
    image = [
        form.form_name,
        form.case_id,
        form.key,
        sorted((name, as_image(value)) for name, value in form.answers().items()),
    ]
    return hashlib.sha256(json.dumps(image, ensure_ascii=False).encode()).hexdigest()


def as_image(value):
    """An answer as the image holds it: numbers without trailing zeros, so that 4 and 4.0000 are one."""
    if hasattr(value, "normalize"):
        return f"{value.normalize():f}"
    return value if value is None or isinstance(value, (int, str, list)) else str(value)


def is_intact(signature, form):
    """Whether a signature that stands is still about these answers. False after a change past the application."""
    return signature.voided_at is None and signature.digest == digest_of(form)


def broken_signatures():
    """The signatures that stand under a form which is not, or not any more, what was signed. Needs a scope over all sites."""
    standing = Signature.objects.filter(voided_at=None).order_by("case_id", "id")
    cases = list(standing.values_list("case_id", flat=True).distinct())
    for start in range(0, len(cases), BATCH):
        batch = cases[start : start + BATCH]
        forms = {(form.form_name, form.pk): form for rows in stored_forms(batch).values() for form in rows}
        for signature in standing.filter(case__in=batch):
            form = forms.get((signature.form, signature.row_id))
            if form is None or form.case_id != signature.case_id or not is_intact(signature, form):
                yield signature


def void_signature(form, why):
    """The signature under `form` stands no more; `why` is one of the reasons above. Returns how many were voided."""
    if form.pk is None:
        return 0
    standing = Signature.objects.filter(form=form.form_name, row_id=form.pk, voided_at=None)
    return standing.update(voided_at=timezone.now(), voided_because=why)
