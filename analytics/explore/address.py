"""The address of a view: the query of a URL ↔ an Analysis and how it is drawn. One analysis has one address.

    endpoint      word of explore.endpoints.RULES; "os" if nothing is said        since       where its clock starts
    method        word of METHODS; by default a curve, or incidences where events compete
    population    word of SET_LABELS; by default that of the rule, for a table the infused
    is.<column>, from.<column>, to.<column>    filters; from.period, to.period months as 2022-03
    group, cuts   the column that splits the cases, and its cut points if it holds numbers
    covariate, per.<column>, reference.<column>, together    of a regression
    outcome, counts, missing       of a proportion
    day, exposure                  of a landmark or a time-dependent analysis
    at, ticks, tau, strata, imputed, p    time points, axis, restricted mean, strata, dates, tests in a table
    direction, stacked             how it is drawn
    data                           "live" or "cut:" and the name of a cut
    cohort                         the treatment
    form, add, find                of the page: choices of another method are passed over; columns for which a filter is begun;
                                   words by which a question of the forms is looked for
    any.<item>                     of the page: codes that any row may have, as a filter is begun by them

A column is one of the case table, or made of an answer of the forms by a rule: core.items.asked.

What is as usual is left out, names and values are sorted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from analytics.catalogue import TISAGENLECLEUCEL, TRANSPLANTS
from analytics.core import sentences
from analytics.core.analysis import OF_TIMES, ONE_EVENT, REGRESSIONS, Analysis
from analytics.core.columns.known import column_of
from analytics.core.endpoints.definitions import CLOCK_LABELS, ENDPOINTS, SET_LABELS
from analytics.core.items.asked import asked_by, begun_by, looks_asked
from analytics.core.parts import KNOWN_BEFORE, PERIOD, Covariate, Filter, Groups, Options
from analytics.explore import choosing, problems
from analytics.explore.endpoints import CLOCKS, OF_TRANSPLANTS, RULES
from analytics.explore.grammar import (
    COHORTS,
    DRAWN,
    EXPLORED,
    FIRST_RULE,
    LONGEST_DAYS,
    LONGEST_MONTHS,
    METHODS,
    MOST_POINTS,
    OF_METHOD,
    PARAMETERS,
    TABLES,
    WIDEST_TICK,
    columns_of,
    rules_of,
    usual_months,
    usual_population,
)
from analytics.explore.problems import Problem
from analytics.explore.said import Said
from analytics.explore.title import title_of
from analytics.explore.writing import pairs_of

FILTERING = ("is", "from", "to")
LONGEST_FOUND_BY = 60  # characters
CUT = re.compile(r"cut:[-\w]{1,60}")


@dataclass(frozen=True)
class Address:
    """What an address asks for. analysis is None where `problems` say why not; `said` keeps every word for the form.

    begun  columns for which the form has begun a filter that says nothing yet
    find   what questions of the forms are looked for by
    """

    analysis: Analysis | None
    problems: tuple[Problem, ...]
    said: Said
    drawn: dict[str, str]
    data: str
    cohort: str
    method: str
    begun: tuple[str, ...] = ()
    find: str = ""

    @property
    def query(self) -> str:
        """The one address of this view, without "?"; of one with problems, what was typed."""
        if self.analysis is None:
            return urlencode([(name, value) for name, values in self.said.words.items() for value in values])
        return address_of(self.analysis, self.data, **self.drawn)


def analysis_of(query: str) -> Address:
    """What the query of an address asks for. Never raises: what is wrong is in `problems`, and the rest is kept."""
    said = Said.of(query)
    choosing.take_codes(said)
    cohort = said.one("cohort", COHORTS, TISAGENLECLEUCEL)
    endpoint = _endpoint(said, cohort)
    competes = bool(endpoint and ENDPOINTS[endpoint].competing)
    method = said.one("method", METHODS, "incidence" if competes else "curve")
    _refuse_strangers(said, method)
    drawn = {name: said.one(name, words, words[0]) for name, words in DRAWN.items() if method in OF_METHOD[name]}
    data = _data(said)
    answers = [column for column in said.values("add") if asked_by(column) or begun_by(column)]
    begun = tuple(said.listed("add", (*columns_of(cohort), PERIOD, *answers)))
    analysis = _analysis(said, cohort, endpoint, method)
    filtered = [one.column for one in analysis.filters] if analysis else []
    begun = tuple(column for column in begun if column not in filtered)
    find = said.one("find")[:LONGEST_FOUND_BY]
    return Address(analysis, tuple(said.problems), said, drawn, data, cohort, method, begun, find)


def _data(said: Said) -> str:
    """ "live", or "cut:" and a name; whether there is such a cut is not known here."""
    data = said.one("data", default="live")
    if data == "live" or CUT.fullmatch(data):
        return data
    said.refuse("data", problems.UNKNOWN_VALUE, data, ("live", "cut:…"))
    return "live"


def _endpoint(said: Said, cohort: str) -> str:
    """The id of the endpoint rule from the clock that is asked for; "" where something is wrong."""
    word = said.one("endpoint", RULES, FIRST_RULE[cohort])
    rule = RULES[word]
    if (word in OF_TRANSPLANTS) != (cohort == TRANSPLANTS):
        said.refuse("endpoint", problems.NOT_OF_COHORT, word, rules_of(cohort))
        return ""
    clock = said.one("since", CLOCKS, rule.usual)
    if clock not in rule.by_clock:
        said.refuse("since", problems.NO_SUCH_CLOCK, clock, tuple(rule.by_clock))
        return ""
    return rule.by_clock[clock]


def _refuse_strangers(said: Said, method: str) -> None:
    """Words that mean nothing, and those of another method, which the page's own form may leave behind."""
    for name in list(said.words):
        head, dot, column = name.partition(".")
        if head in FILTERING and looks_asked(column) and asked_by(column) is None:
            choosing.refuse_answer(said, name, column)
        elif not (_is_known(head, column) if dot else name in PARAMETERS):
            said.refuse(name, problems.UNKNOWN_PARAMETER, name)
        elif head in OF_METHOD and method not in OF_METHOD[head]:
            if "form" not in said.words:
                said.refuse(name, problems.NOT_FOR_METHOD, method, OF_METHOD[head])
            del said.words[name]


