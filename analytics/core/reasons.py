"""Why a number of a Result is not there: every null of an estimate has a sentence. A Result never holds NaN."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from analytics.core import sentences

# Where a null stands (list positions as []) and why. The first that fits says it.
REASONS: tuple[tuple[str, str], ...] = (
    (r"(.*\.)?median\.estimate|(.*\.)?(lower|upper)_quartile\.estimate", sentences.NOT_REACHED),
    (r"(.*\.)?(median|lower_quartile|upper_quartile)\.(lower|upper)", sentences.LIMIT_NOT_REACHED),
    (r"groups\[\]\.curve\.(lower|upper)\[\]", sentences.NO_LIMITS_OF_CURVE),
    (r"groups\[\]\.at\[\]\.(lower|upper)", sentences.NO_LIMITS_OF_CURVE),
    (r"groups\[\]\.(curve\.(survival|std_error)\[\]|at\[\]\.(survival|std_error))", sentences.NOBODY_IN_GROUP),
    (r"groups\[\]\.event_free\.survival\[\]", sentences.NOBODY_IN_GROUP),
    (r"groups\[\]\.causes\[\]\.(curve\.(lower|upper)\[\]|at\[\]\.(lower|upper))", sentences.NO_LIMITS_OF_INCIDENCE),
    (r"groups\[\]\.causes\[\]\..*(incidence|std_error)(\[\])?", sentences.NOBODY_IN_GROUP),
    (r"groups\[\]\.reliable_until", sentences.NEVER_RELIABLE),
    (r"groups\[\]\.(estimate|lower|upper|wilson\.(lower|upper))", sentences.NOBODY_IN_GROUP),
    (r"restricted_mean\..*", sentences.NO_SPREAD),
    (r"(logrank\.trend|permutation|gray\[\]|pairwise\[\]|mantel_byar|logrank)\..*", sentences.NO_TEST),
    (r"comparison\..*", sentences.EMPTY_CELL),
    (r"models\[\](\.\w+)*\.terms\[\]\.robust_std_error", sentences.NOT_CLUSTERED),
    (r"models\[\](\.\w+)*\.terms\[\]\.(coef|std_error|hr|lower|upper|statistic|p)", sentences.NO_FINITE_ESTIMATE),
    (r"models\[\](\.\w+)*\.terms\[\]\.profile_(lower|upper)", sentences.NO_PROFILE_LIMIT),
    (r"models\[\](\.\w+)*\.terms\[\]\.e_value(\..*)?", sentences.NO_E_VALUE),
    (r"models\[\](\.\w+)*\.concordance(_std_error)?", sentences.NO_PAIR),
    (r"models\[\](\.\w+)*\.optimism\..*", sentences.NO_RESAMPLE),
    (r"models\[\](\.\w+)*\.(likelihood_ratio|wald|score|proportional_hazards.*)\..*", sentences.NO_TEST),
    (r"models\[\](\.\w+)*\.(loglik|loglik_null)", sentences.NO_FINITE_ESTIMATE),
    (r"follow_up\.completeness\.complete", sentences.NO_POTENTIAL),
    (r"table\.(total|sites\[\])\.(?!follow_up).*", sentences.QUALITY_NOT_KNOWN),
    (r"table\.(.*\.)?follow_up\.complete", sentences.NO_POTENTIAL),
    (r"table\..*\.logrank", sentences.NO_TEST),
    (r"table\..*(smd|difference|largest).*", sentences.NO_DIFFERENCE),
    (r"table\..*\.p", sentences.NO_TEST),
    (
        r"table\..*\.(estimate|lower|upper|share|percent|median|q1|q3|min|max|mean|sd|observed|expected|rate)",
        sentences.NOBODY_HERE,
    ),
    (r"table\..*", sentences.NOBODY_HERE),
)
# Nulls that are no number which could have been: a part that this analysis has not.
ABSENT = re.compile(
    r"endpoint(\.window)?|events|groups|analysis\..*|follow_up(\.(completeness|to))?|data_quality|logrank|permutation|restricted_mean"
    r"(\.(difference|ratio))?|comparison(\.odds_ratio)?|mantel_byar|models\[\](\.\w+)*\.(refused|beside|proportional_hazards|e_value)"
    r"|models\[\](\.\w+)*\.terms\[\]\.(level|level_label|reference|reference_label|unit|per|e_value)"
    r"|models\[\](\.\w+)*\.levels\[\]\.value"
    r"|table|table\..*\.(same_cases_as|same_times_as|outside|column|value|level|label|test|smd|group|parent|reason|note|levels|heads|within|of|kind|unit|p)"
)
_PATTERNS = tuple((re.compile(pattern), reason) for pattern, reason in REASONS)


def undefined(body: dict) -> list[dict]:
    """Every null of a Result that stands for a number: where (places in lists as []), how often, and why."""
    counted: dict[str, int] = {}
    for place in _nulls(body, ""):
        if not ABSENT.fullmatch(place):
            counted[place] = counted.get(place, 0) + 1
    return [{"at": place, "n": n, "reason": _reason(place)} for place, n in counted.items()]


def _reason(place: str) -> str:
    return next((reason for pattern, reason in _PATTERNS if pattern.fullmatch(place)), sentences.NOT_ESTIMABLE)


def _nulls(value: Any, place: str) -> Iterator[str]:
    if value is None:
        yield place
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _nulls(inner, f"{place}.{name}" if place else name)
    elif isinstance(value, list):
        for inner in value:
            yield from _nulls(inner, f"{place}[]")
