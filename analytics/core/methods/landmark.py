"""Who is still free of the event at the landmark, by what had happened until then or by group; the clock starts anew there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analytics.core import progress
from analytics.core import small_sample_sentences as words
from analytics.core.estimators.kaplan_meier import kaplan_meier
from analytics.core.estimators.landmark import Landmark, changed_by, landmark
from analytics.core.methods.answer import Answer, of_rows
from analytics.core.methods.survival import compared
from analytics.core.selection import Selected


def answer(selected: Selected) -> Answer:
    """The curves from the landmark on, their comparison, and who left before it."""
    progress.begin(progress.ESTIMATING)
    since, left = from_landmark(selected)
    curves = {
        value: kaplan_meier(own["time"], own["status"] == 1)
        for value, own in ((value, since.group(value)) for value, _ in since.levels)
    }
    gone = {"events": left.event_before, "censored": left.censored_before}
    said = (
        [words.LEFT_BEFORE_LANDMARK.format(at=f"{selected.analysis.options.landmark_days} days", **gone)]
        if any(gone.values())
        else []
    )
    found = compared(since, curves, [*of_rows(since), *said])
    found.body["landmark"] = {"days": selected.analysis.options.landmark_days, "n": len(since.rows), "excluded": gone}
    return found


def from_landmark(selected: Selected) -> tuple[Selected, Landmark]:
    """The cases still observed and free of the event after the landmark, times counted from it, grouped as they then were."""
    exposure, day = selected.analysis.exposure, selected.analysis.options.landmark_days
    assert day is not None  # noqa: S101 - an Analysis of a landmark has its day
    left = landmark(selected.rows["time"], selected.event, day)
    rows = selected.rows[left.kept].assign(time=left.time)
    if exposure is None:
        return replace(selected, rows=rows), left
    group = np.where(changed_by(selected.exposed_from, day), "yes", "no")[left.kept]
    return replace(selected, rows=rows.assign(group=group), levels=exposure.levels), left
