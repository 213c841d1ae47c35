"""What a derived field is, and how a list of rules gives one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from registry.dictionary.items import COMPARISONS, EMPTY, plain
from registry.grading.thresholds import Threshold

Answers = Mapping[str, Any]  # item name → answer; companions `<item>_p` say how much of a date is known


@dataclass(frozen=True, slots=True)
class Scale:
    """The scale a grade belongs to. `version` is the publication's; `rule` counts this registry's reading of it."""

    name: str
    version: str
    rule: int = 1


REGISTRY = "Registry rule"


@dataclass(frozen=True, slots=True)
class Reason:
    """One component that decided. `text % values` is the sentence, in English; `items` are the answers behind it."""

    text: str
    values: Mapping[str, str] = field(default_factory=dict)
    items: tuple[str, ...] = ()

    def in_words(self, translate: Callable[[str], str] = str) -> str:
        """The sentence, in the language of `translate`."""
        return translate(self.text) % self.values


@dataclass(frozen=True, slots=True)
class Query:
    """Something to ask the site: the rule that raises it, the sentence, and the items it is about."""

    rule: str
    text: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived field. `value` is None while an answer it needs is missing: never 0, never "no".

    name         dictionary name of the field
    value        grade, class, or number; None if not derivable
    scale        what is printed beside it
    decided_by   the components that set the value; of a course, those of its worst episode
    missing      items without which the value stays open
    queries      what to ask the site, whether or not there is a value
    provisional  a threshold behind it is still to be confirmed in its source
    """

    name: str
    value: Any
    scale: Scale
    decided_by: tuple[Reason, ...] = ()
    missing: tuple[str, ...] = ()
    queries: tuple[Query, ...] = ()
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """Whether one component speaks for a class; None while its answer is missing."""

    holds: bool | None
    reason: Reason


def is_empty(answer: Any) -> bool:
    """Whether a question has no answer."""
    return answer in EMPTY


def code(answers: Answers, item: str) -> int | None:
    """The code given to a question, or None."""
    answer = answers.get(item)
    return None if answer is None or is_empty(answer) else int(answer)


def number(answers: Answers, item: str) -> Decimal | None:
    """The exact decimal that was entered, or None; a float gives its shortest decimal, so that 1e-4 is 1e-4."""
    answer = answers.get(item)
    return None if is_empty(answer) else Decimal(str(answer))


def fact(answers: Answers, item: str, comparison: str, limit: Threshold | int | tuple[int, ...], text: str) -> Fact:
    """`item` compared with a threshold, a code or codes. `text` may quote %(found)s and %(limit)s."""
    found, bound = number(answers, item), limit.value if isinstance(limit, Threshold) else limit
    holds = None if found is None else bool(COMPARISONS[comparison](found, bound))
    shown = "" if isinstance(bound, tuple) else plain(bound)
    return Fact(holds, Reason(text, {"found": plain(found), "limit": shown}, (item,)))


def first_that_holds(
    name: str,
    scale: Scale,
    rules: Iterable[tuple[Any, tuple[Fact, ...]]],
    otherwise: Any,
    otherwise_reason: Reason,
    provisional: bool = False,
) -> Derived:
    """The first class for which a fact holds; `otherwise` when none does.

    A rule that missing answers leave undecided ends the search with no value: going on could only give a milder class.
    """
    for value, facts in rules:
        holding = tuple(one.reason for one in facts if one.holds)
        if holding:
            return Derived(name, value, scale, holding, provisional=provisional)
        open_items = tuple(dict.fromkeys(item for one in facts if one.holds is None for item in one.reason.items))
        if open_items:
            return Derived(name, None, scale, missing=open_items, provisional=provisional)
    return Derived(name, otherwise, scale, (otherwise_reason,), provisional=provisional)


def worst_of_course(name: str, scale: Scale, episodes: Iterable[Derived], highest: int) -> Derived:
    """The highest grade of a course's episodes; none while an episode has none, unless another has the highest of all.

    episodes   the graded episodes, in any order; no episode leaves the grade open
    """
    graded = list(episodes)
    queries = tuple(dict.fromkeys(query for one in graded for query in one.queries))
    missing = tuple(dict.fromkeys(item for one in graded for item in one.missing))
    grades = [one.value for one in graded if one.value is not None]
    worst = max(grades, default=None)
    if worst is None or (len(grades) < len(graded) and worst < highest):
        return Derived(name, None, scale, missing=missing, queries=queries)
    reasons = [reason for one in graded if one.value == worst for reason in one.decided_by]
    decided_by = tuple(one for place, one in enumerate(reasons) if one not in reasons[:place])
    return Derived(name, worst, scale, decided_by, queries=queries)
