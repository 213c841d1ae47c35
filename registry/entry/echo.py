"""What was understood of a typed answer, said beside it: a date to its day, an amount in the unit it is stored in."""

from django.core.exceptions import ValidationError

from registry.dictionary.codelists import MissingReason
from registry.entry.dates import echo_date, read_date
from registry.entry.numbers import echo_amount, read_amount
from registry.fields import MISSING_CHOICES


def echo_of(item, text, *, day0=None):
    """The words for one item's typed text; nothing where there is nothing to add, or where it cannot be understood."""
    text = text.strip()
    if not text or item.kind not in ("date", "int", "dec"):
        return ""
    if text.upper() in MissingReason.__members__:
        return str(dict(MISSING_CHOICES)[text.upper()])
    try:
        if item.kind == "date":
            return echo_date(read_date(text, partial=item.partial, day0=day0), day0=day0)
        return echo_amount(read_amount(text, unit=item.unit), item.unit)
    except ValidationError:
        return ""  # why not is said by the checks, where the form says everything that it refuses
