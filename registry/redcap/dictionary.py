"""The data dictionary as REDCap writes it: 18 words about each field. See docs/redcap.md for what of our rules has a place there."""

from registry.dictionary.items import plain
from registry.fields import written_unit
from registry.redcap.project import COMPLETE, ID, OTHER, Field, fields, instruments

METADATA = (
    "field_name", "form_name", "section_header", "field_type", "field_label", "select_choices_or_calculations", "field_note",
    "text_validation_type_or_show_slider_number", "text_validation_min", "text_validation_max", "identifier", "branching_logic",
    "required_field", "custom_alignment", "question_number", "matrix_group_name", "matrix_ranking", "field_annotation",
)  # fmt: skip
EXPORT_NAMES = ("original_field_name", "choice_value", "export_field_name")
MOST_RADIOS = 5  # more choices are a list
VALIDATIONS = {"date": "date_ymd", "int": "integer", "dec": "number"}
COMPARISONS = {"==": "=", "!=": "<>", ">=": ">=", "<=": "<=", ">": ">", "<": "<"}


def metadata(names=(), forms=()):
    """A row for each field; only those named, or of the forms named, if any are."""
    for field in fields().values():
        if field.part == COMPLETE:
            continue
        if not (names or forms) or field.name in names or field.form.form_name in forms:
            yield _row(field)


def export_names(names=()):
    """Each field with the columns that it has in an export; one for each choice of a checkbox. The hospital number has none."""
    for field in fields().values():
        if field.is_hidden or (names and field.name not in names):
            continue
        if field.is_checkbox:
            for code, column in zip(field.codes, field.columns(), strict=True):
                yield field.name, code, column
        else:
            yield field.name, "", field.name


def choices(field: Field) -> str:
    """`1, Yes | 2, No`, with one blank around each sign."""
    if not field.codes or field.is_yes_no:
        return ""
    return " | ".join(f"{code}, {field.label_of(code).replace('|', '/')}" for code in field.codes)


def _row(field):
    item = field.item
    is_answer = field.name == field.column and item is not None
    low, high = (item.hard.low, item.hard.high) if is_answer and item.hard else (None, None)
    return (
        field.name,
        field.form.form_name,
        _section(field),
        _type(field),
        field.label,
        choices(field),
        written_unit(item.unit) if is_answer else "",
        "" if field.codes else VALIDATIONS.get(field.kind, ""),
        plain(low),
        plain(high),
        "y" if item is not None and item.identifying else "",
        _branching(field),
        "y" if field.part == ID or (is_answer and item.required) else "",
        "",
        "",
        "",
        "",
        _annotation(field) if is_answer else "",
    )


def _section(field):
    from django.utils.translation import gettext

    return gettext(field.section) if field.section else ""


def _type(field):
    if field.is_checkbox:
        return "checkbox"
    if field.is_yes_no:
        return "yesno"
    if field.codes:
        return "radio" if len(field.codes) <= MOST_RADIOS else "dropdown"
    is_long = field.part == OTHER or (
        field.item is not None and field.item.kind == "text" and field.name == field.column
    )
    return "notes" if is_long and not field.is_hidden else "text"


def _branching(field):
    """When the question is asked, as REDCap writes it; nothing where it depends on what nobody types, such as the age."""
    conditions = field.item.asked_if if field.item is not None else ()
    return " and ".join(map(_condition, conditions)) if all(one.item in fields() for one in conditions) else ""


def _condition(one):
    codes = one.codes if isinstance(one.codes, tuple) else (one.codes,)
    if one.comparison == "in":
        return "(" + " or ".join(_equals(one.item, "=", code) for code in codes) + ")"
    return _equals(one.item, COMPARISONS[one.comparison], codes[0])


def _equals(name, comparison, code):
    asked = fields()[name]
    if asked.is_checkbox:
        return f"[{name}({code})] {comparison} '1'"
    return f"[{name}] {comparison} '{code}'"


def _annotation(field):
    """What REDCap has no column for: the unit as the registry writes it, the usual range, the SAS name."""
    item = field.item
    soft = f"@SOFT={plain(item.soft.low)}:{plain(item.soft.high)}" if item.soft else ""
    return " ".join(
        filter(None, (f"@UNIT={item.unit}" if item.unit else "", soft, f"@SAS={item.sas}" if item.sas else ""))
    )


def instrument_rows():
    """Name and label of each instrument."""
    return [(one.name, one.label) for one in instruments()]


def repeating_rows():
    """Each repeating instrument, without a label of its own for its rows."""
    return [(one.name, "") for one in instruments() if one.is_repeating]
