"""The coded and numeric questions of the dictionary, as columns can be made of them. No pandas: web processes name them.

Read from docs/clinical/dictionary.csv and codelists.csv, which the form models are held to. Free text, dates and what identifies a
person are not among them.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analytics.core.columns.column import AT_INFUSION, BASELINE, OUTCOME, Levels

CLINICAL = Path(__file__).resolve().parents[3] / "docs/clinical"
CODE, YES_NO, SEVERAL, NUMBER = "code", "yes or no", "several codes", "number"
TYPES = {"cat": CODE, "multi": SEVERAL, "int": NUMBER, "dec": NUMBER}
YES_NO_LISTS = ("no_yes", "no_yes_is", "no_yes_unk", "no_yes_unk_is", "no_yes_na")
UNKNOWN = ("98", "99")  # in every code list: not done, not assessed, not disclosed, unknown
UNITS = {"n": "", "d": "days", "pt": "points"}
COURSE = "course_no"  # the columns are those of the first course

# Form → from when on its answers are known. Of the others it is later than the infusion, or nobody knows.
KNOWN: Mapping[str, str] = {
    **dict.fromkeys(("patient", "baseline_disease", "prior_therapy", "prior_transplant"), BASELINE),
    **dict.fromkeys(
        ("leukapheresis", "manufacturing", "bridging_therapy", "lymphodepletion", "pre_infusion_assessment"),
        AT_INFUSION,
    ),
    **dict.fromkeys(("cart_course", "infusion"), AT_INFUSION),
}
# Questions that are answered later than the rest of their form.
KNOWN_LATER: Mapping[str, str] = {
    **dict.fromkeys(("consent_type", "consent_share_intl", "consent_withdrawn"), OUTCOME),  # answered anew at any time
    **dict.fromkeys(("ist_at_aph", "ino_timing", "prior_clofarabine"), AT_INFUSION),  # of the time of the apheresis
    "inf_reaction": OUTCOME,
}


@dataclass(frozen=True, slots=True)
class DeclaredItem:
    """One question.

    name, form  in the dictionary
    label       in English; label_ja: in Japanese
    kind        CODE, YES_NO, SEVERAL (all that apply) or NUMBER
    when        from when on the answer is known, as of a column
    repeats     whether a case may have several rows of the form
    unit        of a number
    levels      (code, label) of those that are known, in the order of the list; unknown: the other codes
    codelist    name of the list; "" of a number
    """

    name: str
    form: str
    label: str
    label_ja: str
    kind: str
    when: str
    repeats: bool
    unit: str = ""
    levels: Levels = ()
    unknown: tuple[str, ...] = ()
    codelist: str = ""

    def as_dict(self) -> dict:
        """The question as JSON, for the dictionary that goes with the answers."""
        return {
            "name": self.name,
            "label": self.label,
            "kind": self.kind,
            "when": self.when,
            "unit": self.unit,
            "levels": [{"value": value, "label": label} for value, label in self.levels],
            "unknown": list(self.unknown),
        }


@cache
def items() -> dict[str, DeclaredItem]:
    """Name → question, in the order of the dictionary."""
    codes: dict[str, list[tuple[str, str]]] = {}
    for row in _rows("codelists.csv"):
        codes.setdefault(row["codelist"], []).append((row["code"], row["label"]))
    return {row["variable"]: _item(row, codes) for row in _rows("dictionary.csv") if _is_offered(row)}


@cache
def items_of_forms() -> dict[str, tuple[str, ...]]:
    """Form → its questions."""
    found: dict[str, tuple[str, ...]] = {}
    for one in items().values():
        found[one.form] = (*found.get(one.form, ()), one.name)
    return found


@cache
def titles() -> dict[str, tuple[str, str]]:
    """Form → its title in English and in Japanese."""
    return {row["form"]: (row["title"], row["title_ja"]) for row in _rows("forms.csv")}


def _rows(name: str) -> list[dict[str, str]]:
    with (CLINICAL / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _is_offered(row: dict[str, str]) -> bool:
    return row["type"] in TYPES and row["identifying"] == "no" and row["variable"] != COURSE


def _item(row: dict[str, str], codes: dict[str, list[tuple[str, str]]]) -> DeclaredItem:
    listed = codes.get(row["codelist"], [])
    return DeclaredItem(
        name=row["variable"],
        form=row["form"],
        label=row["label"],
        label_ja=row["label_ja"],
        kind=YES_NO if row["codelist"] in YES_NO_LISTS else TYPES[row["type"]],
        when=KNOWN_LATER.get(row["variable"], KNOWN.get(row["form"], OUTCOME)),
        repeats=row["repeats"].startswith("yes") and row["form"] != "cart_course",  # of the first course there is one
        unit=UNITS.get(row["unit"], row["unit"]),
        levels=tuple(one for one in listed if one[0] not in UNKNOWN),
        unknown=tuple(code for code, _label in listed if code in UNKNOWN),
        codelist=row["codelist"],
    )
