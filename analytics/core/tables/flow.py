"""Patient flow from registration to relapse or death: who left where and why. Counts reconcile, or there is no answer.

A case has reached a box if the box's own form says so or a later step shows it: an infusion without a recorded decision
was decided. So the boxes are nested, and everybody in a box either goes on or leaves it for exactly one reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from analytics.core import table_words as words
from analytics.core.endpoints.dates import days
from analytics.core.tables.flow_columns import INFUSED, NOT_INFUSED, RELEASED
from analytics.core.tables.paths import Box, Choice, Exit, Part, Partition, Step, chosen, divided

FAILED, CANCELLED = 3, 4
RESPONSE_BY = 100  # day after infusion: the end of the timeline's response window
LEUKAEMIA, UNKNOWN_CAUSE = 1, 99


@dataclass(frozen=True, slots=True)
class Flow:
    """Boxes in the order of the flow. day: ISO date at which those under way were looked at."""

    day: str
    boxes: tuple[Box, ...]

    def as_dict(self) -> dict:
        """As a result stores it."""
        return {"day": self.day, "nodes": [box.as_dict() for box in self.boxes]}


def flow(cases: pd.DataFrame, day: date) -> Flow:
    """The flow of `cases`: one row a case, the timeline with `flow_columns` joined. day: the data cut-off.

    Raises ValueError if a column is missing, and RuntimeError if the counts of the boxes, their exits and the sets of
    the timeline do not reconcile.
    """
    absent = [name for name in NEEDED if name not in cases.columns]
    if absent:
        raise ValueError(f"the case table lacks {', '.join(absent)}; expected the timeline with its flow columns")
    known = Known(cases, float(np.datetime64(day, "D").astype("int64")))
    boxes = (*_before_infusion(known), *_response(known), *_outcomes(known))
    _refuse_what_does_not_reconcile(boxes, known)
    return Flow(day.isoformat(), boxes)


NEEDED = (
    *(
        "infused",
        "transplanted",
        "responder",
        "T_DEC",
        "T_APH",
        "T0",
        "D_CR",
        "D_NR",
        "D_REL",
        "D_PROG",
        "D_HSCT",
        "D_DTH",
    ),
    *("flow_collections", "flow_shipped", "flow_attempts", "flow_first_outcome", "flow_outcome", "flow_infused"),
    *("flow_reason", "flow_further_course", "flow_assessed", "flow_death_cause"),
)


class Known:
    """The case table as vectors: codes, whether a date is there, and who has reached which box. day: the data cut-off, or NaN."""

    def __init__(self, cases: pd.DataFrame, day: float):
        self.cases = cases
        self.size = len(cases)
        self.day = day
        self.infused = cases["infused"].to_numpy(dtype=bool)
        self.remission = cases["responder"].to_numpy(dtype=bool)
        self.evaluable = self.infused & (self.has("D_CR") | self.has("D_NR"))
        self.given = self.infused | (self.code("flow_infused") == INFUSED)
        self.made = self.given | np.isin(self.code("flow_outcome"), RELEASED)
        self.shipped = self.made | cases["flow_shipped"].to_numpy(dtype=bool)
        self.collected = self.shipped | self.has("T_APH") | (self.code("flow_collections") > 0)
        self.decided = self.collected | self.has("T_DEC") | ~np.isnan(self.code("flow_infused"))

    def code(self, column: str) -> np.ndarray:
        """(n,) the codes of a column; NaN where missing."""
        return self.cases[column].to_numpy("float64")

    def has(self, symbol: str) -> np.ndarray:
        """(n,) whether the date is there."""
        return self.cases[symbol].notna().to_numpy()


def _before_infusion(known: Known) -> Iterable[Box]:
    """From registration to the product: those who leave are not infused, died, were given something else, or wait."""
    everybody = np.ones(known.size, dtype=bool)
    outcome = known.code("flow_outcome")
    another = known.given & ~known.infused & known.cases["transplanted"].to_numpy(dtype=bool)
    open_product = (
        Choice(words.FAILED_NEXT_OPEN, outcome == FAILED, waiting=True),
        Choice(words.CANCELLED_NEXT_OPEN, outcome == CANCELLED, waiting=True),
    )
    given = (Choice(words.OTHER_PRODUCT, another), Choice(words.PRODUCT_NOT_RECORDED, known.given & ~known.infused))
    for name, inside, after, reasons, waits, parts in (
        ("registered", everybody, ("decided", known.decided), (), words.NO_DECISION, ()),
        ("decided", known.decided, ("collected", known.collected), (), words.WAITING_FOR_COLLECTION, _decided(known)),
        ("collected", known.collected, ("shipped", known.shipped), (), words.WAITING_FOR_SHIPMENT, _collected(known)),
        (
            "shipped",
            known.shipped,
            ("manufactured", known.made),
            open_product,
            words.WAITING_FOR_PRODUCT,
            _shipped(known),
        ),
        ("manufactured", known.made, ("infused", known.infused), given, words.WAITING_FOR_INFUSION, _made(known)),
    ):
        following, goes_on = after
        left = inside & ~goes_on
        product, unmade = (reasons, ()) if name == "manufactured" else ((), reasons)
        choices = (*product, *_not_infused(known), Choice(words.DIED_NO_DISPOSITION, known.has("D_DTH")), *unmade)
        yield Box(
            name,
            words.BOXES[name],
            int(inside.sum()),
            chosen(left, choices, Choice(waits, everybody, waiting=True)),
            (_step(following, inside & goes_on),),
            divided(inside, parts),
        )


def _step(to: str, who: np.ndarray) -> Step:
    return Step(to, int(who.sum()), who)


def _not_infused(known: Known) -> tuple[Choice, ...]:
    """The recorded reasons why the product of course 1 was not given."""
    stopped = known.code("flow_infused") == NOT_INFUSED
    reason = known.code("flow_reason")
    listed = tuple(Choice(label, stopped & (reason == code)) for code, label in words.NOT_INFUSED.items())
    return (*listed, Choice(words.NOT_INFUSED_NO_REASON, stopped))


def _decided(known: Known) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    recorded = known.has("T_DEC")
    return ((words.RECORDED, (Choice(words.BY_FORM, recorded), Choice(words.BY_LATER_STEP, ~recorded))),)


def _collected(known: Known) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    n = known.code("flow_collections")
    kinds = (Choice(words.ONCE, n == 1), Choice(words.REPEATED, n > 1), Choice(words.BY_LATER_STEP, n == 0))
    return ((words.COLLECTIONS, kinds),)


def _shipped(known: Known) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    first = known.code("flow_first_outcome")
    return ((words.FIRST_ATTEMPT, (*_outcomes_of(first), Choice(words.OUTCOME_NOT_RECORDED, np.isnan(first)))),)


def _made(known: Known) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    """Of those with a product: what it is like, and whether it was the first that was tried."""
    outcome, attempts = known.code("flow_outcome"), known.code("flow_attempts")
    product = tuple(
        choice for choice in _outcomes_of(outcome) if choice.reason in (words.OUTCOMES[1], words.OUTCOMES[2])
    )
    not_recorded = Choice(words.BY_LATER_STEP, ~np.isin(outcome, RELEASED))
    tries = (
        Choice(words.FIRST_PRODUCT, attempts == 1),
        Choice(words.REMADE, attempts > 1),
        Choice(words.BY_LATER_STEP, attempts == 0),
    )
    return (words.PRODUCT, (*product, not_recorded)), (words.ATTEMPTS, tries)


def _outcomes_of(outcome: np.ndarray) -> tuple[Choice, ...]:
    return tuple(Choice(label, outcome == code) for code, label in words.OUTCOMES.items())


def _response(known: Known) -> Iterable[Box]:
    """Infused, evaluable: those who leave were not assessed, or did not respond."""
    everybody = np.ones(known.size, dtype=bool)
    day_0 = days(known.cases["T0"])
    unassessed = (
        Choice(words.NO_DAY_0, np.isnan(day_0)),
        Choice(words.FAILED_UNASSESSED, known.has("D_REL") | known.has("D_PROG")),
        Choice(words.NOT_EVALUABLE, known.cases["flow_assessed"].to_numpy(dtype=bool)),
        Choice(words.DIED_UNASSESSED, known.has("D_DTH")),
        Choice(words.WAITING_FOR_RESPONSE, known.day - day_0 <= RESPONSE_BY, waiting=True),
    )
    further = known.cases["flow_further_course"].to_numpy(dtype=bool)
    yield Box(
        "infused",
        words.BOXES["infused"],
        int(known.infused.sum()),
        chosen(known.infused & ~known.evaluable, unassessed, Choice(words.NOT_ASSESSED, everybody)),
        (_step("evaluable", known.infused & known.evaluable),),
        divided(
            known.infused,
            ((words.COURSES, (Choice(words.ONE_COURSE, ~further), Choice(words.FURTHER_COURSE, further))),),
        ),
    )
    yield Box(
        "evaluable",
        words.BOXES["evaluable"],
        int(known.evaluable.sum()),
        chosen(known.evaluable & ~known.remission, (), Choice(words.NO_RESPONSE, everybody)),
        (_step("remission", known.evaluable & known.remission),),
    )


def _outcomes(known: Known) -> Iterable[Box]:
    """Remission and what ended it. On one day a relapse goes before a death, and either before a transplant."""
    everybody = np.ones(known.size, dtype=bool)
    relapse, death, graft = (days(known.cases[name]) for name in ("D_REL", "D_DTH", "D_HSCT"))
    relapsed = known.remission & ~np.isnan(relapse) & ~(relapse > death)
    grafted = known.remission & ~np.isnan(graft) & ~(graft >= np.where(relapsed, relapse, np.inf)) & ~(graft >= death)
    died = known.remission & ~np.isnan(death)
    direct_relapse, direct_death = relapsed & ~grafted, died & ~relapsed & ~grafted
    for name, inside, ongoing, steps in (
        ("remission", known.remission, words.IN_REMISSION, {"transplant": grafted, "relapse": direct_relapse, "death": direct_death}),
        ("transplant", grafted, words.IN_REMISSION_TRANSPLANTED, {"relapse": relapsed & grafted, "death": died & grafted & ~relapsed}),
        ("relapse", relapsed, words.ALIVE_AFTER_RELAPSE, {"death": died & relapsed}),
    ):  # fmt: skip
        gone = np.logical_or.reduce(list(steps.values()))
        again = ~np.isnan(graft) & (graft >= relapse) & ~grafted
        afterwards = (Choice(words.LATER_TRANSPLANT, again), Choice(words.NO_LATER_TRANSPLANT, ~again))
        yield Box(
            name,
            words.BOXES[name],
            int(inside.sum()),
            chosen(inside & ~gone, (), Choice(ongoing, everybody, waiting=True)),
            tuple(_step(following, who) for following, who in steps.items()),
            divided(inside, ((words.TRANSPLANT_AFTERWARDS, afterwards),)) if name == "relapse" else (),
        )
    cause = known.code("flow_death_cause")
    of_leukaemia, unknown = cause == LEUKAEMIA, np.isnan(cause) | (cause == UNKNOWN_CAUSE)
    causes = (Choice(words.OF_LEUKAEMIA, of_leukaemia), Choice(words.CAUSE_NOT_KNOWN, unknown))
    yield Box(
        "death",
        words.BOXES["death"],
        int(died.sum()),
        chosen(died, causes, Choice(words.OF_ANOTHER_CAUSE, everybody)),
        (),
    )


def _refuse_what_does_not_reconcile(boxes: tuple[Box, ...], known: Known) -> None:
    """Every box: n = exits + next boxes = what came in; and the sets of the timeline are found again."""
    came = {box.id: sum(step.n for other in boxes for step in other.next if step.to == box.id) for box in boxes}
    came[boxes[0].id] = known.size
    own = {"infused": int(known.infused.sum()), "remission": int(known.remission.sum())}
    for box in boxes:
        went = sum(one.n for one in box.exits) + sum(step.n for step in box.next)
        parts = [sum(part.n for part in partition.parts) for partition in box.partitions]
        if {box.n} != {went, came[box.id], own.get(box.id, box.n), *parts}:
            raise RuntimeError(
                f"the flow does not reconcile: {box.id} holds {box.n}, {came[box.id]} came in, {went} left or went on, "
                f"divisions add up to {parts}"
            )


__all__ = ("Box", "Exit", "Flow", "Known", "Part", "Partition", "Step", "flow")
