"""How an empty registry begins: the consortium's cohort, and an administrator who chooses a password by a link that is shown, not mailed."""

from django.core.exceptions import ValidationError
from django.db import transaction

from registry.access.system import SystemActor
from registry.actions.cases import PRIMARY_COHORT
from registry.actions.letters import new_link
from registry.actions.members import add_cohort, add_person
from registry.actions.security import note
from registry.models import Cohort, Happened, Person, Purpose

BY = SystemActor("begin")
COHORT_NAME = "Tisagenlecleucel in children, adolescents and young adults"


@transaction.atomic
def begin(*, email, name, besides=False):
    """(person, address of the link): an administrator, new or one who has not signed in yet; an earlier link ends.

    besides   although there is an administrator who can sign in
    Raises ValidationError.
    """
    person = Person.objects.filter(email__iexact=email.strip()).first()
    _check_is_needed(besides)
    if person and (person.role != "administrator" or not person.is_active or _can_sign_in(person)):
        raise ValidationError(
            f"{person.email} has an account already ({person.role}). Choose an address that has none: a person never becomes somebody else."
        )
    if not Cohort.objects.filter(code=PRIMARY_COHORT).exists():
        add_cohort(code=PRIMARY_COHORT, name=COHORT_NAME, by=BY)
    person = person or add_person(email=email, name=name, role="administrator", sites=[], by=BY)
    note(Happened.INVITED, person=person, by=BY.email, about="on the server")
    return person, new_link(person, Purpose.INVITE)


def _check_is_needed(besides):
    able = [one.email for one in Person.objects.filter(role="administrator", is_active=True) if _can_sign_in(one)]
    if able and not besides:
        raise ValidationError(
            f"There is an administrator already: {', '.join(able)}. New administrators are invited at People, and who lost a password or "
            "a second factor is helped there. If none of them can sign in any more, say so by --besides."
        )


def _can_sign_in(person):
    return person.has_usable_password() or person.identities.exists()
