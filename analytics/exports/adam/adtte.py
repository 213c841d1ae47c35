"""ADTTE: one row a subject and endpoint, from the one engine behind the curves. AVAL alone gives the curve again."""

import numpy as np
import pandas as pd

from analytics.core.endpoints.definitions import END_LABELS, END_OF_WINDOW, ENDPOINTS, TIE_ORDER
from analytics.core.endpoints.derive import DAY_ZERO, derive
from analytics.core.endpoints.timeline import date_bit
from analytics.exports import declared as d
from analytics.exports.adam.adsl import POPULATIONS, STRATA
from analytics.exports.adam.sources import Sources
from analytics.exports.adam.variables import STUDY, Variable, adam_table, iso, study
from registry.dictionary.words import gettext_noop

PARAMCD = {  # endpoint rule → at most 8 characters
    "OS_INF": "OS_INF", "OS_APH": "OS_APH", "OS_DEC": "OS_DEC", "EFS_A": "EFS_A", "EFS_B": "EFS_B", "EFS_B_DAY0": "EFSBDAY0",
    "EFS_C": "EFS_C", "EFS_C_BCA": "EFSCBCA", "EFS_C_BCA_TWICE": "EFSCBCA2", "EFS_A_ITT": "EFSAITT", "EFS_C_ITT": "EFSCITT",
    "EFS_A_DEC": "EFSADEC", "EFS_C_DEC": "EFSCDEC", "EFS_A_ITT_ANY": "EFSAITTX", "EFS_C_ITT_ANY": "EFSCITTX",
    "EFS_A_DEC_ANY": "EFSADECX", "EFS_C_DEC_ANY": "EFSCDECX", "RFS_U": "RFS_U", "RFS_C": "RFS_C", "DOR": "DOR", "DOR_C": "DOR_C",
    "DOR_COMP": "DOR_COMP", "DOR_C_COMP": "DORCCOMP", "OS_POST": "OS_POST", "OS_POST_C": "OSPOSTC", "OS_HCT": "OS_HCT",
    "DFS_HCT": "DFS_HCT", "CIR": "CIR", "CIR_HSCT": "CIR_HSCT", "CIR_19P": "CIR_19P", "CIR_19N": "CIR_19N", "CIR_19ND": "CIR_19ND",
    "CIR_19U": "CIR_19U", "NRM": "NRM", "TRM30": "TRM30", "TRM100": "TRM100", "BCA_LOSS": "BCA_LOSS", "BCA_LOSS_STX": "BCALSTX",
    "BCA_LOSS_TWICE": "BCALOSS2", "BCA_LOSS_US": "BCALOSSU", "CIF_HSCT": "CIF_HSCT", "SMN_CIF": "SMN_CIF", "SMN_CIF_T": "SMNCIFT",
    "TT_CRS": "TT_CRS", "TT_CRS3": "TT_CRS3", "TT_ICANS": "TT_ICANS", "TT_ICANS3": "TTICANS3", "DUR_CRS": "DUR_CRS",
    "DUR_ICANS": "DURICANS", "TT_ANC": "TT_ANC", "TT_PLT": "TT_PLT",
}  # fmt: skip
CENSORED = {reason: 1 + place for place, reason in enumerate((*END_LABELS.values(), END_OF_WINDOW))}
COMPETED = {event: 21 + place for place, event in enumerate(TIE_ORDER)}
COMPETING_EVENT = "competing event"
V = Variable
VARIABLES = (
    *STUDY,
    *POPULATIONS,
    *STRATA,
    V("PARAM", d.TEXT, "Parameter", "The rule's label, unit, id and version", "endpoint"),
    V("PARAMCD", d.TEXT, "Parameter Code", "The rule's id in at most 8 characters", "endpoint"),
    V("PARAMN", d.WHOLE, "Parameter (N)", "The place of the rule among all", "endpoint"),
    V("AVAL", d.NUMBER, "Analysis Value", "ADT - STARTDT in days, without adding one; 0 is 0.5, so that nobody leaves before the start"),
    V("STARTDT", d.DATE, "Time-to-Event Origin Date for Subject", "The clock of the rule"),
    V("STARTDTF", d.TEXT, "Origin Date Imputation Flag", "D day imputed, M month and day", "", "D, M"),
    V("ADT", d.DATE, "Analysis Date", "The first event of the rule, else what ended the observation"),
    V("ADTF", d.TEXT, "Analysis Date Imputation Flag", "D day imputed, M month and day", "", "D, M"),
    V("CNSR", d.WHOLE, "Censor", "0 event; 1 to 20 censored, by reason; from 21 a competing event, by kind", "", "; ".join(
        f"{code} {text}" for text, code in {**CENSORED, **COMPETED}.items()
    )),
    V("EVNTDESC", d.TEXT, "Event or Censoring Description", "What happened; of a censoring the words of CNSDTDSC"),
    V("CNSDTDSC", d.TEXT, "Censor Date Description", "Which date was used to censor; blank with an event"),
    V("EVNTN", d.WHOLE, "Event Type (N)", "For cumulative incidence (Aalen-Johansen): 1 - Kaplan-Meier is wrong where there is a 2", "", "0 censored, 1 event, 2 competing"),
    V("CAUSEN", d.WHOLE, "Cause (N)", "The competing events of the rule one by one: 2, 3, ...", "", "0 censored, 1 event, 2... competing"),
    V("SRCDOM", d.TEXT, "Source Data", "The form that holds the date"),
    V("SRCVAR", d.TEXT, "Source Variable", "The item that holds the date"),
    V("SRCSEQ", d.WHOLE, "Source Sequence Number", "The row of that form"),
    V("ASEQ", d.WHOLE, "Analysis Sequence Number", "The place of the row among the subject's"),
)  # fmt: skip


