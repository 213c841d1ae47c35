"""What the short forms share."""

from django.core.exceptions import NON_FIELD_ERRORS


def refuse(form, refusal):
    """Show what an action refused beside the fields it names."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, errors in refusal.error_dict.items():
        form.add_error(name if name in form.fields and name != NON_FIELD_ERRORS else None, errors)
