"""Which published estimates may stand beside a curve of this registry, and why each of the others may not.

A point is shown only beside a curve of the same endpoint, from the same clock, of the same set of patients, by the same rule.
Where a paper does not state its rule, the point is shown with that text, never as a target. A figure of ALL and NHL together
never stands beside ALL. Subgroups stand beside the same groups alone: "high burden" has at least four cuts.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from analytics import phrases
from analytics.figures.choices import Benchmark
from analytics.published import Published, published

INFUSED, ELIGIBLE, RESPONDERS = "infused", "eligible", "responders"
COMBINED = "infused, ALL + NHL combined"
SETS = {
    "infused": INFUSED,
    "infused, ALL": INFUSED,
    "intention to treat (eligible)": ELIGIBLE,
    "responders": RESPONDERS,
    "responders, ALL": RESPONDERS,
}
NOT_STATED = ("not stated", "RFS set")
SELECTED = "infused, >=12 months follow-up"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a curve of the registry shows, in the terms of the papers. kind: of the rule, "" where there is one only."""

    endpoint: str
    kind: str
    set: str


# Every rule of the registry that has its like in a paper. From leukapheresis, after failure or after transplant none has.
ASKED = {
    "OS_INF": Asked("OS", "", INFUSED),
    "OS_DEC": Asked("OS", "", ELIGIBLE),
    "EFS_A": Asked("EFS", "a", INFUSED),
    "EFS_B": Asked("EFS", "b", INFUSED),
    "EFS_B_DAY0": Asked("EFS", "b", INFUSED),
    "EFS_C": Asked("EFS", "c", INFUSED),
    "EFS_A_DEC": Asked("EFS", "a", ELIGIBLE),
    "EFS_A_DEC_ANY": Asked("EFS", "a", ELIGIBLE),
    "EFS_C_DEC": Asked("EFS", "c", ELIGIBLE),
    "EFS_C_DEC_ANY": Asked("EFS", "c", ELIGIBLE),
    "RFS_U": Asked("RFS", "u", RESPONDERS),
    "RFS_C": Asked("RFS", "c", RESPONDERS),
    "DOR": Asked("DOR", "u", RESPONDERS),
    "DOR_C": Asked("DOR", "c", RESPONDERS),
    "CIR": Asked("CIR", "", RESPONDERS),
}
# Words of a paper's rule → the kinds of rule that it may be; the first that fits counts.
KINDS = (
    ("not stated", "abcu"),
    ("to be confirmed", "ab"),
    ("standard definition", "ab"),
    ("stringent", "c"),
    ("not censored at subsequent therapy", "u"),
    ("censored at subsequent therapy", "c"),
)
# Subgroup as printed → the column and value of the registry that mean the same patients.
SUBGROUPS = {
    "high burden (marrow blasts >=5 %)": ("burden", "high"),
    "low burden (marrow blasts <5 %)": ("burden", "low"),
    "prior HSCT": ("prior_hsct", "yes"),
    "no prior HSCT": ("prior_hsct", "no"),
}
EVERYBODY = ("", "")
DRAWN = ("kaplan-meier", "cumulative-incidence")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A published estimate that is not shown, and why, in words. is_near: of the same endpoint, so that a reader may miss it."""

    row: Published
    reason: str
    is_near: bool


def comparable(result: dict) -> tuple[list[Benchmark], list[Refusal]]:
    """The points that may stand beside the Result's curves, and a reason for each that may not; in the order of the file."""
    points, refusals = [], []
    asked = ASKED.get(result["endpoint"]["id"]) if result["endpoint"] else None
    endpoint = asked.endpoint if asked else None
    for row in published():
        reason = why_not(row, result)
        if reason:
            refusals.append(Refusal(row, reason, is_near=row.endpoint == endpoint))
        else:
            points.append(_point(row, _parts(result)))
    return points, refusals


