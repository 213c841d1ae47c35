"""The page of a form as it is typed: what cannot be stored, and what the checks would say of the rest."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from registry.edit_checks.base import REFUSED
from registry.entry.as_typed import case_as_typed
from registry.entry.form import COMPANIONS
from registry.record import said
from registry.views.form_page import FormPage


def page_as_typed(request, case, stored, entry, **words):
    """The FormPage of a bound `entry`. Stores nothing; `words` are FormPage's."""
    entry.is_valid()
    typed = case_as_typed(stored, entry.instance, set(_items_at_fault(entry)))
    not_asked = {one.item: said(one) for one in typed.findings_of(entry.instance) if one.severity == REFUSED}
    if not_asked:
        entry.refuse(ValidationError(not_asked))
    return FormPage(request, case, stored, entry, typed=typed, **words)


def _items_at_fault(entry):
    """Names of the items whose answer, reason or text cannot be stored."""
    for name in entry.errors:
        if name != NON_FIELD_ERRORS:
            item = next((name.removesuffix(one) for one in COMPANIONS if name.removesuffix(one) != name), name)
            yield name if name in entry.items else item
