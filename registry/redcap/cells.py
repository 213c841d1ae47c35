"""One answer as the text of a cell: raw or as a label."""

from datetime import date
from decimal import Decimal

from registry.dictionary.items import plain

CHECKED, UNCHECKED = "Checked", "Unchecked"  # REDCap's own words, in every language


def text_of(value, decimal=".") -> str:
    """A stored value as text; nothing for no answer."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain(value).replace(".", decimal)
    return value.isoformat() if isinstance(value, date) else str(value)


def cells_of(field, value, how) -> list[str]:
    """The cells of a field of a stored row, one for each of its columns. how: the Asked of the export."""
    if field.is_checkbox:
        chosen = value or ()
        return [_box(field, code, code in chosen, how) for code in field.codes]
    raw = text_of(value, how.decimal if field.kind == "dec" else ".")
    if not field.codes:
        return [raw, ""] if how.has_both else [raw]
    label = field.label_of(value) if value is not None and value in field.codes else raw
    return [raw, label] if how.has_both else [label if how.is_label else raw]


def _box(field, code, is_chosen, how):
    if not how.is_label:
        return "1" if is_chosen else "0"
    if how.boxes_as_labels:
        return field.label_of(code) if is_chosen else ""
    return CHECKED if is_chosen else UNCHECKED
