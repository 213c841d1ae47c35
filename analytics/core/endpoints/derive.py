"""From the timeline to a time and a status: the one engine behind every endpoint rule, vectorised over all cases."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analytics.core.endpoints.categories import categorical
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
from analytics.core.endpoints.timeline import date_bit
from analytics.core.sentences import NO_CLOCK, NO_END, OUT_OF_ORDER

ENDS = tuple(END_LABELS.values())
EVENT_NAMES = tuple(TIE_ORDER)
EXCLUSIONS = (NO_CLOCK, OUT_OF_ORDER, NO_END)

CARRIED = ("site", "cohort", "stratum", "burden", "prior_hsct")
TABLE_COLUMNS = (
    *("case", *CARRIED, "endpoint", "version", "clock", "time", "status", "event", "censor_reason", "imputed"),
)


def derive(timeline: pd.DataFrame, endpoint: Endpoint) -> pd.DataFrame:
    """Time and status of `endpoint` for each case in its set, in the timeline's order.

    case           identifier
    time           days from the clock, float; an event or censoring on day 0 is 0.5
    status         0 censored, 1 event, 2 competing event
    event          what happened; missing if censored
    clock          what the time is counted from
    censor_reason  what ended the observation; missing with an event
    imputed        whether the clock or the day that ends the time is imputed
    excluded       why the case has no time (then NaN, status 0); missing otherwise

    On one day the event that stands first in the rule's tie order counts, and any event counts before a censoring.
    """
    cases = timeline[timeline[endpoint.set].to_numpy(dtype=bool)]
    clock, clock_code = days(cases[endpoint.clock]), list(CLOCK_LABELS).index(endpoint.clock)
    event_day, event_code, event_bit = _first_event(cases, endpoint)
    cut_day, cut_code, cut_bit = _first_cut(cases, endpoint.censor_cut)
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
    used = np.where(happened, event_bit, np.where(was_cut, cut_bit, date_bit(endpoint.censor_end)))
    return pd.DataFrame(
        {
            "case": cases["case"].to_numpy(),
            "time": time,
            "status": np.where(happened & kept, _statuses(endpoint)[event_code], 0).astype("int8"),
            "event": categorical(np.where(happened & kept, event_code, -1), EVENT_NAMES),
            "clock": categorical(np.full(len(cases), clock_code), CLOCK_LABELS.values()),
            "censor_reason": categorical(np.where(happened | ~kept, -1, ended), ENDS),
            "imputed": (cases["imputed_dates"].to_numpy() & (used | date_bit(endpoint.clock))) != 0,
            "excluded": categorical(exclusion, EXCLUSIONS),
        },
        index=cases.index,
    )


def endpoint_table(timeline: pd.DataFrame) -> pd.DataFrame:
    """All endpoints at once: one row per case and endpoint whose set the case is in and for which it has a time.

    Columns: TABLE_COLUMNS, each as in `derive` or in the timeline.
    """
    parts = []
    for position, endpoint in enumerate(ENDPOINTS.values()):
        rows = derive(timeline, endpoint)
        rows = rows[rows["excluded"].isna()]
        carried = timeline.loc[rows.index, list(CARRIED)]
        named: dict[str, Any] = {
            "endpoint": categorical(np.full(len(rows), position), ENDPOINTS),
            "version": np.full(len(rows), endpoint.version, dtype="int16"),
        }
        parts.append(rows.assign(**{name: carried[name] for name in CARRIED}, **named))
    return pd.concat(parts, ignore_index=True)[list(TABLE_COLUMNS)]


def _first_event(cases: pd.DataFrame, endpoint: Endpoint) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Day, code (position in EVENT_NAMES) and date bit of the first listed event; NaN, 0 and 0 where there is none."""
    rank = {name: position for position, name in enumerate(endpoint.tie_order)}
    listed = sorted((*endpoint.events, *endpoint.competing), key=lambda event: rank[event.name])
    return _first(
        [(_event_day(cases, event), EVENT_NAMES.index(event.name), event.date) for event in listed], len(cases)
    )


def _first_cut(cases: pd.DataFrame, cuts: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Day, code (position in ENDS) and date bit of the earliest cutting date; NaN, 0 and 0 where nothing cut."""
    return _first([(days(cases[cut]), ENDS.index(END_LABELS[cut]), cut) for cut in cuts], len(cases))


def _first(candidates: list[tuple[np.ndarray, int, str]], size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The earliest of (day, code, symbol) per case; on one day the candidate listed first."""
    first, code, bit = np.full(size, NO_DAY), np.zeros(size, dtype="int64"), np.zeros(size, dtype="int32")
    for day, own_code, symbol in candidates:
        sooner = ~np.isnan(day) & ~(day >= first)
        first[sooner], code[sooner], bit[sooner] = day[sooner], own_code, date_bit(symbol)
    return first, code, bit


def _event_day(cases: pd.DataFrame, event: Event) -> np.ndarray:
    day = days(cases[event.date])
    if event.when:
        occurred = cases[list(event.when)].notna().any(axis="columns").to_numpy()
        day = np.where(occurred, day, NO_DAY)
    return day


def _statuses(endpoint: Endpoint) -> np.ndarray:
    """Status by event code: 1 for the rule's events, 2 for its competing ones (`event` tells them apart)."""
    status = np.zeros(len(EVENT_NAMES), dtype="int8")
    for event in endpoint.events:
        status[EVENT_NAMES.index(event.name)] = 1
    for event in endpoint.competing:
        status[EVENT_NAMES.index(event.name)] = 2
    return status
