"""Results for figures: computed by the core from times and statuses, as a run would store them."""

from dataclasses import replace

import numpy as np

from analytics.catalogue import CATALOGUE
from analytics.core.estimators.follow_up import reverse_kaplan_meier
from analytics.core.estimators.kaplan_meier import kaplan_meier, quantile
from analytics.core.estimators.logrank import logrank
from analytics.core.results import estimate_json, group_json, logrank_json

MONTH = 30.4375
DATASET = {
    "cohort": "tisagenlecleucel",
    "kind": "live",
    "revision": 12,
    "hash": "a1b2c3d4" + "0" * 56,
    "made_at": "2025-11-25T07:14:03+00:00",
}


def analysis(name="os"):
    """An analysis of the catalogue."""
    return next(one for one in CATALOGUE if one.name == name)


def result_of(*groups, of="os", **changes):
    """A Result from (label, times in days, statuses) per group; the label is the group's value too."""
    asked = replace(analysis(of), **changes)
    times = [day for _, days, _ in groups for day in days]
    status = np.array([one for _, _, statuses in groups for one in statuses], dtype=bool)
    member = np.array([label for label, days, _ in groups for _ in days])
    ticks = list(range(0, int(max(times, default=0) / MONTH) + 1, asked.tick_months))
    curves = [(label, kaplan_meier(days, np.array(statuses, dtype=bool))) for label, days, statuses in groups]
    test = logrank(times, status, member) if len(set(member)) > 1 else None
    return {
        "analysis": asked.as_dict(tuple((label, label) for label, _, _ in groups)),
        "analysis_hash": asked.hash,
        "endpoint": asked.rule.as_dict(),
        "n": len(times),
        "events": int(status.sum()),
        "excluded": [],
        "groups": [group_json(label, label, curve, asked.at_months, ticks) for label, curve in curves],
        "logrank": test and (None if np.isnan(test.test.statistic) else logrank_json(test)),
        "follow_up": {
            "method": "reverse Kaplan-Meier",
            "median": estimate_json(quantile(reverse_kaplan_meier(times, status))),
        },
        "limits": "log-log 95 %",
        "warnings": [],
        "dataset": DATASET,
    }


def months(*numbers):
    """Days of so many months."""
    return [number * MONTH for number in numbers]


HOSTILE = '<b>Low</b> & <a href="javascript:x">$\\alpha$</a> %{customdata}\n<script>'
EDGES = {
    "nobody": result_of(("All cases", [], [])),
    "one patient, alive": result_of(("All cases", months(7), [0])),
    "one patient, dead on day 0": result_of(("All cases", [0.5], [1])),
    "all censored": result_of(("All cases", months(2, 5, 8, 14, 20, 26), [0] * 6)),
    "everybody dies": result_of(("All cases", months(2, 5, 8, 14, 20, 26), [1] * 6)),
    "one group empty": result_of(("Low", months(3, 9, 15), [1, 0, 0]), ("High", [], [])),
    "hostile label": result_of(
        (HOSTILE, months(3, 9, 15), [1, 0, 0]), ("高腫瘍量（骨髄芽球 5％以上）", months(2, 4), [1, 1])
    ),
    "eight groups": result_of(
        *((f"Hospital of a Rather Long Name {i}", months(*range(i + 1, i + 9)), [1, 0] * 4) for i in range(8))
    ),
    "long follow-up": result_of(("All cases", months(*range(1, 200, 4)), [1, 0] * 25)),
}
