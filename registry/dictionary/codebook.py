"""The codebook: every form, item and code list as one page of Markdown. Plain Python: no Django here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from registry.dictionary.codelists import CODE_LISTS, CodeList, DatePrecision, MissingReason
from registry.dictionary.items import Condition, Item, Order

KINDS = {
    "text": "text",
    "cat": "one code",
    "multi": "several codes",
    "int": "whole number",
    "dec": "number",
    "date": "date",
}
HEAD = """\
# Codebook

Made from the models by `manage.py codebook`; do not edit. `manage.py codebook --check` fails when it is stale.

Every item may have companions: `<item>_mr` why the answer is missing, `<item>_p` how much of a date is known, `<item>_oth` the text
of “Other”. A required item is asked of every case, or of those for which its condition holds. Outside the usual range a value is kept
and queried; outside the possible range it is refused.

Marks: **C** critical, an endpoint needs it · **I** identifying, dropped or shifted in a de-identified export · **K** row number, given
by the registry.
"""


class Form(Protocol):
    """What the codebook reads of a form model."""

    form_id: str
    form_name: str
    title: str
    of_course: bool
    key_item: str
    sections: Mapping[str, tuple[str, ...]]

    @classmethod
    def items(cls) -> Mapping[str, Item]:
        """Item name → Item."""


def codebook(forms: Iterable[type[Form]]) -> str:
    """The whole page, ending in one newline. The same forms give the same text."""
    parts = [HEAD, *(_form(form) for form in forms), _code_lists()]
    return "\n".join(parts)


def _form(form: type[Form]) -> str:
    keys = ["case", *(["course"] if form.of_course else []), *([form.key_item] if form.key_item else [])]
    lines = [f"## {form.form_id} {form.title}", "", f"`{form.form_name}`: one row for each {' and '.join(keys)}.", ""]
    items = form.items()
    for title, names in form.sections.items():
        lines += [
            f"### {title}",
            "",
            "| item | question | answer | asked | rules | marks | SAS |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [_row(name, items[name]) for name in names] + [""]
    return "\n".join(lines)


def _row(name: str, item: Item) -> str:
    cells = (f"`{name}`", item.label, _answer(item), _asked(item), "; ".join(_rules(item)), _marks(item), item.sas)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _answer(item: Item) -> str:
    if item.codelist:
        name = item.codelist.list_name()
        return f"{KINDS[item.kind]} of [{name}](#{name})"
    return f"{KINDS[item.kind]}, {item.unit}" if item.unit else KINDS[item.kind]


def _asked(item: Item) -> str:
    if item.asked_if:
        return "if " + " and ".join(map(_condition, item.asked_if))
    return "required" if item.required else "optional"


def _condition(condition: Condition) -> str:
    return f"`{condition.item}` {condition.comparison} {condition.codes}"


def _rules(item: Item) -> Iterator[str]:
    if item.soft:
        yield f"usual {item.soft}"
    if item.hard:
        yield f"possible {item.hard}"
    yield from map(_order, item.order)
    if item.kind == "date":
        yield "partial allowed" if item.partial else "exact day"
    if item.note:
        yield item.note


def _order(order: Order) -> str:
    return f"{order.comparison} `{order.item}`" + (f" {order.days:+d} d" if order.days else "")


def _marks(item: Item) -> str:
    flags = (("C", item.critical), ("I", item.identifying), ("K", item.key))
    return " ".join(mark for mark, holds in flags if holds)


def _code_lists() -> str:
    lines = ["## Code lists", ""]
    for name, codelist in CODE_LISTS.items():
        lines += [f"### {name}", "", *_codes(codelist), ""]
    for name, words in (("missing_reason", MissingReason), ("date_precision", DatePrecision)):
        lines += [f"### {name}", "", *(f"- `{one.name}` {one.value}" for one in words), ""]
    return "\n".join(lines)


def _codes(codelist: type[CodeList]) -> Iterator[str]:
    for member in codelist:
        yield f"- {member.value} {member.label}" + (" (stands alone)" if member.exclusive else "")
