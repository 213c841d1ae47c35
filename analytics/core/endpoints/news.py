"""Subsequent neoplasms, and the last news of each patient: last known alive, disease status last documented."""

from __future__ import annotations

import numpy as np

from analytics.core import cases as case_table
from analytics.core.endpoints.dates import NO_DAY, days, first_per_case, last_per_case
from analytics.core.endpoints.rows import Rows

# Rows that show the patient alive: every dated clinical form after infusion, whichever course it belongs to.
SIGNS_OF_LIFE = (
    *("crs", "crs_episode", "icans_episode", "iechs_haematotoxicity", "adverse_event", "response_assessment"),
    *("bcell_assessment", "relapse", "subsequent_therapy", "subsequent_neoplasm"),
)
T_CELL = 1
NOT_EVALUABLE = 5


def neoplasms(work: Rows) -> None:
    """First subsequent neoplasm, and first of the T cells."""
    found = work.found
    rows, code = work.of("subsequent_neoplasm")
    day = work.days(rows, code, "smn_date", lower=found["T0"][code] + 1, upper=found["_death"][code])
    seen = work.seen(day) & (day >= found["T0"][code])
    found["D_SMN"] = first_per_case(code, day, work.size, seen)
    found["D_SMN_T"] = first_per_case(code, day, work.size, seen & (rows["smn_type"] == T_CELL).to_numpy())


def last_news(work: Rows) -> None:
    """Last known alive and last disease assessment, never before the clock that runs."""
    found = work.found
    floor = np.fmax(found["T0"], np.fmax(found["T_APH"], found["T_ITT"]))
    latest = []
    for form in SIGNS_OF_LIFE:
        rows, code = work.of(form, course=None)
        for item in case_table.FORM_TABLES[form].dates:
            day = work.days(rows, code, item, lower=found["T0"][code], upper=found["_death"][code])
            latest.append(last_per_case(code, day, work.size))
    contact, disease = _follow_up(work)
    later_death = np.where(found["_death"] > work.cut, found["_death"], NO_DAY)
    alive = np.fmax.reduce([floor, contact, later_death, *latest])
    found["D_ALIVE"] = np.fmin(alive, work.cut)

    rows, code = work.of("response_assessment")
    judged = ~(rows["rsp_site"] == NOT_EVALUABLE).to_numpy()
    day = work.days(rows, code, "rsp_date", lower=found["T0"][code] + 1, upper=found["_death"][code])
    assessed = last_per_case(code, day, work.size, judged)
    rows, code = work.of("relapse")
    relapsed = last_per_case(code, days(rows["rel_date"]), work.size)
    documented = np.fmax.reduce([disease, assessed, relapsed])
    found["D_DIS"] = np.fmin(np.where(np.isnan(documented), floor, documented), work.cut)


def _follow_up(work: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Last contact alive (any course) and last documented disease status (course 1) of the follow-up forms."""
    rows, code = work.of("follow_up", course=None)
    death = work.found["_death"][code]
    contact = work.days(rows, code, "fup_date", lower=work.found["T0"][code], upper=death)
    disease = work.days(rows, code, "last_disease_date", lower=work.found["T0"][code], upper=np.fmin(contact, death))
    alive = (rows["vital_status"] == 1).to_numpy()
    index_course = (rows["course_no"] == 1).to_numpy()
    return last_per_case(code, contact, work.size, alive), last_per_case(code, disease, work.size, index_course)
