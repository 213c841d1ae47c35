"""What travels beside the tables: codebook, labels, define of the ADaM tables, the lines of the README."""

from analytics.exports import declared as d
from analytics.exports.adam.tables import VARIABLES_OF
from analytics.exports.formats.csv_file import rows_csv
from analytics.exports.names import SAS_TEXT, ascii_label, sas_names
from registry.dictionary.words import gettext_noop

CODEBOOK = (
    *(
        "table",
        "column",
        "label_en",
        "label_ja",
        "kind",
        "role",
        "item",
        "unit",
        "codes",
        "usual",
        "possible",
        "asked_if",
    ),
    *("required", "key", "sas_name", "short_label", "note"),
)
LABELS = ("table", "variable", "code", "label_en", "label_ja")
DEFINE = ("dataset", "variable", "label", "type", "length", "codes", "derivation", "source")
README = (
    gettext_noop("One file for each form and child table; every table has the column case, tables of a course also course_no, and repeated rows their number."),
    gettext_noop("Join tables of a case by case, tables of a course by case and course_no. wide has one row a case; cases and endpoints are what the analyses read."),
    gettext_noop("<item>_mr says why a value is missing (ND not done, UK unknown, NAP not applicable, PD pending); <item>_p and <item>_text how much of a date is known."),
    gettext_noop("codebook.csv explains every column, labels.csv every label in full; manifest.json names the dataset, its SHA-256 and that of each file."),
)  # fmt: skip


def codebook_rows(tables, declared):
    """A row for each column of each table."""
    items = {(form.name, question.name): question for form in declared for question in form.questions}
    by_name = {question.name: question for form in declared for question in form.questions}
    for table in tables:
        names = sas_names(table)
        for one in table.columns:
            question = items.get((table.name, one.item)) or (by_name.get(one.item) if one.item else None)
            item = question.item if question and one.role in (d.ANSWER, d.KEY) else None
            yield (
                table.name, one.name, one.label.en, one.label.ja, one.kind, one.role, one.item, one.unit,
                "; ".join(f"{code.value} {code.label.en}" for code in one.codes),
                str(item.soft) if item and item.soft else "",
                str(item.hard) if item and item.hard else "",
                " and ".join(f"{c.item} {c.comparison} {c.codes}" for c in item.asked_if) if item else "",
                int(item.required) if item else "",
                int(one.name in table.keys), names[one.name], ascii_label(one), one.note,
            )  # fmt: skip


def label_rows(tables):
    """Every label of tables, columns and codes in full, in both languages."""
    for table in tables:
        yield table.name, "", "", table.label.en, table.label.ja
        for one in table.columns:
            yield table.name, one.name, "", one.label.en, one.label.ja
            yield from ((table.name, one.name, code.value, code.label.en, code.label.ja) for code in one.codes)


def define_rows(tables):
    """A row for each variable of the ADaM tables: how it is made and of what."""
    for table in tables:
        variables = {one.name: one for one in VARIABLES_OF[table.name]}
        for one in table.columns:
            about = variables[one.name]
            kind = "Char" if one.kind in (d.TEXT,) else "Num"
            length = 8 if kind == "Num" else _length(table.rows[one.name])
            yield table.name.upper(), one.name, about.label, kind, length, about.codes, about.derivation, about.source


def _length(texts):
    return min(SAS_TEXT, max((len(str(one).encode()) for one in texts if one is not None), default=1))


def readme(snapshot, language):
    """Keys and joins in four lines, after the line that names the dataset."""
    return "".join(f"{line}\n" for line in (snapshot.stated, *(snapshot.say(line).of(language) for line in README)))


def beside(tables, snapshot, language):
    """The files that go with every export."""
    found = [
        ("codebook.csv", rows_csv(CODEBOOK, codebook_rows(tables, snapshot.declared))),
        ("labels.csv", rows_csv(LABELS, label_rows(tables))),
        ("README.txt", readme(snapshot, language).encode()),
    ]
    analysis = [one for one in tables if one.name in VARIABLES_OF]
    return [*found, ("define.csv", rows_csv(DEFINE, define_rows(analysis)))] if analysis else found
