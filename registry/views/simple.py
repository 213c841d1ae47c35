"""What the short forms share."""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from registry.actions.members import stamp_of


class SeenForm(forms.Form):
    """A form that says what its page showed, so that nobody writes over what another changed meanwhile."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)


def shown_now(form, row):
    """What was typed, beside `row` as it is now: whoever sends it again knows of that."""
    form.data = form.data.copy()
    form.data["seen"] = stamp_of(row)


def refuse(form, refusal):
    """Show what an action refused beside the fields it names."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, errors in refusal.error_dict.items():
        form.add_error(name if name in form.fields and name != NON_FIELD_ERRORS else None, errors)
