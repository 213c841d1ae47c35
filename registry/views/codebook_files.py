"""The codebook as tables and as JSON. The first row of a table names its columns; names and codes are the same in every language."""

from django.utils.translation import gettext as _

from registry import codebook as book
from registry.models import FORMS

ITEM_COLUMNS = (
    "form_id", "form", "form_title", "section", "variable", "label", "type", "unit", "codelist", "codes", "possible_low",
    "possible_high", "usual_low", "usual_high", "required", "asked_if", "asked_if_words", "order", "precision", "critical",
    "identifying", "row_number", "columns", "checks", "derived", "sas", "note",
)  # fmt: skip


def items():
    """A row for each question of each form."""
    yield ITEM_COLUMNS
    for one in book.entries():
        item = one.item
        yield (
            one.form.form_id,
            one.form.form_name,
            _(one.form.title),
            one.section,
            one.name,
            one.label,
            one.kind,
            one.unit,
            one.codelist,
            " | ".join(f"{code}={label}" for code, label, _alone in one.codes),
            *_limits(item.hard),
            *_limits(item.soft),
            item.required,
            one.condition,
            one.asked_if,
            "; ".join(one.order),
            one.precision,
            item.critical,
            item.identifying,
            item.key,
            " ".join([one.name, *one.companions]),
            " ".join(check.number for check in one.checks),
            " ".join(field.name for field in one.derived),
            item.sas,
            one.note,
        )


def codes():
    """A row for each code of each list."""
    yield ("codelist", "code", "label", "stands_alone")
    yield from book.codes()


def checks():
    """A row for each cross-form check."""
    yield ("number", "severity", "message", "effect", "rule", "reads")
    for one in book.checks():
        yield one.number, one.severity, one.message, one.effect, one.rule, " ".join(one.reads)


def derived():
    """A row for each field that nobody types."""
    yield ("variable", "form", "label", "unit", "scale", "rule", "reads", "sas", "provisional")
    for one in book.derived():
        reads = " ".join(one.reads)
        yield one.name, one.form.form_name, one.label, one.unit, one.scale, one.rule, reads, one.sas, one.is_provisional


TABLES = {"items": items, "codes": codes, "checks": checks, "derived": derived}


def whole():
    """Everything as one JSON object."""
    return {
        "forms": [_form(form) for form in FORMS],
        "code_lists": _code_lists(),
        "checks": _records(checks()),
        "derived": _records(derived()),
    }


def _form(form):
    return {
        "form_id": form.form_id,
        "form": form.form_name,
        "title": _(form.title),
        "one_row_for_each": [
            "case",
            *(["course_no"] if form.of_course else []),
            *([form.key_item] if form.key_item else []),
        ],
        "items": [_item(one) for one in book.entries([form])],
    }


def _item(one):
    item = one.item
    return {
        "variable": one.name,
        "section": one.section,
        "label": one.label,
        "type": item.kind,
        "unit": item.unit,
        "codelist": one.codelist or None,
        "possible": _range(item.hard),
        "usual": _range(item.soft),
        "required": item.required,
        "asked_if": [
            {"variable": part.item, "comparison": part.comparison, "codes": part.codes} for part in item.asked_if
        ],
        "asked_if_words": one.asked_if,
        "order": one.order,
        "partial": item.partial,
        "critical": item.critical,
        "identifying": item.identifying,
        "row_number": item.key,
        "companions": one.companions,
        "checks": [check.number for check in one.checks],
        "derived": [field.name for field in one.derived],
        "sas": item.sas,
        "note": one.note,
    }


def _code_lists():
    lists = {}
    for name, code, label, alone in book.codes():
        lists.setdefault(name, []).append({"code": code, "label": label, "stands_alone": alone})
    return lists


def _records(table):
    header, *rows = table
    return [dict(zip(header, row, strict=True)) for row in rows]


def _limits(span):
    """Both ends as cells; an open one is blank."""
    return (span.low, span.high) if span else (None, None)


def _range(span):
    return span and {"low": _number(span.low), "high": _number(span.high)}


def _number(value):
    return value if value is None or isinstance(value, int) else float(value)
