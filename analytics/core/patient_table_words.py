"""The words of the tables of characteristics, response and toxicity. Names in braces are filled in; whoever shows a table may
translate them. Labels of columns and levels stand with the columns (analytics/core/columns/declarations.py)."""

ALL_CASES = "All cases"
NOT_REPORTED = "Not reported"
MISSING = "Missing"
KNOWN = "Known"
NOT_COUNTED = "Does not count"

# What a row of Table 1 shows.
NUMBER_SHOWN = "median (IQR), range"
COUNT_SHOWN = "n (%)"

# Tests between groups, only made when asked for.
WILCOXON = "Wilcoxon rank-sum test, with continuity correction"
WILCOXON_EXACT = "Wilcoxon rank-sum test, exact"
KRUSKAL = "Kruskal–Wallis test"
FISHER = "Fisher's exact test"
CHI_SQUARED = "Chi-squared test"

# Rows and denominators of the response table.
CR = "CR"
CRI = "CRi"
ORR = "CR or CRi"
ORR_EVALUABLE = "CR or CRi, of those evaluable"
CONFIRMED = "CR or CRi, held for 28 days"
MRD_NEGATIVE = "MRD-negative CR or CRi"
MRD_NEGATIVE_TESTED = "MRD-negative, of those in CR or CRi and tested"
EARLY_ONLY = "CR or CRi before day 21 only"
OF_INFUSED = "infused"
OF_EVALUABLE = "infused and assessed from day 21 to day 100"
OF_TESTED = "in CR or CRi, MRD tested within 14 days of it"

LABELS = (
    *(
        ALL_CASES,
        NOT_REPORTED,
        MISSING,
        KNOWN,
        NOT_COUNTED,
        NUMBER_SHOWN,
        COUNT_SHOWN,
        WILCOXON,
        WILCOXON_EXACT,
        KRUSKAL,
        FISHER,
        CHI_SQUARED,
    ),
    *(CR, CRI, ORR, ORR_EVALUABLE, CONFIRMED, MRD_NEGATIVE, MRD_NEGATIVE_TESTED, EARLY_ONLY),
    *(OF_INFUSED, OF_EVALUABLE, OF_TESTED),
)

GROUP_MISSING = (
    "{n} case is in no group, because the value is missing: it is in the column of all cases only.",
    "{n} cases are in no group, because the value is missing: they are in the column of all cases only.",
)
NOT_INFUSED = (
    "{n} case was not infused: it is not in this table.",
    "{n} cases were not infused: they are not in this table.",
)
NO_SMD = "{label}: no standardised difference, because values do not vary within the groups."
NO_TEST = "{label}: no test, because fewer than two groups hold a value or all values are the same."
UNTESTED = (
    "{n} patient in CR or CRi was not tested for MRD near it and counts as not MRD-negative among those infused.",
    "{n} patients in CR or CRi were not tested for MRD near it and count as not MRD-negative among those infused.",
)
EARLY = (
    "{n} patient was in CR or CRi before day 21 only: a responder for relapse-free survival, not for the response rate.",
    "{n} patients were in CR or CRi before day 21 only: responders for relapse-free survival, not for the response rate.",
)
P_VALUES = "P values are not corrected for their number."
SENTENCES = (*(*GROUP_MISSING, *NOT_INFUSED, NO_SMD, NO_TEST, *UNTESTED, *EARLY, P_VALUES),)
