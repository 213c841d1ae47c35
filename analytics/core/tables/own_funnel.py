"""What a hospital sees of a completeness table: its own numbers exactly, the others as rounded points without a name.

Rules of the consortium's disclosure control for a site's view of all others together: from at least 3 other hospitals with k cases or more
each, counts rounded, small counts (and all but a few) withheld with those from which they would follow, shares and limits computed from
rounded counts. Limits are drawn to a size that follows from rounded counts, too. Over time a hospital's counts move by k or more of its
cases at once or not at all (`analytics.core.disclosure.standing`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from analytics.core import table_words as words
from analytics.core.disclosure.blocks import Sum, withheld
from analytics.core.disclosure.counts import is_small, shown
from analytics.core.disclosure.policy import OTHERS, POLICIES, Policy
from analytics.core.disclosure.standing import Standing
from analytics.core.results import number
from analytics.core.tables.completeness import MEASURED, limits_at, outside

POLICY = "scorecard 2"
SMALLEST_POINT = 10
POINTS = 40
Json = dict[str, Any]


def own_scorecard(table: Json, site: str, others: Json) -> Json:
    """The hospital's own row, with the day and thresholds by which it is judged, and the funnels with its own point in them.

    others  `others_funnels` without this hospital. The own point has the name that the table gives the hospital.
    """
    own = next(one for one in table["sites"] if one["site"] == site)
    measured = {
        funnel["measure"]: next(one for one in funnel["sites"] if one["site"] == site) for funnel in table["funnels"]
    }
    return {
        "day": table["day"],
        "thresholds": table["thresholds"],
        "site": own,
        "others_day": others["day"],
        "funnels": [with_own(one, measured[one["measure"]]) for one in others["funnels"] if one["measure"] in measured],
    }


def others_funnels(others: Sequence[Standing]) -> Json:
    """The funnels around the other hospitals together, by what stands of each of them.

    day       the last one on which something of them was renewed; null if nothing stands
    funnels   measure, label, x, n and pooled of the others (rounded counts), sites (their points: rounded x and n, share and limits of
              those, in the order of n and share, without a name), curves; null where fewer than 3 others count, or a count is withheld
    """
    days = [one.day for one in others]
    return {
        "day": max(days, default=None),
        "funnels": [_funnel(measure, others, POLICIES[OTHERS]) for measure in MEASURED],
    }


def _funnel(measure: str, others: Sequence[Standing], policy: Policy) -> Json:
    counts = [one.counts[measure] for one in others if one.counts.get(measure, (0, 0))[1]]
    said = {"measure": measure, "label": words.MEASURES[measure]}
    x, n = (sum(one[place] for one in counts) for place in (0, 1))
    if len(counts) < policy.least_sites or is_withheld(x, n, policy):
        return {**said, "x": None, "n": None, "pooled": None, "sites": [], "curves": []}
    x, n = rounded(x, n, policy)
    pooled = x / n
    points = _points(counts, policy)
    largest = max([n_of for n_of, _ in points], default=SMALLEST_POINT * 2)
    sizes = np.array([n_of for n_of, _ in points], dtype="float64")
    drawn = np.unique(np.rint(np.geomspace(1, largest, POINTS)))
    at_points, curves = limits_at(sizes, pooled), limits_at(drawn, pooled)
    return {
        **said,
        "x": x,
        "n": n,
        "pooled": pooled,
        "sites": [
            {
                "site": None,
                "x": x_of,
                "n": n_of,
                "share": x_of / n_of,
                **{name: number(limits[place]) for name, limits in at_points.items()},
            }
            for place, (n_of, x_of) in enumerate(points)
        ],
        "curves": [
            {"n": int(size), **{name: number(limits[place]) for name, limits in curves.items()}}
            for place, size in enumerate(drawn)
        ],
    }


def _points(counts: Sequence[tuple[int, int]], policy: Policy) -> list[tuple[int, int]]:
    """(n, x) of each hospital that can be shown, rounded, ascending; none where they are too few to hide in."""
    small = {place for place, (x, n) in enumerate(counts) if is_withheld(x, n, policy) or n < SMALLEST_POINT}
    everybody = Sum(tuple(range(len(counts))), is_division=False)
    hidden = withheld([x for x, _n in counts], [everybody], policy, small)
    hidden |= withheld([n - x for x, n in counts], [everybody], policy, small)
    found = [rounded(x, n, policy) for place, (x, n) in enumerate(counts) if place not in hidden]
    points = sorted((n, x) for x, n in found if n >= SMALLEST_POINT)
    return points if len(points) >= policy.least_sites else []


def is_withheld(x: int, n: int, policy: Policy) -> bool:
    """Whether a count of so many may not be shown: few forms, few complete, or few incomplete ones."""
    return n < policy.k or is_small(x, policy) or is_small(n - x, policy)


def rounded(x: int, n: int, policy: Policy) -> tuple[int, int]:
    """Both counts as they are shown, the second re-summed from the parts that are shown."""
    counted, rest = (shown(one, policy) or 0 for one in (x, n - x))
    return counted, counted + rest


def with_own(others: Json, own: Json) -> Json:
    """A funnel of the others with the hospital's own exact point in it, and the widest limits it lies outside of.

    own  a site of a funnel of `completeness`, whose limits are those around all together and are not taken
    """
    point = {name: own[name] for name in ("site", "x", "n", "share")}
    limits: Json = {"lower_95": None, "upper_95": None, "lower_998": None, "upper_998": None}
    beyond = None
    if others["pooled"] is not None and own["n"]:
        found = limits_at(np.array([own["n"]], dtype="float64"), others["pooled"])
        limits = {key: number(value[0]) for key, value in found.items()}
        beyond = outside(own["x"], own["n"], limits)
    return {**others, "sites": [*others["sites"], {**point, **limits, "outside": beyond}]}
