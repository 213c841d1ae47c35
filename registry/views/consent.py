"""What a page says about the consent of a patient."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from registry.consent import OF_AGE
from registry.entry.dates import as_typed
from registry.record import consent_in


@dataclass(frozen=True)
class Notice:
    """Sentences about what is not allowed; where the consent is recorded; since when it is withdrawn."""

    kind: str
    sentences: list
    url: str = ""
    action: str = ""
    since: str = ""


def consent_notice(case, stored):
    """The Notice of a case, or None where its data may be entered and analysed."""
    consent = consent_in(stored.forms, is_published=case.cohort.is_published)
    if consent.may_be_analysed and OF_AGE not in consent.why:
        return None
    patient = next(iter(stored.rows_of("patient")), None)
    url = (
        reverse("form", args=[case.number, "patient", "1"])
        if patient
        else reverse("form_new", args=[case.number, "patient"])
    )
    return Notice(
        "bad" if consent.is_withdrawn else "warn",
        [_(sentence) for sentence in consent.why],
        url,
        _("Open the registration"),
        withdrawn_on(patient) if consent.is_withdrawn else "",
    )


def withdrawn_on(patient):
    """The day of the withdrawal as far as it is known."""
    day = patient.consent_wd_date
    return as_typed(day, patient.consent_wd_date_p) if day else _("a day that is not recorded")
