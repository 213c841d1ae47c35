"""The data of an import as rows: column → text, whatever its format and shape. Nothing is known of the registry's fields here."""

import csv
import json
from collections import defaultdict

from registry.redcap.asked import delimiter_of
from registry.redcap.incoming_odm import rows_of_odm
from registry.redcap.project import GROUP, INSTANCE, INSTRUMENT, RECORD_ID, fields
from registry.redcap.sent import RefusedError, Sent, quoted
from registry.redcap.written import read_csv

SINGLE = ("record", INSTRUMENT, INSTANCE, "field_name", "value")
MOST_ROWS = 200_000
MOST_COLUMNS = 10_000


def read_rows(sent: Sent) -> list[dict[str, str]]:
    """The rows of the call's data. Raises RefusedError that says what is wrong with it as a whole."""
    text = sent.form.get("data", "").lstrip("\ufeff").strip("\r\n")
    kind = sent.choice("format", ("xml", "csv", "json", "odm"))
    if not text.strip():
        raise RefusedError("The data hold no rows, so nothing is stored.")
    rows = {"csv": _csv, "json": _json, "xml": _xml, "odm": _odm}[kind](text, sent)
    if not rows:
        raise RefusedError("The data hold no rows, so nothing is stored.")
    if len(rows) > MOST_ROWS:
        raise RefusedError(f"The data have more than {MOST_ROWS} rows. Send them in parts.")
    if sent.choice("type", ("flat", "eav")) == "eav":
        rows = _gathered(rows)
    refuse_unknown(rows)
    return rows


def _csv(text, sent):
    lines = read_csv(text, delimiter_of(sent))
    try:
        header = [name.strip() for name in next(lines)]
        twice = sorted({name for name in header if header.count(name) > 1}) if len(header) <= MOST_COLUMNS else ["…"]
        if twice:
            raise RefusedError(f"The data have more than one column named {quoted(twice)}")
        rows = []
        for cells in lines:
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise RefusedError(
                    f"Line {lines.line_num} of the data has {len(cells)} cells; the header has {len(header)}."
                )
            rows.append(dict(zip(header, cells, strict=True)))
    except csv.Error as fault:
        raise RefusedError(f"Line {lines.line_num} of the data is not CSV: {fault}") from None
    return rows


def _json(text, _sent):
    try:
        rows = json.loads(text, parse_float=str, parse_int=str, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise RefusedError("The data are not JSON.") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RefusedError("The data are not a list of JSON objects.")
    nested = sorted({name for row in rows for name, value in row.items() if isinstance(value, list | dict)})
    if nested:
        raise RefusedError(f"The following fields hold a list or an object instead of a text: {quoted(nested)}")
    return [{name: _text(value) for name, value in row.items()} for row in rows]


def _once(pairs):
    """The object of these pairs; a field that stands in it twice is refused."""
    row = dict(pairs)
    if len(row) < len(pairs):
        names = [name for name, _value in pairs]
        twice = sorted(name for name in row if names.count(name) > 1)
        raise RefusedError(f"The data have an object with more than one field named {quoted(twice)}")
    return row


def _text(value):
    return "" if value is None else str(int(value)) if isinstance(value, bool) else value


def _xml(text, _sent):
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        raise RefusedError("The data are not XML, or hold a document type, which is not read.") from None
    return [{cell.tag: cell.text or "" for cell in item} for item in root]


def _odm(text, sent):
    if sent.choice("type", ("flat", "eav")) == "eav":
        raise RefusedError('The value of the parameter "type" is not valid')
    return rows_of_odm(text.encode())


def _gathered(answers):
    """Rows from single answers: one for each record, instrument and instance. A code of a checkbox is a tick."""
    unknown = sorted({name for one in answers for name in one} - {*SINGLE, RECORD_ID, "redcap_event_name"})
    if unknown:
        raise RefusedError(f"The following columns are not those of single answers (eav): {quoted(unknown)}")
    rows = defaultdict(dict)
    for one in answers:
        number = one.get("record") or one.get(RECORD_ID, "")
        place = (number, one.get(INSTRUMENT, ""), one.get(INSTANCE, ""))
        row = rows[place]
        row.update(zip((RECORD_ID, INSTRUMENT, INSTANCE), place, strict=True))
        name, value = one.get("field_name", ""), one.get("value", "")
        field = fields().get(name)
        if field is not None and field.is_checkbox:
            row[f"{name}___{value}"] = "1"
        else:
            row[name] = value
    return list(rows.values())


def refuse_unknown(rows):
    """Raise for columns that the project has not, naming all of them."""
    known = {RECORD_ID, INSTRUMENT, INSTANCE, GROUP} | {name for field in fields().values() for name in field.columns()}
    unknown = list(dict.fromkeys(name for row in rows for name in row if name not in known))
    if unknown:
        raise RefusedError(f"The following fields were not found in the project as real data fields: {quoted(unknown)}")
    if any(RECORD_ID not in row for row in rows):
        raise RefusedError(f"The data have no column {RECORD_ID}, which names the record of each row.")