def why_not(row: Published, result: dict) -> str:
    """Why the estimate may not stand beside the Result's curves; "" if it may."""
    analysis, rule = result["analysis"], result["endpoint"]
    if row.set == COMBINED:
        return _("ALL and NHL together: never shown beside ALL alone.")
    if analysis["method"] not in DRAWN or rule is None:
        return _("This analysis draws no curve from the start of a clock.")
    asked = ASKED.get(rule["id"])
    if asked is None:
        return _("No paper has an endpoint of this clock and these events.")
    if row.endpoint != asked.endpoint:
        return _("Another endpoint: {endpoint}.").format(endpoint=row.endpoint.replace("_", " "))
    return _of_set(row, asked, analysis, rule) or _of_rule(row, asked) or _of_subgroup(row, result)


def _of_set(row: Published, asked: Asked, analysis: dict, rule: dict) -> str:
    """The papers' sets imply their clocks: infused from infusion, eligible from eligibility, responders from remission."""
    if analysis["set"] != rule["set"]:
        return _("This analysis chooses its own set of patients.")
    if row.set in NOT_STATED:
        return _("The paper does not state who was counted.")
    if row.set == SELECTED:
        return _("Only patients with at least 12 months of follow-up.")
    found = SETS.get(row.set)
    if found == asked.set:
        return ""
    if found == ELIGIBLE:
        return _("By intention to treat from eligibility; never shown beside infused patients.")
    if asked.set == ELIGIBLE:
        return _("Infused patients from infusion; never shown beside intention to treat.")
    return _("Another set of patients: {set}.").format(set=row.set)


def _of_rule(row: Published, asked: Asked) -> str:
    if not asked.kind:
        return ""
    kinds = next((kinds for words, kinds in KINDS if words in row.rule), "")
    return "" if asked.kind in kinds else _("Another rule: {rule}.").format(rule=phrases.label(row.rule))


def _of_subgroup(row: Published, result: dict) -> str:
    parts = _parts(result)
    if SUBGROUPS.get(row.subgroup, row.subgroup or EVERYBODY) in parts:
        return ""
    if row.subgroup:
        return _("Only a subgroup: {subgroup}.").format(subgroup=phrases.label(row.subgroup))
    return _("All patients together; the curves are of some of them.")


def _parts(result: dict) -> dict[tuple[str, str], str]:
    """What the curves are of: (column, value) → the group of the Result, "" for the only one; `EVERYBODY` without a choice."""
    analysis = result["analysis"]
    groups, filters = analysis["groups"], analysis.get("filters") or []
    if analysis["options"].get("without_imputed") or (groups and filters):
        return {}
    if groups:
        values = {value for column, value in SUBGROUPS.values() if column == groups["column"]}
        return {(groups["column"], value): value for value in sorted(values)}
    if not filters:
        return {EVERYBODY: ""}
    if len(filters) == 1 and len(filters[0]["values"]) == 1:
        return {(filters[0]["column"], filters[0]["values"][0]): ""}
    return {}


def _point(row: Published, parts: dict[tuple[str, str], str]) -> Benchmark:
    """The row as a figure draws it, in the reader's language."""
    estimate, lower, upper = (
        None if one is None else round(one / 100, 6) for one in (row.estimate, row.lower, row.upper)
    )
    assert row.months is not None and estimate is not None  # noqa: S101 - of a curve; a test holds the file to it
    return Benchmark(
        cohort=row.name,
        citation=row.citation,
        year=row.year,
        months=row.months,
        estimate=estimate,
        lower=lower,
        upper=upper,
        n=row.n,
        subgroup=_as_symbols(phrases.label(row.subgroup)),
        rule=phrases.label(row.rule),
        note=phrases.label(row.note),
        group=parts[SUBGROUPS[row.subgroup]] if row.subgroup else "",
    )


def _as_symbols(text: str) -> str:
    """Comparisons as they are set in print."""
    return text.replace(">=", "≥ ").replace("<=", "≤ ").replace("<5", "< 5")
