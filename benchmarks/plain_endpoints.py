"""The endpoint rules once more, one case at a time in plain Python: the measure and the check of the vectorised ones.

Written from the rules, not from the vectorised code. Infused cases and exact dates only; days are integers, rows are
dictionaries. The dated events of a case are found in plain_events.py.
"""

from dataclasses import dataclass

DEATHS = ("D_DTH", "D_DTH_ALL", "D_DTH_OTHER", "DAY_0_EARLY")
RELAPSES = ("D_REL", "D_REL_19N", "D_REL_19D", "D_REL_19P", "D_REL_19U")
FAILURES = ("D_PROG", "D_MRD", "D_NR", "DAY_0_FAILED")
LATER = ("D_BCA", "D_BCA_TWICE", "D_BCA_US", "D_HSCT", "D_STX")
NEWS = (*("D_SMN", "D_SMN_T", "D_CRS", "D_CRS3", "D_CRS_END", "D_ICANS", "D_ICANS3", "D_ICANS_END", "D_ANC", "D_PLT"),)
DEATH_FIRST = (*DEATHS, *RELAPSES, *FAILURES, *LATER, *NEWS)
RELAPSE_FIRST = (*RELAPSES, *FAILURES, *DEATHS, *LATER, *NEWS)
NEWS_FIRST = (*NEWS, *DEATHS, *RELAPSES, *FAILURES, *LATER)

EFS = "D_NR D_PROG D_REL D_DTH"
STRINGENT = f"{EFS} D_MRD D_STX"


@dataclass(frozen=True)
class Rule:
    """One rule; dates are names between spaces."""

    clock: str
    events: str
    competing: str = ""
    cut: str = ""
    end: str = "D_DIS"
    window: int | None = None
    known: str = ""
    only: str = ""
    ties: tuple = DEATH_FIRST


