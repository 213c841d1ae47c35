"""From the timeline to a time and a status: the one engine behind every endpoint rule, vectorised over all cases."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.core.endpoints.categories import MISSING, categorical
from analytics.core.endpoints.dates import NO_DAY, days
from analytics.core.endpoints.definitions import (
    CLOCK_LABELS,
    DAY_ZERO,
    END_LABELS,
    END_OF_WINDOW,
    ENDPOINTS,
    TIE_ORDER,
    Endpoint,
    Event,
)
from analytics.core.endpoints.timeline import date_bit
from analytics.core.sentences import NO_CLOCK, NO_END, NOT_REPORTED, OUT_OF_ORDER, RESTS_ON_IMPUTED

ENDS = (*END_LABELS.values(), END_OF_WINDOW)
WINDOW, BY_DEATH = ENDS.index(END_OF_WINDOW), ENDS.index(END_LABELS["D_DTH_OTHER"])
COMPETING = 2
EVENT_NAMES = tuple(TIE_ORDER)
EXCLUSIONS = (NO_CLOCK, NOT_REPORTED, OUT_OF_ORDER, NO_END, RESTS_ON_IMPUTED)

CARRIED = ("site", "cohort", "stratum", "burden", "prior_hsct")
DERIVED = ("clock", "time", "status", "cause", "event", "censor_reason", "imputed")
TABLE_COLUMNS = ("case", *CARRIED, "endpoint", "version", *DERIVED)


def derive(timeline: pd.DataFrame, endpoint: Endpoint, *, without_imputed: bool = False) -> pd.DataFrame:
    """Time and status of `endpoint` for each case in its set, in the timeline's order.

    case           identifier
    time           days from the clock, float; an event or censoring on day 0 is 0.5
    status         0 censored, 1 event, 2 competing event
    cause          0 censored, 1 event, 2, 3, … the rule's competing events one by one (`Endpoint.causes`)
    event          what happened; missing if censored
    clock          what the time is counted from
    censor_reason  what ended the observation; missing with an event
    not_before     days from the clock to the last date at which the event was seen not to have happened; NaN where the
                   rule knows no such date, or without the rule's own event
    imputed        whether the clock or the day that ends the time is imputed
    excluded       why the case has no time (then NaN, status 0); missing otherwise

    On one day the event that stands first in the rule's tie order counts, and any event counts before a censoring.
    without_imputed leaves out, as excluded, the cases whose time rests on an imputed date.
    """
    cases = _in_set(timeline, endpoint)
    clock, clock_code = days(cases[endpoint.clock]), list(CLOCK_LABELS).index(endpoint.clock)
    event_day, event_code, event_bit = _first_event(cases, endpoint)
    cut_day, cut_code, cut_bit = _first_cut(cases, endpoint.censor_cut)
    end_day, end_code, end_bit = _end(cases, endpoint, clock, event_day)

    happened = ~np.isnan(event_day) & ~(event_day > cut_day)
    if endpoint.window is not None:
        happened &= ~(event_day > clock + endpoint.window)
    was_cut = ~happened & ~np.isnan(cut_day) & ~((cut_day > end_day) & (end_code == WINDOW))
    last_day = np.where(happened, event_day, np.where(was_cut, cut_day, end_day))
    used = np.where(happened, event_bit, np.where(was_cut, cut_bit, end_bit))
    imputed = (cases["imputed_dates"].to_numpy() & (used | date_bit(endpoint.clock))) != 0
    time = last_day - clock
    reasons = {
        NO_CLOCK: np.isnan(clock),
        NOT_REPORTED: ~cases[endpoint.known].to_numpy(dtype=bool) if endpoint.known else False,
        OUT_OF_ORDER: (happened | (was_cut & (cut_code == BY_DEATH))) & (time < 0),
        NO_END: np.isnan(time),
        RESTS_ON_IMPUTED: imputed & without_imputed,
    }
    exclusion = _first_that_holds(reasons, len(cases))
    kept = exclusion < 0
    # A censoring before the clock can only be a first day: the clock itself proves observation up to it.
    time = np.where(kept, np.where(time <= 0, DAY_ZERO, time), NO_DAY)
    happened &= kept
    causes = _causes(endpoint)[event_code]
    return pd.DataFrame(
        {
            "case": cases["case"].to_numpy(),
            "time": time,
            "status": np.where(happened, np.minimum(causes, COMPETING), 0).astype("int8"),
            "cause": np.where(happened, causes, 0).astype("int8"),
            "event": categorical(np.where(happened, event_code, MISSING), EVENT_NAMES),
            "clock": categorical(np.full(len(cases), clock_code), CLOCK_LABELS.values()),
            "censor_reason": categorical(
                np.where(happened | ~kept, MISSING, np.where(was_cut, cut_code, end_code)), ENDS
            ),
            "not_before": _not_before(cases, endpoint, clock, happened & (causes == 1)),
            "imputed": imputed,
            "excluded": categorical(exclusion, EXCLUSIONS),
        },
        index=cases.index,
        copy=False,
    )


def endpoint_table(timeline: pd.DataFrame) -> pd.DataFrame:
    """All endpoints at once: one row per case and endpoint whose set the case is in and for which it has a time.

    Columns: TABLE_COLUMNS, each as in `derive` or in the timeline.
    """
    lines = timeline.reset_index(drop=True)
    parts = {endpoint.id: derive(lines, endpoint) for endpoint in ENDPOINTS.values()}
    parts = {name: rows[rows["excluded"].isna()] for name, rows in parts.items()}
    lengths = [len(rows) for rows in parts.values()]
    place = np.concatenate([rows.index.to_numpy() for rows in parts.values()])
    versions = np.array([ENDPOINTS[name].version for name in parts], dtype="int16")
    columns: dict[str, Any] = {
        **{name: lines[name].array.take(place) for name in ("case", *CARRIED)},
        "endpoint": categorical(np.repeat(np.arange(len(parts)), lengths), parts),
        "version": np.repeat(versions, lengths),
        **{name: _joined([rows[name] for rows in parts.values()]) for name in DERIVED},
    }
    return pd.DataFrame({name: columns[name] for name in TABLE_COLUMNS}, copy=False)


def _joined(parts: list[pd.Series]) -> Any:
    """One column of all parts; categories are the same in each."""
    if isinstance(parts[0].dtype, pd.CategoricalDtype):
        return categorical(np.concatenate([part.cat.codes for part in parts]), parts[0].cat.categories)
    return np.concatenate([part.to_numpy() for part in parts])


def _in_set(timeline: pd.DataFrame, endpoint: Endpoint) -> pd.DataFrame:
    """The cases of the rule's set with the columns that the rule reads."""
    listed = (*endpoint.events, *endpoint.competing)
    read = ("case", "imputed_dates", endpoint.clock, endpoint.censor_end, *endpoint.censor_cut)
    dated = (*(event.date for event in listed), *(column for event in listed for column in event.when))
    optional = (column for column in (endpoint.known, endpoint.not_before) if column)
    columns = list(dict.fromkeys((*read, *dated, *optional)))
    inside = timeline[endpoint.set].to_numpy(dtype=bool)
    return timeline[columns] if inside.all() else timeline.loc[inside, columns]


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
    first, code, bit = np.full(size, NO_DAY), np.zeros(size, dtype="int64"), np.zeros(size, dtype="int64")
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


