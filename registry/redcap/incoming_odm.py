"""The rows of an ODM file as the rows of an import: column → text."""

from registry.odm.reading import MOST_ROWS, OdmError, read_odm
from registry.redcap.project import ANSWER, GROUP, INSTANCE, INSTRUMENT, RECORD_ID, fields, instance_of, instruments
from registry.redcap.sent import RefusedError, quoted


def rows_of_odm(content: bytes) -> list[dict[str, str]]:
    """A row for each row of a repeating form, and one for all others of a case. Raises RefusedError."""
    rows, base, unknown = [], {}, {}
    columns = {name: field for field in fields().values() for name in field.columns()}
    try:
        for read in read_odm(content):
            instrument = _instrument(read.form)
            if instrument is None:
                unknown[f"form {read.form}"] = True
                continue
            cells = {}
            for name, value in read.values.items():
                found = _column(name, columns)
                if found is None:
                    unknown[name] = True
                else:
                    cells[found] = value
            row = {RECORD_ID: read.subject, **({GROUP: read.site} if read.site else {})}
            if instrument.is_repeating:
                rows.append(row | {INSTRUMENT: instrument.name, INSTANCE: _instance(instrument, read)} | cells)
            else:
                if read.subject not in base:
                    rows.append(base.setdefault(read.subject, row))
                base[read.subject].update(cells)
            if len(rows) > MOST_ROWS:
                raise RefusedError(f"The file has more than {MOST_ROWS} rows. Send it in parts.")
    except OdmError as fault:
        raise RefusedError(str(fault)) from None
    unknown.pop(RECORD_ID, None)
    if unknown:
        raise RefusedError(f"The following fields were not found in the project as real data fields: {quoted(unknown)}")
    return rows


def _instrument(name):
    """By its name or its title, whatever case."""
    said = name.casefold()
    return next(
        (one for one in instruments() if said in (one.name, one.form.title.casefold(), one.label.casefold())), None
    )


def _column(name, columns):
    """The column of an import. A date that may be partial is read from its text, in which it can be."""
    if name == RECORD_ID:
        return None
    field = columns.get(name)
    if field is None:
        return None
    is_partial = field.part == ANSWER and field.item is not None and field.item.partial
    return f"{name}_text" if is_partial else name


def _instance(instrument, read):
    """The instance of a row by its repeat keys, or as REDCap numbers it. Raises OdmError."""
    if read.instance:
        return read.instance
    form = instrument.form
    keys = []
    for text, what in ((read.course, "StudyEventRepeatKey"), (read.number, "FormRepeatKey")):
        if text and not (text.isascii() and text.isdecimal() and len(text) < 5):
            raise OdmError(f"{what} {text[:40]!r} of {instrument.name} of {read.subject} is no row number.")
        keys.append(int(text) if text else None)
    course, number = keys
    if form.key_item and number is None:
        return "new"
    return str(instance_of(form, course or 1, number))
