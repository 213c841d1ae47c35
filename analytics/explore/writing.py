"""An explored analysis as the words of its address: the reverse of reading them."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.catalogue import TISAGENLECLEUCEL
from analytics.core.analysis import Analysis
from analytics.core.columns.column import FLAG, NUMBER
from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.core.parts import PERIOD, Filter
from analytics.explore import choosing
from analytics.explore.endpoints import RULES, WORD_OF
from analytics.explore.grammar import FIRST_RULE, METHODS, usual_months, usual_population
from analytics.explore.said import as_typed, month_as_typed

WORD_OF_METHOD = {method: word for word, method in METHODS.items()}
Pairs = Iterator[tuple[str, str]]


def pairs_of(analysis: Analysis) -> list[tuple[str, str]]:
    """(parameter, value) of all that is not as usual."""
    return [
        *_question(analysis),
        *(pair for one in analysis.filters for pair in _filter(one)),
        *_groups(analysis),
        *_covariates(analysis),
        *_outcome(analysis),
        *_times(analysis),
        *_options(analysis),
    ]


def _question(analysis: Analysis) -> Pairs:
    if analysis.cohort != TISAGENLECLEUCEL:
        yield "cohort", analysis.cohort
    competes = False
    if analysis.endpoint:
        word, clock = WORD_OF[analysis.endpoint]
        if word != FIRST_RULE[analysis.cohort] or analysis.method == METHODS["proportion"]:
            yield "endpoint", word
        if clock != RULES[word].usual:
            yield "since", clock
        competes = bool(ENDPOINTS[analysis.endpoint].competing)
    method = WORD_OF_METHOD[analysis.method]
    if method != ("incidence" if competes else "curve"):
        yield "method", method
    usual = "" if analysis.endpoint else usual_population(analysis.cohort)
    if analysis.population != usual:
        yield "population", analysis.population


def _filter(one: Filter) -> Pairs:
    for value in one.values:
        yield f"is.{one.column}", value
    for name, end in (("from", one.low), ("to", one.high)):
        if end is not None:
            yield f"{name}.{one.column}", month_as_typed(int(end)) if one.column == PERIOD else as_typed(end)


def _groups(analysis: Analysis) -> Pairs:
    if analysis.groups:
        yield "group", analysis.groups.column
        if analysis.groups.cuts:
            yield "cuts", ",".join(as_typed(one) for one in analysis.groups.cuts)


def _covariates(analysis: Analysis) -> Pairs:
    for one in analysis.covariates:
        yield "covariate", one.column
        if one.kind == NUMBER:
            if one.per != choosing.usual_per(one.column):
                yield f"per.{one.column}", as_typed(one.per)
        elif one.levels[0][0] != choosing.usual_reference(choosing.CHOOSABLE[one.column]):
            yield f"reference.{one.column}", one.levels[0][0]
    for column in analysis.together:
        yield "together", column


def _outcome(analysis: Analysis) -> Pairs:
    outcome = analysis.outcome
    if outcome is None:
        return
    yield "outcome", outcome.column
    if not (choosing.CHOOSABLE[outcome.column].kind == FLAG and outcome.values == ("yes",)):
        for value in outcome.values:
            yield "counts", value
    if outcome.missing_is_no:
        yield "missing", "no"


def _times(analysis: Analysis) -> Pairs:
    at, ticks = usual_months(analysis.cohort, analysis.endpoint)
    if analysis.at_months != at:
        yield "at", ",".join(str(month) for month in analysis.at_months)
    if analysis.tick_months != ticks:
        yield "ticks", str(analysis.tick_months)


def _options(analysis: Analysis) -> Pairs:
    options = analysis.options
    if options.landmark_days is not None:
        yield "day", str(options.landmark_days)
    for word, exposure in choosing.EXPOSURES.items():
        if exposure == analysis.exposure:
            yield "exposure", word
    if options.tau_months is not None:
        yield "tau", str(options.tau_months)
    if options.strata:
        yield "strata", options.strata
    if options.without_imputed:
        yield "imputed", "no"
    if options.p_values:
        yield "p", "1"
