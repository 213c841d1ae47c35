"""Twelve invented patients as forms. What becomes of them by each rule stands in twelve_answers.py.

Each patient is a list of rows (form, day from infusion, answers). Day 0 is 2023-03-01; P06 was never infused and is
dated from the collection.
"""

from datetime import date, timedelta

import pandas as pd

from analytics.core.cases import FORM_TABLES, empty_tables

DAY_0 = date(2023, 3, 1)

# Days from collection to infusion.
COLLECTED_BEFORE = {
    "P01": 45, "P02": 40, "P03": 50, "P04": 38, "P05": 42, "P06": 60,
    "P07": 44, "P08": 41, "P09": 47, "P10": 39, "P11": 43, "P12": 52,
}  # fmt: skip

# Days from decision to collection; the cells of P11 were stored before the decision, so that its clock is the collection.
DECIDED_BEFORE = {
    "P01": 10, "P02": 7, "P03": 20, "P04": 5, "P05": 8, "P06": 12,
    "P07": 3, "P08": 9, "P09": 6, "P10": 11, "P11": -5, "P12": 14,
}  # fmt: skip

MARROW = {
    "rsp_bm_done": 1,
    "rsp_pb_blast": 0,
    "rsp_cns": 1,
    "rsp_emd": 0,
    "rsp_anc": 2,
    "rsp_plt": 150,
    "rsp_transfused": 0,
}
MRD_NEGATIVE = {"rsp_mrd_method": 1, "rsp_mrd_result": 0, "rsp_mrd_lod": 1e-4}


def remission(day):
    """CR with negative MRD."""
    return "response_assessment", day, {**MARROW, **MRD_NEGATIVE, "rsp_bm_blast": 1, "rsp_site": 1}


def no_response(day):
    return "response_assessment", day, {**MARROW, "rsp_bm_blast": 40, "rsp_site": 3, "rsp_mrd_method": 0}


def aplasia(day):
    return "bcell_assessment", day, {"b19_abs": 0, "b19_pct": 0, "b19_is_blast": 0}


def bcells(day, absolute):
    return "bcell_assessment", day, {"b19_abs": absolute, "b19_pct": 4, "b19_is_blast": 0}


def relapse(day, kind=1, cd19=1, confirmed=None):
    return "relapse", day, {"rel_kind": kind, "rel_cd19": cd19, "rel_confirmed": confirmed}


def therapy(day, kind, reason, status):
    return "subsequent_therapy", day, {"stx_type": kind, "stx_reason": reason, "stx_status": status}


def alive(day, disease_day=None):
    return "follow_up", day, {"vital_status": 1, "last_disease_date": disease_day}


def dead(day, cause, in_remission):
    return "death", day, {"death_cause": cause, "death_in_remission": in_remission}


def episode(kind, day, until, grade):
    """An episode of CRS or ICANS."""
    return f"{kind}_episode", day, {f"{kind}_resolved": until, f"{kind}_grade": grade}


def occurred(kind, answer):
    """Whether CRS or ICANS occurred at all: 0 no, 1 yes."""
    return kind, None, {f"{kind}_occurred": answer}


def counts(neutrophils, platelets, never=0, days_low=0):
    """Days on which the counts recovered; whether neutrophils never did by day 30, and days with few platelets."""
    recovered = {"anc_rec_date": neutrophils, "plt_rec_date": platelets}
    return "iechs_haematotoxicity", None, {**recovered, "anc_never_rec": never, "plt20_days": days_low}


def neoplasm(day, kind):
    return "subsequent_neoplasm", day, {"smn_type": kind}


CALM = (occurred("crs", 0), occurred("icans", 0))

PATIENTS = {
    "P01": [remission(28), aplasia(28), relapse(180, cd19=2), dead(300, 1, 0)],
    "P02": [remission(28), aplasia(28), aplasia(390), alive(400, 390)],
    "P03": [no_response(28), therapy(35, 6, 5, 4), dead(120, 1, 0)],
    "P04": [remission(28), aplasia(28), therapy(100, 1, 1, 1), relapse(250), dead(365, 1, 0)],
    "P05": [remission(29), aplasia(28), aplasia(480), therapy(90, 1, 1, 1), alive(500, 480)],
    "P06": [dead(-30, 1, 0)],
    "P07": [remission(28), aplasia(28), bcells(85, 60), bcells(440, 80), therapy(95, 8, 2, 1), alive(450, 440)],
    "P08": [
        remission(30),
        aplasia(28),
        aplasia(380),
        relapse(150, kind=2, confirmed=1),
        therapy(160, 4, 3, 2),
        relapse(220),
        alive(380, 380),
    ],
    "P09": [dead(12, 5, 99)],
    "P10": [remission(28), aplasia(28), dead(75, 5, 1)],
    "P11": [remission(27), aplasia(28), aplasia(180), alive(200, 180)],
    "P12": [aplasia(28), remission(62), relapse(330), alive(600)],
}

