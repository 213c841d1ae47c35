"""What a patient's consent allows: one rule for entry, analyses, exports and pages. See docs/algorithms/consent.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.dictionary.codelists import ConsentType
from registry.dictionary.dates import possible_days
from registry.dictionary.words import gettext_noop
from registry.edit_checks.follow_up import MAJORITY, PARENTAL_ONLY
from registry.edit_checks.whole import age_in_years

YES = 1  # consent_withdrawn, consent_share_intl
ITEMS = ("consent_type", "consent_share_intl", "consent_withdrawn", "birth_date", "birth_date_p")  # that the rule reads
OF_CONSENT = "consent_"  # the registration's answers that may still change after a withdrawal begin so

WITHDRAWN = gettext_noop(
    "Consent was withdrawn, or use of the data was refused. Nothing new is entered, and the case is in no analysis and no export."
)
NOT_REGISTERED = gettext_noop(
    "The patient is not registered yet. Until the basis for data use is recorded, the case is in no analysis and no export."
)
NO_BASIS = gettext_noop(
    "The basis for data use is not recorded. Until it is, the case is in no analysis and no export."
)
OF_AGE = gettext_noop(
    "The patient has come of age and the consent is the parents'. Until the patient consents, the data go to nobody outside the consortium."
)
NOT_SHARED = gettext_noop("Onward sharing is not agreed to: the data go to nobody outside the consortium.")


@dataclass(frozen=True, slots=True)
class Consent:
    """What may be done with the data of one patient. `why` says what may not, as English messages."""

    may_enter: bool
    may_be_analysed: bool
    may_be_exported: bool
    may_go_abroad: bool
    why: tuple[str, ...] = ()

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was withdrawn."""
        return WITHDRAWN in self.why


def consent_of(answers: Mapping[str, Any] | None, *, today: date | None = None, is_published: bool = False) -> Consent:
    """What the answers of the registration form allow.

    answers        None where no registration is stored
    today          for the coming of age; without it nobody comes of age
    is_published   the cohort's data are public already: they need no basis, but a refusal counts
    """
    if answers is not None and answers.get("consent_withdrawn") == YES:
        return Consent(False, False, False, False, (WITHDRAWN,))
    if is_published:
        return Consent(True, True, True, True)
    if answers is None:
        return Consent(True, False, False, False, (NOT_REGISTERED,))
    if answers.get("consent_type") not in ConsentType.codes():
        return Consent(True, False, False, False, (NO_BASIS,))
    if _parents_alone_consented_for_an_adult(answers, today):
        return Consent(True, True, True, False, (OF_AGE,))
    if answers.get("consent_share_intl") != YES:
        return Consent(True, True, True, False, (NOT_SHARED,))
    return Consent(True, True, True, True)


def is_about_consent(form: str, changed: Iterable[str]) -> bool:
    """Whether a change touches nothing but the registration's answers about consent."""
    return form == "patient" and all(name.startswith(OF_CONSENT) for name in changed)


def _parents_alone_consented_for_an_adult(answers: Mapping[str, Any], today: date | None) -> bool:
    born = answers.get("birth_date")
    if answers.get("consent_type") != PARENTAL_ONLY or not today or not born:
        return False
    _first, last = possible_days(born, answers.get("birth_date_p"))
    return age_in_years(last, today) >= MAJORITY
