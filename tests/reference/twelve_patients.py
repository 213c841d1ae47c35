"""Twelve invented patients with the time and status of each endpoint worked out by hand.

Each patient is a list of rows (form, day from infusion, answers). Day 0 is 2023-03-01; P06 was never infused and is
dated from the collection. The expected tables follow at the end; their estimates are R's (4.2.2, survival 3.5-3,
log-log limits).
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

DATED_BY = {
    "response_assessment": "rsp_date",
    "bcell_assessment": "bca_date",
    "relapse": "rel_date",
    "subsequent_therapy": "stx_date",
    "follow_up": "fup_date",
    "death": "death_date",
}


def on(day):
    """ISO date of a day counted from infusion; None stays None."""
    return None if day is None else (DAY_0 + timedelta(days=day)).isoformat()


def case_rows(case):
    """All rows of one patient as (form, row)."""
    collected = -COLLECTED_BEFORE[case]
    rows = [
        ("leukapheresis", {"aph_seq": 1, "aph_shipped": 1, "aph_start_date": on(collected), "aph_start_date_p": "D"})
    ]
    if case == "P06":
        rows.append(("cart_course", {"infused": 0, "noninf_reason": 1, "noninf_date": on(-30), "noninf_date_p": "D"}))
    else:
        rows.append(("cart_course", {"infused": 1, "prod_name": 1}))
        rows.append(("infusion", {"inf_seq": 1, "inf_date": on(0), "inf_date_p": "D"}))
    for form, day, answers in PATIENTS[case]:
        item = DATED_BY[form]
        row = {**answers, item: on(day), f"{item}_p": "D"}
        if form == "follow_up":
            row["last_disease_date"] = on(answers["last_disease_date"])
        rows.append((form, row))
    return rows


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


INFUSED_ENDPOINTS = ("OS_INF", "EFS_A", "EFS_B", "EFS_C", "RFS_U", "RFS_C", "CIR", "NRM", "BCA_LOSS", "CIF_HSCT")
SHIPPED_ENDPOINTS = ("OS_APH", "EFS_A_ITT", "EFS_C_ITT")

# (time, status) per patient, in the order of the endpoints above; "-" not in the set.
FROM_INFUSION = """
P01 300,1 180,1 180,1 180,1 152,1 152,1 152,1 180,2 180,2 152,2
P02 400,0 390,0 390,0 390,0 362,0 362,0 362,0 390,0 390,0 362,0
P03 120,1 28,1  0.5,1 28,1  -     -     -     28,2  -     -
P04 365,1 250,1 100,0 100,1 222,1 72,0  222,1 250,2 100,2 72,1
P05 500,0 480,0 90,0  90,1  451,0 61,0  451,0 480,0 90,2  61,1
P07 450,0 440,0 95,0  95,1  412,0 67,0  412,0 440,0 85,1  412,0
P08 380,0 220,1 160,0 150,1 190,1 130,0 190,1 220,2 160,2 190,2
P09 12,1  12,1  12,1  12,1  -     -     -     12,1  -     -
P10 75,1  75,1  75,1  75,1  47,1  47,1  47,2  75,1  75,2  47,2
P11 200,0 180,0 180,0 180,0 153,0 153,0 153,0 180,0 180,0 153,0
P12 600,0 330,1 330,1 330,1 268,1 268,1 268,1 330,2 330,2 268,2
"""
FROM_COLLECTION = """
P01 345,1 225,1 225,1
P02 440,0 430,0 430,0
P03 170,1 78,1  78,1
P04 403,1 288,1 138,1
P05 542,0 522,0 132,1
P06 30,1  30,1  30,1
P07 494,0 484,0 139,1
P08 421,0 261,1 191,1
P09 59,1  59,1  59,1
P10 114,1 114,1 114,1
P11 243,0 223,0 223,0
P12 652,0 382,1 382,1
"""

# endpoint: n, events, then at 180 and 365 days: survival, lower, upper, at risk.
ESTIMATES = {
    "OS_INF": (11, 5, (0.7273, 0.3708, 0.9028, 8), (0.5195, 0.1985, 0.7670, 6)),
    "OS_APH": (12, 6, (0.6667, 0.3370, 0.8597, 8), (0.5714, 0.2538, 0.7958, 6)),
    "EFS_A": (11, 7, (0.6364, 0.2969, 0.8452, 8), (0.3182, 0.0781, 0.5979, 3)),
    "EFS_B": (11, 5, (0.5455, 0.1595, 0.8186, 4), (0.2727, 0.0143, 0.6723, 1)),
    "EFS_C": (11, 9, (0.2727, 0.0652, 0.5389, 4), (0.1364, 0.0096, 0.4259, 1)),
    "EFS_A_ITT": (12, 8, (0.6667, 0.3370, 0.8597, 8), (0.3810, 0.1209, 0.6435, 4)),
    "EFS_C_ITT": (12, 10, (0.4167, 0.1525, 0.6653, 5), (0.2222, 0.0411, 0.4922, 2)),
    "RFS_U": (9, 5, (0.7778, 0.3648, 0.9393, 6), (0.3889, 0.0925, 0.6875, 2)),
    "RFS_C": (9, 3, (0.6667, 0.1604, 0.9141, 2), (0.3333, 0.0128, 0.7582, 0)),
}
FOLLOW_UP_OS_INF = (450, 380, 500)  # reverse Kaplan-Meier: median, quartiles


def expected():
    """(patient, endpoint) → (time, status), or None where the patient is not in the set."""
    answers = {}
    for text, endpoints in ((FROM_INFUSION, INFUSED_ENDPOINTS), (FROM_COLLECTION, SHIPPED_ENDPOINTS)):
        for line in text.strip().splitlines():
            patient, *cells = line.split()
            for endpoint, cell in zip(endpoints, cells, strict=True):
                time, _, status = cell.partition(",")
                answers[patient, endpoint] = None if cell == "-" else (float(time), int(status))
    for endpoint in INFUSED_ENDPOINTS:
        answers["P06", endpoint] = None
    return answers
