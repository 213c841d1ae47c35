"""Regressions as they are released: hazard ratios with two digits, where every arm is large enough; no coefficient, no likelihood."""

from __future__ import annotations

from typing import Any

from analytics.core.disclosure import words
from analytics.core.disclosure.counts import p_value, ratio, shown, test
from analytics.core.disclosure.policy import Policy

Body = dict[str, Any]
OF_A_TERM = ("term", "column", "label", "level", "level_label", "reference", "reference_label", "unit", "per")


def regression(result: Body, policy: Policy) -> tuple[Body, list[str]]:
    """The models of a Cox regression."""
    return {"models": [model(one, one.get("levels"), policy) for one in result["models"]]}, []


def competing(result: Body, policy: Policy) -> tuple[Body, list[str]]:
    """The models of both hazards; the levels behind the one are those behind the other."""
    models = [
        {
            name: model(pair[name], pair["cause_specific"].get("levels"), policy)
            for name in ("cause_specific", "fine_gray")
        }
        for pair in result["models"]
    ]
    return {"models": models}, []


def time_dependent(result: Body, policy: Policy) -> tuple[Body, list[str]]:
    """The hazard ratio of the exposure. Days are not told: one patient can be most of a sum."""
    spells = result["spells"]
    arms = [{"n": one["n"], "events": one["events"]} for one in spells]
    can_show = all(one["n"] >= policy.least_arm and _is_shown(one["events"], policy) for one in arms)
    body = {
        "spells": [
            {
                "group": one["group"],
                "label": one["label"],
                "n": shown(one["n"], policy) if can_show else None,
                "events": shown(one["events"], policy) if can_show else None,
                "days": None,
            }
            for one in spells
        ],
        "models": [model(one, arms, policy) for one in result["models"]],
        "mantel_byar": test(result["mantel_byar"]) if can_show else None,
    }
    return body, [] if can_show else [words.WITHHELD_COMPARISON.format(arm=policy.least_arm)]


def model(found: Body, arms: list[Body] | None, policy: Policy) -> Body:
    """A model: its hazard ratios, or why they are not shown. arms: n and events of every level in it."""
    head: Body = {
        "covariates": found["covariates"],
        "labels": found.get("labels"),
        "kind": found.get("kind"),
        "refused": None,
        "reason": None,
        "warnings": [],
    }
    if found["refused"] or not _is_enough(found, arms, policy):
        refused = words.WITHHELD_COMPARISON.format(arm=policy.least_arm)
        return {**head, "refused": refused, "terms": [], "warnings": [refused]}
    return {
        **head,
        "n": shown(found["n"], policy),
        "events": shown(found["events"], policy),
        "estimator": found["estimator"],
        "limits": found.get("limits"),
        "terms": [_term(one) for one in found["terms"]],
        "levels": [
            {
                **{key: one.get(key) for key in ("column", "value", "label")},
                "n": shown(one["n"], policy),
                "events": None,
            }
            for one in arms or ()
        ],
    }


def _is_enough(found: Body, arms: list[Body] | None, policy: Policy) -> bool:
    """Every level has patients enough, and events that are none or enough; so have all together."""
    if not arms or found["n"] < policy.least_arm or found["events"] < max(policy.least_events, policy.k):
        return False
    return all(one["n"] >= policy.least_arm and _is_shown(one["events"], policy) for one in arms)


def _is_shown(events: int, policy: Policy) -> bool:
    return events >= policy.k


def _term(term: Body) -> Body:
    lower, upper = (term.get(f"profile_{name}", term[name]) for name in ("lower", "upper"))
    return {
        **{key: term.get(key) for key in OF_A_TERM},
        "hr": ratio(term["hr"]),
        "lower": ratio(lower),
        "upper": ratio(upper),
        "p": p_value(term["p"]),
    }
