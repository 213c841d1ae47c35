"""The case table: which columns of which forms the core reads, and the one door where they are checked.

Input is a mapping from table name to frame. `cases` has one row per case; every other table is a case report form under
its dictionary name, one row per stored form. Columns carry the dictionary's variable names; a date item `x` comes with
its precision `x_p` ("D" exact, "M" month known, "Y" year known), a partial date being stored as the first day of its
month or year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

CASE_COLUMNS = ("case", "site", "cohort", "stratum")


@dataclass(frozen=True, slots=True)
class FormTable:
    """What the core reads of one form: its date items, its coded, counted or measured items, and numbers derived from them.

    Derived fields are those whose rule needs more than the row, such as a grade that rests on a daily log and the age, or
    whose inputs do not leave the registry, such as an age. Choices are questions with several answers, kept as text: the
    codes in ascending order between spaces ("2 6"), so that empty text is "none ticked" and missing "not answered".
    """

    of_course: bool
    dates: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[str, ...]:
        """The columns that the form itself stores, in a fixed order: course, numbers, choices, each date with its precision."""
        key = ("course_no",) if self.of_course else ()
        dates = (column for date in self.dates for column in (date, f"{date}_p"))
        return (*key, *self.numbers, *self.choices, *dates)

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns: case, those of the form, derived fields."""
        return ("case", *self.items, *self.derived)


def of_case(
    dates: tuple[str, ...] = (),
    numbers: tuple[str, ...] = (),
    derived: tuple[str, ...] = (),
    choices: tuple[str, ...] = (),
) -> FormTable:
    """A form that belongs to the patient."""
    return FormTable(False, dates, numbers, derived, choices)


def of_course(
    dates: tuple[str, ...] = (),
    numbers: tuple[str, ...] = (),
    derived: tuple[str, ...] = (),
    choices: tuple[str, ...] = (),
) -> FormTable:
    """A form that belongs to one CAR-T course of the patient."""
    return FormTable(True, dates, numbers, derived, choices)


FORM_TABLES: Mapping[str, FormTable] = {
    "patient": of_case(("decision_date",), ("sex_at_birth", "indication"), ("age_decision_y",)),
    "baseline_disease": of_case(
        ("dx_date",),
        (
            *("all_subtype", "down_syndrome", "n_relapses", "n_prior_lines", "refractory_type", "disease_status_dec"),
            *("cns_ever", "emd_ever"),
        ),
        choices=("cyto_abn",),
    ),
    "prior_therapy": of_case(
        ("hsct_rel_date",), ("prior_hsct", "n_prior_hsct", "prior_blina", "blina_response", "prior_ino")
    ),
    "prior_transplant": of_case(("hsct_date",), ("hsct_seq",)),
    "leukapheresis": of_course(("aph_start_date", "aph_end_date"), ("aph_seq", "aph_shipped")),
    "manufacturing": of_course(("ship_date", "release_date"), ("mfg_seq", "mfg_outcome")),
    "bridging_therapy": of_course(("brg_start",), ("brg_seq", "brg_given"), choices=("brg_type",)),
    "lymphodepletion": of_course(("ld_start",), ("ld_given", "ld_regimen")),
    "pre_infusion_assessment": of_course(
        ("pre_date",),
        (
            *("pre_seq", "pre_phase", "pre_bm_done", "pre_bm_blast", "pre_bm_blast_op"),
            *("pre_mrd_method", "pre_mrd_result", "pre_mrd_value", "pre_mrd_lod", "pre_cns", "pre_emd"),
        ),
    ),
    "cart_course": of_course(("noninf_date",), ("infused", "noninf_reason", "prod_name")),
    "infusion": of_course(("inf_date",), ("inf_seq", "inf_oos"), ("age_inf_y", "dose_kg", "v2v_days")),
    "crs": of_course(
        ("toci_first_date", "steroid_start", "icu_start"), ("crs_occurred", "toci_given", "steroid_crs", "icu_admit")
    ),
    "crs_episode": of_course(("crs_onset", "crs_resolved"), ("crs_seq",), ("crs_grade",)),
    "icans": of_course(numbers=("icans_occurred",)),
    "icans_episode": of_course(("icans_onset", "icans_resolved"), ("icans_seq",), ("icans_grade",)),
    "iechs_haematotoxicity": of_course(
        ("iechs_onset", "anc_rec_date", "plt_rec_date"),
        ("iechs_dx", "anc_never_rec", "plt20_days"),
        ("icaht_early", "icaht_late", "t_icaht_early", "t_icaht_late", "iechs"),
    ),
    "adverse_event": of_course(("ae_onset", "ae_resolved"), ("ae_seq", "ae_kind", "ae_grade")),
    "response_assessment": of_course(
        ("rsp_date",),
        (
            "rsp_seq",
            "rsp_bm_done",
            "rsp_bm_blast",
            "rsp_pb_blast",
            "rsp_anc",
            "rsp_plt",
            "rsp_transfused",
            "rsp_cns",
            "rsp_emd",
            "rsp_site",
            "rsp_mrd_method",
            "rsp_mrd_result",
            "rsp_mrd_value",
            "rsp_mrd_lod",
        ),
    ),
    "bcell_assessment": of_course(("bca_date",), ("bca_seq", "b19_abs", "b19_pct", "b19_is_blast")),
    "relapse": of_course(("rel_date",), ("rel_seq", "rel_kind", "rel_cd19", "rel_confirmed")),
    "subsequent_therapy": of_course(("stx_date",), ("stx_seq", "stx_type", "stx_reason", "stx_status")),
    "follow_up": of_course(("fup_date", "last_disease_date"), ("fup_seq", "vital_status", "disease_status_fup")),
    "death": of_case(("death_date",), ("death_cause", "death_in_remission")),
    "subsequent_neoplasm": of_case(("smn_date",), ("smn_seq", "smn_type")),
}

