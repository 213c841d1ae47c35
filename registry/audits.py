"""What an audit by blind re-entry asks, compares and counts. Items that the dictionary calls critical, the ones that endpoints are made of."""

from django.db.models import Count, Q

from registry.actions.signatures import as_image
from registry.dictionary.items import EMPTY
from registry.fields import HospitalNumber
from registry.models import FORM_OF, FORMS, AuditAnswer, AuditForm, Case, HistoryEvent, Outcome, Verdict

WRONG = (Verdict.REGISTRY, Verdict.BOTH)


def critical_items(model):
    """Names of the items of a form that are entered again. A hospital number is kept as a hash only; free text has no one wording, and
    may hold a name that is later taken out."""
    return [
        name
        for name, item in model.items().items()
        if item.critical
        and not item.key
        and item.kind != "text"
        and not isinstance(model._meta.get_field(name), HospitalNumber)
    ]


def forms_with_critical_items():
    """The forms that have such items."""
    return [model for model in FORMS if critical_items(model)]


def population(cohort, site_ids):
    """(form, row id, case id, hospital id) of every form that can be drawn, in a fixed order: complete ones with critical items, of
    patients who have not withdrawn."""
    cases = Case.objects.filter(cohort=cohort, site__in=site_ids).not_withdrawn()
    places = []
    for model in forms_with_critical_items():
        rows = model.objects.filter(case__in=cases.values("pk"), is_complete=True).order_by("pk")
        places += [(model.form_name, *row) for row in rows.values_list("pk", "case_id", "site_id")]
    return places


def image_of(form, name):
    """An item's answer with precision and reason as it is compared and kept; None where nothing is said."""
    suffixes = {"value": "", "p": "_p", "mr": "_mr"}
    parts = {key: as_image(getattr(form, name + suffix, None)) for key, suffix in suffixes.items()}
    if isinstance(parts["value"], list):
        parts["value"] = sorted(parts["value"])
    said = {key: part for key, part in parts.items() if part not in EMPTY}
    return said if {"value", "mr"} & said.keys() else None


def compared(stored, entered):
    """(item, image stored, image entered, Outcome) of each critical item that one of two rows of a form says something of."""
    for name in critical_items(type(entered)):
        was, is_now = image_of(stored, name), image_of(entered, name)
        if was or is_now:
            yield name, was, is_now, _outcome(was, is_now)


def _outcome(was, is_now):
    if was is None:
        return Outcome.NOT_STORED
    if is_now is None:
        return Outcome.NOT_ENTERED
    return Outcome.AGREED if was == is_now else Outcome.DIFFERS


def editors_of(audit_form):
    """Addresses of those who entered or changed the form: none of them enters it again."""
    events = HistoryEvent.objects.filter(form=audit_form.form, row_id=audit_form.row_id, case_id=audit_form.case_id)
    return set(events.order_by().values_list("actor", flat=True).distinct())


def is_blind(person, number):
    """Whether the person is entering this case again at the moment, and so is shown no page of it."""
    return AuditForm.objects.filter(began_by=person.email, sealed_at=None, case__number=number).exists()


def tallies(audit, *by):
    """Per value of `by` (fields of the answers; none: one for all) a dictionary of counts.

    compared  answers of sealed forms that the registry or the re-entry has
    differ    of these, not agreed
    open      of these, not judged yet
    wrong     of these, the registry's errors by the source
    unclear   of these, where the source does not say
    """
    rows = AuditAnswer.objects.filter(audit_form__audit=audit).order_by(*by).values(*(by or ("audit_form__audit",)))
    not_agreed = ~Q(outcome=Outcome.AGREED)
    return list(
        rows.annotate(
            compared=Count("pk"),
            differ=Count("pk", filter=not_agreed),
            open=Count("pk", filter=not_agreed & Q(verdict="")),
            wrong=Count("pk", filter=Q(verdict__in=WRONG)),
            unclear=Count("pk", filter=Q(verdict=Verdict.UNCLEAR)),
        )
    )


def model_of(audit_form):
    """The form model."""
    return model_named(audit_form.form)


def model_named(form):
    """The form model of this name."""
    return FORM_OF[form]
