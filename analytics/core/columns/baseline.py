"""Columns known at the decision: age, disease, treatment before."""

from __future__ import annotations

import numpy as np

from analytics.core.columns import codes, declarations
from analytics.core.columns.sources import Sources, answered_flag, classed, coded, flag
from analytics.core.endpoints.dates import NO_DAY

DAYS_OF_MONTH = 30.4375
ADULT_FROM, TEN_FROM = 18, 10
KMT2A = 4  # all_subtype
CHROMOSOME_11Q23 = (2, 3)  # cyto_abn: t(4;11), other 11q23
GAP_MONTHS = 6  # Germany 2023
ACTIVE, EXTRAMEDULLARY = (1, 4, 5, 6), (11,)  # disease_status_dec
MRD_POSITIVE, MRD_NEGATIVE = (2, 7, 9), (3, 8, 10)


def find(work: Sources) -> None:
    """Fill in the baseline columns."""
    _patient(work)
    _disease(work)
    _transplant(work)
    _antibodies(work)


def _patient(work: Sources) -> None:
    found = work.found
    found["age_decision"] = work.answer("patient", "age_decision_y")
    found["age_infusion"] = work.infusion("age_inf_y")
    age = np.where(work.infused, found["age_infusion"], found["age_decision"])
    adult, child = age >= ADULT_FROM, age < TEN_FROM
    found["age_group"] = classed(declarations.AGE_GROUPS, (child, "<10"), (adult, ">=18"), (~np.isnan(age), "10-17"))
    found["sex"] = coded(work.answer("patient", "sex_at_birth"), codes.SEX)
    found["indication"] = coded(work.answer("patient", "indication"), codes.INDICATION)


def _disease(work: Sources) -> None:
    found, form = work.found, "baseline_disease"
    subtype = work.answer(form, "all_subtype")
    found["subtype"] = coded(subtype, codes.ALL_SUBTYPE)
    code, answered, ticked = work.choices(form, "cyto_abn", CHROMOSOME_11Q23)
    rearranged = np.zeros(work.size, dtype=bool)
    rearranged[code] = answered & ticked
    known = np.isin(subtype, [one.code for one in codes.ALL_SUBTYPE])
    found["kmt2a"] = flag((subtype == KMT2A) | rearranged, known | rearranged)
    found["down_syndrome"] = coded(work.answer(form, "down_syndrome"), codes.DOWN_SYNDROME)
    found["relapses"] = work.answer(form, "n_relapses")
    found["prior_lines"] = work.answer(form, "n_prior_lines")
    found["refractory"] = coded(work.answer(form, "refractory_type"), codes.REFRACTORY_TYPE)
    status = work.answer(form, "disease_status_dec")
    found["disease_at_decision"] = classed(
        declarations.DISEASE,
        (np.isin(status, ACTIVE), "active"),
        (np.isin(status, EXTRAMEDULLARY), "extramedullary"),
        (np.isin(status, MRD_POSITIVE), "MRD-positive"),
        (np.isin(status, MRD_NEGATIVE), "MRD-negative"),
    )
    found["cns_history"] = coded(work.answer(form, "cns_ever"), codes.CNS_EVER)
    found["extramedullary_history"] = answered_flag(work.answer(form, "emd_ever"))


def _transplant(work: Sources) -> None:
    """Number of transplants before; months from the latest to the relapse after it, and to infusion."""
    found = work.found
    prior = work.answer("prior_therapy", "prior_hsct")
    found["prior_hsct_number"] = np.where(prior == 1, work.answer("prior_therapy", "n_prior_hsct"), NO_DAY)
    transplanted = work.prior_transplant()
    rows, code = work.rows.of("prior_therapy")
    relapse = np.full(work.size, NO_DAY)
    relapse[code] = work.rows.days(rows, code, "hsct_rel_date", lower=transplanted[code], upper=work.day["T_APH"][code])
    gap = (relapse - transplanted) / DAYS_OF_MONTH
    found["hsct_to_relapse"] = gap = np.where((prior == 1) & (gap >= 0), gap, NO_DAY)
    found["hsct_to_relapse_group"] = classed(
        declarations.HSCT_GAP, (prior == 0, "no HSCT"), (gap <= GAP_MONTHS, "<=6"), (gap > GAP_MONTHS, ">6")
    )
    found["hsct_to_infusion"] = np.where(prior == 1, (work.day["T0"] - transplanted) / DAYS_OF_MONTH, NO_DAY)


def _antibodies(work: Sources) -> None:
    found = work.found
    given = work.answer("prior_therapy", "prior_blina")
    found["prior_blinatumomab"] = answered_flag(given)
    levels = declarations.column("blinatumomab_response").levels
    response = coded(work.answer("prior_therapy", "blina_response"), codes.BLINA_RESPONSE, levels)
    place = np.where(given == 0, 0, np.where(given == 1, response.codes, -1))
    found["blinatumomab_response"] = classed(levels, *((place == at, value) for at, (value, _) in enumerate(levels)))
    found["prior_inotuzumab"] = answered_flag(work.answer("prior_therapy", "prior_ino"))