def _end(
    cases: pd.DataFrame, endpoint: Endpoint, clock: np.ndarray, event_day: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Day, code (position in ENDS) and date bit of the end of observation.

    Whoever is observed, or has an event, on the last day of a window or later was followed to its end, which rests on no
    date but the clock.
    """
    day = days(cases[endpoint.censor_end])
    code = np.full(len(cases), ENDS.index(END_LABELS[endpoint.censor_end]))
    bit = np.full(len(cases), date_bit(endpoint.censor_end))
    if endpoint.window is not None:
        last = clock + endpoint.window
        closed = np.fmax(day, event_day) >= last
        day, code, bit = np.where(closed, last, day), np.where(closed, WINDOW, code), np.where(closed, 0, bit)
    return day, code, bit


def _first_that_holds(reasons: dict[str, ArrayLike], size: int) -> np.ndarray:
    """(size,) position in EXCLUSIONS of the first reason that holds; MISSING where none does."""
    found = np.full(size, MISSING)
    for reason in reversed(EXCLUSIONS):
        found = np.where(reasons[reason], EXCLUSIONS.index(reason), found)
    return found


def _not_before(cases: pd.DataFrame, endpoint: Endpoint, clock: np.ndarray, happened: np.ndarray) -> np.ndarray:
    if not endpoint.not_before:
        return np.full(len(cases), NO_DAY)
    return np.where(happened, days(cases[endpoint.not_before]) - clock, NO_DAY)


def _causes(endpoint: Endpoint) -> np.ndarray:
    """Cause by event code: 1 for the rule's events, from 2 on for its competing ones."""
    code = np.zeros(len(EVENT_NAMES), dtype="int8")
    for cause in endpoint.causes:
        for name in cause.events:
            code[EVENT_NAMES.index(name)] = cause.code
    return code
