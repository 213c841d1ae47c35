"""A stored answer as one reads it."""

from django.utils.translation import pgettext

from registry.dictionary.items import EMPTY, plain
from registry.fields import MISSING_CHOICES, code_label, number_with_unit


def read_aloud(form, name, *, with_unit=True):
    """A stored answer in words: label of the code, number with unit, date to its precision, or the reason why it is missing."""
    item, answer = form.items()[name], getattr(form, name)
    reason = getattr(form, f"{name}_mr", None)
    if answer in EMPTY:
        return str(dict(MISSING_CHOICES)[reason]) if reason else ""
    return say_answer(
        item, answer, getattr(form, f"{name}_p", None), getattr(form, f"{name}_oth", None), with_unit=with_unit
    )


def say_answer(item, answer, precision=None, other=None, *, with_unit=True):
    """One answer in words."""
    if item.kind in ("cat", "multi"):
        codes = answer if isinstance(answer, list) else [answer]
        known = item.codelist.codes()
        words = pgettext("between answers", ", ").join(
            code_label(item.codelist, one) if one in known else str(one) for one in codes
        )
        return f"{words}: {other}" if other else words
    if item.kind == "date":
        return answer.isoformat()[: {"Y": 4, "M": 7}.get(precision, 10)]
    if item.kind in ("dec", "int"):
        return number_with_unit(plain(answer), item.unit) if with_unit else plain(answer)
    return str(answer)
