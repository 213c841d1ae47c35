"""How far a computation has come: steps done of steps known. Whoever computes says which step begins; a worker listens.

The listener may raise to end the computation, as when somebody has cancelled it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from analytics.core.analysis import (
    COX,
    CUMULATIVE_INCIDENCE,
    FINE_GRAY,
    KAPLAN_MEIER,
    LANDMARK,
    REGRESSIONS,
    TABLES,
    Analysis,
)

READING = "reading the dataset"
SELECTING = "selecting cases"
ESTIMATING = "estimating"
COMPARING = "comparing the groups"
PERMUTING = "comparing by permutation"
MEANS = "restricted means"
MODELLING = "fitting a model"
RESAMPLING = "correcting by resampling"
TABULATING = "counting"
SECOND = "asking a second engine"
STEPS = (READING, SELECTING, ESTIMATING, COMPARING, PERMUTING, MEANS, MODELLING, RESAMPLING, TABULATING, SECOND)

Report = Callable[[str, int, int], None]  # the step that begins, steps done, steps known

_listening: ContextVar[tuple[tuple[str, ...], Report] | None] = ContextVar("listening", default=None)


def steps_of(analysis: Analysis) -> tuple[str, ...]:
    """The steps of an analysis, in order; one that turns out not to be needed is passed over."""
    return (READING, SELECTING, *_of_method(analysis), *((SECOND,) if analysis.method in REGRESSIONS else ()))


def _of_method(analysis: Analysis) -> tuple[str, ...]:
    models = len(analysis.covariates)
    if analysis.method in (KAPLAN_MEIER, LANDMARK):
        compares = analysis.groups is not None or analysis.exposure is not None
        return (ESTIMATING, *((COMPARING, PERMUTING) if compares else ()), MEANS)
    if analysis.method == CUMULATIVE_INCIDENCE:
        return (ESTIMATING, *((COMPARING,) if analysis.groups is not None else ()))
    if analysis.method == COX:
        return (*(MODELLING,) * (models + (len(analysis.adjusted) > 1)), RESAMPLING)
    if analysis.method == FINE_GRAY:
        return (MODELLING,) * (models + (len(analysis.adjusted) > 1))
    return (TABULATING,) if analysis.method in TABLES else (ESTIMATING,)


@contextmanager
def listening(analysis: Analysis, report: Report) -> Iterator[None]:
    """Call `report` whenever a step of `analysis` begins inside."""
    token = _listening.set((steps_of(analysis), report))
    try:
        yield
    finally:
        _listening.reset(token)


def begin(step: str, place: int = 0) -> None:
    """Say that a step begins: the `place`-th of its name. Nobody may be listening."""
    heard = _listening.get()
    if heard is None:
        return
    steps, report = heard
    if step in steps:
        report(step, min(steps.index(step) + place, len(steps) - 1), len(steps))
