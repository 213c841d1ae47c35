"""ADSL: one row a subject."""

import numpy as np
import pandas as pd

from analytics.core.columns.table import flat
from analytics.exports import declared as d
from analytics.exports.adam.variables import STUDY, TREATMENT, Variable, adam_table, flag, iso, study
from registry.dictionary.words import gettext_noop

V = Variable
STRATA = (
    V("STRATUM", d.TEXT, "Group in the Imported Cohort", "As imported", "stratum"),
    V("BURDGR1", d.TEXT, "Disease Burden Group", "low below 5 % marrow blasts, high from 5 %", "burden", "low, high"),
    V("BURDGR1N", d.WHOLE, "Disease Burden Group (N)", "1 low, 2 high", "burden", "1 low, 2 high"),
    V("PRHSCTFL", d.TEXT, "Prior Allogeneic HSCT Flag", "Y or N; blank if unknown", "prior_hsct", "Y, N"),
)
POPULATIONS = (
    V("ITTFL", d.TEXT, "Intent-To-Treat Population Flag", "Y if a collection was shipped", "aph_shipped", "Y, N"),
    V("SAFFL", d.TEXT, "Safety Population Flag", "Y if infused in course 1", "infused, prod_name", "Y, N"),
)
VARIABLES = (
    *STUDY,
    V("COUNTRY", d.TEXT, "Country", "Not collected", ""),
    V("AGE", d.WHOLE, "Age", "Completed years at infusion; at decision if not infused", "birth_date, inf_date, decision_date"),
    V("AGEU", d.TEXT, "Age Units", "YEARS", ""),
    V("AGEGR1", d.TEXT, "Pooled Age Group 1", "Under 10, 10 to 17, 18 or older", "age_group", "<10, 10-17, >=18"),
    V("AGEGR1N", d.WHOLE, "Pooled Age Group 1 (N)", "1 under 10, 2 10 to 17, 3 18 or older", "age_group", "1, 2, 3"),
    V("SEX", d.TEXT, "Sex", "At birth", "sex_at_birth", "M, F, U"),
    V("RACE", d.TEXT, "Race", "By the terms of CDISC", "race_ethnicity"),
    V("TRT01P", d.TEXT, "Planned Treatment for Period 01", "The product of the cohort", ""),
    V("TRT01A", d.TEXT, "Actual Treatment for Period 01", "The product where it was infused", "infused, prod_name"),
    V("TRTSDT", d.DATE, "Date of First Exposure to Treatment", "First infusion of course 1: clinical day 0", "inf_date"),
    V("TRTEDT", d.DATE, "Date of Last Exposure to Treatment", "Last infusion of course 1", "inf_date"),
    *POPULATIONS,
    V("DTHFL", d.TEXT, "Subject Death Flag", "Y if dead; blank otherwise", "death_date", "Y"),
    V("DTHDT", d.DATE, "Date of Death", "Known to the day", "death_date"),
    V("DTHDTF", d.TEXT, "Date of Death Imputation Flag", "Blank: a date of death is known to the day", "death_date"),
    V("DTHCAUS", d.TEXT, "Cause of Death", "The label of the code", "death_cause"),
    V("LSTALVDT", d.DATE, "Date Last Known Alive", "Of any form; the cut at the latest", "every dated form"),
    V("BMBLAST", d.NUMBER, "Marrow Blasts Before Infusion (%)", "Exact counts only", "pre_bm_blast"),
    *STRATA,
)  # fmt: skip
SEXES = {"male": "M", "female": "F", "intersex": "U"}
RACES = {
    **dict.fromkeys((1, 2, 3, 4), "ASIAN"), 5: "WHITE", 6: "BLACK OR AFRICAN AMERICAN", 7: "MULTIPLE", 8: "OTHER", 99: "UNKNOWN",
}  # fmt: skip
AGE_GROUPS, BURDENS = {"<10": 1, "10-17": 2, ">=18": 3}, {"low": 1, "high": 2}


def adsl(snapshot):
    """The table of subjects, in the order of the case table."""
    whole, table = snapshot.whole.reset_index(drop=True), flat(snapshot.whole).reset_index(drop=True)
    infused, cases = whole["infused"].to_numpy(dtype=bool), whole["case"]
    age = table["age_infusion"].fillna(table["age_decision"])
    died = whole["D_DTH"].notna()
    infusions = snapshot.tables["infusion"]
    last = infusions[infusions["course_no"] == 1].groupby("case")["inf_date"].max()
    found = {
        **study(snapshot, cases, whole["site"]),
        "AGE": np.floor(age),
        "AGEU": np.where(age.notna(), "YEARS", None),
        "AGEGR1": table["age_group"],
        "AGEGR1N": table["age_group"].map(AGE_GROUPS),
        "SEX": table["sex"].map(SEXES),
        "RACE": _coded(snapshot, "patient", "race_ethnicity", cases).map(RACES),
        "TRT01P": [TREATMENT] * len(whole),
        "TRT01A": np.where(infused, TREATMENT, None),
        "TRTSDT": iso(whole["T0"]),
        "TRTEDT": iso(pd.to_datetime(cases.map(last).where(infused))),
        "ITTFL": flag(whole["shipped"], "N"),
        "SAFFL": flag(infused, "N"),
        "DTHFL": flag(died),
        "DTHDT": iso(whole["D_DTH"]),
        "DTHCAUS": _label_of(snapshot, "death", "death_cause", cases).where(died, None),
        "LSTALVDT": iso(whole["D_ALIVE"]),
        "BMBLAST": table["blasts_before"],
        "STRATUM": table["stratum"],
        "BURDGR1": table["burden"],
        "BURDGR1N": table["burden"].map(BURDENS),
        "PRHSCTFL": table["prior_hsct"].map({1: "Y", 0: "N"}),
    }
    return adam_table(snapshot, "adsl", gettext_noop("Subject-Level Analysis Dataset"), VARIABLES, found, ("SUBJID",))


def _coded(snapshot, form, item, cases):
    """The codes of a form that a case has once, in the order of the cases; blank where the dataset has no whole forms."""
    if form not in snapshot.forms:
        return pd.Series([None] * len(cases), dtype=object)
    rows = snapshot.forms[form]
    return pd.to_numeric(cases.map(dict(zip(rows["case"], rows[item], strict=True))))


def _label_of(snapshot, form, item, cases):
    question = next(
        one for table in snapshot.declared if table.name == form for one in table.questions if one.name == item
    )
    return (
        _coded(snapshot, form, item, cases).map({code.value: code.label.en for code in question.codes}).astype(object)
    )
