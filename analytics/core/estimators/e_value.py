"""The E-value: how strong an unmeasured confounder would have to be to explain a hazard ratio away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class EValue:
    """The E-value of the estimate, and of the limit nearer to 1 (1 if the interval holds 1); both are at least 1."""

    estimate: float
    limit: float
    risk_ratio: float
    common_outcome: bool


def e_value(hazard_ratio: float, lower: float, upper: float, *, common_outcome: bool = True) -> EValue:
    """How strongly an unmeasured confounder would have to be tied to both exposure and outcome, as a risk ratio.

    hazard_ratio, lower, upper  > 0, lower <= hazard_ratio <= upper; NaN gives NaN
    common_outcome              True if more than about 15 % have the event: the hazard ratio is first made a risk ratio,
                                (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1/HR)); False: it is taken for one

    Raises ValueError for numbers that are not above 0 or limits that do not hold the estimate.

    Source: VanderWeele & Ding 2017; VanderWeele 2017 (common outcome). Published: risk ratio 3.9 (1.8 to 8.7) gives
    7.26 and 3.0: tests/analytics/core/estimators/test_e_value.py.
    """
    given = np.array([lower, hazard_ratio, upper], dtype="float64")
    if (given <= 0).any() or np.isinf(given[1]):
        raise ValueError(f"hazard ratio and limits are {hazard_ratio}, {lower}, {upper}; expected numbers above 0")
    if lower > hazard_ratio or hazard_ratio > upper:
        raise ValueError(f"hazard ratio {hazard_ratio} is not within its limits {lower} to {upper}")
    low, ratio, high = (_risk_ratio(value) if common_outcome else float(value) for value in given)
    near = high if ratio < 1 else low
    crosses = lower <= 1 <= upper
    return EValue(_strength(ratio), 1.0 if crosses else _strength(near), ratio, common_outcome)


def _risk_ratio(hazard_ratio: float) -> float:
    return float((1 - 0.5 ** np.sqrt(hazard_ratio)) / (1 - 0.5 ** np.sqrt(1 / hazard_ratio)))


def _strength(risk_ratio: float) -> float:
    above = 1 / risk_ratio if risk_ratio < 1 else risk_ratio
    return float(above + np.sqrt(above * (above - 1)))
