"""Onset, grade and end of CRS and ICANS, recovery of the counts, and where nobody reported them.

Missing is never "no": a case whose form is not there, or says that CRS or ICANS occurred without a dated episode, is not
known. A grade is the registry's own of the episode (ASTCT 2019), daily logs included.
"""

from __future__ import annotations

import numpy as np

from analytics.core.endpoints.dates import NO_DAY, any_per_case, first_per_case, last_per_case
from analytics.core.endpoints.rows import Rows

SEVERE_FROM = 3
SYMBOLS = {"crs": "D_CRS", "icans": "D_ICANS"}


def toxicity(work: Rows) -> None:
    """CRS, ICANS, neutrophils and platelets."""
    for name, symbol in SYMBOLS.items():
        _episodes(work, name, symbol)
    _counts(work)


def _episodes(work: Rows, name: str, symbol: str) -> None:
    """First onset, first onset of an episode of grade 3 or more, and the end of what began first."""
    found = work.found
    rows, code = work.of(f"{name}_episode")
    death = found["_death"][code]
    onset = work.days(rows, code, f"{name}_onset", lower=found["T0"][code], upper=death)
    resolved = work.days(rows, code, f"{name}_resolved", lower=onset, upper=death)
    grade = rows[f"{name}_grade"].to_numpy()
    dated = ~np.isnan(onset) & (onset >= found["T0"][code])
    seen, severe = dated & work.seen(onset), grade >= SEVERE_FROM
    found[symbol] = first_per_case(code, onset, work.size, seen)
    found[f"{symbol}3"] = first_per_case(code, onset, work.size, seen & severe)

    first = seen & (onset == found[symbol][code])
    ended = first & work.seen(resolved)
    last = last_per_case(code, resolved, work.size, ended)
    found[f"{symbol}_END"] = np.where(any_per_case(code, first & ~ended, work.size), NO_DAY, last)

    summary, owner = work.of(name)
    never = any_per_case(owner, (summary[f"{name}_occurred"] == 0).to_numpy(), work.size)
    undated = any_per_case(code, np.isnan(onset), work.size)
    begun = any_per_case(code, dated, work.size)
    ungraded = any_per_case(code, np.isnan(grade), work.size)
    found[f"{name}_known"] = begun | (never & ~undated)
    found[f"{name}3_known"] = any_per_case(code, dated & severe, work.size) | (
        found[f"{name}_known"] & ~undated & ~ungraded
    )


def _counts(work: Rows) -> None:
    """Recovery of neutrophils and platelets. Without a date it is still awaited only where the form says that counts were low:
    never above 0.5 ×10⁹/L by day 30, or days with platelets below 20 ×10⁹/L."""
    found = work.found
    rows, code = work.of("iechs_haematotoxicity")
    low = {"anc": (rows["anc_never_rec"] == 1).to_numpy(), "plt": (rows["plt20_days"] > 0).to_numpy()}
    for name, awaited in low.items():
        day = work.days(rows, code, f"{name}_rec_date", lower=found["T0"][code], upper=found["_death"][code])
        dated = ~np.isnan(day) & (day >= found["T0"][code])
        found[f"D_{name.upper()}"] = first_per_case(code, day, work.size, dated & work.seen(day))
        found[f"{name}_known"] = any_per_case(code, dated | awaited, work.size)
