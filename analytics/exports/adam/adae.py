"""ADAE: one row an event: each episode of CRS and ICANS with its derived grade, and each adverse event."""

import numpy as np
import pandas as pd

from analytics.exports import declared as d
from analytics.exports import values
from analytics.exports.adam.variables import (
    STUDY,
    TREATMENT,
    Variable,
    adam_table,
    flag,
    imputation,
    imputed_dates,
    iso,
    study,
)
from registry.dictionary.words import gettext_noop

V = Variable
VARIABLES = (
    *STUDY,
    V("COURSENO", d.WHOLE, "CAR-T Course", "Analyses use course 1", "course_no"),
    V("TRTA", d.TEXT, "Actual Treatment", "The product where it was infused", "infused"),
    V("TRTSDT", d.DATE, "Date of First Exposure to Treatment", "First infusion of course 1: clinical day 0", "inf_date"),
    V("AESEQ", d.WHOLE, "Sequence Number", "The row of the form", "crs_seq, icans_seq, ae_seq"),
    V("ASEQ", d.WHOLE, "Analysis Sequence Number", "The place of the row among the subject's"),
    V("AETERM", d.TEXT, "Reported Term for the Adverse Event", "The label of the kind of event", "ae_kind"),
    V("AEDECOD", d.TEXT, "Dictionary-Derived Term", "The registry's controlled term; not MedDRA, which is licensed", "ae_kind"),
    V("AEBODSYS", d.TEXT, "Body System or Organ Class", "The registry's group; not MedDRA", "ae_kind"),
    V("AESTDTC", d.TEXT, "Start Date/Time of Adverse Event", "As entered: year, month or day", "onset"),
    V("ASTDT", d.DATE, "Analysis Start Date", "A partial date imputed between infusion and death", "onset"),
    V("ASTDTF", d.TEXT, "Analysis Start Date Imputation Flag", "D day imputed, M month and day", "onset", "D, M"),
    V("ASTDY", d.WHOLE, "Analysis Start Relative Day", "ASTDT - TRTSDT + 1 from the infusion on, ASTDT - TRTSDT before; there is no day 0"),
    V("ADY0", d.WHOLE, "Clinical Day of Onset (Infusion = 0)", "ASTDT - TRTSDT"),
    V("AEENDTC", d.TEXT, "End Date/Time of Adverse Event", "As entered", "resolution"),
    V("AENDT", d.DATE, "Analysis End Date", "A partial date imputed between onset and death", "resolution"),
    V("AENDTF", d.TEXT, "Analysis End Date Imputation Flag", "D day imputed, M month and day", "resolution", "D, M"),
    V("AENDY", d.WHOLE, "Analysis End Relative Day", "As ASTDY, of AENDT"),
    V("ADURN", d.WHOLE, "Analysis Duration (N)", "AENDT - ASTDT + 1; blank while it lasts"),
    V("ADURU", d.TEXT, "Analysis Duration Units", "DAYS"),
    V("AETOXGR", d.TEXT, "Standard Toxicity Grade", "As charted by the site", "crs_grade_site, icans_grade_site, ae_grade"),
    V("AESITSCL", d.TEXT, "Scale of the Site's Grade", "The system by which the site charted", "crs_system, icans_system"),
    V("ATOXGR", d.TEXT, "Analysis Toxicity Grade", "CRS, ICANS: derived from the components; else the site's", "crs_grade, icans_grade"),
    V("ATOXGRN", d.WHOLE, "Analysis Toxicity Grade (N)", "As ATOXGR"),
    V("AESCALE", d.TEXT, "Scale of the Analysis Grade", "ASTCT 2019 or CTCAE 5.0; scales are not to be mixed", "", "ASTCT 2019, CTCAE 5.0"),
    V("AESER", d.TEXT, "Serious Event", "Not collected"),
    V("AESDTH", d.TEXT, "Results in Death", "Y, N; of other adverse events Y with grade 5", "crs_death, icans_death"),
    V("AESHOSP", d.TEXT, "Requires or Prolongs Hospitalization", "Not collected"),
    V("AEREL", d.TEXT, "Causality", "The label of the relation to CAR-T", "ae_related"),
    V("AEACN", d.TEXT, "Action Taken with Study Treatment", "A single infusion: NOT APPLICABLE"),
    V("AEOUT", d.TEXT, "Outcome of Adverse Event", "FATAL, RECOVERED/RESOLVED with an end, NOT RECOVERED/NOT RESOLVED without"),
    V("TRTEMFL", d.TEXT, "Treatment Emergent Analysis Flag", "Y from the infusion on; no upper limit", "", "Y"),
    V("AOCCFL", d.TEXT, "1st Occurrence within Subject Flag", "The first row of the subject by ASTDT, AESEQ", "", "Y"),
    V("AOCCPFL", d.TEXT, "1st Occurrence of Preferred Term Flag", "The first row of the subject with this AEDECOD", "", "Y"),
    V("AWORSTFL", d.TEXT, "Worst Grade of Preferred Term Flag", "The first row of the highest ATOXGRN of this AEDECOD", "", "Y"),
    V("SAFFL", d.TEXT, "Safety Population Flag", "As in ADSL", "infused", "Y, N"),
)  # fmt: skip
CRS, ICANS, INFECTION = (
    "Cytokine release syndrome",
    "Immune effector cell-associated neurotoxicity syndrome",
    "Infection",
)
ASTCT, CTCAE = "ASTCT 2019", "CTCAE 5.0"
EPISODES = (("crs", CRS, "Immune system disorders"), ("icans", ICANS, "Nervous system disorders"))


