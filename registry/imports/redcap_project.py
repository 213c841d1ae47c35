"""A REDCap project, its data dictionary and its records, in the registry's fields: the mapping is made from the dictionary.

A field is ours by its name, else by its label; a choice by its label where its code means something else here.
"""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from registry.redcap.project import COMPLETE, GROUP, INSTANCE, INSTRUMENT, RECORD_ID, Field, fields

NAME, FORM, LABEL, CHOICES, KIND = (
    ("field_name", "Variable / Field Name"),
    ("form_name", "Form Name"),
    ("field_label", "Field Label"),
    ("select_choices_or_calculations", "Choices, Calculations, OR Slider Labels"),
    ("field_type", "Field Type"),
)  # as the API and as a downloaded file name the columns
NOT_ANSWERS = ("calc", "descriptive", "file")
LISTS = ("radio", "dropdown", "checkbox")


@dataclass(frozen=True)
class Mapped:
    """One field of the project: ours, and for each of its codes ours. Without codes answers are taken as they are."""

    ours: Field
    codes: dict[str, str] = field(default_factory=dict)


def is_dictionary(columns) -> bool:
    """Whether a table with these columns is a data dictionary."""
    return any(name in columns for name in NAME) and any(name in columns for name in FORM)


def mapping_of(lines) -> dict[str, Mapped]:
    """Field of the project → what it is here. Raises ValidationError that names every field that is not clear."""
    found, unknown = {}, []
    for line in lines[1:]:  # the first field is the record's id
        name, kind = _cell(line, NAME), _cell(line, KIND)
        if kind in NOT_ANSWERS:
            continue
        ours = ours_of(name, _cell(line, LABEL))
        if ours is None:
            unknown.append(name)
            continue
        found[name] = Mapped(ours, _codes(name, _cell(line, CHOICES), ours, unknown) if kind in LISTS else {})
    if unknown:
        raise ValidationError(
            _("These fields of the project are not of the registry, or their choices are not: %(names)s. Take them out of the dictionary and the records, or name them as the codebook does.")
            % {"names": ", ".join(unknown[:40])}
        )  # fmt: skip
    return found


def records_in_our_fields(dictionary, records) -> list[dict[str, str]]:
    """The records' rows as rows of an import. dictionary, records: the lines of the two tables. Raises ValidationError."""
    mapping, identity = mapping_of(dictionary), _cell(dictionary[0], NAME)
    forms = _forms(dictionary, mapping)
    left_out = {_cell(line, NAME) for line in dictionary if _cell(line, KIND) in NOT_ANSWERS}
    columns = {column: _column(column, mapping, forms, identity) for column in (records[0] if records else ())}
    unknown = [column for column, ours in columns.items() if ours is None and column not in left_out]
    if unknown:
        raise ValidationError(
            _("These columns of the records are not in the project's dictionary: %(names)s.")
            % {"names": ", ".join(unknown[:40])}
        )
    return [_row(line, columns, forms) for line in records]


def _row(line, columns, forms):
    row = {}
    for column, text in line.items():
        if columns[column] is None:
            continue
        name, codes = columns[column]
        row[name] = codes.get(text, text)
    if row.get(INSTRUMENT):
        row[INSTRUMENT] = forms.get(row[INSTRUMENT], row[INSTRUMENT])
    return row


def _column(column, mapping, forms, identity):
    """(our column, code → ours) of a column of the records; None if there is none."""
    if column == identity:
        return RECORD_ID, {}
    if column in (INSTRUMENT, INSTANCE, GROUP):
        return column, {}
    if column.endswith("_complete") and column.removesuffix("_complete") in forms:
        return f"{forms[column.removesuffix('_complete')]}_complete", {}
    name, _bar, code = column.partition("___")
    if name not in mapping:
        return None
    one = mapping[name]
    if one.ours.is_checkbox and code:
        return f"{one.ours.name}___{one.codes.get(code, code)}", {}
    return one.ours.name, one.codes


def _forms(dictionary, mapping):
    """Form of the project → ours: that of its first field which is ours."""
    found = {}
    for line in dictionary:
        one = mapping.get(_cell(line, NAME))
        if one:
            found.setdefault(_cell(line, FORM), one.ours.form.form_name)
    return found


def ours_of(name, label) -> Field | None:
    """Our field of this name, else the only one with this label in either language."""
    known = fields()
    if name in known and known[name].part != COMPLETE and name != RECORD_ID:
        return known[name]
    said = label.strip().casefold()
    fitting = [one for one in known.values() if said and said in _labels(one)]
    return fitting[0] if len(fitting) == 1 else None


def _labels(one):
    found = set()
    for language in ("en", "ja"):
        with translation.override(language):
            found.add(str(one.label).casefold())
    return found


def _codes(name, choices, ours, unknown):
    """Code of the project → ours. A code whose label is the same here, or that has no other, is that code."""
    found = {}
    for part in choices.split("|"):
        code, _comma, label = part.strip().partition(",")
        code, label = code.strip(), label.strip().casefold()
        if not code:
            continue
        same = same_code(ours, code, label)
        if same is not None:
            found[code] = same
        else:
            unknown.append(f"{name} ({code}, {label[:40]})")
    return found


def same_code(ours, code, label) -> str | None:
    """Our code that has this label in either language, else the code itself where it says no other; None if that is not clear."""
    said = label.strip().casefold()
    same = [one for one in ours.codes if said and said in _code_labels(ours, one)]
    if len(same) == 1:
        return str(same[0])
    return code if code in map(str, ours.codes) and (not said or said == code.casefold()) else None


def _code_labels(ours, code):
    found = set()
    for language in ("en", "ja"):
        with translation.override(language):
            found.add(ours.label_of(code).casefold())
    return found


def _cell(line, names):
    return next((line[name].strip() for name in names if name in line), "")
