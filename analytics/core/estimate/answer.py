"""From a request to its answer: the method's module is loaded when it is asked for."""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING

from analytics.core.estimate.request import METHODS, RefusedError, Request, check

if TYPE_CHECKING:
    from analytics.core.estimate.reading import Data


def estimate(request: Request) -> dict:
    """The answer to `request` as JSON: method, n, events, options, warnings, the method's own keys. Undefined is None.

    Raises RefusedError for an unreadable file, an absent column, an option that does not apply, or an unusable value.
    """
    check(request)
    module = importlib.import_module(f"analytics.core.estimate.{METHODS[request.method].module}")
    try:
        if request.method in ("proportion", "odds-ratio"):
            found: dict = module.answer(request)
            return {**found, "warnings": _lines(found["warnings"])}
        from analytics.core.estimate.reading import read

        data = _later(request, read(request))
        answer, options = module.answer(request, data)
        if not data.warnings and "null" in json.dumps(answer):
            data.warnings.append("What is null is not defined for these data.")
    except RefusedError:
        raise
    except ValueError as refusal:
        raise RefusedError(f"{request.file}: {' '.join(str(refusal).split())}") from refusal
    return {
        "method": request.method,
        "n": len(data),
        "events": _events(request, data),
        "options": {**options, **({} if request.cause is None else {"cause": request.cause})},
        "warnings": _lines(data.warnings),
        **answer,
    }


def _lines(warnings: list[str]) -> list[str]:
    """Each sentence once and on one line, also where a label of the file has a line break."""
    return list(dict.fromkeys(" ".join(one.split()) for one in warnings))


def _later(request: Request, data: Data) -> Data:
    """The rows as a landmark or a change in time makes them."""
    if request.landmark is None and request.change is None:
        return data
    from analytics.core.estimate.later import exposed, from_landmark

    data = data if request.landmark is None else from_landmark(request, data)
    return data if request.change is None else exposed(request, data)


def _events(request: Request, data: Data) -> int:
    """Events that the method counts: censorings of the reverse curve; of one cause or of all where several compete."""
    if request.method == "reverse-kaplan-meier":
        return int((data.status == 0).sum())
    if METHODS[request.method].competing:
        return int((data.status == request.cause if request.cause else data.status > 0).sum())
    return int((data.status == 1).sum())