def adtte(snapshot, subjects):
    """Every endpoint of every subject that has a time for it."""
    whole = snapshot.whole.reset_index(drop=True)
    sources = Sources(snapshot.tables)
    parts = [_of_rule(snapshot, sources, whole, rule, place) for place, rule in enumerate(ENDPOINTS.values(), start=1)]
    found = pd.concat(parts, ignore_index=True)
    found["ASEQ"] = found.groupby("SUBJID", sort=False).cumcount() + 1
    carried = subjects.rows.set_index("SUBJID")
    for one in (*POPULATIONS, *STRATA):
        found[one.name] = found["SUBJID"].map(carried[one.name])
    columns = {name: found[name] for name in found}
    label = gettext_noop("Time-to-Event Analysis Dataset")
    return adam_table(snapshot, "adtte", label, VARIABLES, columns, ("SUBJID", "PARAMN"))


def _of_rule(snapshot, sources, whole, rule, place):
    rows = derive(whole, rule)
    rows = rows[rows["excluded"].isna()]
    line = whole.loc[rows.index]
    time, start = rows["time"].to_numpy(), line[rule.clock]
    end = start + pd.to_timedelta(np.where(time == DAY_ZERO, 0, np.floor(time)), unit="D")
    event, reason = rows["event"].astype(object), rows["censor_reason"].astype(object)
    status = rows["status"].to_numpy()
    cnsr = np.where(status == 1, 0, np.where(status == 2, event.map(COMPETED), reason.map(CENSORED)))
    starts = sources.of(line["case"], start, [rule.clock] * len(line))
    ends = sources.of(line["case"], end, _symbols(rule, event, reason))
    start_imputed = (line["imputed_dates"].to_numpy() & date_bit(rule.clock)) != 0
    return pd.DataFrame(
        {
            **study(snapshot, line["case"], line["site"]),
            "PARAM": f"{rule.label} (days) [{rule.id} v{rule.version}]",
            "PARAMCD": PARAMCD[rule.id],
            "PARAMN": place,
            "AVAL": time,
            "STARTDT": iso(start),
            "STARTDTF": np.where(start_imputed, starts["imputed"].fillna("D"), None),
            "ADT": iso(end),
            "ADTF": np.where(rows["imputed"].to_numpy(dtype=bool), ends["imputed"], None),
            "CNSR": cnsr,
            "EVNTDESC": np.where(status > 0, event, reason),
            "CNSDTDSC": np.where(status == 0, reason, np.where(status == 2, COMPETING_EVENT, None)),
            "EVNTN": status,
            "CAUSEN": rows["cause"].to_numpy(),
            "SRCDOM": ends["form"].to_numpy(),
            "SRCVAR": ends["item"].to_numpy(),
            "SRCSEQ": ends["row"].to_numpy(),
        }
    )


def _symbols(rule, event, reason):
    """The timeline's symbol of the day that ended each time."""
    by_event = {one.name: one.date for one in (*rule.events, *rule.competing)}
    by_reason = {words: symbol for symbol, words in END_LABELS.items()}
    return [
        by_event[one] if isinstance(one, str) else by_reason.get(why, "")
        for one, why in zip(event, reason, strict=True)
    ]
