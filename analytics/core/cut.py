"""Roll tables back to a day, as a data cut keeps them: what happened later is in none of them, demographics included.

A row dated later is left out; an answer that rests on a later date becomes what it was on the day; a case without anything dated by
then is not there. What is known of the day only because something came later (a contact in May shows that the patient lived at the end of
March) stands in a table of its own, found by the rule itself: analyses with `cut` then give the same on the tables before and after.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from analytics.core import cases
from analytics.core.columns.outcome import EARLY_ENDS
from analytics.core.endpoints.at_cut import known_at_cut
from analytics.core.endpoints.dates import days
from analytics.core.endpoints.timeline import timeline
from analytics.core.quality_tables import FORM_STATES, checked_quality
from analytics.core.tables.flow_columns import INFUSED, NOT_INFUSED, PENDING

# Form → the date that says when its row happened. Forms that are not here tell of a patient or a course as a whole.
HAPPENED: Mapping[str, str] = {
    "prior_transplant": "hsct_date",
    "leukapheresis": "aph_start_date",
    "manufacturing": "ship_date",
    "bridging_therapy": "brg_start",
    "lymphodepletion": "ld_start",
    "pre_infusion_assessment": "pre_date",
    "infusion": "inf_date",
    "crs_episode": "crs_onset",
    "icans_episode": "icans_onset",
    "adverse_event": "ae_onset",
    "response_assessment": "rsp_date",
    "bcell_assessment": "bca_date",
    "relapse": "rel_date",
    "subsequent_therapy": "stx_date",
    "follow_up": "fup_date",
    "death": "death_date",
    "subsequent_neoplasm": "smn_date",
}
BEFORE_THE_REGISTRY = ("baseline_disease", "prior_therapy", "prior_transplant")
AFTER_INFUSION = ("crs", "icans", "iechs_haematotoxicity")
# (form, date) → the answers that rest on it, and what they were before it.
RESTS_ON: Mapping[tuple[str, str], Mapping[str, float]] = {
    ("manufacturing", "release_date"): {"mfg_outcome": PENDING},
    ("crs", "toci_first_date"): {"toci_given": 0},
    ("crs", "steroid_start"): {"steroid_crs": 0},
    ("crs", "icu_start"): {"icu_admit": 0},
    ("iechs_haematotoxicity", "iechs_onset"): {"iechs_dx": 0, "iechs": 0},
}
OF_THIRTY_DAYS = ("icaht_early", "icaht_late", "t_icaht_early", "t_icaht_late")
Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class RolledBack:
    """Tables as of a day, and what is not in them any more.

    later    cases of which everything is dated later
    undated  cases with nothing dated, of which nobody can say that they were there
    rows     form → rows left out of the cases that are there
    """

    tables: Tables
    later: int
    undated: int
    rows: dict[str, int] = field(default_factory=dict)


def rolled_back(tables: Mapping[str, pd.DataFrame], day: date) -> RolledBack:
    """The tables as they stood at the end of `day`, in the same order, with the table `known_at_cut`.

    tables  as `cases.checked` takes them; the two tables of data quality are taken along if they are there

    A date known to its month or year counts as later when the whole month or year is. Raises ValueError as `checked` does.
    """
    whole = cases.checked(tables)
    cut = float(np.datetime64(day, "D").astype("int64"))
    began = _began(whole)
    there = set(began.index[began <= cut])
    inside = {name: table[table["case"].isin(there)] for name, table in whole.items()}
    known = known_at_cut(timeline(inside, day))
    kept = {
        name: _happened(table, HAPPENED[name], cut) if name in HAPPENED else table for name, table in inside.items()
    }
    kept = {name: _as_of(name, table, cut) for name, table in kept.items()}
    kept = _not_yet_infused(inside, kept, cut)
    quality = {name: table[table["case"].isin(there)] for name, table in checked_quality(tables).items()}
    return RolledBack(
        tables={
            **{name: table.reset_index(drop=True) for name, table in kept.items()},
            **_quality(quality, inside, kept, cut),
            cases.KNOWN_AT_CUT: known,
        },
        later=int((began > cut).sum()),
        undated=int(began.isna().sum()),
        rows={name: len(inside[name]) - len(kept[name]) for name in inside if len(inside[name]) > len(kept[name])},
    )


def _began(tables: Tables) -> pd.Series:
    """Case → day of the first dated step in the registry; NaN without any. History before the registry is none."""
    steps = [pd.Series(np.nan, index=tables["cases"]["case"])]
    for name, form in cases.FORM_TABLES.items():
        if name not in BEFORE_THE_REGISTRY:
            steps += [pd.Series(days(tables[name][item]), index=tables[name]["case"]) for item in form.dates]
    return pd.concat(steps).groupby(level=0, sort=False).min().reindex(tables["cases"]["case"])


def _later(table: pd.DataFrame, item: str, cut: float) -> np.ndarray:
    """(rows,) whether the date is later than the cut; a missing one is not."""
    return np.asarray(days(table[item]) > cut)


def _happened(table: pd.DataFrame, item: str, cut: float) -> pd.DataFrame:
    return table[~_later(table, item, cut)]


def _as_of(name: str, table: pd.DataFrame, cut: float) -> pd.DataFrame:
    """The rows with later dates taken out, and the answers that rest on them as they were before."""
    table = table.copy()
    for item in cases.FORM_TABLES[name].dates if name in cases.FORM_TABLES else ():
        later = _later(table, item, cut)
        if later.any():
            table.loc[later, item] = pd.NaT
            table.loc[later, f"{item}_p"] = None
            for answer, before in RESTS_ON.get((name, item), {}).items():
                table.loc[later & table[answer].notna().to_numpy(), answer] = before
    return table


def _keys(table: pd.DataFrame, where: np.ndarray | None = None) -> pd.MultiIndex:
    """(case, course) of the rows."""
    rows = table if where is None else table[where]
    return pd.MultiIndex.from_frame(rows[["case", "course_no"]])


def _among(table: pd.DataFrame, keys: pd.MultiIndex) -> np.ndarray:
    return np.asarray(_keys(table).isin(keys))


def _not_yet_infused(before: Tables, kept: Tables, cut: float) -> Tables:
    """Courses infused later wait, and nothing is told of what followed; of the others, only what had happened."""
    kept = dict(kept)
    later = _keys(before["infusion"], _later(before["infusion"], "inf_date", cut)).difference(_keys(kept["infusion"]))
    kept["cart_course"] = _courses(kept["cart_course"], before["cart_course"], later, cut)
    for name in AFTER_INFUSION:
        kept[name] = kept[name][~_among(kept[name], later)]
    for name in ("crs", "icans"):
        kept[name] = _none_yet(kept[name], f"{name}_occurred", before[f"{name}_episode"], kept[f"{name}_episode"])
    form, infusion = kept["iechs_haematotoxicity"].copy(), kept["infusion"]
    young = _keys(infusion, days(infusion["inf_date"]) + EARLY_ENDS > cut)
    form.loc[_among(form, young), list(OF_THIRTY_DAYS)] = np.nan
    kept["iechs_haematotoxicity"] = form
    return kept


def _courses(course: pd.DataFrame, before: pd.DataFrame, infused_later: pd.MultiIndex, cut: float) -> pd.DataFrame:
    """Courses that were infused, or given up, only later: pending."""
    course = course.copy()
    given = _among(course, infused_later) & (course["infused"] == INFUSED).to_numpy()
    given_up = (course["infused"] == NOT_INFUSED).to_numpy() & _later(before, "noninf_date", cut)
    course.loc[given | given_up, "infused"] = PENDING
    course.loc[given_up, "noninf_reason"] = np.nan
    return course


def _none_yet(form: pd.DataFrame, item: str, before: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """The form with "none occurred" where every episode began later."""
    form = form.copy()
    only_later = _keys(before).difference(_keys(kept))
    form.loc[_among(form, only_later) & (form[item] == 1).to_numpy(), item] = 0
    return form


def _quality(quality: Tables, before: Tables, kept: Tables, cut: float) -> Tables:
    """States and queries without those of forms that are not there any more, and of visits planned for later."""
    gone = set()
    for name in cases.FORM_TABLES:
        gone |= {(case, name) for case in set(before[name]["case"]) - set(kept[name]["case"])}
    found = {}
    for name, table in quality.items():
        left = np.array([key in gone for key in zip(table["case"], table["form"], strict=True)], dtype=bool)
        if name == FORM_STATES:
            left |= table["slot"].notna().to_numpy() & (days(table["due"]) > cut)
        found[name] = table[~left].reset_index(drop=True)
    return found
