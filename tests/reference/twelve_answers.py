"""The time and status of the twelve patients by every rule, worked out by hand; estimates are R's (4.2.2, survival 3.5-3,
log-log limits)."""

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

VARIANTS = (
    *("EFS_B_DAY0", "EFS_C_BCA", "EFS_C_BCA_TWICE", "DOR", "DOR_C", "DOR_COMP", "DOR_C_COMP"),
    *("OS_POST", "OS_POST_C", "TRM30", "TRM100", "SMN_CIF", "SMN_CIF_T"),
)
OF_INFUSED_VARIANTS = """
P01 180,1 180,1 180,1 152,1 152,1 152,1 152,1 120,1 120,1 30,0 100,0 300,2 300,2
P02 390,0 390,0 390,0 362,0 362,0 362,0 362,0 -     -     30,0 100,0 250,1 380,1
P03 0.5,1 28,1  28,1  -     -     -     -     92,1  92,1  30,0 100,0 120,2 120,2
P04 100,0 100,1 100,1 222,1 72,0  222,1 72,0  115,1 265,1 30,0 100,0 365,2 365,2
P05 90,0  90,1  90,1  451,0 61,0  451,0 61,0  -     410,0 30,0 100,0 500,0 500,0
P07 95,0  85,1  85,1  412,0 67,0  412,0 67,0  -     355,0 30,0 100,0 450,0 450,0
P08 160,0 150,1 150,1 190,1 130,0 190,1 130,0 160,0 230,0 30,0 100,0 380,0 380,0
P09 0.5,1 12,1  12,1  -     -     -     -     -     -     12,1 12,1  12,2  12,2
P10 75,1  75,1  75,1  47,0  47,0  47,2  47,2  -     -     30,0 75,1  75,2  75,2
P11 180,0 180,0 180,0 153,0 153,0 153,0 153,0 -     -     30,0 100,0 200,0 200,0
P12 330,1 330,1 330,1 268,1 268,1 268,1 268,1 270,0 270,0 30,0 100,0 600,0 600,0
"""
RELAPSES_AND_BCELLS = (
    *("CIR_HSCT", "CIR_19P", "CIR_19N", "CIR_19ND", "CIR_19U"),
    *("BCA_LOSS_STX", "BCA_LOSS_TWICE", "BCA_LOSS_US"),
)
OF_RESPONDERS = """
P01 152,1 152,2 152,1 152,1 152,2 180,2 180,2 180,2
P02 362,0 362,0 362,0 362,0 362,0 390,0 390,0 390,0
P03 -     -     -     -     -     -     -     -
P04 72,0  222,1 222,2 222,2 222,2 250,2 100,2 100,2
P05 61,0  451,0 451,0 451,0 451,0 480,0 90,2  90,2
P07 412,0 412,0 412,0 412,0 412,0 85,1  85,1  85,1
P08 190,1 190,1 190,2 190,2 190,2 220,2 160,2 160,2
P09 -     -     -     -     -     -     -     -
P10 47,2  47,2  47,2  47,2  47,2  75,2  75,2  75,2
P11 153,0 153,0 153,0 153,0 153,0 180,0 180,0 180,0
P12 268,1 268,1 268,2 268,2 268,2 330,2 330,2 330,2
"""
TOXICITY_ENDPOINTS = ("TT_CRS", "TT_CRS3", "TT_ICANS", "TT_ICANS3", "DUR_CRS", "DUR_ICANS", "TT_ANC", "TT_PLT")
# "?": nobody reported it, so that the case is left out.
OF_TOXICITY = """
P01 3,1  42,0 42,0 42,0 6,1   -   20,1  25,1
P02 2,1  15,1 5,1  5,1  4,1   3,1 18,1  ?
P03 42,0 42,0 42,0 42,0 -     -   120,2 120,2
P04 1,1  1,1  4,1  42,0 364,2 6,1 25,1  100,2
P05 ?    ?    ?    ?    -     -   ?     ?
P07 42,0 42,0 42,0 42,0 -     -   30,1  40,1
P08 6,1  ?    42,0 42,0 1,1   -   16,1  17,1
P09 2,1  2,1  3,1  3,1  10,2  9,2 12,2  12,2
P10 5,1  42,0 42,0 42,0 0.5,1 -   28,1  75,2
P11 42,0 42,0 42,0 42,0 -     -   14,1  15,1
P12 42,0 42,0 42,0 42,0 5,1   -   22,1  26,1
"""
DECIDED_ENDPOINTS = ("OS_DEC", "EFS_A_DEC", "EFS_C_DEC")
FROM_DECISION = """
P01 355,1 235,1 235,1
P02 447,0 437,0 437,0
P03 190,1 98,1  98,1
P04 408,1 293,1 143,1
P05 550,0 530,0 140,1
P06 42,1  42,1  42,1
P07 497,0 487,0 142,1
P08 430,0 270,1 200,1
P09 65,1  65,1  65,1
P10 125,1 125,1 125,1
P11 243,0 223,0 223,0
P12 666,0 396,1 396,1
"""
# No one of the twelve chose another treatment in remission instead of the infusion.
ALIKE = {f"{rule}_ANY": rule for rule in ("EFS_A_ITT", "EFS_C_ITT", "EFS_A_DEC", "EFS_C_DEC")}

# (patient, endpoint): the competing event that happened and its code among the causes of the rule.
CAUSES = {
    ("P01", "NRM"): ("relapse", 4),
    ("P03", "NRM"): ("no response", 2),
    ("P01", "CIR_19P"): ("CD19-negative relapse", 2),
    ("P10", "CIR_19P"): ("death", 5),
    ("P04", "CIR_19N"): ("CD19-positive relapse", 2),
    ("P04", "BCA_LOSS"): ("new therapy", 4),
    ("P10", "BCA_LOSS"): ("death", 3),
    ("P04", "TT_PLT"): ("transplant", 4),
    ("P10", "DOR_COMP"): ("death from another cause", 2),
}

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


NOT_REPORTED = "?"
WORKED = (
    (FROM_INFUSION, INFUSED_ENDPOINTS),
    (FROM_COLLECTION, SHIPPED_ENDPOINTS),
    (OF_INFUSED_VARIANTS, VARIANTS),
    (OF_RESPONDERS, RELAPSES_AND_BCELLS),
    (OF_TOXICITY, TOXICITY_ENDPOINTS),
    (FROM_DECISION, DECIDED_ENDPOINTS),
)
ALL_ENDPOINTS = (*(name for _text, endpoints in WORKED for name in endpoints), *ALIKE)


def expected():
    """(patient, endpoint) → (time, status); None where the patient is not in the set; NOT_REPORTED."""
    answers = {}
    for text, endpoints in WORKED:
        for line in text.strip().splitlines():
            patient, *cells = line.split()
            for endpoint, cell in zip(endpoints, cells, strict=True):
                time, _, status = cell.partition(",")
                answers[patient, endpoint] = (float(time), int(status)) if status else {"-": None}.get(cell, cell)
    for alike, rule in ALIKE.items():
        answers |= {(patient, alike): answers[patient, rule] for patient, name in list(answers) if name == rule}
    for endpoint in ALL_ENDPOINTS:
        answers.setdefault(("P06", endpoint), None)
    return answers
