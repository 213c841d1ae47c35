"""How long the cases were followed: the Kaplan-Meier curve of the time to censoring."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from analytics.core.estimators.kaplan_meier import SurvivalCurve, curve_of
from analytics.core.estimators.times import Observed, observed


def reverse_kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    confidence: float = 0.95,
    limits: str = "log-log",
) -> SurvivalCurve:
    """Estimate the distribution of follow-up: censorings are the events, and events censor. Read it with `quantile`.

    Vectors and errors as for `kaplan_meier`; `n_events` of the result counts the censorings.

    Source: Schemper & Smith 1996. Agrees with R survfit(Surv(time, 1 - event)).
    """
    data = observed(time, event, entry)
    return curve_of(Observed(data.time, np.logical_not(data.event), data.entry), confidence, limits)
