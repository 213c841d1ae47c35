"""Cells of tables: counts and numbers as JSON, NaN as null."""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.core.results import number


def count(x: int, n: int) -> dict[str, Any]:
    """x of n, with the percentage; null of nobody."""
    return {"x": int(x), "n": int(n), "percent": number(100 * x / n) if n else None}


def summary(values: np.ndarray, missing: int) -> dict[str, Any]:
    """How many values there are, and their middle and spread. Quartiles as R's type 7; the SD of one value is null."""
    values, n = np.sort(values), len(values)  # so that sums do not depend on the order of rows
    quartiles = np.quantile(values, (0.25, 0.5, 0.75)) if n else np.full(3, np.nan)
    return {
        "n": n,
        "missing": int(missing),
        "median": number(quartiles[1]),
        "q1": number(quartiles[0]),
        "q3": number(quartiles[2]),
        "min": number(values.min() if n else np.nan),
        "max": number(values.max() if n else np.nan),
        "mean": number(values.mean() if n else np.nan),
        "sd": number(values.std(ddof=1) if n > 1 else np.nan),
    }
