"""The one way from a Result to those who may not see it exactly.

A released form is built from named parts, method by method; whatever is not named does not exist in it. It keeps the shape that
figures, tables and files read, with None for what is withheld, so that all of them are made of the released form and of nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analytics.core import analysis as methods
from analytics.core.disclosure import curves, incidence, models, shares, tables, words
from analytics.core.disclosure.counts import shown
from analytics.core.disclosure.policy import POLICIES, UNCHANGED, Policy

Body = dict[str, Any]
Released = Callable[[Body, Policy], tuple[Body, list[str]]]

# A method that is not here is not released: swimmer (a line for each patient), completeness (sites by name), sensitivity (rows that
# differ by single patients), and whatever will be added.
METHODS: dict[str, Released] = {
    methods.KAPLAN_MEIER: curves.survival,
    methods.LANDMARK: curves.survival,
    methods.CUMULATIVE_INCIDENCE: incidence.incidence,
    methods.COX: models.regression,
    methods.FINE_GRAY: models.competing,
    methods.TIME_DEPENDENT: models.time_dependent,
    methods.PROPORTION: shares.proportion,
    "table-one": tables.characteristics,
    "toxicity": tables.characteristics,
    "response": tables.response,
    "flow": tables.flow,
    "enrolment": tables.enrolment,
}
OF_ANALYSIS = (
    *(
        "name",
        "title",
        "question",
        "cohort",
        "endpoint",
        "population",
        "set",
        "groups",
        "covariates",
        "together",
        "outcome",
    ),
    *("exposure", "method", "options", "at_months", "tick_months", "version", "source"),
)
SITE = "site"


class RefusedError(ValueError):
    """Nothing of this Result is released to this audience; its text says why, in a sentence of `words`."""


def release(result: Body, audience: str, policy: Policy | None = None, *, sites: int = 0, is_cut: bool = False) -> Body:
    """What `audience` may see of a Result.

    audience  "exact" and "own": the Result itself, to the last digit; "others" and "public": the form that their policy makes of it
    policy    that of the audience, unless given
    sites     how many sites contribute to the Result
    is_cut    whether it was computed from a frozen cut

    Raises RefusedError where nothing can be released, and ValueError for an audience without a policy.
    """
    if audience in UNCHANGED:
        return result
    policy = policy or POLICIES.get(audience)
    if policy is None or policy.audience != audience:
        raise ValueError(
            f"no policy says what {audience!r} may see; expected one of {', '.join((*UNCHANGED, *POLICIES))}"
        )
    _refuse(result, policy, sites, is_cut)
    body, said = METHODS[result["analysis"]["method"]](result, policy)
    warnings = [words.ROUNDED.format(most=policy.k - 1, base=policy.base), *said]
    return {
        "schema": result["schema"],
        "analysis": {name: result["analysis"].get(name) for name in OF_ANALYSIS} | {"filters": []},
        "analysis_hash": result["analysis_hash"],
        "endpoint": result["endpoint"],
        "n": _together(body, "n", shown(result["n"], policy)),
        "events": _together(body, "events", None) if result["events"] is not None else None,
        "excluded": [],
        "follow_up": curves.follow_up(result["follow_up"], result["n"], policy),
        "data_quality": None,
        **body,
        "software": {},
        "warnings": warnings,
        "undefined": [],
        "disclosure": {"audience": audience, "policy": policy.version, "k": policy.k, "base": policy.base},
    }


def _refuse(result: Body, policy: Policy, sites: int, is_cut: bool) -> None:
    """Raise RefusedError with the first reason why nothing can be released."""
    asked = result["analysis"]
    split = [asked["groups"], *(asked.get("covariates") or ())]
    reasons = (
        (asked["method"] not in METHODS, words.NOT_RELEASED),
        (any(one and one["column"] == SITE for one in split) or _is_stratified_by_site(asked), words.BY_SITE),
        (not policy.has_live and not is_cut, words.ONLY_CUTS),
        (sites < policy.least_sites, words.TOO_FEW_SITES.format(n=policy.least_sites)),
        (result["n"] < policy.k, words.TOO_FEW.format(k=policy.k)),
    )
    for holds, why in reasons:
        if holds:
            raise RefusedError(why)


def _is_stratified_by_site(asked: Body) -> bool:
    return (asked.get("options") or {}).get("strata") == SITE


def _together(body: Body, name: str, otherwise: int | None) -> int | None:
    """The sum of the groups as they are shown; None where one is withheld."""
    groups = body.get("groups")
    if not groups:
        return otherwise
    found = [group.get(name) for group in groups]
    return None if None in found else sum(found)