def _is_known(head: str, column: str) -> bool:
    """Whether "head.column" is a parameter: numbers and the period have ends, the others values."""
    if asked_by(column):
        return head in (("from", "to") if choosing.is_number(column) else ("is",))
    if column not in (*choosing.CHOOSABLE, PERIOD, choosing.STRATUM):
        return False
    if head in ("from", "to"):
        return column == PERIOD or choosing.is_number(column)
    if head == "per":
        return choosing.is_number(column)
    return head in ("is", "reference") and column != PERIOD and not choosing.is_number(column)


def _analysis(said: Said, cohort: str, endpoint: str, method: str) -> Analysis | None:
    """The analysis; None and a problem noted where one cannot be made."""
    columns = columns_of(cohort)
    outcome = choosing.outcome_of(said, columns) if method == "proportion" else None
    if method in TABLES or outcome:
        if outcome and "endpoint" in said.words and "form" not in said.words:
            said.refuse("endpoint", problems.NOT_FOR_METHOD, "proportion", ("outcome",))
        endpoint = ""
    elif method == "proportion" and not {"endpoint", "outcome"} & set(said.words):
        said.refuse("outcome", problems.MISSING)
    filters = choosing.filters_of(said, columns)
    may_group = method in OF_METHOD["group"] and not said.words.get("exposure")
    groups = choosing.groups_of(said, columns, filters) if may_group else None
    covariates = choosing.covariates_of(said, columns) if METHODS[method] in REGRESSIONS else ()
    together = said.listed("together", [one.column for one in covariates]) if covariates else []
    exposure = choosing.EXPOSURES.get(said.one("exposure", choosing.EXPOSURES))
    if method == "time-dependent" and exposure is None:
        said.refuse("exposure", problems.MISSING)
    if "group" in said.words and exposure and "form" not in said.words:
        said.refuse("group", problems.NOT_FOR_METHOD, method, ("exposure",))
    at, ticks = usual_months(cohort, endpoint)
    made = {
        "endpoint": endpoint,
        "population": _population(said, cohort, endpoint),
        "filters": filters,
        "groups": groups,
        "covariates": covariates,
        "together": () if len(together) in (0, len(covariates)) else tuple(together),
        "outcome": outcome,
        "exposure": exposure,
        "method": METHODS[method],
        "options": _options(said, method, columns),
        "at_months": said.wholes("at", 1, LONGEST_MONTHS, MOST_POINTS) or at,
        "tick_months": said.whole("ticks", 1, WIDEST_TICK) or ticks,
    }
    if endpoint:
        _refuse_by_rule(said, made)
    return None if said.problems else _made(said, cohort, made)


