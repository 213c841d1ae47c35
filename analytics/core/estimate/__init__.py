"""Any estimator on any CSV: columns of text in, one JSON object out. What is refused is refused in one sentence.

`estimate` loads what a method needs and no more.
"""

from analytics.core.estimate.answer import estimate
from analytics.core.estimate.request import LIMITS, METHODS, SEED, TIES, TRANSFORMS, WEIGHTS, RefusedError, Request

__all__ = ["LIMITS", "METHODS", "SEED", "TIES", "TRANSFORMS", "WEIGHTS", "RefusedError", "Request", "estimate"]
