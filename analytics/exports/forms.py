"""The tables of the forms: one for each form and child table, and one row a case of what a case has once."""

import pandas as pd

from analytics.exports import declared as d
from analytics.exports import values
from analytics.exports.declared import Column, Table
from analytics.exports.options import WIDE
from registry.dictionary.words import gettext_noop

NAMES = {  # table → name where 8 characters are all there is
    "patient": "PATIENT",
    "baseline_disease": "BASEDIS",
    "prior_therapy": "PRIORTX",
    "prior_transplant": "PRIORHCT",
    "leukapheresis": "APHERES",
    "manufacturing": "MANUFAC",
    "bridging_therapy": "BRIDGING",
    "lymphodepletion": "LYMPHDEP",
    "pre_infusion_assessment": "PREINF",
    "cart_course": "COURSE",
    "infusion": "INFUSION",
    "crs": "CRS",
    "crs_episode": "CRSEPI",
    "crs_day": "CRSDAY",
    "icans": "ICANS",
    "icans_episode": "ICANSEPI",
    "icans_day": "ICANSDAY",
    "iechs_haematotoxicity": "HAEMTOX",
    "adverse_event": "ADVEVENT",
    "response_assessment": "RESPONSE",
    "bcell_assessment": "BCELLS",
    "relapse": "RELAPSE",
    "subsequent_therapy": "SUBSTX",
    "follow_up": "FOLLOWUP",
    "death": "DEATH",
    "subsequent_neoplasm": "NEOPLASM",
    "late_effects": "LATEEFF",
}
TICKED = "{}___{}"  # column of one code of a question with several answers
PARTIAL_TEXT = {"Y": 4, "M": 7, "D": 10}  # characters of a date as it was entered


def form_tables(snapshot, wanted=()):
    """A Table for each form that the snapshot holds, or of those wanted; every stored column is in it, a policy leaves out what a profile does not get."""
    return [
        table_of_rows(snapshot, form, snapshot.forms[form.name])
        for form in snapshot.declared
        if form.name in snapshot.forms and (not wanted or form.name in wanted)
    ]


def wide_table(snapshot, tables):
    """One row a case: the forms that a case has once, and of those of a course the index course's."""
    forms = {one.name: one for one in snapshot.declared}
    columns, rows = [key_column(snapshot)], snapshot.whole[["case"]].reset_index(drop=True)
    for table in tables:
        form = forms[table.name]
        if form.key_item:
            continue
        once = table.rows[table.rows["course_no"] == 1] if form.of_course else table.rows
        own = tuple(one for one in table.columns if one.role != d.KEY)
        rows = rows.merge(once[["case", *(one.name for one in own)]], on="case", how="left")
        columns += own
    for one in columns:
        if not one.is_numeric:
            rows[one.name] = values.text(rows[one.name])
    label = snapshot.say(gettext_noop("One row a case: forms that a case has once, of a course the first"))
    return Table(WIDE, label, tuple(columns), rows, sas="WIDE")


def key_column(snapshot):
    """The column that says which case a row is of."""
    return Column("case", snapshot.say(gettext_noop("Case")), d.TEXT, d.KEY, sas="CASE")


def table_of_rows(snapshot, form, stored):
    """The Table of these stored rows of a form; a column is there for each that they have."""
    columns, found = [], {}

    def add(column, series):
        columns.append(column)
        found[column.name] = series

    add(key_column(snapshot), stored["case"])
    if form.of_course:
        label = snapshot.say(gettext_noop("CAR-T course"))
        add(Column("course_no", label, d.WHOLE, d.KEY, sas="COURSENO"), values.whole(stored["course_no"]))
    key = [one for one in form.questions if one.name == form.key_item]
    for question in key:
        add(_column(question, d.WHOLE, role=d.KEY), values.whole(stored[question.name]))
    for question in form.questions:
        if question not in key and question.name in stored:
            _add_answer(snapshot, question, stored, add)
    for question in form.derived:
        if question.name in stored:
            is_text = question.kind == "text"
            kind, read = (d.TEXT, values.text) if is_text else (d.NUMBER, values.number)
            add(_column(question, kind, role=d.DERIVED), read(stored[question.name]))
    rows = pd.DataFrame(found, columns=[one.name for one in columns])
    return Table(form.name, form.title, tuple(columns), rows.reset_index(drop=True), form.keys, NAMES[form.name])


