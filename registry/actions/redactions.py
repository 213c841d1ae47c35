"""Take a name out that was typed into free text of a case: one person asks, a data manager with another account confirms.

The text is stored nowhere: both type it, and PostgreSQL compares what the second one types with a salted hash of the first one's.
"""

import unicodedata

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from registry.access.permissions import Permission
from registry.access.redaction_sql import SHORTEST
from registry.access.row_security import person_scope
from registry.actions.two_persons import by_whom, check_second, check_still, waiting
from registry.models import Case, Redaction, RedactionState

LONGEST = 100  # of a name; longer text is no identifier but a letter
WITHDRAW = "SELECT guard.withdraw_redaction(%s)::text"
UNSAYABLE = '"\\'  # JSON writes them otherwise
VOID_BECAUSE = gettext_noop("A name was taken out of the form.")  # stored by PostgreSQL, read in the reader's language


@transaction.atomic
def ask_redaction(case, text, *, reason, by):
    """Ask that `text` is taken out of the free text of `case`, of its history and of all that is kept beside it.

    Returns the Redaction, which waits for a second person. Raises ValidationError, PermissionDenied.
    """
    if not by.may(Permission.NAME_REPORT):
        raise PermissionDenied
    text, reason = _checked(text), reason.strip()
    if not reason:
        raise ValidationError({"reason": _("Say why, without the name itself.")}, code="reason")
    if text in reason:
        raise ValidationError({"reason": _("The reason is kept: say it without the name itself.")}, code="reason")
    with person_scope(by):
        own = Case.objects.select_for_update(of=("self",)).visible_to(by).filter(pk=case.pk).first()
        if own is None:
            raise PermissionDenied
        said = {"reason": reason[:500], **by_whom(by)}
        for before in Redaction.objects.filter(
            case=own, state=RedactionState.ASKED, **said
        ):  # typed anew, or a press too many
            _call(WITHDRAW, before.pk)
        made = Redaction.objects.create(case=own, site_id=own.site_id, **said)
        _call("SELECT guard.ask_redaction(%s, %s)", made.pk, text)
    return made


@transaction.atomic
def confirm_redaction(redaction, text, *, by):
    """Take `text` out for good, if it is what was asked for. Returns the Redaction as it is then, which says how many changes held it.

    Raises ValidationError, PermissionDenied.
    """
    if not by.may(Permission.NAME_REMOVE):
        raise PermissionDenied
    text = _checked(text)
    with person_scope(by):
        asked = waiting(Redaction.objects.visible_to(by), redaction.pk)
        check_second(asked, by)
        check_still(by, Permission.NAME_REMOVE)
        if _call("SELECT guard.redact(%s, %s)", asked.pk, text) < 0:
            words = _(
                "This is not the text that was asked for. Nothing was changed. Type it exactly as it stands in the case."
            )
            raise ValidationError({"text": words}, code="other")
        asked.refresh_from_db()
    return asked


@transaction.atomic
def withdraw_redaction(redaction, *, by):
    """Leave the text as it is: whoever asked, or a data manager."""
    if not by.may(Permission.NAME_REPORT):
        raise PermissionDenied
    with person_scope(by):
        asked = waiting(Redaction.objects.visible_to(by), redaction.pk)
        if asked.asked_by != by.email and not by.may(Permission.NAME_REMOVE):
            raise PermissionDenied
        _call(WITHDRAW, asked.pk)


def _checked(text):
    """The text as answers are stored: without spaces around it, composed."""
    text = unicodedata.normalize("NFC", text).strip()
    if len(text) < SHORTEST:
        words = _("Give at least %(n)d characters: anything shorter would be taken out of other words, too.")
        raise ValidationError({"text": words % {"n": SHORTEST}}, code="short")
    if len(text) > LONGEST:
        words = _("Give the name alone, %(n)d characters at most.")
        raise ValidationError({"text": words % {"n": LONGEST}}, code="long")
    if not text.isprintable() or any(one in UNSAYABLE for one in text):
        raise ValidationError({"text": _("Give the name without quotation marks and line breaks.")}, code="marks")
    return text


def _call(statement, *values):
    """The value that the statement returns."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]
