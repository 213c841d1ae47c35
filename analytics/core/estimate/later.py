"""What is known only after time 0: rows from a landmark on, and an exposure that begins at a time of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analytics.core import small_sample_sentences as words
from analytics.core.estimate.reading import Data
from analytics.core.estimate.request import RefusedError, Request
from analytics.core.estimators.landmark import landmark, time_dependent


def from_landmark(request: Request, data: Data) -> Data:
    """The rows still under observation after --landmark, their clock restarted there."""
    assert request.landmark is not None  # noqa: S101 - only asked for with the option
    left = landmark(data.time, data.status > 0, request.landmark)
    gone = words.LEFT_BEFORE_LANDMARK.format(
        events=left.event_before, censored=left.censored_before, at=f"{request.landmark:g}"
    )
    kept = rows_of(data, np.flatnonzero(left.kept))
    change = None if kept.change is None else np.maximum(kept.change - request.landmark, 0)
    return replace(kept, time=left.time, change=change, warnings=[*data.warnings, gone])


def exposed(request: Request, data: Data) -> Data:
    """Each row split where its --change begins: a covariate of that name is 0 before and 1 after."""
    if data.change is None or request.change is None:
        raise RefusedError("--change names no column")
    spells = time_dependent(data.time, data.event, data.change)
    split = rows_of(data, spells.row)
    said = [words.CHANGE_UNUSED[spells.unused > 1].format(n=spells.unused)] if spells.unused else []
    table = split.covariates.assign(**{request.change: np.where(spells.exposed, "1", "0")})
    return replace(
        split,
        time=spells.stop,
        entry=spells.start,
        status=spells.event.astype("int64"),
        covariates=table,
        subject=spells.row.astype(str),
        warnings=[*data.warnings, *said],
    )


def rows_of(data: Data, place: np.ndarray) -> Data:
    """The rows at these places, each as often as it is named."""

    def of(vector: np.ndarray | None) -> np.ndarray | None:
        return None if vector is None else vector[place]

    return replace(
        data,
        time=data.time[place],
        status=data.status[place],
        entry=of(data.entry),
        group=data.group[place],
        strata=of(data.strata),
        cluster=of(data.cluster),
        subject=of(data.subject),
        change=of(data.change),
        potential=of(data.potential),
        covariates=pd.DataFrame(data.covariates).iloc[place].reset_index(drop=True),
    )