def adae(snapshot, subjects):
    """Every event of every subject, by subject, onset and term."""
    own = subjects.rows.set_index("SUBJID")
    cases = snapshot.whole.set_index("case")
    rows = pd.concat([*(_episodes(snapshot, *one) for one in EPISODES), _events(snapshot)], ignore_index=True)
    line = cases.loc[rows["case"]].reset_index()
    infused, death = line["T0"], line["D_DTH"]
    start = _imputed(rows, "start", infused, death)
    end = _imputed(rows, "end", start.where(start.notna(), infused), death)
    fatal = rows["fatal"].to_numpy(dtype=bool)
    found = {
        **study(snapshot, rows["case"], line["site"]),
        "COURSENO": rows["course"],
        "TRTA": np.where(infused.notna(), TREATMENT, None),
        "TRTSDT": iso(infused),
        "AESEQ": rows["seq"],
        "AETERM": rows["term"],
        "AEDECOD": rows["term"],
        "AEBODSYS": rows["group"],
        "AESTDTC": _entered(rows, "start"),
        "ASTDT": iso(start),
        "ASTDTF": imputation(rows["start_p"]),
        "ASTDY": _study_day(start, infused),
        "ADY0": _days(start, infused),
        "AEENDTC": _entered(rows, "end"),
        "AENDT": iso(end),
        "AENDTF": imputation(rows["end_p"]),
        "AENDY": _study_day(end, infused),
        "ADURN": _days(end, start) + 1,
        "ADURU": np.where((_days(end, start)).notna(), "DAYS", None),
        "AETOXGR": rows["site_grade"].map(_grade),
        "AESITSCL": rows["site_scale"],
        "ATOXGR": rows["grade"].map(_grade),
        "ATOXGRN": rows["grade"],
        "AESCALE": rows["scale"],
        "AESDTH": np.where(fatal, "Y", "N"),
        "AEREL": rows["related"],
        "AEACN": ["NOT APPLICABLE"] * len(rows),
        "AEOUT": np.where(fatal, "FATAL", np.where(end.notna(), "RECOVERED/RESOLVED", "NOT RECOVERED/NOT RESOLVED")),
        "TRTEMFL": flag((start >= infused).to_numpy()),
        "SAFFL": rows["case"].map(own["SAFFL"]),
    }
    ordered = _in_order(pd.DataFrame({name: pd.Series(np.asarray(one, dtype=object)) for name, one in found.items()}))
    return adam_table(
        snapshot, "adae", gettext_noop("Adverse Event Analysis Dataset"), VARIABLES, {name: ordered[name] for name in ordered}, ("SUBJID", "ASEQ")
    )  # fmt: skip


