"""Which stored answer holds a date of the timeline: form, item, row, and how much of it was imputed."""

import numpy as np
import pandas as pd

from analytics.core.cases import FORM_TABLES

RELAPSE, RESPONSE, THERAPY = (
    ("relapse", "rel_date"),
    ("response_assessment", "rsp_date"),
    ("subsequent_therapy", "stx_date"),
)
DEATH, BCELLS = ("death", "death_date"), ("bcell_assessment", "bca_date")
CONTACT, DISEASE = ("follow_up", "fup_date"), ("follow_up", "last_disease_date")
INFUSION, COLLECTION, DECISION = (
    ("infusion", "inf_date"),
    ("leukapheresis", "aph_start_date"),
    ("patient", "decision_date"),
)
CRS, ICANS = ("crs_episode", "crs_onset"), ("icans_episode", "icans_onset")
COUNTS = "iechs_haematotoxicity"
HELD_BY = {  # symbol of the timeline → where its date may stand, the likeliest first
    "T0": (INFUSION,),
    "T_APH": (COLLECTION,),
    "T_ITT": (DECISION, COLLECTION),
    "T_DEC": (DECISION,),
    **dict.fromkeys(("D_CR", "D_NR"), (RESPONSE,)),
    **dict.fromkeys(("D_REL", "D_REL_ANY", "D_REL_19P", "D_REL_19N", "D_REL_19D", "D_REL_19U"), (RELAPSE,)),
    "D_PROG": (RELAPSE, RESPONSE),
    "D_MRD": (RELAPSE, RESPONSE),
    **dict.fromkeys(("D_STX", "D_HSCT", "D_CHOSEN"), (THERAPY,)),
    **dict.fromkeys(("D_FAIL", "D_FAIL_C"), (RELAPSE, RESPONSE, THERAPY)),
    **dict.fromkeys(("D_BCA", "D_BCA_TWICE", "D_BCA_US", "D_BCA_LAST"), (BCELLS,)),
    **dict.fromkeys(("D_DTH", "D_DTH_ALL", "D_DTH_OTHER", "D_DTH_EARLY"), (DEATH,)),
    **dict.fromkeys(("D_CRS", "D_CRS3"), (CRS,)),
    "D_CRS_END": (("crs_episode", "crs_resolved"),),
    **dict.fromkeys(("D_ICANS", "D_ICANS3"), (ICANS,)),
    "D_ICANS_END": (("icans_episode", "icans_resolved"),),
    "D_ANC": ((COUNTS, "anc_rec_date"),),
    "D_PLT": ((COUNTS, "plt_rec_date"),),
    **dict.fromkeys(("D_SMN", "D_SMN_T"), (("subsequent_neoplasm", "smn_date"),)),
    "D_NONINF": (("cart_course", "noninf_date"), DEATH),
    "D_TRANSFER": (("cart_course", "noninf_date"),),
    "D_DIS": (DISEASE, RESPONSE, RELAPSE, INFUSION, COLLECTION, DECISION),
}
EVERYWHERE = tuple(
    dict.fromkeys(
        (
            CONTACT,
            *(
                (form, item)
                for form, table in FORM_TABLES.items()
                for item in table.dates
                if form != "baseline_disease"
            ),
        )
    )
)
HELD_BY["D_ALIVE"] = EVERYWHERE
NUMBERED = {  # form → the item that numbers its rows
    "prior_transplant": "hsct_seq", "leukapheresis": "aph_seq", "manufacturing": "mfg_seq", "bridging_therapy": "brg_seq",
    "pre_infusion_assessment": "pre_seq", "cart_course": "course_no", "infusion": "inf_seq", "crs_episode": "crs_seq",
    "icans_episode": "icans_seq", "adverse_event": "ae_seq", "response_assessment": "rsp_seq", "bcell_assessment": "bca_seq",
    "relapse": "rel_seq", "subsequent_therapy": "stx_seq", "follow_up": "fup_seq", "subsequent_neoplasm": "smn_seq",
}  # fmt: skip
FLAGS = {"D": None, "M": "D", "Y": "M"}  # what is known of a date → what is imputed of it
COLUMNS = ("form", "item", "row", "imputed")


class Sources:
    """Finds the answer behind a date of one dataset; looks at each item once."""

    def __init__(self, tables):
        self.tables = tables
        self.held = {}

    def of(self, cases, dates, symbols):
        """A row for each case: form, item, row and the imputation flag of the answer behind its date; None where no answer has it.

        A date known to the day has to be that day; of one known to its month or year the day has to lie in it.
        """
        days = np.asarray(dates, dtype="datetime64[D]")
        periods = {known: days.astype(f"datetime64[{known}]").astype("int64") for known in FLAGS}
        found = [
            next(
                self._fitting(case, symbol, {known: one[place] for known, one in periods.items()}),
                (None,) * len(COLUMNS),
            )
            for place, (case, symbol) in enumerate(zip(cases, symbols, strict=True))
        ]
        return pd.DataFrame(found, columns=list(COLUMNS), dtype=object)

    def _fitting(self, case, symbol, periods):
        for known, flag in FLAGS.items():
            for form, item in HELD_BY.get(symbol, ()):
                row = self._held(form, item, known).get((case, periods[known]))
                if row is not None:
                    yield form, item, row, flag

    def _held(self, form, item, known):
        """(case, number of the day, month or year) → number of the first row that has it."""
        key = (form, item, known)
        if key not in self.held:
            rows = self.tables[form]
            rows = rows[rows[item].notna() & (rows[f"{item}_p"].fillna("D") == known)]
            periods = rows[item].to_numpy(f"datetime64[{known}]").astype("int64")
            numbers = rows[NUMBERED[form]] if form in NUMBERED else [1] * len(rows)
            self.held[key] = {}
            for case, period, number in zip(rows["case"], periods, numbers, strict=True):
                self.held[key].setdefault((case, period), int(number))
        return self.held[key]
