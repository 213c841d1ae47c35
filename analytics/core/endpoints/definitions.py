"""The endpoints as declared rules. Each is data: who is counted, from when, what ends and what cuts it.

A rule never changes in place: a changed rule is a new version, and every result stores the version it was made with.
An option (confirmed or not, cut at new therapy or not, from collection or from decision) is a rule of its own.
`print` is the sentence under every figure. Dates are columns of the timeline (see timeline.py for the symbols).

Two kinds of censoring are kept apart. `censor_cut` stops observation: later events do not count. `censor_end` is where
observation ended and is used only for a case without any event: a death on day 75 is an event even if the disease was
last assessed on day 28.
"""

from __future__ import annotations

from analytics.core.endpoints.incidence import INCIDENCE
from analytics.core.endpoints.rule import (
    CLOCK_LABELS,
    DAY_ZERO,
    END_LABELS,
    END_OF_WINDOW,
    SET_LABELS,
    TIE_ORDER,
    Cause,
    Endpoint,
    Event,
)
from analytics.core.endpoints.survival import SURVIVAL

__all__ = [
    "CLOCK_LABELS",
    "DAY_ZERO",
    "ENDPOINTS",
    "END_LABELS",
    "END_OF_WINDOW",
    "SET_LABELS",
    "TIE_ORDER",
    "Cause",
    "Endpoint",
    "Event",
]

ENDPOINTS: dict[str, Endpoint] = {endpoint.id: endpoint for endpoint in (*SURVIVAL, *INCIDENCE)}