RULES = {
    "OS_INF": Rule("T0", "D_DTH", end="D_ALIVE"),
    "OS_APH": Rule("T_APH", "D_DTH", end="D_ALIVE"),
    "OS_DEC": Rule("T_ITT", "D_DTH", end="D_ALIVE"),
    "EFS_A": Rule("T0", EFS),
    "EFS_B": Rule("T0", "DAY_0_FAILED D_REL D_DTH", cut="D_STX"),
    "EFS_B_DAY0": Rule("T0", "DAY_0_FAILED DAY_0_EARLY D_REL D_DTH", cut="D_STX"),
    "EFS_C": Rule("T0", STRINGENT),
    "EFS_C_BCA": Rule("T0", f"{STRINGENT} D_BCA"),
    "EFS_C_BCA_TWICE": Rule("T0", f"{STRINGENT} D_BCA_TWICE"),
    "EFS_A_ITT": Rule("T_APH", EFS),
    "EFS_C_DEC": Rule("T_ITT", STRINGENT),
    "RFS_U": Rule("D_CR", "D_REL D_DTH"),
    "RFS_C": Rule("D_CR", "D_REL D_DTH", cut="D_STX"),
    "DOR": Rule("D_CR", "D_REL D_DTH_ALL", cut="D_DTH_OTHER"),
    "DOR_C": Rule("D_CR", "D_REL D_DTH_ALL", cut="D_DTH_OTHER D_STX"),
    "DOR_COMP": Rule("D_CR", "D_REL D_DTH_ALL", "D_DTH_OTHER"),
    "DOR_C_COMP": Rule("D_CR", "D_REL D_DTH_ALL", "D_DTH_OTHER", cut="D_STX"),
    "OS_POST": Rule("D_FAIL", "D_DTH", end="D_ALIVE"),
    "OS_POST_C": Rule("D_FAIL_C", "D_DTH", end="D_ALIVE"),
    "CIR": Rule("D_CR", "D_REL", "D_DTH", ties=RELAPSE_FIRST),
    "CIR_HSCT": Rule("D_CR", "D_REL", "D_DTH", cut="D_HSCT", ties=RELAPSE_FIRST),
    "CIR_19P": Rule("D_CR", "D_REL_19P", "D_REL_19N D_REL_19D D_REL_19U D_DTH", ties=RELAPSE_FIRST),
    "CIR_19N": Rule("D_CR", "D_REL_19N", "D_REL_19P D_REL_19D D_REL_19U D_DTH", ties=RELAPSE_FIRST),
    "CIR_19ND": Rule("D_CR", "D_REL_19N D_REL_19D", "D_REL_19P D_REL_19U D_DTH", ties=RELAPSE_FIRST),
    "CIR_19U": Rule("D_CR", "D_REL_19U", "D_REL_19P D_REL_19N D_REL_19D D_DTH", ties=RELAPSE_FIRST),
    "NRM": Rule("T0", "D_DTH", "D_NR D_PROG D_REL", ties=(*RELAPSES, "D_PROG", "D_NR", *DEATHS)),
    "TRM30": Rule("T0", "D_DTH_OTHER", "D_DTH_ALL", end="D_ALIVE", window=30),
    "TRM100": Rule("T0", "D_DTH_OTHER", "D_DTH_ALL", end="D_ALIVE", window=100),
    "BCA_LOSS": Rule("T0", "D_BCA", "D_REL D_DTH D_STX", end="D_BCA_LAST", only="aplastic"),
    "BCA_LOSS_STX": Rule("T0", "D_BCA", "D_REL D_DTH", end="D_BCA_LAST", only="aplastic"),
    "BCA_LOSS_TWICE": Rule("T0", "D_BCA_TWICE", "D_REL D_DTH D_STX", end="D_BCA_LAST", only="aplastic"),
    "BCA_LOSS_US": Rule("T0", "D_BCA_US", "D_REL D_DTH D_STX", end="D_BCA_LAST", only="aplastic"),
    "CIF_HSCT": Rule("D_CR", "D_HSCT", "D_REL D_DTH"),
    "SMN_CIF": Rule("T0", "D_SMN", "D_DTH", end="D_ALIVE", ties=NEWS_FIRST),
    "SMN_CIF_T": Rule("T0", "D_SMN_T", "D_DTH", end="D_ALIVE", ties=NEWS_FIRST),
    "TT_CRS": Rule("T0", "D_CRS", "D_DTH", end="D_ALIVE", window=42, known="crs_known", ties=NEWS_FIRST),
    "TT_CRS3": Rule("T0", "D_CRS3", "D_DTH", end="D_ALIVE", window=42, known="crs3_known", ties=NEWS_FIRST),
    "TT_ICANS": Rule("T0", "D_ICANS", "D_DTH", end="D_ALIVE", window=42, known="icans_known", ties=NEWS_FIRST),
    "TT_ICANS3": Rule("T0", "D_ICANS3", "D_DTH", end="D_ALIVE", window=42, known="icans3_known", ties=NEWS_FIRST),
    "DUR_CRS": Rule("D_CRS", "D_CRS_END", "D_DTH", end="D_ALIVE"),
    "DUR_ICANS": Rule("D_ICANS", "D_ICANS_END", "D_DTH", end="D_ALIVE"),
    "TT_ANC": Rule("T0", "D_ANC", "D_DTH D_REL D_HSCT", end="D_ALIVE", known="anc_known"),
    "TT_PLT": Rule("T0", "D_PLT", "D_DTH D_REL D_HSCT", end="D_ALIVE", known="plt_known"),
}
ENDPOINTS = tuple(RULES)


def endpoint(found, name):
    """(time, status, cause) of one endpoint; None where the case is not in its set, nobody reported the event, or it is dated
    before the clock. `found` is what plain_events.case_events gives."""
    rule = RULES[name]
    clock = found[rule.clock]
    if clock is None or (rule.known and not found[rule.known]) or (rule.only and not found[rule.only]):
        return None
    causes = {**dict.fromkeys(rule.events.split(), 1)}
    causes |= {event: 2 + place for place, event in enumerate(rule.competing.split())}
    dated = [
        (found[event], rule.ties.index(event), cause) for event, cause in causes.items() if found[event] is not None
    ]
    day, _, cause = min(dated, default=(None, None, 0))
    cut = min((found[one] for one in rule.cut.split() if found[one] is not None), default=None)
    last = None if rule.window is None else clock + rule.window

    if day is not None and (cut is None or day <= cut) and (last is None or day <= last):
        return None if day < clock else (max(day - clock, 0) or 0.5, min(cause, 2), cause)
    died = found["D_DTH_OTHER"]
    if "D_DTH_OTHER" in rule.cut and died is not None and died == cut and died < clock:
        return None
    end = found[rule.end] if cut is None else cut
    if last is not None and max(end, end if day is None else day) >= last:
        end = last
    return max(end - clock, 0) or 0.5, 0, 0
