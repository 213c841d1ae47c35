"""From the timeline to a time and a status: the one engine behind every endpoint rule, vectorised over all cases."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.core.endpoints.dates import NO_DAY, days
from analytics.core.endpoints.definitions import (
    CLOCK_LABELS,
    DAY_ZERO,
    END_LABELS,
    ENDPOINTS,
    TIE_ORDER,
    Endpoint,
    Event,
)

ENDS = tuple(END_LABELS.values())
EVENT_NAMES = tuple(TIE_ORDER)
NO_CLOCK = "The date that starts the clock is missing"
OUT_OF_ORDER = "An event is dated before the clock starts"
NO_END = "No date ends the observation"
EXCLUSIONS = (NO_CLOCK, OUT_OF_ORDER, NO_END)

OWN_COLUMNS = ("case", "time", "status", "event", "clock", "censor_reason", "excluded")
CARRIED = ("site", "cohort", "stratum", "burden", "prior_hsct", "imputed")


def derive(timeline: pd.DataFrame, endpoint: Endpoint) -> pd.DataFrame:
    """Time and status of `endpoint` for each case in its set, in the timeline's order.

    case           identifier
    time           days from the clock, float; an event or censoring on day 0 is 0.5
    status         0 censored, 1 event, 2 competing event
    event          what happened; missing if censored
    clock          what the time is counted from
    censor_reason  what ended the observation; missing with an event
    excluded       why the case has no time (then NaN, status 0); missing otherwise

    On one day the event that stands first in the rule's tie order counts, and any event counts before a censoring.
    """
    cases = timeline[timeline[endpoint.set].to_numpy(dtype=bool)]
    clock = days(cases[endpoint.clock])
    event_day, event_code = _first_event(cases, endpoint)
    cut_day, cut_code = _first_cut(cases, endpoint.censor_cut)
    end_day = days(cases[endpoint.censor_end])

    happened = ~np.isnan(event_day) & ~(event_day > cut_day)
    was_cut = ~happened & ~np.isnan(cut_day)
    last_day = np.where(happened, event_day, np.where(was_cut, cut_day, end_day))
    time = last_day - clock
    exclusion = np.select([np.isnan(clock), happened & (time < 0), np.isnan(time)], range(len(EXCLUSIONS)), default=-1)
    kept = exclusion < 0
    # A censoring before the clock can only be a first day: the clock itself proves observation up to it.
    time = np.where(kept, np.where(time <= 0, DAY_ZERO, time), NO_DAY)
    ended = np.where(was_cut, cut_code, ENDS.index(END_LABELS[endpoint.censor_end]))
    return pd.DataFrame(
        {
            "case": cases["case"].to_numpy(),
            "time": time,
            "status": np.where(happened & kept, _statuses(endpoint)[event_code], 0).astype("int8"),
            "event": pd.Categorical.from_codes(np.where(happened & kept, event_code, -1), categories=list(EVENT_NAMES)),
            "clock": pd.Categorical(
                [CLOCK_LABELS[endpoint.clock]] * len(cases), categories=list(CLOCK_LABELS.values())
            ),
            "censor_reason": pd.Categorical.from_codes(np.where(happened | ~kept, -1, ended), categories=list(ENDS)),
            "excluded": pd.Categorical.from_codes(exclusion, categories=list(EXCLUSIONS)),
        },
        index=cases.index,
    )


def endpoint_table(timeline: pd.DataFrame) -> pd.DataFrame:
    """All endpoints at once: one row per case and endpoint whose set the case is in and for which it has a time.

    Columns: case, site, cohort, stratum, burden, prior_hsct, endpoint, version, clock, time, status, event,
    censor_reason, imputed.
    """
    names = list(ENDPOINTS)
    parts = []
    for position, endpoint in enumerate(ENDPOINTS.values()):
        rows = derive(timeline, endpoint)
        rows = rows[rows["excluded"].isna()]
        carried = timeline.loc[rows.index, list(CARRIED)]
        named = {
            "endpoint": pd.Categorical.from_codes(np.full(len(rows), position), categories=names),
            "version": np.full(len(rows), endpoint.version, dtype="int16"),
        }
        parts.append(rows.assign(**{name: carried[name] for name in CARRIED}, **named))
    columns = [
        "case",
        *CARRIED[:-1],
        "endpoint",
        "version",
        "clock",
        "time",
        "status",
        "event",
        "censor_reason",
        "imputed",
    ]
    return pd.concat(parts, ignore_index=True)[columns]


def _first_event(cases: pd.DataFrame, endpoint: Endpoint) -> tuple[np.ndarray, np.ndarray]:
    """Day and code (position in EVENT_NAMES) of the first listed event; NaN and 0 where there is none."""
    rank = {name: position for position, name in enumerate(endpoint.tie_order)}
    listed = sorted((*endpoint.events, *endpoint.competing), key=lambda event: rank[event.name])
    first = np.full(len(cases), NO_DAY)
    code = np.zeros(len(cases), dtype="int64")
    for event in listed:
        day = _event_day(cases, event)
        sooner = ~np.isnan(day) & ~(day >= first)
        first[sooner] = day[sooner]
        code[sooner] = EVENT_NAMES.index(event.name)
    return first, code


def _event_day(cases: pd.DataFrame, event: Event) -> np.ndarray:
    day = days(cases[event.date])
    if event.when:
        occurred = cases[list(event.when)].notna().any(axis="columns").to_numpy()
        day = np.where(occurred, day, NO_DAY)
    return day


def _first_cut(cases: pd.DataFrame, cuts: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Day of the earliest cutting date and the code (position in ENDS) of what cut; NaN and 0 where nothing did."""
    first = np.full(len(cases), NO_DAY)
    code = np.zeros(len(cases), dtype="int64")
    for cut in cuts:
        day = days(cases[cut])
        sooner = ~np.isnan(day) & ~(day >= first)
        first[sooner] = day[sooner]
        code[sooner] = ENDS.index(END_LABELS[cut])
    return first, code


def _statuses(endpoint: Endpoint) -> np.ndarray:
    """Status by event code: 1 for the rule's events, 2 for its competing ones (`event` tells them apart)."""
    status = np.zeros(len(EVENT_NAMES), dtype="int8")
    for event in endpoint.events:
        status[EVENT_NAMES.index(event.name)] = 1
    for event in endpoint.competing:
        status[EVENT_NAMES.index(event.name)] = 2
    return status