# What else became of them. P05 has CRS without an episode and no other form; the episode of P08 cannot be graded.
TOXICITY = {
    "P01": [occurred("crs", 1), episode("crs", 3, 9, 2), occurred("icans", 0), counts(20, 25)],
    "P02": [
        occurred("crs", 1),
        episode("crs", 2, 6, 1),
        episode("crs", 15, 18, 3),
        occurred("icans", 1),
        episode("icans", 5, 8, 3),
        counts(18, None),
        neoplasm(250, 2),
        neoplasm(380, 1),
    ],
    "P03": [*CALM, counts(None, None, never=1, days_low=5)],
    "P04": [
        occurred("crs", 1),
        episode("crs", 1, None, 4),
        occurred("icans", 1),
        episode("icans", 4, 10, 2),
        counts(25, 110, days_low=30),
    ],
    "P05": [occurred("crs", 1)],
    "P06": [],
    "P07": [*CALM, counts(30, 40)],
    "P08": [occurred("crs", 1), episode("crs", 6, 7, None), occurred("icans", 0), counts(16, 17)],
    "P09": [
        occurred("crs", 1),
        episode("crs", 2, 12, 5),
        occurred("icans", 1),
        episode("icans", 3, None, 4),
        counts(None, None, never=1, days_low=9),
    ],
    "P10": [occurred("crs", 1), episode("crs", 5, 5, 1), occurred("icans", 0), counts(28, 75)],
    "P11": [*CALM, counts(14, 15)],
    "P12": [occurred("crs", 1), episode("crs", 50, 55, 3), occurred("icans", 0), counts(22, 26)],
}

DATED_BY = {
    "response_assessment": "rsp_date",
    "bcell_assessment": "bca_date",
    "relapse": "rel_date",
    "subsequent_therapy": "stx_date",
    "follow_up": "fup_date",
    "death": "death_date",
    "crs_episode": "crs_onset",
    "icans_episode": "icans_onset",
    "subsequent_neoplasm": "smn_date",
}


def on(day):
    """ISO date of a day counted from infusion; None stays None."""
    return None if day is None else (DAY_0 + timedelta(days=day)).isoformat()


def stored(form, day, answers):
    """A row as it is stored: its days as exact dates, unless the answers give a precision."""
    given = answers if day is None else {**answers, DATED_BY[form]: day}
    dated = {item: on(given[item]) for item in FORM_TABLES[form].dates if item in given}
    return form, {**{f"{item}_p": "D" for item in dated}, **given, **dated}


def case_rows(case):
    """All rows of one patient as (form, row)."""
    collected = -COLLECTED_BEFORE[case]
    rows = [
        ("patient", {"decision_date": on(collected - DECIDED_BEFORE[case]), "decision_date_p": "D"}),
        ("leukapheresis", {"aph_seq": 1, "aph_shipped": 1, "aph_start_date": on(collected), "aph_start_date_p": "D"}),
    ]
    if case == "P06":
        rows.append(("cart_course", {"infused": 0, "noninf_reason": 1, "noninf_date": on(-30), "noninf_date_p": "D"}))
    else:
        rows.append(("cart_course", {"infused": 1, "prod_name": 1}))
        rows.append(("infusion", {"inf_seq": 1, "inf_date": on(0), "inf_date_p": "D"}))
    return [*rows, *(stored(*row) for row in (*PATIENTS[case], *TOXICITY[case]))]


def tables_of(patients):
    """Tables for a mapping case → list of (form, row); every case at site A of cohort "tisagenlecleucel"."""
    tables = empty_tables()
    tables["cases"] = pd.DataFrame(
        [{"case": case, "site": "A", "cohort": "tisagenlecleucel", "stratum": None} for case in patients],
        columns=["case", "site", "cohort", "stratum"],
    )
    for form, declared in FORM_TABLES.items():
        rows = [
            {"case": case, "course_no": 1, **row}
            for case, rows in patients.items()
            for name, row in rows
            if name == form
        ]
        if rows:
            tables[form] = pd.DataFrame(rows).reindex(columns=list(declared.columns))
    return tables


def tables():
    """The tables of the twelve patients."""
    return tables_of({case: case_rows(case) for case in PATIENTS})