def _in_order(rows):
    """By subject, onset, term and number, with the flags of the first and the worst."""
    rows = rows.sort_values(
        ["SUBJID", "ASTDT", "AEDECOD", "AESEQ"], kind="stable", na_position="last", ignore_index=True
    )
    rows["ASEQ"] = rows.groupby("SUBJID", sort=False).cumcount() + 1
    dated = rows["ASTDT"].notna()
    rows["AOCCFL"] = flag(dated & ~rows[dated].duplicated("SUBJID").reindex(rows.index, fill_value=True))
    term = ["SUBJID", "AEDECOD"]
    rows["AOCCPFL"] = flag(dated & ~rows[dated].duplicated(term).reindex(rows.index, fill_value=True))
    grades = pd.to_numeric(rows["ATOXGRN"])
    worst = rows.assign(worst=grades).dropna(subset=["worst"]).sort_values("worst", ascending=False, kind="stable")
    rows["AWORSTFL"] = flag(rows.index.isin(worst.drop_duplicates(term).index))
    return rows


def _episodes(snapshot, name, term, group):
    """The episodes of CRS or ICANS with their derived grade."""
    rows, form = snapshot.forms[f"{name}_episode"], _form(snapshot, f"{name}_episode")
    return pd.DataFrame(
        {
            **_common(rows, f"{name}_seq", f"{name}_onset", f"{name}_resolved"),
            "term": term,
            "group": group,
            "site_grade": values.number(rows[f"{name}_grade_site"]),
            "site_scale": _labels(form, f"{name}_system", rows),
            "grade": values.number(rows[f"{name}_grade"]),
            "scale": ASTCT,
            "fatal": values.number(rows[f"{name}_death"]) == 1,
            "related": None,
        }
    )


def _events(snapshot):
    """The other adverse events, with the grade of the site."""
    rows, form = snapshot.forms["adverse_event"], _form(snapshot, "adverse_event")
    terms, grade = _labels(form, "ae_kind", rows), values.number(rows["ae_grade"])
    return pd.DataFrame(
        {
            **_common(rows, "ae_seq", "ae_onset", "ae_resolved"),
            "term": terms,
            "group": terms,
            "site_grade": grade,
            "site_scale": CTCAE,
            "grade": grade,
            "scale": CTCAE,
            "fatal": grade == 5,
            "related": _labels(form, "ae_related", rows),
        }
    )


def _common(rows, number, start, end):
    return {
        "case": rows["case"], "course": values.whole(rows["course_no"]), "seq": values.whole(rows[number]),
        "start": rows[start], "start_p": rows[f"{start}_p"], "end": rows[end], "end_p": rows[f"{end}_p"],
    }  # fmt: skip


def _form(snapshot, name):
    return next(one for one in snapshot.declared if one.name == name)


def _labels(form, item, rows):
    question = next(one for one in form.questions if one.name == item)
    return (
        values.whole(rows[item])
        .astype(object)
        .map({code.value: code.label.en for code in question.codes})
        .astype(object)
    )


def _imputed(rows, name, lower, upper):
    """Whole dates, partial ones moved inside the bounds."""
    days = [pd.to_datetime(bound).to_numpy("datetime64[D]").astype("float64") for bound in (lower, upper)]
    low, high = (
        np.where(np.isnat(pd.to_datetime(bound).to_numpy()), np.nan, day)
        for bound, day in zip((lower, upper), days, strict=True)
    )
    return imputed_dates(pd.to_datetime(rows[name]), rows[f"{name}_p"], low, high)


def _entered(rows, name):
    """The date as it was entered: 2021, 2021-06, 2021-06-14."""
    length = {"Y": 4, "M": 7}
    found = [
        None if pd.isna(one) else one[: length.get(known, 10)]
        for one, known in zip(rows[name], rows[f"{name}_p"], strict=True)
    ]
    return pd.Series(found, dtype=object)


def _days(later, earlier):
    return (later - earlier.reset_index(drop=True)).dt.days


def _study_day(day, infused):
    found = _days(day, infused)
    return found + (found >= 0)


def _grade(grade):
    return None if pd.isna(grade) else str(int(grade))
