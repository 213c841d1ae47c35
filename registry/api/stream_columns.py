"""The columns of a collection as SQL, so that PostgreSQL itself writes CSV and JSON: the same answers that the list gives.

`r` is a row of the list's own queryset: its id, whether it is gone, and every column by its name.
"""

from dataclasses import dataclass

from registry.api.csv_cells import FORMULA_PATTERN
from registry.api.form_serializer import SERIALIZER_OF, withheld_from

TEXT, WHOLE, NUMBER, DATE, FLAG = "text", "whole", "number", "date", "flag"
ZONED = "to_char({}, 'YYYY-MM-DD\"T\"HH24:MI:SS.USTZH:TZM')"
LENGTHS = "CASE {p} WHEN 'Y' THEN 4 WHEN 'M' THEN 7 ELSE 10 END"


@dataclass(frozen=True)
class Column:
    """One column of a stream. sql: its value in `r`; is_free: a text that people typed; label: for the metadata of Parquet."""

    name: str
    sql: str
    kind: str = TEXT
    is_free: bool = False
    label: str = ""

    def as_cell(self):
        """Its value in CSV: marks are 1 and 0, numbers have no idle zeros, free text cannot be taken for a formula."""
        if self.kind == FLAG:
            return f"({self.sql})::int"
        if self.kind == NUMBER:
            return f"trim_scale({self.sql})"
        if self.is_free:
            return f"CASE WHEN {self.sql} ~ {FORMULA_PATTERN} THEN '''' || {self.sql} ELSE {self.sql} END"
        return self.sql

    def as_json(self):
        """Its value as JSON."""
        return f"trim_scale({self.sql})" if self.kind == NUMBER else self.sql


@dataclass(frozen=True)
class Shape:
    """Of a collection: the columns of `r` as the queryset names them, and what is made of them.

    read   path in the queryset → name in `r`
    table  columns of CSV and Parquet; json: members of the list's objects, in their order; gone: members of what is there no more
    """

    name: str
    read: dict[str, str]
    table: tuple[Column, ...]
    json: tuple[Column, ...]
    gone: tuple[Column, ...]


OF_CASES = (
    Column("number", "r.number"),
    Column("site", "r.site"),
    Column("cohort", "r.cohort"),
    Column("stratum", "r.stratum", is_free=True),
    Column("enrolled_at", f"replace({ZONED.format('r.enrolled_at')}, '.000000', '')"),
    Column("version", "r.version", WHOLE),
)
CASES = Shape(
    "cases",
    {"number": "number", "site__code": "site", "cohort__code": "cohort", "stratum": "stratum", "enrolled_at": "enrolled_at", "version": "version"},
    OF_CASES,
    OF_CASES,
    (OF_CASES[0], OF_CASES[-1]),
)  # fmt: skip


def shape_of(form, person):
    """The Shape of a form's collection for this person, by the same words as the list's serializer."""
    fields = {
        name: field
        for name, field in SERIALIZER_OF[form](context={"person": person}).fields.items()
        if name in form.columns() and not field.write_only and name not in withheld_from(person, form)
    }
    numbers = [name for name in (form.of_course and "course_no", form.key_item) if name]
    key = " || '.' || ".join(f'r."{name}"::text' for name in numbers) or "'1'"
    course = (Column("course_no", "r.course_no", WHOLE),) if form.of_course else ()
    structure = (
        Column("case", 'r."case"'),
        Column("site", "r.site"),
        Column("form", f"'{form.form_name}'::text"),
        Column("key", key),
        Column("version", "r.version", WHOLE),
        *(Column(name, f"r.{name}", FLAG) for name in ("is_complete", "is_verified", "is_locked")),
        *course,
    )
    read = {"case__number": "case", "site__code": "site"}
    plain = ("version", "is_complete", "is_verified", "is_locked", *numbers, *fields)
    return Shape(
        form.form_name,
        {**read, **{name: name for name in dict.fromkeys(plain)}},
        (*structure, *(one for name, field in fields.items() for one in _cells(name, field, form))),
        (*structure, *(_member(name, field, form) for name, field in fields.items())),
        (structure[0], structure[2], structure[3], structure[4]),
    )


def _cells(name, field, form):
    """The columns of one column of the form in a table: one for each code of several, a date beside what is known of it."""
    item, at, label = field.item, f'r."{name}"', str(field.label)
    if name not in form.items():  # a companion
        yield Column(name, at, is_free=name.endswith("_oth"), label=label)
        if name.endswith("_p") and item.partial:
            day = name.removesuffix("_p")
            text = f'left(r."{day}"::text, {LENGTHS.format(p=at)})'
            yield Column(f"{day}_text", text, label=f"{item.label}: as known")
    elif item.kind == "multi":
        for code in item.codelist.codes():
            yield Column(f"{name}___{code}", f"{code} = ANY (NULLIF({at}, '{{}}'))", FLAG, label=label)
    elif item.kind == "date":
        yield Column(name, f"CASE WHEN coalesce(r.\"{name}_p\", 'D') = 'D' THEN {at} END", DATE, label=label)
    else:
        yield Column(name, at, _kind(item), is_free=item.kind == "text", label=label)


def _member(name, field, form):
    """One column of the form as a member of the list's object."""
    item, at = field.item, f'r."{name}"'
    if name not in form.items():  # a companion
        return Column(name, f"NULLIF({at}, '')")
    if item.kind == "date":
        length = LENGTHS.format(p=f'r."{name}_p"')
        return Column(name, f"left({at}::text, {length})")
    if item.kind == "multi":
        return Column(name, f"NULLIF({at}, '{{}}')")
    return Column(name, f"NULLIF({at}, '')" if item.kind == "text" else at, _kind(item))


def _kind(item):
    return {"dec": NUMBER, "int": WHOLE, "cat": WHOLE}.get(item.kind, TEXT)
