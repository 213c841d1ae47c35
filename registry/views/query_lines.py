"""Lists of questions to many forms, as they are pasted or uploaded: each line read, with what is wrong with it."""

import csv
import io
import re
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from registry.models import FORM_OF, Case
from registry.queries import item_label
from registry.views.case_forms import row_title

MOST = 1000  # lines of one list
MOST_BYTES = 1_000_000
COLUMNS = ("case", "form", "key", "item", "text")
PASTED = re.compile(r"(?P<case>[A-Za-z]{3}-\d{4,6})[\s,;]*(?P<key>\d{1,3}(\.\d{1,3})?)?", re.ASCII)


@dataclass(frozen=True)
class Line:
    """One line of a list. `row` is the stored form it names; `problem` says why nothing can be asked."""

    number: int
    case: str
    form: str
    key: str
    item: str
    text: str
    row: object = None
    problem: str = ""

    @property
    def title(self):
        """The form row, or what was written."""
        return row_title(self.row) if self.row else " ".join(part for part in (self.form, self.key) if part)

    @property
    def label(self):
        """The item's label, or what was written."""
        return item_label(self.form, self.item) if self.row else self.item

    @property
    def question(self):
        """What the action needs."""
        return self.row, self.item, self.text


def pasted_lines(text, *, form, item, question):
    """Case numbers, with or without the key of a row, one a line. Without a key every row of the form is meant."""
    lines = []
    for number, typed in enumerate(text.splitlines(), start=1):
        if not typed.strip():
            continue
        found = PASTED.fullmatch(typed.strip())
        case, key = (found["case"].upper(), found["key"] or "") if found else (typed.strip()[:40], "")
        problem = (
            ""
            if found
            else _("A case number such as KYO-0001 is needed, with the key of the row behind it if you like.")
        )
        lines.append(Line(number, case, form, key, item, question, problem=problem))
    return lines


def csv_lines(text):
    """The lines of a CSV file with the columns case, form, key, item and text. Raises ValueError if it has not these columns."""
    reader = csv.DictReader(io.StringIO(text.replace("\0", ""), newline=""))
    names = [(name or "").strip().lower() for name in reader.fieldnames or []]
    if not {"case", "form", "text"} <= set(names):
        raise ValueError(", ".join(names))
    reader.fieldnames = names
    lines = []
    try:
        for one in reader:
            cells = {name: (one.get(name) or "").strip() for name in COLUMNS}
            if any(cells.values()):
                lines.append(Line(reader.line_num, **{**cells, "case": cells["case"].upper()}))
    except csv.Error as error:
        raise ValueError(str(error)) from None
    return lines


def decoded(content):
    """The text of an uploaded file: UTF-8, or what a Japanese spreadsheet writes. Raises ValueError."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("encoding")


def resolved(lines, person):
    """The lines with the stored forms they name, one for each; a foreign case is said to be unknown, like one that does not exist."""
    numbers = {one.case for one in lines}
    known = set(
        Case.objects.visible_to(person).not_withdrawn().filter(number__in=numbers).values_list("number", flat=True)
    )
    rows = {name: _rows(name, numbers & known, person) for name in {one.form for one in lines} & FORM_OF.keys()}
    found = []
    for line in lines:
        found += _resolved(line, known, rows)
    return found


def _rows(name, numbers, person):
    """Case number → its stored rows of one form."""
    found = {}
    for row in (
        FORM_OF[name]
        .objects.visible_to(person)
        .not_withdrawn()
        .filter(case__number__in=numbers)
        .select_related("case")
        .in_order()
    ):
        found.setdefault(row.case.number, []).append(row)
    return found


def _resolved(line, known, rows):
    if line.problem:
        return [line]
    if line.form not in FORM_OF:
        return [replace(line, problem=_("There is no form “%(name)s”.") % {"name": line.form[:40]})]
    if line.item and line.item not in FORM_OF[line.form].items():
        words = {"form": _(FORM_OF[line.form].title), "name": line.item[:40]}
        return [replace(line, problem=_("%(form)s has no item “%(name)s”.") % words)]
    if not line.text.strip():
        return [replace(line, problem=_("The question is missing."))]
    if line.case not in known:
        return [replace(line, problem=_("There is no such case."))]
    own = rows[line.form].get(line.case, [])
    meant = [row for row in own if not line.key or row.key == line.key]
    if not meant:
        return [replace(line, problem=_("This form is not stored for this case."))]
    return [replace(line, row=row, key=row.key) for row in meant]