TABLES: Mapping[str, tuple[str, ...]] = {
    "cases": CASE_COLUMNS,
    **{name: form.columns for name, form in FORM_TABLES.items()},
}

KNOWN_AT_CUT = "known_at_cut"  # beside tables that were rolled back: see endpoints/at_cut.py
WHOLE_FORM = (
    "form."  # begins the names of the tables of a cut that hold whole forms, for exports: no analysis reads them
)
PRECISIONS = ("D", "M", "Y")


def empty_tables() -> dict[str, pd.DataFrame]:
    """Every table with its columns and no rows."""
    return {name: pd.DataFrame(columns=list(columns), dtype=object) for name, columns in TABLES.items()}


def checked(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables, columns selected and typed: dates datetime64, codes and numbers float64 (missing NaN), keys text. What
    was known at a cut passes as it is.

    Dates may arrive as ISO 8601 text, as `datetime.date` or as datetime64.
    Raises ValueError naming the table, and the column or value at fault: a missing table or column, a case listed
    twice, a form of an unknown case, a date or number that cannot be read, an unknown precision.
    """
    return located(tables)[0]


def located(tables: Mapping[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], dict[str, np.ndarray]]:
    """What `checked` gives, and for each form the position of every row's case in `cases`. Raises ValueError as `checked`."""
    absent = sorted(TABLES.keys() - tables.keys())
    if absent:
        raise ValueError(f"tables are missing: {', '.join(absent)}; expected {', '.join(TABLES)}")
    found, positions = {"cases": _checked_cases(tables["cases"])}, {}
    known = pd.Index(found["cases"]["case"])
    for name, form in FORM_TABLES.items():
        found[name], positions[name] = _checked_form(name, tables[name], form, known)
    if KNOWN_AT_CUT in tables:
        found[KNOWN_AT_CUT] = tables[KNOWN_AT_CUT]
    return found, positions


def _select(name: str, table: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    absent = [column for column in columns if column not in table.columns]
    if absent:
        raise ValueError(f"{name}: columns are missing: {', '.join(absent)}; expected {', '.join(columns)}")
    return pd.DataFrame({column: table[column].array for column in columns}, copy=False)


def _checked_cases(table: pd.DataFrame) -> pd.DataFrame:
    cases = _select("cases", table, CASE_COLUMNS)
    if cases["case"].isna().any():
        raise ValueError("cases: case is missing in some rows")
    cases = cases.assign(**{column: _text(cases[column]) for column in CASE_COLUMNS})
    twice = cases.loc[cases["case"].duplicated(), "case"]
    if len(twice):
        raise ValueError(f"cases: {twice.iloc[0]} is listed more than once")
    return cases


def _checked_form(name: str, table: pd.DataFrame, form: FormTable, known: pd.Index) -> tuple[pd.DataFrame, np.ndarray]:
    rows = _select(name, table, form.columns)
    typed: dict[str, pd.Series] = {"case": _text(rows["case"])}
    position = known.get_indexer(pd.Index(typed["case"]))
    strangers = position < 0
    if strangers.any():
        raise ValueError(f"{name}: {typed['case'][strangers].iloc[0]} is not in the table of cases")
    for column in (*(("course_no",) if form.of_course else ()), *form.numbers, *form.derived):
        typed[column] = _number(name, rows[column])
    for column in form.choices:
        typed[column] = _codes(name, rows[column])
    for date in form.dates:
        typed[date] = _date(name, rows[date])
        typed[f"{date}_p"] = _precision(name, rows[f"{date}_p"])
    return pd.DataFrame({column: typed[column] for column in form.columns}, copy=False), position


def _text(column: pd.Series) -> pd.Series:
    if pd.api.types.infer_dtype(column, skipna=False) == "string":
        return column.astype(object, copy=False)
    missing = column.isna()
    return column.astype(str).astype(object).mask(missing, None)


def _number(name: str, column: pd.Series) -> pd.Series:
    if column.dtype.kind in "iuf":
        return column.astype("float64", copy=False)
    numbers = pd.to_numeric(column, errors="coerce")  # what is blank is missing
    _refuse_unread(name, column, numbers, "number")
    return numbers.astype("float64")


def _codes(name: str, column: pd.Series) -> pd.Series:
    """Several codes as text: "2 6". Given so, as a list, or as PostgreSQL writes an array ("{6,2}"); missing stays missing."""
    missing = column.isna()
    written = column[~missing].map(_as_text).astype(object)
    known = {text: _sorted_codes(name, column, text) for text in written.unique()}
    codes = pd.Series(None, index=column.index, dtype=object)
    codes[~missing] = written.map(known)
    return codes


def _as_text(codes: object) -> str:
    return " ".join(map(str, codes)) if isinstance(codes, list | tuple) else str(codes).strip("{}").replace(",", " ")


def _sorted_codes(name: str, column: pd.Series, text: str) -> str:
    try:
        return " ".join(map(str, sorted({int(code) for code in text.split()})))
    except ValueError:
        raise ValueError(f"{name}: {column.name} is {text!r}; expected codes between spaces") from None


def _date(name: str, column: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column.astype("datetime64[ns]")
    dates = pd.to_datetime(column, format="%Y-%m-%d", errors="coerce")
    _refuse_unread(name, column, dates, "date (YYYY-MM-DD)")
    return dates.astype("datetime64[ns]")


def _precision(name: str, column: pd.Series) -> pd.Series:
    wrong = [one for one in column.unique() if one not in ("", *PRECISIONS) and not pd.isna(one)]
    if wrong:
        raise ValueError(f"{name}: {column.name} is {wrong[0]!r}; expected one of {', '.join(PRECISIONS)}")
    return column.astype(object, copy=False)


def _refuse_unread(name: str, given: pd.Series, read: pd.Series, kind: str) -> None:
    unread = read.isna() & given.notna() & (given != "")
    if unread.any():
        raise ValueError(f"{name}: {given.name} is {given[unread].iloc[0]!r}, which is not a {kind}")
