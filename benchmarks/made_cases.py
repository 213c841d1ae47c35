"""Made-up tables of any size for benchmarks and differential tests: valid in type and code, in no way realistic."""

import numpy as np
import pandas as pd

from analytics.core.cases import FORM_TABLES, empty_tables

DAY_0 = np.datetime64("2015-01-01")


def made_tables(cases, rng):
    """Tables of `cases` infused cases with 0 to 4 rows of each form after infusion; dates are exact."""
    names = np.array([f"C{number:07d}" for number in range(cases)], dtype=object)
    day_0 = rng.integers(0, 3000, cases)
    tables = empty_tables()
    tables["cases"] = pd.DataFrame({"case": names, "site": "A", "cohort": "tisagenlecleucel", "stratum": None})

    def rows(form, most, least=0, **columns):
        """`least` to `most` rows per case; each column is a function of the number of rows, or of the rows' day 0."""
        which = np.repeat(np.arange(cases), rng.integers(least, most + 1, cases))
        number = np.arange(len(which)) - np.searchsorted(which, which) + 1
        made = {"case": names[which], "course_no": 1, **dict.fromkeys(("rsp_seq", "pre_seq", "bca_seq"), number)}
        for name, make in columns.items():
            values = make(len(which))
            made[name] = dates_of(day_0[which], values) if name in FORM_TABLES[form].dates else values
        tables[form] = pd.DataFrame(made).reindex(columns=list(FORM_TABLES[form].columns))

    def days(low, high):
        return lambda n: rng.integers(low, high, n)

    def sometimes(low, high):
        """Days of which one in four is missing."""
        return lambda n: np.where(rng.integers(0, 4, n) == 0, np.nan, rng.integers(low, high, n))

    def one_of(*codes):
        return lambda n: rng.choice(codes, n)

    rows("leukapheresis", 1, 1, aph_start_date=days(-60, -30), aph_seq=one_of(1), aph_shipped=one_of(1))
    rows("cart_course", 1, 1, infused=one_of(1), prod_name=one_of(1))
    rows("infusion", 1, 1, inf_date=days(0, 1), inf_seq=one_of(1))
    rows(
        "response_assessment",
        3,
        rsp_date=days(1, 150),
        rsp_bm_done=one_of(1, 1, 1, 0),
        rsp_bm_blast=one_of(0.0, 1.0, 4.9, 5.0, 40.0),
        rsp_pb_blast=one_of(0, 0, 0, 3),
        rsp_cns=one_of(1, 1, 2, 3, 98),
        rsp_emd=one_of(0, 0, 98, 1),
        rsp_anc=one_of(0.9, 1.0, 3.0),
        rsp_plt=one_of(99, 100, 200),
        rsp_transfused=one_of(0, 0, 1, 99),
        rsp_site=one_of(1, 2, 3, 5),
        rsp_mrd_method=one_of(0, 1, 1, 1),
        rsp_mrd_result=one_of(0, 1),
        rsp_mrd_value=one_of(1e-5, 1e-4, 1e-2),
        rsp_mrd_lod=one_of(1e-5, 1e-4, 1e-3),
    )
    rows(
        "relapse",
        2,
        rel_date=days(20, 400),
        rel_kind=one_of(1, 2, 3, 4, 5, 6),
        rel_confirmed=one_of(0, 1),
        rel_cd19=one_of(1, 2, 3, 4, 98),
    )
    rows(
        "pre_infusion_assessment",
        3,
        pre_date=days(-40, 0),
        pre_phase=one_of(1, 2, 3),
        pre_bm_done=one_of(0, 1, 1),
        pre_bm_blast=one_of(0.0, 4.9, 5.0, 60.0),
        pre_bm_blast_op=one_of(1, 1, 2, 4),
    )
    rows(
        "subsequent_therapy",
        2,
        stx_date=days(1, 500),
        stx_type=one_of(1, 4, 6),
        stx_reason=one_of(1, 2, 3, 4, 5),
        stx_status=one_of(1, 2, 3, 4),
    )
    rows("follow_up", 3, fup_date=days(30, 900), last_disease_date=days(10, 900), vital_status=one_of(1, 1, 2))
    rows("death", 1, death_date=days(1, 900), death_cause=one_of(1, 2, 5, 99), death_in_remission=one_of(0, 1))
    rows("patient", 1, decision_date=days(-90, -20))
    rows(
        "bcell_assessment",
        4,
        bca_date=days(0, 200),
        b19_abs=one_of(*[0.0] * 5, 49.0, 60.0, 120.0),
        b19_pct=one_of(*[0.0] * 5, 1.0, 3.0, 12.0),
        b19_is_blast=one_of(0, 0, 0, 1),
    )
    for kind in ("crs", "icans"):
        rows(kind, 1, **{f"{kind}_occurred": one_of(0, 1, 1, 99)})
        dated = {f"{kind}_onset": sometimes(1, 60), f"{kind}_resolved": sometimes(5, 70)}
        rows(f"{kind}_episode", 2, **dated, **{f"{kind}_grade": one_of(1, 2, 3, 4, np.nan)})
    rows(
        "iechs_haematotoxicity",
        1,
        anc_rec_date=sometimes(5, 60),
        plt_rec_date=sometimes(5, 90),
        anc_never_rec=one_of(0, 1),
        plt20_days=one_of(0, 4),
    )
    rows("subsequent_neoplasm", 1, smn_date=days(10, 900), smn_type=one_of(1, 2, 3))
    return tables


def dates_of(day_0, days):
    """Dates from days after each row's day 0; NaT where the day is missing."""
    known = ~np.isnan(days)
    found = np.full(len(days), np.datetime64("NaT"), dtype="datetime64[D]")
    found[known] = DAY_0 + (day_0[known] + days[known]).astype("int64")
    return found


def as_plain(tables):
    """Case → form → rows with dates as day numbers, as plain_endpoints reads them."""
    plain = {case: {form: [] for form in FORM_TABLES} for case in tables["cases"]["case"]}
    for form, declared in FORM_TABLES.items():
        table = tables[form].copy()
        for date in declared.dates:
            days = pd.to_datetime(table[date]).to_numpy("datetime64[D]")
            table[date] = np.where(np.isnat(days), None, days.astype("int64").astype(object))
        for row in table.to_dict("records"):
            plain[row["case"]][form].append(row)
    return plain
