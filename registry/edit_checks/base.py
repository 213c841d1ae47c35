"""What can be wrong with stored answers, and what follows from the items alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registry.dictionary.items import EMPTY, Item, plain
from registry.dictionary.words import Amount, Label, gettext_noop

REFUSED = "refused"  # not stored
HARD = "hard"  # stored, but the form is not complete
MISSING = "missing"  # stored, but the form is not complete
SOFT = "soft"  # stored; somebody is asked


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or odd. `text % values` is the message, in English; Label values are item labels, Amounts carry units.

    also   the other side of a contradiction, if it stands on another row: its (form, key, item)
    """

    rule: str
    item: str
    severity: str
    text: str
    values: Mapping[str, str | Amount] = field(default_factory=dict)
    form: str = ""
    key: str = ""
    also: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """The answers of one stored form (or of one row of a repeating one)."""

    form: str
    key: str
    items: Mapping[str, Item]
    answers: Mapping[str, Any]
    course: int | None = None

    def __getitem__(self, name: str) -> Any:
        return self.answers.get(name)


def not_asked(row: Row, around: Mapping[str, Any]) -> Iterator[Finding]:
    """Answers given to questions that do not apply. `around`: answers of the case's other forms."""
    known = {**around, **row.answers}
    for name, item in row.items.items():
        if row[name] not in EMPTY and not item.key and _does_not_apply(row, item, known):
            yield Finding(
                f"{row.form}.{name}.not_asked",
                name,
                REFUSED,
                gettext_noop(
                    "%(label)s is filled in, but does not apply with the other answers. Clear it, or correct them."
                ),
                {"label": Label(item.label)},
                row.form,
                row.key,
            )


def _does_not_apply(row: Row, item: Item, known: Mapping[str, Any]) -> bool:
    """Whether an answer speaks against the question; another form that is not entered yet does not."""
    return any(
        not condition.holds(known) and (condition.item in row.items or known.get(condition.item) not in EMPTY)
        for condition in item.asked_if
    )


def missing(row: Row, around: Mapping[str, Any]) -> Iterator[Finding]:
    """Required questions without a value or a reason."""
    known = {**around, **row.answers}
    for name, item in row.items.items():
        if item.required and row[name] in EMPTY and not row[f"{name}_mr"] and not item.key and item.asked(known):
            yield Finding(
                f"{row.form}.{name}.missing",
                name,
                MISSING,
                gettext_noop("%(label)s is missing. Enter it, or say why it is missing."),
                {"label": Label(item.label)},
                row.form,
                row.key,
            )


def unusual(row: Row) -> Iterator[Finding]:
    """Values outside their usual range."""
    for name, item in row.items.items():
        if item.soft and not item.key and row[name] not in EMPTY and not item.soft.holds(row[name]):
            yield Finding(
                f"{row.form}.{name}.unusual",
                name,
                SOFT,
                gettext_noop(
                    "%(label)s is %(found)s; usual values are %(low)s to %(high)s. Please check against the source."
                ),
                {
                    "label": Label(item.label),
                    "found": Amount(plain(row[name]), item.unit),
                    "low": plain(item.soft.low),
                    "high": plain(item.soft.high),
                },
                row.form,
                row.key,
            )


def out_of_order(row: Row, dates: Mapping[str, tuple[Item, date, date]]) -> Iterator[Finding]:
    """Dates that contradict the order the dictionary gives.

    dates   item → (Item, earliest, latest possible day), this row's own dates included. A partial date is out of order only if
            both its ends are (clinical rule 2 of the edit checks).
    """
    for name, item in row.items.items():
        if item.kind != "date" or name not in dates:
            continue
        _item, earliest, latest = dates[name]
        for order in item.order:
            if order.item not in dates:
                continue
            other, other_earliest, other_latest = dates[order.item]
            days = [(a, b) for a in (earliest, latest) for b in (other_earliest, other_latest)]
            if not any(order.holds(a, b) for a, b in days):
                yield Finding(
                    f"{row.form}.{name}.order.{order.item}",
                    name,
                    HARD,
                    ORDER_TEXTS[order.comparison],
                    {
                        "label": Label(item.label),
                        "found": _as_known(earliest, latest),
                        "other": Label(other.label),
                        "expected": _as_known(other_earliest, other_latest),
                        "days": f"{order.days:+d}" if order.days else "",
                    },
                    row.form,
                    row.key,
                )


def _as_known(earliest: date, latest: date) -> str:
    """A date by its possible days, as a message shows it: a partial one without what is not known."""
    length = 10 if earliest == latest else 7 if earliest.replace(day=1) == latest.replace(day=1) else 4
    return earliest.isoformat()[:length]


ORDER_TEXTS = {
    ">=": gettext_noop(
        "%(label)s (%(found)s) is before %(other)s (%(expected)s). Correct whichever disagrees with the source."
    ),
    ">": gettext_noop(
        "%(label)s (%(found)s) is not after %(other)s (%(expected)s). Correct whichever disagrees with the source."
    ),
    "<=": gettext_noop(
        "%(label)s (%(found)s) is too late for %(other)s (%(expected)s). Correct whichever disagrees with the source."
    ),
    "<": gettext_noop(
        "%(label)s (%(found)s) is not before %(other)s (%(expected)s). Correct whichever disagrees with the source."
    ),
}
