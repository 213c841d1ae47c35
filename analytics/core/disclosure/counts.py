"""Single numbers as they are released: counts rounded or withheld, shares and estimates coarse enough not to give counts away."""

from __future__ import annotations

from math import floor, log10
from typing import Any

from analytics.core.disclosure.policy import Policy


def is_small(count: int, policy: Policy) -> bool:
    """Whether the count is one that must not be found out."""
    return 0 < count < policy.k


def shown(count: int | None, policy: Policy) -> int | None:
    """The count as it is shown: 0, or rounded; None where it is withheld or not known."""
    if count is None or is_small(count, policy):
        return None
    return (count + policy.base // 2) // policy.base * policy.base


def alike(count: int, policy: Policy) -> tuple[int, int]:
    """The least and the greatest count that would be shown as this one, which is shown."""
    if count == 0:
        return 0, 0
    half = policy.base // 2
    middle = (count + half) // policy.base * policy.base
    return max(policy.k, middle - half), middle + half


def share(value: float | None) -> float | None:
    """A share in whole per cent: 22/27 says how many, 81 % does not."""
    return None if value is None else round(value, 2)


def coarse(value: float | None) -> float | None:
    """Two significant digits, and none after the point from 1 upward: the median of an odd number is somebody's own value."""
    if value is None or value == 0:
        return value
    digits = 1 - floor(log10(abs(value)))
    return float(round(value, min(digits, 0) if abs(value) >= 1 else digits))


def ratio(value: float | None) -> float | None:
    """A hazard or odds ratio with two significant digits."""
    return None if value is None or value == 0 else float(f"{value:.2g}")


def p_value(value: float | None) -> float | None:
    """Two decimals; below 0.01 one significant digit, below 0.001 no more than that."""
    if value is None:
        return None
    return max(round(value, 2) if value >= 0.01 else float(f"{value:.1g}"), 0.0009)


def test(found: dict[str, Any] | None, **also: Any) -> dict[str, Any] | None:
    """A test as it is released: its statistic coarse, p rounded."""
    if not found or found.get("p") is None:
        return None
    statistic = found.get("statistic")
    return {
        "statistic": None if statistic is None else round(statistic, 1),
        "df": found.get("df"),
        "p": p_value(found["p"]),
        **also,
    }
