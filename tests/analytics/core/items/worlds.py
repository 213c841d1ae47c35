"""Stored rows of forms as the extract reads them, from the worked patients and answers that no case column is made of."""

import random

import pandas as pd

from analytics.core.items.declared import items_of_forms
from analytics.core.items.files import DATED, columns_of
from tests.reference.twelve_patients import PATIENTS, case_rows, on, tables_of

CODES = {"tp53_status": (1, 2, 98, None), "karyotype_done": (0, 1, 99, None)}
SEVERAL = ("{0}", "{2}", "{3,10}", "{2,15}", None)


def patients(seed=7):
    """Case → (form, row): the twelve, each with drawn answers of every kind, in rows that are not in the order of their dates."""
    draw = random.Random(seed)
    return {case: [*case_rows(case), *_drawn(draw)] for case in PATIENTS}


def _drawn(draw):
    yield (
        "baseline_disease",
        {
            **{name: draw.choice(codes) for name, codes in CODES.items()},
            "cyto_abn": draw.choice(SEVERAL),
            "wbc_dx": draw.choice(("3.50", "12", "120.25", None)),
        },
    )
    for number in range(1, draw.randint(1, 4)):
        day = draw.choice((-40, -20, -9, -3, 5, None))
        yield (
            "pre_infusion_assessment",
            {
                "pre_seq": number,
                "pre_date": on(day),
                "pre_date_p": None if day is None else "D",
                "pre_cns": draw.choice((1, 2, 3, 98, None)),
                "pre_infection": draw.choice((0, 1, 2, None)),
                "pre_ferritin": draw.choice(("150", "2400.5", "900", None)),
                "pre_bm_blast": draw.choice(("5", "60", None)),
                "pre_bm_blast_op": draw.choice((1, 2, None)),
            },
        )
    for number in range(1, draw.randint(1, 4)):
        yield (
            "adverse_event",
            {
                "ae_seq": number,
                "ae_onset": on(draw.randint(1, 90)),
                "ae_onset_p": "D",
                "ae_kind": draw.choice((1, 2, 3)),
                "ae_grade": draw.choice((3, 4)),
            },
        )


def stored(patients):
    """Form → its rows as text, missing None."""
    found = {}
    for form in items_of_forms():
        rows = [
            {"case": case, "course_no": "1", **row} for case, of in patients.items() for name, row in of if name == form
        ]
        frame = pd.DataFrame(rows, columns=["case", "course_no", *columns_of(form)], dtype=object)
        found[form] = frame.map(lambda value: None if pd.isna(value) else str(value))
    return found


def tables(patients):
    """The analyses' tables of the same patients."""
    return tables_of(patients)


def rows_of(patients, case, form):
    """The rows of a case that count, in their order, read plainly: the definition that the tests count by."""
    rows = [row for name, row in patients[case] if name == form]
    date = DATED.get(form)
    if form == "pre_infusion_assessment":
        infused = [row["inf_date"] for name, row in patients[case] if name == "infusion"]
        rows = [row for row in rows if not (infused and row[date] and row[date] > infused[0])]
    return sorted(rows, key=lambda row: row.get(date) or "9999") if date else rows
