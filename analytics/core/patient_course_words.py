"""The words of enrolment and of each patient's course. Names in braces are filled in; whoever shows them may translate them."""

STEPS = {
    "decided": "Accepted",
    "collected": "Collected",
    "infused": "Infused",
}
UNDATED = (
    "{step}: {n} case without a date is counted in no month.",
    "{step}: {n} cases without a date are counted in no month.",
)
UNCERTAIN = (
    "{step}: of {n} case only the year is known; it is counted in the month put in its place.",
    "{step}: of {n} cases only the year is known; they are counted in the months put in its place.",
)

# What is marked on a patient's bar, in the order of the key.
MARKS = {
    "remission_mrd_negative": "CR or CRi, MRD-negative",
    "remission": "CR or CRi, MRD not negative or not tested",
    "no_response": "No response or progression",
    "b_cells": "Loss of B-cell aplasia",
    "mrd": "MRD relapse",
    "transplant": "Transplant in remission",
    "therapy": "Other therapy in remission",
    "relapse_positive": "Relapse, CD19-positive",
    "relapse_negative": "Relapse, CD19-negative",
    "relapse_dim": "Relapse, CD19 dim or mixed",
    "relapse_unknown": "Relapse, CD19 not known",
    "death": "Death",
}
ONGOING = "Alive at last contact"
MARKS_IMPUTED = (
    "{n} mark rests on a date of which only the month or the year is known.",
    "{n} marks rest on dates of which only the month or the year is known.",
)

LABELS = (*STEPS.values(), *MARKS.values(), ONGOING)
SENTENCES = (*UNDATED, *UNCERTAIN, *MARKS_IMPUTED)
