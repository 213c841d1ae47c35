"""Named classes as compact columns."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

MISSING = -1


def categorical(codes: np.ndarray, names: Iterable[str]) -> pd.Categorical:
    """(n,) positions in `names` as a categorical column; MISSING is missing."""
    categories = pd.Index(list(names), dtype=object)
    return pd.Categorical.from_codes(codes, categories=categories)  # type: ignore[arg-type]  # arrays are taken as well
