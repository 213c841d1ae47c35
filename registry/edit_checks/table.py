"""The table of the cross-form checks as people read it: rule, message in two languages, and the items that each check reads."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from registry.dictionary.items import Item
from registry.edit_checks.follow_up import NO_EVENTS
from registry.grading.daily import CRS_DAY, ICANS_DAY
from registry.grading.fields import READS

TABLE = Path(__file__).resolve().parents[2] / "docs/clinical/edit-checks.csv"
WORD = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)*\b|\bT0\b")
DAY_0 = "inf_date"
# Items that a rule means without naming them.
MEANT: Mapping[str, tuple[str, ...]] = {
    "X06": ("aph_seq", "mfg_seq"),
    "X15": ("inf_date", "crs_occurred", "icans_occurred", "rsp_date", "bca_date", "rel_date"),
    "X16": ("death_date",),
    "X17": ("pre_seq",),
    "X20": ("rsp_mrd_method", "rsp_mrd_value", "rsp_bm_blast"),
    "X26": ("birth_date",),
    "X31": ("rsp_date", "fup_date", "vital_status", "death_date"),
    "X34": ("rsp_date", "rsp_site"),
    "X41": ("fup_date",),
    "X45": ("bca_date", "fup_date"),
    "X50": ("birth_date",),
    "X53": ("birth_date", "decision_date", "inf_date", "fup_date"),
}
OF_EVERY_DATE = ("X40",)
OF_EVERY_DAY = ("X24", "X26", "X27")  # the same question of the daily logs too
IN_THE_LOG: Mapping[str, str] = {**CRS_DAY, **ICANS_DAY, "icans_onset": "icans_day_date"}


@dataclass(frozen=True, slots=True)
class Described:
    """One check of the table. `severity` is H (the form is not complete), S (somebody is asked) or H / S."""

    number: str
    severity: str
    rule: str
    message: str
    message_ja: str

    def reads(self, items: Mapping[str, Item], derived: Mapping[str, tuple[str, ...]] = READS) -> tuple[str, ...]:
        """The items that the rule names or means. `derived`: derived field → the items it is made from."""
        named = [*WORD.findall(self.rule), *MEANT.get(self.number, ())]
        if self.number in OF_EVERY_DATE:
            named += [name for name, item in items.items() if item.kind == "date" and name not in NO_EVENTS]
        if self.number in OF_EVERY_DAY:
            named += [IN_THE_LOG[name] for name in named if name in IN_THE_LOG]
        parts = [one for name in named for one in derived.get(name, (DAY_0 if name == "T0" else name,))]
        return tuple(dict.fromkeys(one for one in parts if one in items))


@lru_cache
def described_checks() -> tuple[Described, ...]:
    """Every check, by number."""
    return tuple(_rows())


def _rows() -> Iterator[Described]:
    with TABLE.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            yield Described(row["id"], row["severity"], row["rule"], row["message"], row["message_ja"])
