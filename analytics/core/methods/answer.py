"""The part of a Result that a method gives, and the parts that several methods share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from analytics.core import sentences
from analytics.core.analysis import Analysis
from analytics.core.results import DAYS_PER_MONTH
from analytics.core.selection import Selected

FEW_AT_RISK = 5
LEAST_SHOWN_MONTHS = 24


@dataclass(slots=True)
class Answer:
    """body: keys of the Result that belong to the method. warnings: sentences a person must read with the numbers."""

    body: dict[str, Any]
    warnings: list[str] = field(default_factory=list)


def shown_until(times: np.ndarray) -> float:
    """Days to which curves and tables are drawn: the longest observation, but not far beyond what many reach.

    One mistyped year must not stretch every axis to a century: what lies beyond one and a half times the last day that at least
    max(5, 10 %) of the cases reach, and beyond two years, is in the estimates and not in the picture.
    """
    if not len(times):
        return 0.0
    times = np.sort(times)
    few = max(FEW_AT_RISK, int(np.ceil(len(times) / 10)))
    reached = times[-few] if len(times) >= few else times[0]
    return float(min(times[-1], max(LEAST_SHOWN_MONTHS * DAYS_PER_MONTH, 1.5 * reached)))


def ticks(analysis: Analysis, until: float) -> list[int]:
    """Months of the ticks, from 0 to the last one that is shown."""
    return list(range(0, int(until / DAYS_PER_MONTH) + 1, analysis.tick_months))


def beyond(times: np.ndarray, until: float) -> list[str]:
    """The sentence about cases that are observed beyond what is shown."""
    n = int((times > until).sum())
    months = round(until / DAYS_PER_MONTH)
    return [sentences.BEYOND[n > 1].format(n=n, months=months)] if n else []


def named(selected: Selected, label: str, said: list[str]) -> list[str]:
    """Sentences about one group, after its name where there are several."""
    if not selected.is_grouped:
        return said
    return [sentences.GROUPED.format(group=label, sentence=one) for one in said]


def of_rows(selected: Selected) -> list[str]:
    """What the reader must know about the rows themselves."""
    rows, rule = selected.rows, selected.analysis.rule
    # Who was transplanted in remission has it documented by the transplant; overall survival counts no relapse.
    follows_remission = rule.set != "transplanted" and any(one.name == "relapse" for one in rule.events)
    flags = (
        rows["imputed"],
        rows["response_from_site"],
        rows["relapse_without_remission"] & follows_remission,
    )
    counted = [(int(flag.sum()), words) for flag, words in zip(flags, sentences.OF_ROWS, strict=True)]
    return [(one if n == 1 else several).format(n=n) for n, (one, several) in counted if n]
