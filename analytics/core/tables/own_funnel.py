"""What a hospital sees of a completeness table: its own numbers exactly, the others as rounded points without a name.

Rules of the consortium's disclosure control for a site's view of all others together: from at least 3 other hospitals, counts rounded to
5, counts of 1 to 4 (and all but 1 to 4) withheld, shares and limits computed from rounded counts. Limits are drawn to a size that follows
from rounded counts, too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.core.results import number
from analytics.core.tables.completeness import limits_at, outside

POLICY = "scorecard 1"
LEAST, ROUNDED_TO = 5, 5  # counts below LEAST are withheld; the others rounded
OTHER_SITES = 3
SMALLEST_POINT = 10
POINTS = 40
Json = dict[str, Any]


def own_scorecard(table: Json, site: str, others: Json) -> Json:
    """The hospital's own row, with the day and thresholds by which it is judged, and the funnels with its own point in them.

    others  `others_funnels` of the same hospital, which may be older. The own point has the name that the table gives the hospital.
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


def others_funnels(table: Json, site: str) -> Json:
    """The funnels around all other hospitals together, as `completeness` makes them, without the own point.

    funnels   measure, label, x, n and pooled of the others (rounded counts), sites (their points: rounded x and n, share and limits of
              those, in the order of n and share, without a name), curves; null where fewer than 3 others count, or a count is withheld
    """
    return {"day": table["day"], "funnels": [_funnel(funnel, site) for funnel in table["funnels"]]}


def _funnel(funnel: Json, site: str) -> Json:
    others = [one for one in funnel["sites"] if one["site"] != site and one["n"]]
    said = {"measure": funnel["measure"], "label": funnel["label"]}
    x, n = (sum(one[name] for one in others) for name in ("x", "n"))
    if len(others) < OTHER_SITES or is_withheld(x, n):
        return {**said, "x": None, "n": None, "pooled": None, "sites": [], "curves": []}
    x, n = rounded(x, n)
    pooled = x / n
    points = sorted(
        (n_of, x_of)
        for x_of, n_of in (rounded(one["x"], one["n"]) for one in others if not is_withheld(one["x"], one["n"]))
        if n_of >= SMALLEST_POINT
    )
    points = points if len(points) >= OTHER_SITES else []
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


def is_withheld(x: int, n: int) -> bool:
    """Whether a count of so many may not be shown: few forms, few complete, or few incomplete ones."""
    return n < LEAST or any(0 < one < LEAST for one in (x, n - x))


def rounded(x: int, n: int) -> tuple[int, int]:
    """Both counts to the next multiple of 5, the first re-summed from the parts that are shown."""
    parts = [ROUNDED_TO * round(one / ROUNDED_TO) for one in (x, n - x)]
    return parts[0], sum(parts)


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
