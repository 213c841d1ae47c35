"""CDISC ODM 1.3.2: the forms of an export as one file with metadata and clinical data."""

import numpy as np

from analytics.exports import declared as d
from analytics.exports.formats.csv_file import texts
from analytics.exports.names import sas_names
from registry.odm import study as o
from registry.odm.writing import odm_pieces

FILE = "dataset.xml"
KINDS = {d.TEXT: o.TEXT, d.CODE: o.INTEGER, d.WHOLE: o.INTEGER, d.NUMBER: o.FLOAT, d.DATE: o.DATE}
LENGTHS = {d.TEXT: 2000, d.CODE: 2, d.WHOLE: 9, d.NUMBER: 19}
DIGITS = 8  # behind the point, as the record keeps them
CASES_AT_ONCE = 100
MERGED = (d.PRECISION, d.AS_ENTERED)  # said by a partial date itself


def odm_files(tables, _options, snapshot):
    """The one file, made while it is taken. Raises ValueError for a cut that has no whole forms, since there is nothing to write then."""
    forms, sites = forms_of(tables, snapshot), sites_of(tables)
    study = study_of(forms, snapshot)
    trail = snapshot.trail
    people = trail.people_of(sites) if trail else ()
    pieces = odm_pieces(study, _subjects(forms, sites, trail), sites=named(sites), people=people)
    return [(FILE, pieces)]


def forms_of(tables, snapshot):
    """(table, its form as it is declared) of each. Raises ValueError where there are none."""
    declared = {one.name: one for one in snapshot.declared}
    forms = [(one, declared[one.name]) for one in tables if one.name in declared]
    if not forms or snapshot.as_of is None:
        raise ValueError(
            "ODM holds whole forms; this cut was frozen before cuts kept them. Export it as csv, or take a cut again."
        )
    return forms


def study_of(forms, snapshot):
    """The head of the file."""
    return o.Study(
        code=snapshot.cohort,
        name="CAR-T registry",
        about=f"{snapshot.stated}, SHA-256 {snapshot.hash}" + (", synthetic" if snapshot.is_synthetic else ""),
        file=f"{snapshot.cohort}.{snapshot.cut_date and snapshot.name or snapshot.hash}",
        dictionary=snapshot.dictionary,
        source=snapshot.code_version,
        as_of=snapshot.as_of,
        forms=tuple(_form(table, form) for table, form in forms),
    )


def named(sites):
    """Every hospital once."""
    return sorted({one for one in sites.values() if one})


def sites_of(tables):
    """Case → hospital as the export may name it."""
    cases = next((one for one in tables if one.name == "cases"), None)
    if cases is None or "site" not in cases.rows:
        return {}
    site = cases.rows["site"]
    return dict(zip(cases.rows[cases.subject], site.astype(object).where(site.notna(), None), strict=True))


def _form(table, form):
    names, questions = sas_names(table), {one.name: one for one in form.questions}
    items = tuple(
        _item(column, questions.get(column.item), names[column.name], is_partial=_is_partial(column, table))
        for column in columns_of(table)
    )
    return o.StudyForm(form.name, _words(form.title), form.of_course, bool(form.key_item), items)


def columns_of(table):
    """The columns that are items: neither keys nor what a partial date says itself."""
    return [one for one in table.columns if one.role != d.KEY and one.role not in MERGED]


def _is_partial(column, table):
    return column.role == d.ANSWER and f"{column.name}_text" in table.rows


def _item(column, question, sas, *, is_partial):
    is_answer = column.role == d.ANSWER and question is not None and column.name == question.name
    item = question.item if is_answer else None
    is_text = column.kind == d.CODE and not column.is_numeric
    kind = o.PARTIAL_DATE if is_partial else o.TEXT if is_text else KINDS[column.kind]
    length = max(len(str(one.value)) for one in column.codes) if column.codes else LENGTHS.get(column.kind, 0)
    return o.StudyItem(
        name=column.name,
        label=_words(column.label),
        kind=kind,
        item=column.item or column.name,
        length=length,
        digits=DIGITS if kind == o.FLOAT else 0,
        unit=column.unit if column.unit != "n" else "",
        codes=tuple((str(one.value), _words(one.label)) for one in column.codes),
        limits=o.span_limits(item.hard, item.soft) if item and kind in (o.INTEGER, o.FLOAT) else (),
        sas=sas,
        is_required=bool(item and item.required and not item.asked_if),
        rule=o.Words(column.note or column.label.en) if column.role == d.DERIVED else None,
    )


def _words(label):
    return o.Words(label.en, label.ja)


def answers_of(table, rows):
    """The values of these rows as text: a list for each of columns_of(table); blank for missing."""
    return [texts(rows[f"{one.name}_text" if _is_partial(one, table) else one.name], one) for one in columns_of(table)]


def _subjects(forms, sites, trail):
    """Subject after Subject. Rows are sorted by case, so that some cases at a time are rows that stand together."""
    cases = sorted({case for table, _form in forms for case in table.rows[table.subject]})
    ends = {table.name: 0 for table, _form in forms}
    for begin in range(0, len(cases), CASES_AT_ONCE):
        some = cases[begin : begin + CASES_AT_ONCE]
        found = {}
        for table, form in forms:
            first = ends[table.name]
            ends[table.name] = int(np.searchsorted(table.rows[table.subject].to_numpy(object), some[-1], side="right"))
            found[form.name] = _rows(table, form, table.rows.iloc[first : ends[table.name]])
        for case in some:
            changes = trail.last_changes(case) if trail else {}
            rows = {
                name: tuple(
                    o.StudyRow(*keys, values, nulls, changes.get((name, *keys), {}))
                    for keys, values, nulls in of_form.get(case, ())
                )
                for name, of_form in found.items()
            }
            yield o.Subject(case, sites.get(case), rows)


def _rows(table, form, rows):
    """Case → (course and row number, item → text, questions with a reason) of each of these rows."""
    columns, answers = columns_of(table), answers_of(table, rows)
    names = [one.name for one in columns]
    reasons = [(place, one.item) for place, one in enumerate(columns) if one.role == d.REASON]
    keys = {name: list(rows[name]) for name in table.keys}
    numbers = keys.get(form.key_item) if form.key_item else None
    found = {}
    for place, case in enumerate(keys[table.subject]):
        course = int(keys["course_no"][place]) if form.of_course else None
        number = int(numbers[place]) if numbers else None
        values = {name: of[place] for name, of in zip(names, answers, strict=True) if of[place]}
        nulls = frozenset(item for at, item in reasons if answers[at][place])
        found.setdefault(case, []).append(((course, number), values, nulls))
    return found
