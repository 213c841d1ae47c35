"""What a record export is asked for, read from the words of the call and checked whole before a row is read."""

from dataclasses import dataclass
from datetime import datetime

from registry import clock
from registry.redcap.logic import LogicError, read_logic
from registry.redcap.project import (
    COMPLETE,
    ID,
    PSEUDO,
    Field,
    Instrument,
    fields,
    instrument_of,
    instruments,
    record_id,
)
from registry.redcap.sent import RefusedError, Sent, quoted

DELIMITERS = {",": ",", "comma": ",", ";": ";", "tab": "\t", "\t": "\t", "|": "|", "pipe": "|", "^": "^", "caret": "^"}
MOMENTS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")


@dataclass(frozen=True)
class Asked:
    """One record export.

    parts          (instrument, its fields asked for, or none of them) in the order of the dictionary
    logic          a condition over the answers of a row and of its base row, or None
    changed        (from, until) of the record's last change, or None
    """

    kind: str
    is_eav: bool
    parts: tuple[tuple[Instrument, tuple[Field, ...]], ...]
    numbers: tuple[str, ...]
    is_label: bool
    has_both: bool
    has_label_headers: bool
    boxes_as_labels: bool
    has_groups: bool
    is_gray_blank: bool
    logic: object
    changed: tuple | None
    delimiter: str
    decimal: str

    @property
    def instruments_read(self) -> list[Instrument]:
        """The instruments whose rows are needed: those asked for, and those that the logic names."""
        needed = {instrument.name for instrument, chosen in self.parts if chosen}
        if self.logic:
            needed |= {fields()[name].form.form_name for name in self.logic.names if fields()[name].part != ID}
        return [one for one in instruments() if one.name in needed]


def read_asked(sent: Sent, person) -> Asked:
    """The export that is asked for. Raises RefusedError."""
    both = ("raw", "label", "both")
    kind = sent.choice("format", ("xml", "csv", "json", "odm"))
    how = sent.choice("rawOrLabel", both)
    is_eav = sent.choice("type", ("flat", "eav")) == "eav"
    if is_eav and how == "both":
        raise RefusedError('The value of the parameter "rawOrLabel" is not valid')
    return Asked(
        kind=kind,
        is_eav=is_eav,
        parts=_parts(sent, person),
        numbers=tuple(sent.many("records")),
        is_label=how == "label",
        has_both=how == "both",
        has_label_headers=kind == "csv" and sent.choice("rawOrLabelHeaders", both[:2]) == "label",
        boxes_as_labels=sent.truth("exportCheckboxLabel"),
        has_groups=sent.truth("exportDataAccessGroups") and len(person.site_ids()) > 1,
        is_gray_blank=sent.truth("exportBlankForGrayFormStatus"),
        logic=_logic(sent, person),
        changed=_changed(sent),
        delimiter=delimiter_of(sent),
        decimal=sent.choice("decimalCharacter", (".", ",")),
    )


def given_out(field: Field, person) -> bool:
    """Whether this person is given the answers of a field."""
    return not field.is_hidden and (person.sees_identifiers or not field.is_direct)


def delimiter_of(sent: Sent) -> str:
    """The sign between the cells of a CSV."""
    said = sent.form.get("csvDelimiter", "") or ","
    if said.lower() not in DELIMITERS:
        raise RefusedError('The value of the parameter "csvDelimiter" is not valid')
    return DELIMITERS[said.lower()]


def _parts(sent, person):
    """The fields asked for by name and those of the forms asked for; all if neither is."""
    names, forms = sent.many("fields"), sent.many("forms")
    unknown = [name for name in names if name not in fields() or name in PSEUDO]
    if unknown:
        raise RefusedError(f"The following values in the parameter fields are not valid: {quoted(unknown)}")
    unknown = [name for name in forms if name not in instrument_of()]
    if unknown:
        raise RefusedError(f"The following values in the parameter forms are not valid: {quoted(unknown)}")
    wanted = set(names)

    def is_asked(instrument, field):
        asked = not (names or forms) or field.name in wanted or instrument.name in forms
        return asked and given_out(field, person)

    return tuple((one, tuple(field for field in one.fields if is_asked(one, field))) for one in instruments())


def _logic(sent, person):
    text = sent.text("filterLogic")
    if not text:
        return None
    try:
        logic = read_logic(text)
    except LogicError as fault:
        raise RefusedError(f"The filterLogic is not valid: {fault}") from None
    unknown = [name for name in logic.names if name not in fields() or not given_out(fields()[name], person)]
    if unknown:
        raise RefusedError(f"The following fields in the filterLogic are not valid: {quoted(unknown)}")
    boxes = [one for one in logic.fields if fields()[one.name].is_checkbox != (one.code is not None)]
    if boxes:
        raise RefusedError(f"The filterLogic asks a checkbox as [field(code)]: {quoted(one.name for one in boxes)}")
    return logic


def _changed(sent):
    since, until = _moment(sent, "dateRangeBegin"), _moment(sent, "dateRangeEnd")
    return (since, until) if since or until else None


def _moment(sent, name):
    """A moment of the registry's clock, or None."""
    text = sent.text(name)
    for shape in MOMENTS if text else ():
        try:
            return datetime.strptime(text, shape).replace(tzinfo=clock.zone())
        except ValueError:
            continue
    if text:
        raise RefusedError(f'The value of the parameter "{name}" is not valid: use YYYY-MM-DD HH:MM:SS')
    return None


def moment(sent, name):
    """A moment that another call names."""
    return _moment(sent, name)


def columns_of(asked: Asked, chosen) -> list[str]:
    """The columns of some fields in a flat file."""
    names = []
    for field in chosen:
        names += field.columns()
        if asked.has_both and field.codes and not field.is_checkbox:
            names.append(f"{field.name}_label")
    return names


def headers_of(asked: Asked, chosen) -> list[str]:
    """The labels of the same columns, each with its form before it where another form has the same."""
    labels = []
    for field in chosen:
        label = f"{field.form.title}: {field.label}" if field.part == COMPLETE else field.label
        labels += [f"{label} ({field.label_of(code)})" for code in field.codes] if field.is_checkbox else [label]
        if asked.has_both and field.codes and not field.is_checkbox:
            labels.append(f"{label} (label)")
    return labels


def id_label() -> str:
    """The label of the record's id."""
    return record_id().label
