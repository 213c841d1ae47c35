"""A file of this registry or of a REDCap project as the rows of an import: ODM, records as flat rows, or the tables of a CSV export."""

import io
import zipfile
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from registry.grading.fields import FIELDS
from registry.imports.reading import MOST_BYTES_UNPACKED, read_content, refuse_large
from registry.imports.redcap_project import is_dictionary, records_in_our_fields
from registry.redcap.incoming import refuse_unknown
from registry.redcap.incoming_odm import rows_of_odm
from registry.redcap.project import INSTANCE, INSTRUMENT, RECORD_ID, instance_of, instrument_of, instruments
from registry.redcap.sent import RefusedError

CASE, COURSE, LABEL = "case", "course_no", "_label"
BESIDE = ("wide", "cases", "endpoints", "left_out", "adsl", "adtte", "adae", "codebook", "labels", "define")
BOM = b"\xef\xbb\xbf"
FORMULA = tuple("=+-@\t\r＝＋－＠")  # as exports for Excel guard them
MOST_FILES = 100
UNKNOWN_LAYOUT = "unknown_layout"  # the code of the refusal of a table that needs a mapping


def rows_of(name: str, content: bytes, encoding: str = "utf-8") -> list[dict[str, str]]:
    """The rows of the file. Raises ValidationError that says what is wrong with it as a whole."""
    refuse_large(len(content))
    kind = PurePath(name).suffix.lower()
    try:
        if kind == ".xml":
            rows = rows_of_odm(content)
        elif kind == ".zip":
            rows = _of_archive(list(_unpacked(content)), encoding)
        else:
            rows = _of_table(name, content, encoding)
    except RefusedError as refusal:
        raise ValidationError(refusal.said) from None
    if not rows:
        raise ValidationError(_("The file holds no row of a form, so there is nothing to store."))
    return rows


def _of_archive(parts, encoding):
    """The rows of the tables of an export, or of a REDCap project: a data dictionary and its records."""
    tables = {name: read_content(name, inside, encoding_of(inside, encoding)) for name, inside in parts}
    dictionaries = [name for name, table in tables.items() if is_dictionary(table.columns)]
    if not dictionaries:
        return [row for part, inside in parts for row in _of_table(part, inside, encoding)]
    if len(tables) != 2 or len(dictionaries) != 1:
        raise ValidationError(
            _("A REDCap project is an archive of two CSV files: its data dictionary and its records.")
        )
    dictionary = tables.pop(dictionaries[0])
    (records,) = tables.values()
    found = records_in_our_fields(_lines(dictionary), _lines(records))
    refuse_unknown(found)
    return found


def _lines(table):
    return [line.cells for line in table.lines]


def encoding_of(content, declared):
    """The declared encoding, unless a byte-order mark says UTF-8."""
    return "utf-8" if content.startswith(BOM) else declared


def _unpacked(content):
    """(name, bytes) of the tables of forms in an archive, within limits that are looked at before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            size = sum(part.file_size for part in parts)
            if len(parts) > MOST_FILES or size > MOST_BYTES_UNPACKED:
                raise ValidationError(
                    _("The archive holds %(files)d files of %(found)d MB; up to %(most)d files of %(mb)d MB are possible.")
                    % {"files": len(parts), "found": size // 1024**2, "most": MOST_FILES, "mb": MOST_BYTES_UNPACKED // 1024**2}
                )  # fmt: skip
            odm = [part for part in parts if PurePath(part.filename).suffix.lower() == ".xml"]
            if odm:
                raise ValidationError(_("The archive holds an XML file. Bring that file in by itself."))
            for part in parts:
                path = PurePath(part.filename)
                if path.suffix.lower() == ".csv" and path.stem not in BESIDE:
                    with archive.open(part) as inside:
                        found = inside.read(part.file_size + 1)
                    if len(found) > part.file_size:
                        raise ValidationError(_("The archive says that its files are smaller than they are."))
                    yield path.name, found
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise ValidationError(
            _("The file cannot be read as a ZIP archive. Pack it again, without a password.")
        ) from None


def _of_table(name, content, encoding):
    """The rows of one table: records as flat rows if it has patient_id, a form of an export if it has case."""
    table = read_content(name, content, encoding_of(content, encoding))
    lines = _lines(table)
    if RECORD_ID in table.columns:
        refuse_unknown(lines)
        return [unguarded(cells) for cells in lines] if content.startswith(BOM) else lines
    if CASE not in table.columns:
        raise ValidationError(
            _("%(file)s has neither a column “patient_id” (records of a REDCap project) nor “case” (a table of an export). Other files are brought in by a mapping.")
            % {"file": name[:80]},
            code=UNKNOWN_LAYOUT,
        )  # fmt: skip
    instrument = instrument_of().get(PurePath(name).stem) or _by_columns(name, table.columns)
    columns = _columns(name, instrument, table.columns)
    return [_row(name, instrument, columns, cells, is_guarded=content.startswith(BOM)) for cells in lines]


def _by_columns(name, columns):
    """The one form that has all these columns."""
    fitting = [one for one in instruments() if not _unknown(one, columns)]
    if len(fitting) != 1:
        raise ValidationError(
            _("It is not clear of which form %(file)s is. Name the file as the export does, for example infusion.csv.")
            % {"file": name[:80]}
        )
    return fitting[0]


def _known(instrument):
    return {column for field in instrument.fields for column in field.columns()} - {instrument.status.name}


def _unknown(instrument, columns):
    form = instrument.form
    keys = {CASE, *({COURSE} if form.of_course else ()), *({form.key_item} if form.key_item else ())}
    derived = {one.name for one in FIELDS if one.form == instrument.name}
    known = _known(instrument) | keys | derived
    missing = keys - set(columns)
    return sorted(missing) + [one for one in columns if one not in known and one.removesuffix(LABEL) not in known]


def _columns(name, instrument, columns):
    """The columns that hold answers; computed ones and labels beside codes are left. Raises ValidationError for unknown ones, all named."""
    if unknown := _unknown(instrument, columns):
        raise ValidationError(
            _("%(file)s: these columns are not of the form %(form)s, or are missing from it: %(names)s.")
            % {"file": name[:80], "form": instrument.name, "names": ", ".join(unknown[:20])}
        )
    return [one for one in columns if one in _known(instrument) and one != instrument.form.key_item]


def unguarded(cells):
    """Column → text without the apostrophe by which a cell that begins like a formula stays text in Excel."""
    return {name: text[1:] if text[:1] == "'" and text[1:2] in FORMULA else text for name, text in cells.items()}


def _row(name, instrument, columns, cells, *, is_guarded):
    row = {column: cells[column] for column in columns}
    if is_guarded:
        row = unguarded(row)
    row[RECORD_ID] = cells[CASE]
    if not instrument.is_repeating:
        return row
    form = instrument.form
    try:
        course = int(cells[COURSE]) if form.of_course else None
        number = int(cells[form.key_item]) if form.key_item else None
    except ValueError:
        raise ValidationError(
            _("%(file)s, case %(case)s: the number of the course or of the row is no whole number.")
            % {"file": name[:80], "case": cells[CASE][:20]}
        ) from None
    return row | {INSTRUMENT: instrument.name, INSTANCE: str(instance_of(form, course, number))}