def _made(said: Said, cohort: str, made: dict) -> Analysis | None:
    try:
        untitled = Analysis(name=EXPLORED, title="", question="", cohort=cohort, **made)
    except ValueError as refusal:  # a rule of the core that is not told apart here
        said.refuse("", problems.REFUSED, sentence=str(refusal).removeprefix(f"{EXPLORED}: "))
        return None
    title = title_of(untitled)
    return replace(untitled, title=title, question=title)


def _population(said: Said, cohort: str, endpoint: str) -> str:
    """The set of cases; "" where it is that of the endpoint rule."""
    asked = said.one("population", SET_LABELS)
    if endpoint:
        return "" if asked == ENDPOINTS[endpoint].set else asked
    return asked or usual_population(cohort)


def _options(said: Said, method: str, columns: tuple[str, ...]) -> Options:
    day = said.whole("day", 1, LONGEST_DAYS)
    if method == "landmark" and day is None and not any(one.parameter == "day" for one in said.problems):
        said.refuse("day", problems.MISSING)
    stratifying = [column for column in columns if not choosing.is_number(column)]
    return Options(
        tau_months=said.whole("tau", 1, LONGEST_MONTHS),
        landmark_days=day,
        strata=said.one("strata", stratifying),
        without_imputed=said.one("imputed", ("no",)) == "no",
        p_values=said.yes("p"),
    )


def _refuse_by_rule(said: Said, made: dict) -> None:
    """What the core refuses, told by parameter: competing events, and what is known only after the clock has started."""
    rule, method = ENDPOINTS[made["endpoint"]], made["method"]
    if method in ONE_EVENT and rule.competing:
        said.refuse("method", problems.COMPETING, rule.label, ("incidence", "fine-gray"))
    if method not in OF_TIMES:
        return
    groups, covariates, filters = made["groups"], made["covariates"], made["filters"]
    parts: list[tuple[str, Groups | Covariate | Filter]] = [("group", groups)] if groups else []
    parts += [("covariate", one) for one in covariates]
    parts += [(f"{'is' if one.values else 'from'}.{one.column}", one) for one in filters]
    asked = [(parameter, one.column) for parameter, one in parts]
    asked += [("strata", made["options"].strata)] if made["options"].strata else []
    for parameter, column in asked:
        known = column_of(column)
        if known is None or column in KNOWN_BEFORE or known.may_split(rule.clock):
            continue
        said.refuse(
            parameter,
            problems.LATER,
            column,
            sentence=sentences.KNOWN_LATER.format(
                what=choosing.label_of(column), clock=CLOCK_LABELS[rule.clock], endpoint=rule.label
            ),
        )


def address_of(analysis: Analysis, data: str = "live", **drawn: str) -> str:
    """The query of the one address that asks for this analysis, without "?"; "" when all is as usual."""
    said = [(name, value) for name, value in drawn.items() if value != DRAWN[name][0]]
    said += [("data", data)] if data != "live" else []
    return urlencode(sorted([*pairs_of(analysis), *said]))
