"""A column that is asked for by a question of the forms and a rule: its name, its words, its value for one case. Plain Python.

    answer.<item>        of a form that a case has once
    first.<item>         the first answer that is known, in the order of the rows' dates, then of their numbers; undated rows last
    last.<item>          the last one
    highest.<item>       of a number
    lowest.<item>
    any.<item>.<codes>   whether any row has one of these codes, written 2_3; "no" needs a row that is answered, and no row unknown

Rows of the first course alone count, and of a form that is filled in before the infusion those that are dated no later.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from analytics.core.columns.column import CATEGORY, FLAG, NO_YES, Column
from analytics.core.columns.column import NUMBER as NUMBERS
from analytics.core.items.declared import CODE, NUMBER, SEVERAL, YES_NO, DeclaredItem, items

ANSWER, FIRST, LAST, HIGHEST, LOWEST, ANY = "answer", "first", "last", "highest", "lowest", "any"
RULES = (ANSWER, FIRST, LAST, HIGHEST, LOWEST, ANY)
OF_ONE_ROW = {CODE: (ANSWER, ANY), YES_NO: (ANSWER,), SEVERAL: (ANY,), NUMBER: (ANSWER,)}
OF_ROWS = {
    CODE: (FIRST, LAST, ANY),
    YES_NO: (FIRST, LAST, ANY),
    SEVERAL: (ANY,),
    NUMBER: (FIRST, LAST, HIGHEST, LOWEST),
}
NONE_TICKED = "none"  # in the files: asked, and nothing applies
SAID = {
    ANSWER: "{item}",
    FIRST: "{item} (first)",
    LAST: "{item} (last)",
    HIGHEST: "{item} (highest)",
    LOWEST: "{item} (lowest)",
    ANY: "{item}: {values} (in any row)",
}
SAID_OF_ONE_ROW = "{item}: {values}"
BETWEEN_CODES = " / "
TOO_LONG = 100  # characters of a name


@dataclass(frozen=True, slots=True)
class Asked:
    """A column of answers: the question, the rule, and the codes of ANY."""

    item: DeclaredItem
    rule: str
    codes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name among the columns."""
        return ".".join([self.rule, self.item.name, *(["_".join(self.codes)] if self.codes else [])])

    @property
    def label(self) -> str:
        """In words."""
        values = BETWEEN_CODES.join(label for code, label in self.item.levels if code in self.codes)
        said = SAID_OF_ONE_ROW if self.rule == ANY and not self.item.repeats else SAID[self.rule]
        return said.format(item=self.item.label, values=values)

    @property
    def column(self) -> Column:
        """As a column of cases."""
        number, flag = self.item.kind == NUMBER, self.rule == ANY or self.item.kind == YES_NO
        return Column(
            name=self.name,
            label=self.label,
            kind=NUMBERS if number else FLAG if flag else CATEGORY,
            when=self.item.when,
            items=(self.item.name,),
            unit=self.item.unit if number else "",
            levels=() if number else NO_YES if flag else self.item.levels,
        )

    def value_of(self, cells: list[str]) -> str | None:
        """The value of a case whose rows hold these answers, in order ("" where nothing is known); None if nothing is known.

        Numbers as text; a flag as "no" or "yes".
        """
        if self.rule == ANY:
            return self._any(cells)
        known = [one for one in cells if one and one not in self.item.unknown]
        if not known:
            return None
        if self.rule in (HIGHEST, LOWEST):
            found = (max if self.rule == HIGHEST else min)(known, key=float)
        else:
            found = known[-1] if self.rule == LAST else known[0]
        return NO_YES[int(found)][0] if self.item.kind == YES_NO else found

    def _any(self, cells: list[str]) -> str | None:
        ticked = [code for one in cells for code in one.split()]
        if any(code in self.codes for code in ticked):
            return "yes"
        return "no" if ticked and not any(code in self.item.unknown for code in ticked) else None


def rules_of(item: DeclaredItem) -> tuple[str, ...]:
    """The rules by which a column can be made of this question."""
    return (OF_ROWS if item.repeats else OF_ONE_ROW)[item.kind]


@lru_cache(maxsize=4096)
def asked_by(name: str) -> Asked | None:
    """The column of this name; None if no question and rule have it. Codes are written once, in the order of their list."""
    rule, _dot, rest = name.partition(".")
    item, dot, codes = rest.partition(".")
    declared = items().get(item) if len(name) <= TOO_LONG else None
    if declared is None or rule not in rules_of(declared) or bool(dot) != (rule == ANY):
        return None
    found = Asked(declared, rule, in_order(declared, codes.split("_")) if dot else ())
    return found if found.name == name else None


def in_order(item: DeclaredItem, codes: Iterable[str]) -> tuple[str, ...]:
    """Those of the codes that the list has and that are known, in its order."""
    wanted = set(codes)
    return tuple(code for code, _label in item.levels if code in wanted)


def begun_by(name: str) -> DeclaredItem | None:
    """The question of "any.<item>", whose codes are still to be chosen; None for any other name."""
    rule, _dot, item = name.partition(".")
    declared = items().get(item)
    return declared if rule == ANY and declared is not None and ANY in rules_of(declared) else None


def looks_asked(name: str) -> bool:
    """Whether a name is written as those of these columns are, be there such a column or not."""
    return name.partition(".")[0] in RULES and "." in name


def file_of(form: str) -> str:
    """The name under which a dataset keeps the answers of a form."""
    return f"items.{form}.csv"


def values_of(asked: Asked, text: str) -> dict[str, str | None]:
    """Case → value, of the cases in the file of the question's form."""
    cells: dict[str, list[str]] = {}
    for row in csv.DictReader(text.splitlines()):
        cells.setdefault(row["case"], []).append(row[asked.item.name])
    return {case: asked.value_of(rows) for case, rows in cells.items()}


def forms_of(columns: Iterable[str]) -> tuple[str, ...]:
    """The forms whose answers these columns need, each once, in their order."""
    found = (asked_by(one) for one in columns)
    return tuple(dict.fromkeys(one.item.form for one in found if one))


def columns_of(columns: Iterable[str], texts: Mapping[str, str]) -> dict[str, dict[str, str | None]]:
    """Column → case → value, of those columns that are made of answers; texts: form → its file."""
    found = ((name, asked_by(name)) for name in dict.fromkeys(columns))
    return {name: values_of(one, texts[one.item.form]) for name, one in found if one}
