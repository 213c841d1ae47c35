"""A dataset made up from the dictionary alone, without a database: every question of every form answered, identifiers planted."""

import json
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial

import pandas as pd

from analytics.core.cases import FORM_TABLES, TABLES, checked
from analytics.core.columns.table import case_table
from analytics.exports import extract as door
from analytics.exports.snapshot import Snapshot
from analytics.exports.trail import Trail
from analytics.extract import AGES
from analytics.pseudonyms import pseudonym

PLANTED = "山田PLANTED"
DAY_0 = date(2024, 6, 3)
AGES_OF = {"patient": "age_decision_y", "infusion": "age_inf_y"}
BEFORE = (
    "patient",
    "baseline_disease",
    "prior_therapy",
    "prior_transplant",
    "leukapheresis",
    "manufacturing",
    "bridging_therapy",
)


@cache
def world(cases=40, seed=1):
    """A Snapshot of so many infused cases of four hospitals; the same for the same numbers."""
    chance = random.Random(seed)
    names = [f"c{chance.randrange(16**12):012x}" for _ in range(cases)]
    names.sort()
    forms = {form.name: _rows(form, names, chance) for form in door.declared_forms()}
    forms["patient"]["birth_date"] = [f"{2024 - age}-03-04" for age in (chance.randrange(1, 25) for _ in names)]
    forms["patient"]["birth_date_p"] = "D"
    return of_forms(forms, names)


def whole(files):
    """(name, bytes) of the files of an export."""
    return [(name, b"".join(pieces)) for name, pieces in files]


def told(snapshot, form, *more, name=None, row=5, **columns):
    """The snapshot with a history: of this case (the first), a row of the form that was entered, and what else happened to it.

    more   (minute, who, why, columns) of each later change
    """
    name = name or min(snapshot.ids)
    entered = {"course_no": 1, "inf_seq": 1, **columns}
    lines = [
        [snapshot.ids[name], form, row, f"2026-02-01T08:{minute:02}:00+00:00", who, why, found]
        for minute, who, why, found in ((0, "nurse@a.example", "", entered), *more)
    ]
    trail = Trail(
        [json.dumps(one).encode() + b"\n" for one in lines],
        snapshot.ids,
        snapshot.declared,
        partial(pseudonym, "user"),
        with_reasons=True,
    )
    return replace(snapshot, trail=trail)


def of_forms(forms, names):
    """The Snapshot of these forms."""
    tables = {"cases": _cases(names), **{name: _table(name, forms[name], names) for name in FORM_TABLES}}
    tables = checked(tables)
    return Snapshot(
        cohort="tisagenlecleucel", name="live", revision=7, hash="ab" * 32, cut_date=None, code_version="test", dictionary="0",
        is_synthetic=True, is_published=False, tables=tables, whole=case_table(tables), forms=forms, declared=door.declared_forms(),
        reasons=door.reasons(), numbers={name: (f"{_site(place)}-{place:04}", _site(place)) for place, name in enumerate(names)},
        ids={name: place for place, name in enumerate(names)}, key="key-of-the-tests", say=door.phrase, as_of=datetime(2026, 3, 1, 9, tzinfo=UTC),
    )  # fmt: skip


def _site(place):
    return ("KYO", "OSA", "NAG", "SEN")[place % 4]


def _cases(names):
    sites = [f"s{_site(place).lower()}" for place in range(len(names))]
    return pd.DataFrame({"case": names, "site": sites, "cohort": "tisagenlecleucel", "stratum": None})


def _rows(form, names, chance):
    rows = []
    for name in names:
        for number in range(
            1, 1 + (chance.choice((1, 1, 2)) if form.key_item and form.name not in ("cart_course", "infusion") else 1)
        ):
            row = {"case": name} | ({"course_no": "1"} if form.of_course else {})
            for question in form.questions:
                row |= _answer(form, question, chance)
            if form.key_item:
                row[form.key_item] = str(number)
            row |= {one.name: ("CR" if one.kind == "text" else str(chance.randrange(1, 5))) for one in form.derived}
            rows.append(row | _fixed(form))
    return pd.DataFrame(rows).astype(object).where(lambda frame: frame.notna(), None)


def _fixed(form):
    return {
        "cart_course": {"infused": "1", "prod_name": "1"},
        "infusion": {"inf_date": DAY_0.isoformat(), "inf_date_p": "D", "inf_date_mr": None},
    }.get(form.name, {})


def _answer(form, question, chance):
    name, found = question.name, {}
    if chance.random() < 0.1 and name != form.key_item:
        found = {name: None, f"{name}_mr": chance.choice(("ND", "UK", "NAP", "PD"))}
        return (
            found
            | ({f"{name}_p": None} if question.kind == "date" else {})
            | ({f"{name}_oth": None} if question.item.other_code else {})
        )
    if question.kind == "date":
        found |= _date(form, question, chance)
    elif question.kind == "multi":
        found[name] = "{" + ",".join(str(one.value) for one in chance.sample(question.codes, 1)) + "}"
    elif question.kind == "cat":
        found[name] = str(chance.choice(question.codes).value) if question.codes else "1"
    elif question.kind == "text":
        found[name] = f"{PLANTED}-{name}-{chance.randrange(10**6)}"
    else:
        found[name] = "0.10000000" if question.kind == "dec" and chance.random() < 0.2 else str(chance.randrange(1, 9))
    if question.item.other_code:
        found[f"{name}_oth"] = f"{PLANTED}-{name}"
    return found | ({} if name == form.key_item else {f"{name}_mr": None})


def _date(form, question, chance):
    off = -chance.randrange(1, 400) if form.name in BEFORE else chance.randrange(1, 700)
    day, known = DAY_0 + timedelta(days=off), chance.choice("DDDMY") if question.item.partial else "D"
    day = {"D": day, "M": day.replace(day=1), "Y": day.replace(month=1, day=1)}[known]
    return {question.name: day.isoformat(), f"{question.name}_p": known}


def _table(name, rows, names):
    found = {column: rows.get(column, None) for column in TABLES[name] if column not in AGES}
    table = pd.DataFrame(found, index=rows.index)
    if name in AGES_OF:
        table[AGES_OF[name]] = [5.5 + (names.index(case) % 3) * 7 for case in rows["case"]]
    return table
