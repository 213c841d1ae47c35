"""The dated events of one infused case in plain Python, and its best response: see plain_endpoints.py."""

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
    collected = first(row["aph_start_date"] for row in case["leukapheresis"])
    decided = first(row["decision_date"] for row in case["patient"])
    events = {"T0": day_0, "T_APH": collected, "D_CR": remission, "D_NR": None}
    events["T_ITT"] = None if decided is None else first([decided, collected])
    if remission is None:
        none = [day for day, category, _ in tested if category == "NR"]
        events["D_NR"] = first([*none, *(day for day, row in therapies if row["stx_reason"] == 5)])
    events |= relapse_events(relapses, remission)
    events["D_PROG"] = first(day for day, row in relapses if row["rel_kind"] == 6)
    events["D_MRD"] = first(
        [day for day, row in relapses if row["rel_kind"] == 2 and row["rel_confirmed"] == 1] + mrd_losses(tested)
    )
    begun = [(day, row) for day, row in therapies if row["stx_status"] in IN_REMISSION]
    events["D_STX"] = first(day for day, _ in begun)
    events["D_HSCT"] = first(day for day, row in begun if row["stx_type"] == 1)
    events["D_FAIL"] = first([events["D_NR"], events["D_PROG"], events["D_REL"]])
    events["D_FAIL_C"] = first([events["D_FAIL"], events["D_MRD"], events["D_STX"]])
    ever = any(category in ("CR", "CRi") for _, category, _ in tested) or begun
    events |= death_events(case, day_0, ever, events)
    events |= bcell_events(case, day_0)
    events["aplastic"] = events["aplastic"] and remission is not None
    events |= {**episode_events(case, "crs", day_0), **episode_events(case, "icans", day_0), **counts(case, day_0)}
    neoplasms = [(row["smn_date"], row["smn_type"]) for row in case["subsequent_neoplasm"] if row["smn_date"] >= day_0]
    events["D_SMN"], events["D_SMN_T"] = (
        first(day for day, _ in neoplasms),
        first(day for day, kind in neoplasms if kind == 1),
    )
    events["D_ALIVE"], events["D_DIS"] = last_news(case, day_0)
    return events | best_response(case, events, tested, for_failure)


def relapse_events(relapses, remission):
    """First relapse after remission (any, without one), and under which name of CD19 it stands."""
    counted = [
        (day, row["rel_cd19"])
        for day, row in relapses
        if row["rel_kind"] in RELAPSE_KINDS and (remission is None or day > remission)
    ]
    day = first(day for day, _ in counted)
    shown = {cd19 for when, cd19 in counted if when == day}
    names = (("19N", {2}), ("19D", {3, 4}), ("19P", {1}))
    name = None if day is None else next((name for name, codes in names if shown & codes), "19U")
    return {"D_REL": day, **{f"D_REL_{one}": day if one == name else None for one in ("19N", "19D", "19P", "19U")}}


def death_events(case, day_0, ever_in_remission, events):
    """Death by cause, and what the trial rules date on day 0."""
    died = first(row["death_date"] for row in case["death"])
    leukaemia = any(row["death_cause"] == 1 for row in case["death"])
    failed = events["D_NR"] is not None or events["D_PROG"] is not None
    return {
        "D_DTH": died,
        "D_DTH_ALL": died if leukaemia else None,
        "D_DTH_OTHER": None if leukaemia else died,
        "DAY_0_FAILED": day_0 if failed else None,
        "DAY_0_EARLY": day_0 if died is not None and not ever_in_remission else None,
    }


def mrd_losses(tested):
    """Days of a failure that follows MRD-CR and is followed by another failure."""
    classed = [(day, found) for day, _, found in tested if found]
    days = []
    for (day, found), (_, after) in pairwise(classed):
        negative_before = any(then < day and earlier == "MRD-CR" for then, earlier in classed)
        if found == "failure" and after == "failure" and negative_before:
            days.append(day)
    return days


def bcell_events(case, day_0):
    """Loss of aplasia by one sample, by two, and by the lower limits; the last sample; aplasia by day 42."""
    samples = sorted(
        (row for row in case["bcell_assessment"] if row["bca_date"] >= day_0),
        key=lambda r: (r["bca_date"], r["bca_seq"]),
    )
    useful = [row for row in samples if row["b19_is_blast"] != 1]
    kept = [row["bca_date"] for row in useful if not lost(row)]
    since = kept[0] if kept else day_0 + 43
    late = [(row, after) for row, after in zip(useful, [*useful[1:], None], strict=False) if row["bca_date"] >= since]
    return {
        "aplastic": bool(kept) and kept[0] <= day_0 + 42,
        "D_BCA_LAST": max((row["bca_date"] for row in samples), default=None),
        "D_BCA": first(row["bca_date"] for row, _ in late if lost(row)),
        "D_BCA_TWICE": first(row["bca_date"] for row, after in late if lost(row) and after and lost(after)),
        "D_BCA_US": first(row["bca_date"] for row, after in late if lower(row) and after and lower(after)),
    }


