"""Boxes of a flow: how many are in, why some leave, where the others go, and how those inside divide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

NOBODY = np.zeros(0, dtype=bool)


@dataclass(frozen=True, slots=True)
class Choice:
    """A reason and the cases for which it holds. waiting: they have not left, they are under way."""

    reason: str
    holds: np.ndarray
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Exit:
    """How many go no further, why, and who."""

    reason: str
    n: int
    waiting: bool
    who: np.ndarray = field(default_factory=lambda: NOBODY, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Step:
    """How many go on, to which box, and who."""

    to: str
    n: int
    who: np.ndarray = field(default_factory=lambda: NOBODY, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Part:
    """How many of a box are of one kind."""

    label: str
    n: int


@dataclass(frozen=True, slots=True)
class Partition:
    """A division of a box into kinds that add up to it."""

    label: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """n = exits + next = each partition."""

    id: str
    label: str
    n: int
    exits: tuple[Exit, ...]
    next: tuple[Step, ...]
    partitions: tuple[Partition, ...] = ()

    def as_dict(self) -> dict:
        """As a result stores it."""
        return {
            "id": self.id,
            "label": self.label,
            "n": self.n,
            "exits": [{"reason": one.reason, "n": one.n, "waiting": one.waiting} for one in self.exits],
            "next": [{"id": one.to, "n": one.n} for one in self.next],
            "partitions": [
                {"label": one.label, "parts": [{"label": part.label, "n": part.n} for part in one.parts]}
                for one in self.partitions
            ],
        }


def chosen(left: np.ndarray, choices: Iterable[Choice], otherwise: Choice) -> tuple[Exit, ...]:
    """Exits of the cases `left`, each for the first reason that holds; without a case a reason is not listed."""
    found, rest = [], left.copy()
    for choice in (*choices, otherwise):
        mine = rest & choice.holds
        if mine.any():
            found.append(Exit(choice.reason, int(mine.sum()), choice.waiting, mine))
        rest &= ~mine
    return tuple(found)


def divided(inside: np.ndarray, divisions: Sequence[tuple[str, tuple[Choice, ...]]]) -> tuple[Partition, ...]:
    """The partitions of the cases `inside`; kinds without a case are not listed."""
    return tuple(
        Partition(
            label,
            tuple(Part(choice.reason, n) for choice in kinds if (n := int((inside & choice.holds).sum()))),
        )
        for label, kinds in divisions
    )
