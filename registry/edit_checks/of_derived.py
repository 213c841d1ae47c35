"""What the derived fields ask the site: their own queries, and a response that the site judges otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from registry.dictionary.words import gettext_noop
from registry.edit_checks.base import SOFT, Finding, Row
from registry.edit_checks.derived import Placed, derived_of
from registry.edit_checks.grades import EPISODE_OF, without_log
from registry.edit_checks.whole import Record, finding
from registry.grading.base import Query

SAID_OTHERWISE = ("X26", "crs_grade.missing")  # by the check of that number; by the required items
NOT_ASKED = (  # "< 5" is an answer: only the burden that the registry reports asks for the exact count
    "burden_prwcc.operator",
    "burden_50.operator",
    "burden_mrd2.operator",
)
SAID_ON_THE_ROW = {
    "crs_grade.no_fever": ("X22",),
    "resp_derived.site": ("X32", "X33"),
}  # query: checks that say as much
OTHER_RESPONSE = gettext_noop(
    "Site response and derived response differ: see the components. The components give %(expected)s."
)

MILDER_LOG = gettext_noop(
    "The worst day of the log has grade %(found)s; the episode's own components give grade %(expected)s. The log may lack "
    "days: add them, or correct whichever disagrees with the source."
)
EPISODES = tuple(form for form, _number, _named_by in EPISODE_OF.values())


def queries_of_derived(case: Record, others: Iterable[Finding]) -> Iterator[Finding]:
    """Each question once, where no other finding of the case asks it already."""
    said = {(one.rule, one.form, one.key) for one in others}
    rows = {(row.form, row.key): row for row in case.rows}
    asked = set()
    for placed in derived_of(case):
        row = rows[placed.form, placed.key]
        for one in [*_own(case, placed, row), *_differing(placed, row), *_milder_log(case, placed, row)]:
            place = (one.text, one.form, one.key)
            doubled = any((rule, one.form, one.key) in said for rule in SAID_ON_THE_ROW.get(one.rule, ()))
            if place not in asked and not doubled:
                asked.add(place)
                yield one


def _own(case: Record, placed: Placed, row: Row) -> Iterator[Finding]:
    for query in placed.derived.queries:
        item = next((name for name in query.items if name in row.items), None)
        if item and query.rule not in SAID_OTHERWISE + NOT_ASKED and not _excused(case, row, query):
            yield finding(row, item, query.rule, query.text, SOFT)


def _excused(case: Record, row: Row, query: Query) -> bool:
    """Whether an answer that the query is about is missing with a reason: then it has been asked for and answered."""
    return any(
        one[f"{name}_mr"]
        for name in query.items
        for one in ([row] if name in row.items else case.rows)
        if name in one.items
    )


def _differing(placed: Placed, row: Row) -> Iterator[Finding]:
    """The site judges the response otherwise. Grades that differ are X22's."""
    if placed.derived.name == "resp_derived" and placed.site and placed.differs:
        yield finding(
            row, placed.site.item, "resp_derived.site", OTHER_RESPONSE, SOFT, expected=str(placed.derived.value)
        )


def _milder_log(case: Record, placed: Placed, row: Row) -> Iterator[Finding]:
    """The log lowers the grade of its episode: what its components saw at their worst may be on a day that is not there."""
    if row.form not in EPISODES or placed.derived.value is None:
        return
    own = without_log(case, row)
    if own.value is not None and own.value > placed.derived.value:
        item = next(name for reason in own.decided_by for name in reason.items if name in row.items)
        rule = f"{placed.derived.name}.log"
        grades = {"found": str(placed.derived.value), "expected": str(own.value)}
        yield finding(row, item, rule, MILDER_LOG, SOFT, **grades)
