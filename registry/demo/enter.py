"""Enter synthetic patients the way a hospital does: enrol the case, then store form after form."""

from collections.abc import Iterator
from random import Random

from django.db import transaction

from registry.access.row_security import everything_scope
from registry.actions.cases import enrol_case
from registry.actions.forms import enter_forms, hospital_number_hash
from registry.demo.after import forms_after_infusion
from registry.demo.before import forms_before_infusion
from registry.demo.outcome import Outcome
from registry.demo.story import Story
from registry.models import FORM_OF, Case, Patient, Site


def forms_of(outcome: Outcome, seed: int) -> Iterator[tuple[str, dict]]:
    """Every form of one synthetic patient as (form name, answers), in the order of entry."""
    story = Story(outcome, seed)
    yield from forms_before_infusion(story)
    yield from forms_after_infusion(story)


def enter_case(outcome: Outcome, *, seed, site, cohort, by) -> Case:
    """One synthetic patient in one transaction: entered whole, or not at all."""
    with transaction.atomic():
        case = enrol_case(site=site, by=by, cohort=cohort)
        enter_forms([FORM_OF[form_name](case=case, **answers) for form_name, answers in forms_of(outcome, seed)], by=by)
    return case


def is_entered(outcome: Outcome, site: Site) -> bool:
    """Whether the site already has this synthetic patient, known by its hospital number."""
    digest = hospital_number_hash(site.pk, outcome.patient)
    with everything_scope(actor="demonstration"):
        return Patient.objects.filter(site=site, mrn_hash=digest).exists()


def spread(outcomes: list[Outcome], shares: dict[Site, int], seed: int) -> list[tuple[Outcome, Site]]:
    """Each outcome with a site: sites in proportion to their shares, in an order that the seed fixes."""
    places = [site for site, share in shares.items() for _case in range(share)]
    repeated = [places[number % len(places)] for number in range(len(outcomes))]
    Random(seed).shuffle(repeated)  # noqa: S311 - reproducible, not secret
    return list(zip(outcomes, repeated, strict=True))
