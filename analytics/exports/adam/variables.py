"""What the ADaM tables share: how a variable is declared, study and subject, dates and flags."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.core.endpoints.dates import usable_days
from analytics.exports import declared as d
from analytics.exports.declared import Column, Table

TREATMENT = "Tisagenlecleucel"


@dataclass(frozen=True, slots=True)
class Variable:
    """One ADaM variable: name (at most 8 characters), kind, label (at most 40), how it is made, and of what."""

    name: str
    kind: str
    label: str
    derivation: str = ""
    source: str = ""
    codes: str = ""  # values and their meaning


STUDY = (
    Variable("STUDYID", d.TEXT, "Study Identifier", "The cohort, in capitals", "cohort"),
    Variable(
        "USUBJID", d.TEXT, "Unique Subject Identifier", "STUDYID-SUBJID; without the site, since patients move", "case"
    ),
    Variable("SUBJID", d.TEXT, "Subject Identifier for the Study", "The case", "case"),
    Variable("SITEID", d.TEXT, "Study Site Identifier", "A pseudonym unless the export is the hospital's own", "site"),
)


def adam_table(snapshot, name, label, variables, found, keys):
    """The Table of these variables. found: name → values; those that are missing there are blank."""
    columns, rows = [], {}
    size = len(found["SUBJID"])
    for one in variables:
        columns.append(
            Column(
                one.name,
                snapshot.say(one.label),
                one.kind,
                d.DERIVED,
                sas=one.name,
                short=one.label,
                note=one.derivation,
            )
        )
        values = pd.Series(found.get(one.name, [None] * size), dtype=object).reset_index(drop=True)
        rows[one.name] = _typed(one.kind, values)
    return Table(name, snapshot.say(label), tuple(columns), pd.DataFrame(rows), keys, name.upper())


def _typed(kind, values):
    if kind == d.WHOLE:
        return pd.to_numeric(values).astype("float64").astype("Int64")
    if kind == d.NUMBER:
        return pd.to_numeric(values).astype("float64")
    return values.where(values.notna(), None)


def study(snapshot, cases, sites):
    """STUDYID, USUBJID, SUBJID, SITEID of these cases."""
    name = snapshot.cohort.upper()
    cases = pd.Series(cases, dtype=object).reset_index(drop=True)
    return {"STUDYID": [name] * len(cases), "USUBJID": name + "-" + cases, "SUBJID": cases, "SITEID": list(sites)}


def iso(dates):
    """datetime64 → ISO text, None where there is none."""
    dates = pd.Series(dates).reset_index(drop=True)
    text = dates.dt.strftime("%Y-%m-%d").astype(object)
    return text.where(dates.notna(), None)


def flag(holds, otherwise=None):
    """Y where it holds."""
    return pd.Series(np.where(np.asarray(holds, dtype=bool), "Y", otherwise), dtype=object)


def imputation(precision, is_imputed=None):
    """How much of a date is imputed: D the day, M month and day; blank where it is whole."""
    found = pd.Series(precision, dtype=object).reset_index(drop=True).map({"M": "D", "Y": "M"})
    found = found.where(found.notna(), None)
    return found if is_imputed is None else found.where(np.asarray(is_imputed, dtype=bool), None)


def imputed_dates(dates, precision, lower, upper):
    """Dates made whole by the rule of the analyses, inside the bounds of the neighbouring events."""
    day, _is_imputed = usable_days(dates, precision, lower, upper)
    return pd.Series(pd.to_datetime(day, unit="D", errors="coerce"))
