"""B-cell status: whether B-cell aplasia is lost at a sample."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from registry.dictionary.words import gettext_noop
from registry.grading.base import REGISTRY, Answers, Derived, Reason, Scale, code, fact, first_that_holds
from registry.grading.thresholds import LIMITS, Limits, is_provisional

BCELLS = Scale(REGISTRY, "B cells")
LOST, NOT_LOST, IGNORED = "lost", "not lost", "ignored"


@dataclass(frozen=True, slots=True)
class LossRule:
    """When aplasia counts as lost.

    name            prefix of its thresholds
    percent         comparison of the share of lymphocytes with its threshold
    confirmed       a loss counts only if the next sample shows it too
    haematogones    haematogones in the marrow are a loss as well
    """

    name: str = "bca_status"
    percent: str = ">="
    confirmed: bool = False
    haematogones: bool = False


REGISTRY_RULE = LossRule()
CONFIRMED_RULE = LossRule("bca_status_confirmed", ">", confirmed=True)


def bca_status(answers: Answers, rule: LossRule = REGISTRY_RULE, limits: Limits = LIMITS) -> Derived:
    """One sample: "lost", "not lost", or "ignored" where its CD19+ cells are leukaemic."""
    provisional = is_provisional(limits, rule.name)
    if code(answers, "b19_is_blast") == 1:
        reason = Reason(gettext_noop("the CD19+ cells are leukaemic"), items=("b19_is_blast",))
        return Derived("bca_status", IGNORED, BCELLS, (reason,), provisional=provisional)
    absolute, percent = limits[f"{rule.name}.b19_abs"], limits[f"{rule.name}.b19_pct"]
    returned = [
        fact(answers, "b19_abs", ">=", absolute, gettext_noop("B cells %(found)s /µL (from %(limit)s)")),
        fact(
            answers,
            "b19_pct",
            rule.percent,
            percent,
            gettext_noop("B cells %(found)s %% of lymphocytes (limit %(limit)s)"),
        ),
    ]
    if rule.haematogones and code(answers, "bm_hematogones") == 1:
        returned.append(fact(answers, "bm_hematogones", "==", 1, gettext_noop("haematogones in the marrow")))
    few = Reason(gettext_noop("B cells below both limits"), items=("b19_abs", "b19_pct"))
    return first_that_holds("bca_status", BCELLS, ((LOST, tuple(returned)),), NOT_LOST, few, provisional)


def bca_statuses(
    samples: Iterable[Answers], rule: LossRule = REGISTRY_RULE, limits: Limits = LIMITS
) -> tuple[Derived, ...]:
    """The status at each sample, in the order of the samples, which must be that of their dates.

    Under a rule that asks for confirmation, the next sample that is not ignored decides whether a loss counts: with
    none, or with one of unknown status, the loss stays open.
    """
    single = [bca_status(one, rule, limits) for one in samples]
    if not rule.confirmed:
        return tuple(single)
    found = []
    for place, one in enumerate(single):
        following = next((later.value for later in single[place + 1 :] if later.value != IGNORED), None)
        if one.value == LOST and following is None:
            one = replace(one, value=None, missing=("b19_abs", "b19_pct"), decided_by=())
        elif one.value == LOST and following == NOT_LOST:
            not_confirmed = Reason(gettext_noop("not confirmed by the next sample"), items=("b19_abs", "b19_pct"))
            one = replace(one, value=NOT_LOST, decided_by=(not_confirmed,))
        found.append(one)
    return tuple(found)