def _column(question, kind, *, role=d.ANSWER, name="", label=None, codes=(), sas=""):
    name = name or question.name
    return Column(
        name,
        label or question.label,
        kind,
        role,
        question.name,
        question.unit,
        codes,
        sas or question.sas,
        note=question.note,
    )


def _add_answer(snapshot, question, stored, add):
    """The columns of one question: its answer, as many as it needs, and what stands beside it."""
    name = question.name
    {"date": _add_date, "multi": _add_ticks}.get(question.kind, _add_value)(snapshot, question, stored, add)
    if f"{name}_oth" in stored:
        add(
            _beside(snapshot, question, "_oth", d.OTHER, gettext_noop("Other, specify")),
            values.text(stored[f"{name}_oth"]),
        )
    if f"{name}_mr" in stored:
        column = _beside(snapshot, question, "_mr", d.REASON, gettext_noop("Reason missing"), snapshot.reasons)
        add(column, values.text(stored[f"{name}_mr"]))


def _add_value(_snapshot, question, stored, add):
    kind, read = {
        "cat": (d.CODE, values.whole),
        "int": (d.WHOLE, values.whole),
        "dec": (d.NUMBER, values.number),
        "text": (d.TEXT, values.text),
    }[question.kind]
    if kind == d.CODE and not question.codes:
        kind = d.WHOLE
    add(_column(question, kind, codes=question.codes), read(stored[question.name]))


def _add_ticks(snapshot, question, stored, add):
    """One column for each code: 1 ticked, 0 not, missing where the question was not answered."""
    answers = [None if one is None or pd.isna(one) else values.codes_of(one) for one in stored[question.name]]
    for code in question.codes:
        ticked = [None if one is None else int(code.value in one) for one in answers]
        label = d.Label(f"{question.label.en}: {code.label.en}", f"{question.label.ja}：{code.label.ja}")
        column = _column(
            question, d.CODE, name=TICKED.format(question.name, code.value), label=label, codes=no_yes(snapshot),
            sas=f"{question.sas[:5]}_{code.value}",
        )  # fmt: skip
        add(column, pd.Series(ticked, index=stored.index, dtype="Int64"))


def _add_date(snapshot, question, stored, add):
    """The date where it is known to the day; of one that may be partial, how much is known and what was entered."""
    name, text = question.name, values.text(stored[question.name])
    precision = values.text(stored[f"{name}_p"])
    add(_column(question, d.DATE), text.where(precision == "D", None))
    if question.item.partial:
        add(_beside(snapshot, question, "_p", d.PRECISION, gettext_noop("Precision"), precisions(snapshot)), precision)
        entered = [
            None if one is None else one[: PARTIAL_TEXT[known or "D"]]
            for one, known in zip(text, precision, strict=True)
        ]
        label = gettext_noop("Date as entered")
        add(
            _beside(snapshot, question, "_text", d.AS_ENTERED, label),
            pd.Series(entered, index=stored.index, dtype=object),
        )


def _beside(snapshot, question, suffix, role, words, codes=()):
    said = snapshot.say(words)
    label = d.Label(f"{said.en}: {question.label.en}", f"{said.ja}：{question.label.ja}")
    sas = f"{question.sas[:6]}_{SAS_SUFFIX[suffix]}"
    return Column(
        question.name + suffix, label, d.CODE if codes else d.TEXT, role, question.name, codes=codes, sas=sas,
        short=f"{said.en}: {question.sas}",
    )  # fmt: skip


SAS_SUFFIX = {"_mr": "R", "_p": "P", "_text": "T", "_oth": "O"}


def no_yes(snapshot):
    """The codes of a flag."""
    return (d.Code(0, snapshot.say("No")), d.Code(1, snapshot.say("Yes")))


def precisions(snapshot):
    """The codes of how much of a date is known."""
    return (
        d.Code("D", snapshot.say(gettext_noop("Day known"))),
        d.Code("M", snapshot.say(gettext_noop("Month known"))),
        d.Code("Y", snapshot.say(gettext_noop("Year known"))),
    )
