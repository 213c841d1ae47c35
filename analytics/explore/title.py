"""The title of an explored analysis, made from its parts: in English where it is stored, in the reader's language where shown."""

from __future__ import annotations

from collections.abc import Callable

from analytics.core.analysis import LANDMARK, REGRESSIONS, Analysis
from analytics.core.parts import PERIOD, Filter
from analytics.explore.choosing import AS_FOUND, label_of, levels
from analytics.explore.said import as_typed, month_as_typed

Say = Callable[[str], str]  # a template or label in the language of the title

RULED = "{endpoint} (rule {rule})"
SHARE = "Share: {outcome}"
SHARE_OF = "Share with the event: {endpoint}"
OF_TABLES = {
    "table-one": "Patient characteristics",
    "response": "Best response",
    "toxicity": "CRS, ICANS and other toxicity",
}
REGRESSION = "{what}, regression on {covariates}"
GROUPED = "{what}, by {group}"
GROUPED_AT = "{what}, by {group}, cut at {points}"
LANDMARKED = "{what}; {days}-day landmark"
EXPOSED = "{what}; {exposure} by day {days}"
AS_IT_HAPPENS = "{what}; {exposure} as it happens"
POPULATION = "{what}; of: {population}"
STRATIFIED = "{what}; stratified by {column}"
UP_TO = "{what}; means up to {months} months"
WITHOUT_IMPUTED = "{what}; without imputed dates"
ONLY = "{what}; only {filters}"
BETWEEN = "{column} from {low} to {high}"
FROM = "{column} from {low}"
TO = "{column} to {high}"
ONE_OF = "{column}: {values}"
AND = "{first}, {next}"
TEMPLATES = (
    *(RULED, SHARE, SHARE_OF, *OF_TABLES.values(), REGRESSION, GROUPED, GROUPED_AT, LANDMARKED, EXPOSED, AS_IT_HAPPENS),
    *(POPULATION, STRATIFIED, UP_TO, WITHOUT_IMPUTED, ONLY, BETWEEN, FROM, TO, ONE_OF, AND),
)
LONGEST = 400


def english(text: str) -> str:
    """The text as it is."""
    return text


def title_of(analysis: Analysis, say: Say = english) -> str:
    """What is asked, in one line."""
    what = _subject(analysis, say)
    for template, words in _additions(analysis, say):
        what = say(template).format(what=what, **words)
    return what if len(what) <= LONGEST else f"{what[: LONGEST - 1]}…"


def _subject(analysis: Analysis, say: Say) -> str:
    if analysis.outcome:
        return say(SHARE).format(outcome=_outcome(analysis, say))
    if not analysis.endpoint:
        return say(OF_TABLES[analysis.method])
    name = say(analysis.rule.label)
    if analysis.endpoint.startswith("EFS_"):
        name = say(RULED).format(endpoint=name, rule=analysis.endpoint[4])
    return say(SHARE_OF).format(endpoint=name) if analysis.method == "proportion" else name


def _outcome(analysis: Analysis, say: Say) -> str:
    outcome = analysis.outcome
    assert outcome is not None  # noqa: S101 - asked of a proportion alone
    named = [say(label) for value, label in levels(outcome.column) if value in outcome.values]
    if outcome.label == label_of(outcome.column):
        return say(outcome.label)
    return say(ONE_OF).format(column=say(label_of(outcome.column)), values=_listed(named, say))


def _additions(analysis: Analysis, say: Say) -> list[tuple[str, dict[str, object]]]:
    found: list[tuple[str, dict[str, object]]] = []
    options = analysis.options
    if analysis.method in REGRESSIONS:
        covariates = _listed([lowered(say(one.label)) for one in analysis.covariates], say)
        found.append((REGRESSION, {"covariates": covariates}))
    if analysis.groups:
        group = lowered(say(analysis.groups.label))
        points = _listed([as_typed(one) for one in analysis.groups.cuts], say)
        found.append((GROUPED_AT, {"group": group, "points": points}) if points else (GROUPED, {"group": group}))
    if analysis.method == LANDMARK and analysis.exposure is None:
        found.append((LANDMARKED, {"days": options.landmark_days}))
    elif analysis.exposure:
        exposure = lowered(say(analysis.exposure.label))
        is_at = analysis.method == LANDMARK
        found.append(
            (EXPOSED, {"exposure": exposure, "days": options.landmark_days})
            if is_at
            else (AS_IT_HAPPENS, {"exposure": exposure})
        )
    if analysis.population and (analysis.endpoint or analysis.population != "infused"):
        found.append((POPULATION, {"population": say(analysis.population_label)}))
    if options.strata:
        found.append((STRATIFIED, {"column": lowered(say(label_of(options.strata)))}))
    if options.tau_months:
        found.append((UP_TO, {"months": options.tau_months}))
    if options.without_imputed:
        found.append((WITHOUT_IMPUTED, {}))
    if analysis.filters:
        found.append((ONLY, {"filters": _listed([filter_words(one, say) for one in analysis.filters], say)}))
    return found


def filter_words(one: Filter, say: Say) -> str:
    """ "disease burden: Low", "age at infusion from 3 to 17.9"."""
    column = lowered(say(one.label))
    if one.values:
        named = dict(levels(one.column)) if one.column not in AS_FOUND else {}
        return say(ONE_OF).format(
            column=column, values=_listed([say(named[v]) if v in named else v for v in one.values], say)
        )
    write = _month if one.column == PERIOD else as_typed
    low, high = ("" if end is None else write(end) for end in (one.low, one.high))
    return say(BETWEEN if low and high else FROM if low else TO).format(column=column, low=low, high=high)


def _month(value: float) -> str:
    return month_as_typed(int(value))


def _listed(parts: list[str], say: Say) -> str:
    text = parts[0] if parts else ""
    for part in parts[1:]:
        text = say(AND).format(first=text, next=part)
    return text


def lowered(label: str) -> str:
    """A label inside a sentence: "Age at infusion" as "age at infusion"; "CRS" stays."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label
