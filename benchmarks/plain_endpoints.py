"""The endpoint rules once more, one case at a time in plain Python: the measure and the check of the vectorised ones.

Written from the rules, not from the vectorised code. Exact dates only; days are integers, rows are dictionaries.
"""

from itertools import pairwise

IN_REMISSION = (1, 2, 3)
RELAPSE_KINDS = (1, 3, 4, 5)


def first(days):
    """The earliest of the days that are there, or None."""
    return min((day for day in days if day is not None), default=None)


def response(row):
    """CR, CRi, NR, NE or None for one assessment with complete components."""
    if row["rsp_bm_done"] != 1:
        return "NE"
    clear = row["rsp_bm_blast"] < 5 and row["rsp_pb_blast"] == 0 and row["rsp_cns"] != 3 and row["rsp_emd"] in (0, 98)
    if not clear:
        return "NR"
    recovered = row["rsp_anc"] >= 1.0 and row["rsp_plt"] >= 100 and row["rsp_transfused"] == 0
    return "CR" if recovered else "CRi"


def mrd(row):
    """The MRD class of one assessment, or None."""
    if not row["rsp_mrd_method"]:
        return None
    if row["rsp_mrd_result"] == 0:
        return "MRD-CR" if row["rsp_mrd_lod"] <= 1e-4 else "intermediate"
    return "failure" if row["rsp_mrd_value"] >= 1e-4 else "intermediate"


def case_events(case):
    """Symbol → day of one infused case; `case` maps form name → rows, with dates as day numbers."""
    day_0 = first(row["inf_date"] for row in case["infusion"])
    relapses = [(row["rel_date"], row) for row in case["relapse"] if row["rel_date"] >= day_0]
    therapies = [(row["stx_date"], row) for row in case["subsequent_therapy"] if row["stx_date"] >= day_0]
    assessments = sorted(case["response_assessment"], key=lambda row: row["rsp_date"])
    tested = [(row["rsp_date"], response(row), mrd(row)) for row in assessments if row["rsp_date"] > day_0]

    for_failure = first(day for day, row in therapies if row["stx_reason"] in (4, 5))
    remission = first(
        day
        for day, category, _ in tested
        if category in ("CR", "CRi") and day <= day_0 + 100 and (for_failure is None or day < for_failure)
    )
    events = {"T0": day_0, "T_APH": first(row["aph_start_date"] for row in case["leukapheresis"]), "D_CR": remission}
    events["D_NR"] = None
    if remission is None:
        none = [day for day, category, _ in tested if category == "NR"]
        events["D_NR"] = first([*none, *(day for day, row in therapies if row["stx_reason"] == 5)])
    morphological = [day for day, row in relapses if row["rel_kind"] in RELAPSE_KINDS]
    events["D_REL"] = first(day for day in morphological if remission is None or day > remission)
    events["D_PROG"] = first(day for day, row in relapses if row["rel_kind"] == 6)
    events["D_MRD"] = first(
        [day for day, row in relapses if row["rel_kind"] == 2 and row["rel_confirmed"] == 1] + mrd_losses(tested)
    )
    events["D_STX"] = first(day for day, row in therapies if row["stx_status"] in IN_REMISSION)
    events["D_DTH"] = first(row["death_date"] for row in case["death"])
    events["D_ALIVE"], events["D_DIS"] = last_news(case, day_0)
    return events


def mrd_losses(tested):
    """Days of a failure that follows MRD-CR and is followed by another failure."""
    classed = [(day, found) for day, _, found in tested if found]
    days = []
    for (day, found), (_, after) in pairwise(classed):
        negative_before = any(then < day and earlier == "MRD-CR" for then, earlier in classed)
        if found == "failure" and after == "failure" and negative_before:
            days.append(day)
    return days


def last_news(case, day_0):
    """Last known alive and last disease assessment."""
    alive = [day_0, *(row["fup_date"] for row in case["follow_up"] if row["vital_status"] == 1)]
    alive += [row["rsp_date"] for row in case["response_assessment"]]
    alive += [row["rel_date"] for row in case["relapse"]] + [row["stx_date"] for row in case["subsequent_therapy"]]
    disease = [row["last_disease_date"] for row in case["follow_up"] if row["last_disease_date"] is not None]
    disease += [row["rsp_date"] for row in case["response_assessment"] if row["rsp_site"] != 5]
    disease += [row["rel_date"] for row in case["relapse"]]
    return max(alive), max(disease, default=day_0)


def endpoint(events, name):
    """(time, status) of one endpoint; None where the case is not in its set, or an event is dated before the clock."""
    clock = events["D_CR"] if name in ("RFS_U", "CIR") else events["T_APH" if name == "OS_APH" else "T0"]
    if clock is None:
        return None
    failure, progression = events["D_NR"], events["D_PROG"]
    standard = [failure, progression, events["D_REL"], events["D_DTH"]]
    day_zero = events["T0"] if failure is not None or progression is not None else None
    listed = {
        "OS_INF": [events["D_DTH"]],
        "OS_APH": [events["D_DTH"]],
        "EFS_A": standard,
        "EFS_B": [day_zero, events["D_REL"], events["D_DTH"]],
        "EFS_C": [*standard, events["D_MRD"], events["D_STX"]],
        "RFS_U": [events["D_REL"], events["D_DTH"]],
        "CIR": [events["D_REL"]],
        "NRM": [events["D_DTH"]],
    }[name]
    competing = {"CIR": [events["D_DTH"]], "NRM": [failure, progression, events["D_REL"]]}.get(name, [])
    happened, competed = first(listed), first(competing)
    cut = events["D_STX"] if name == "EFS_B" else None
    end = events["D_ALIVE"] if name in ("OS_INF", "OS_APH") else events["D_DIS"]

    earliest = first([happened, competed])
    if earliest is not None and (cut is None or earliest <= cut):
        # A relapse on the day of death makes it no death without relapse, for either rule.
        if earliest < clock:
            return None
        relapse_first = happened == competed and name == "NRM"
        status = 1 if earliest == happened and not relapse_first else 2
        return max(earliest - clock, 0) or 0.5, status
    return max((cut if cut is not None else end) - clock, 0) or 0.5, 0


ENDPOINTS = ("OS_INF", "OS_APH", "EFS_A", "EFS_B", "EFS_C", "RFS_U", "CIR", "NRM")
