"""What an import is told by: a line for each row of the file, and a file of the rows that were refused, to be corrected and sent again."""

import csv
import io

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from registry.imports.reading import read_content
from registry.imports.records import records_of_file, repeat_of
from registry.imports.sealed import opened
from registry.imports.sources import FORMULA, encoding_of
from registry.models import ImportedRecord, ImportJob
from registry.redcap.project import INSTANCE, INSTRUMENT, RECORD_ID

COLUMNS = ("row", "record", "case", "outcome", "answers", "place", "column", "found", "why")
FIRST = (RECORD_ID, INSTRUMENT, INSTANCE)


def report_lines(job):
    """The header, then in the order of the records a line for each row; of one that was refused, for each fault."""
    yield list(COLUMNS)
    for one in ImportedRecord.objects.filter(job=job).order_by("number").iterator(chunk_size=500):
        place = [one.name, one.case, one.outcome, str(one.answers)]
        if one.outcome != ImportedRecord.Outcome.REFUSED:
            yield from ([str(row), *place, "", "", "", ""] for row in one.rows)
            continue
        told = {fault[0] for fault in one.faults}
        yield from ([str(row), *place, *words] for row, *words in one.faults)
        because = _("another row of this record was refused.")
        yield from ([str(row), *place, "", "", "", because] for row in one.rows if row not in told)


def report_file(job) -> bytes:
    """The report as CSV."""
    return _csv(report_lines(job))


def refused_file(job) -> bytes:
    """The rows of the refused records, as CSV in the columns of the file, or of a flat file of our fields. Raises ValidationError."""
    refused = ImportedRecord.objects.filter(job=job, outcome=ImportedRecord.Outcome.REFUSED)
    numbers = set(refused.values_list("number", flat=True))
    if not numbers:
        raise ValidationError(_("No row was refused."))
    content = opened(job.content)
    if job.kind == ImportJob.Kind.CASES:
        table = read_content(job.name, content, encoding_of(content, job.encoding))
        rows = [line.cells for number, line in enumerate(table.lines, start=1) if number in numbers]
        columns = table.columns
    else:
        records = records_of_file(job.name, content, job.encoding)
        rows = [row for one in records if one.number in numbers for row in one.rows]
        columns = list(dict.fromkeys([*FIRST, *(name for row in rows for name in row)]))
        rows.sort(key=lambda row: (row[RECORD_ID], repeat_of(row)))
    return _csv([columns, *([row.get(column, "") for column in columns] for row in rows)])


def _csv(lines) -> bytes:
    """With a byte-order mark, for Excel; no cell is a formula there."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in line] for line in lines)
    return out.getvalue().encode("utf-8-sig")
