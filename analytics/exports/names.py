"""Names and labels for programs that allow few characters or bytes: shortened here, the same way each time, never inside a character."""

import csv
import re
from functools import cache
from pathlib import Path

SHORT = Path(__file__).with_name(
    "short_labels.csv"
)  # English labels of at most 40 ASCII characters for those that are longer
SAS_NAME, SAS_LABEL, SAS_TEXT = 8, 40, 200
ASCII = {
    "≥": ">=",
    "≤": "<=",
    "°": " ",
    "µ": "u",
    "²": "2",
    "·": ".",
    "–": "-",
    "’": "'",
    "“": '"',
    "”": '"',
    "×": "x",
    "₀": "0",
}


@cache
def short_labels():
    """Long English label → its short form."""
    with SHORT.open(encoding="utf-8", newline="") as lines:
        return {line["label"]: line["short"] for line in csv.DictReader(lines)}


def shorten(text, limit):
    """`text` in at most `limit` bytes of UTF-8, never cut inside a character."""
    return text.encode()[:limit].decode(errors="ignore")


def ascii_label(column):
    """The column's English label in at most 40 ASCII characters: its short form where there is one."""
    label = column.short or short_labels().get(column.label.en, column.label.en)
    for sign, plain in ASCII.items():
        label = label.replace(sign, plain)
    return shorten(label.encode("ascii", "replace").decode(), SAS_LABEL)


def sas_names(table):
    """Column name → a name of at most 8 capitals, digits and underscores that no other column of the table has."""
    found, taken = {}, set()
    for column in table.columns:
        stem = re.sub(r"[^A-Z0-9_]", "", (column.sas or column.name).upper())[:SAS_NAME]
        stem = stem if stem[:1].isalpha() else f"V{stem}"[:SAS_NAME]
        name, number = stem, 1
        while name in taken:
            number += 1
            name = f"{stem[: SAS_NAME - len(str(number))]}{number}"
        taken.add(name)
        found[column.name] = name
    return found