def lost(row):
    """B cells are back."""
    return row["b19_abs"] >= 50 or row["b19_pct"] >= 10


def lower(row):
    """The same by the lower limits."""
    return row["b19_abs"] >= 100 or row["b19_pct"] > 1


def episode_events(case, kind, day_0):
    """Onset, onset of grade 3 or more, end of what began first, and whether anybody reported them."""
    rows = case[f"{kind}_episode"]
    dated = [row for row in rows if row[f"{kind}_onset"] is not None and row[f"{kind}_onset"] >= day_0]
    undated = any(row[f"{kind}_onset"] is None for row in rows)
    severe = [row[f"{kind}_onset"] for row in dated if row[f"{kind}_grade"] >= 3]
    onset = first(row[f"{kind}_onset"] for row in dated)
    ends = [row[f"{kind}_resolved"] for row in dated if row[f"{kind}_onset"] == onset]
    denied = any(row[f"{kind}_occurred"] == 0 for row in case[kind])
    known = bool(dated) or (denied and not undated)
    graded = all(row[f"{kind}_grade"] == row[f"{kind}_grade"] for row in rows)
    symbol = f"D_{kind.upper()}"
    return {
        symbol: onset,
        f"{symbol}3": first(severe),
        f"{symbol}_END": max(ends) if ends and None not in ends else None,
        f"{kind}_known": known,
        f"{kind}3_known": bool(severe) or (known and not undated and graded),
    }


def counts(case, day_0):
    """Recovery of neutrophils and platelets, and whether anybody reported it."""
    found = {}
    for name, low in (("anc", lambda row: row["anc_never_rec"] == 1), ("plt", lambda row: row["plt20_days"] > 0)):
        rows = case["iechs_haematotoxicity"]
        day = first(row[f"{name}_rec_date"] for row in rows if row[f"{name}_rec_date"] is not None)
        found |= {f"D_{name.upper()}": day, f"{name}_known": day is not None or any(low(row) for row in rows)}
    return found


def last_news(case, day_0):
    """Last known alive and last disease assessment."""
    alive = [day_0, *(row["fup_date"] for row in case["follow_up"] if row["vital_status"] == 1)]
    for form, dates in {
        "response_assessment": ("rsp_date",),
        "relapse": ("rel_date",),
        "subsequent_therapy": ("stx_date",),
        "bcell_assessment": ("bca_date",),
        "crs_episode": ("crs_onset", "crs_resolved"),
        "icans_episode": ("icans_onset", "icans_resolved"),
        "iechs_haematotoxicity": ("anc_rec_date", "plt_rec_date"),
        "subsequent_neoplasm": ("smn_date",),
    }.items():
        alive += [row[date] for row in case[form] for date in dates if row[date] is not None]
    disease = [row["last_disease_date"] for row in case["follow_up"] if row["last_disease_date"] is not None]
    disease += [row["rsp_date"] for row in case["response_assessment"] if row["rsp_site"] != 5]
    disease += [row["rel_date"] for row in case["relapse"]]
    return max(alive), max(disease, default=day_0)


def best_response(case, events, tested, for_failure):
    """BOR and what is counted beside it."""
    day_0, died = events["T0"], events["D_DTH"]
    timely = [
        (day, category)
        for day, category, _ in tested
        if day_0 + 21 <= day <= day_0 + 100 and (for_failure is None or day < for_failure) and category != "NE"
    ]
    best = next((name for name in ("CR", "CRi", "NR") if name in {category for _, category in timely}), None)
    ends = [row["rel_date"] for row in case["relapse"] if row["rel_kind"] != 2]
    failed = [day for day, category, _ in tested if category == "NR"]
    in_remission = any(row["death_in_remission"] == 1 for row in case["death"])

    def held(day):
        relapse, none = first(one for one in ends if one >= day), first(one for one in failed if one > day)
        until = day + 28
        if any(one is not None and one < until for one in (relapse, none, died)):
            return False
        return (
            events["D_DIS"] >= until or relapse is not None or none is not None or (died is not None and in_remission)
        )

    near = [found for day, _, found in tested if events["D_CR"] is not None and abs(day - events["D_CR"]) <= 14]
    return {
        "BOR": best,
        "bor_evaluable": best is not None,
        "bor_confirmed": any(held(day) for day, category in timely if category in ("CR", "CRi")),
        "mrd_tested_cr": any(near),
        "mrd_negative_cr": "MRD-CR" in near,
        "early_cr_only": events["D_CR"] is not None and best not in ("CR", "CRi"),
    }
