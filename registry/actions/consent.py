"""What a withdrawal of consent forbids the actions. The rule itself is registry/consent.py."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from registry.consent import is_about_consent
from registry.record import consent_in


class WithdrawnError(ValidationError):
    """Consent was withdrawn: nothing new about the patient is stored."""

    def __init__(self):
        words = _(
            "Consent was withdrawn: nothing new about this patient is stored, and nothing is changed but the answers about consent."
        )
        super().__init__(words, code="withdrawn")


def check_consent(form, changed, forms):
    """Raise WithdrawnError if `forms`, what is stored of the case, say that consent was withdrawn, and the change is of anything else.

    changed   names of the columns that change
    """
    if consent_in(forms).is_withdrawn and not is_about_consent(form.form_name, changed):
        raise WithdrawnError


def withdraws(before, after):
    """Whether consent was withdrawn between these two states of a case's forms."""
    return consent_in(after).is_withdrawn and not consent_in(before).is_withdrawn
