"""What is known of each case at a data cut only because something was reported later, kept beside tables that were rolled back."""

from __future__ import annotations

import pandas as pd

from analytics.core import cases
from analytics.core.endpoints.dates import days
from analytics.core.endpoints.rows import Rows

LAST_NEWS = ("D_ALIVE", "D_DIS")
ANSWERED = ("crs_known", "crs3_known", "icans_known", "icans3_known", "anc_known", "plt_known")


def known_at_cut(line: pd.DataFrame) -> pd.DataFrame:
    """One row per case of a timeline with a cut: last known alive, disease last documented, and what is answered."""
    return line[["case", *LAST_NEWS, *ANSWERED]].reset_index(drop=True)


def believe(work: Rows) -> None:
    """Take what tables that were rolled back say was known at the cut; tables that were not say nothing."""
    known = work.tables.get(cases.KNOWN_AT_CUT)
    if known is None:
        return
    at = work.index.get_indexer(pd.Index(known["case"]))
    for name in LAST_NEWS:
        work.found[name][at] = days(known[name])
    for name in ANSWERED:
        work.found[name][at] = known[name].to_numpy(dtype=bool)
