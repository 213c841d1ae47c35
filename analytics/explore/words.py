"""The words of exploring in the reader's language: parameters, methods, and what is wrong with an address."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from analytics import phrases
from analytics.core.endpoints.definitions import CLOCK_LABELS
from analytics.core.parts import PERIOD
from analytics.explore import choosing, found, problems
from analytics.explore.endpoints import CLOCKS, RULES
from analytics.explore.title import title_of

MOST_LISTED = 12

METHODS = {
    "curve": gettext_lazy("Survival curve (Kaplan–Meier)"),
    "incidence": gettext_lazy("Cumulative incidence (Aalen–Johansen)"),
    "landmark": gettext_lazy("Curve from a landmark day"),
    "time-dependent": gettext_lazy("Time-dependent exposure (Cox)"),
    "cox": gettext_lazy("Regression (Cox, Firth)"),
    "fine-gray": gettext_lazy("Regression with competing events (Fine–Gray)"),
    "proportion": gettext_lazy("Proportion with exact limits"),
    "characteristics": gettext_lazy("Table of patient characteristics"),
    "response": gettext_lazy("Table of response"),
    "toxicity": gettext_lazy("Table of toxicity"),
}
PARAMETERS = {
    "endpoint": gettext_lazy("Endpoint and rule"),
    "since": gettext_lazy("Clock starts at"),
    "method": gettext_lazy("Method"),
    "population": gettext_lazy("Patients"),
    "filter": gettext_lazy("Filters"),
    "group": gettext_lazy("Groups by"),
    "cuts": gettext_lazy("Cut points"),
    "covariate": gettext_lazy("Covariates"),
    "together": gettext_lazy("In one model"),
    "outcome": gettext_lazy("What is counted"),
    "counts": gettext_lazy("Values that count"),
    "missing": gettext_lazy("Not known"),
    "day": gettext_lazy("Landmark day"),
    "exposure": gettext_lazy("What happens by then"),
    "at": gettext_lazy("Estimates at months"),
    "ticks": gettext_lazy("Ticks every … months"),
    "tau": gettext_lazy("Mean up to month"),
    "strata": gettext_lazy("Stratified by"),
    "imputed": gettext_lazy("Imputed dates"),
    "p": gettext_lazy("Tests"),
    "direction": gettext_lazy("Curves"),
    "stacked": gettext_lazy("Competing events"),
    "data": gettext_lazy("Dataset"),
    "find": gettext_lazy("Look for a question"),
    "cohort": gettext_lazy("Cohort"),
}
ENDS = {"from": pgettext_lazy("range", "from"), "to": pgettext_lazy("range", "to")}

# What was found, what was expected, what to do.
SAID = {
    problems.UNKNOWN_PARAMETER: gettext_lazy("“{found}” is no choice of this page. Take it out of the address."),
    problems.UNKNOWN_VALUE: gettext_lazy("“{found}” is not known. Possible: {expected}."),
    problems.SAID_TWICE: gettext_lazy("Several values were given ({found}), one is possible. Choose one."),
    problems.TOO_MANY: gettext_lazy("{found} were given, at most {expected} are possible. Take some out."),
    problems.NO_NUMBER: gettext_lazy(
        "“{found}” is not a number. Write digits with a point, at most six of them, such as 10 or 17.5."
    ),
    problems.OUT_OF_RANGE: gettext_lazy("{found} is not possible. Write {expected}."),
    problems.NO_MONTH: gettext_lazy("“{found}” is not a month. Write a year or a month, such as 2024 or 2024-03."),
    problems.NO_SUCH_CLOCK: gettext_lazy(
        "This endpoint is not defined from {found}. It exists from: {expected}. Choose one of them, or another endpoint."
    ),
    problems.MISSING: gettext_lazy("Nothing is chosen yet. Choose here what the method needs."),
    problems.EMPTY_RANGE: gettext_lazy(
        "The range ends at {found}, before it begins at {expected}. Change one of them."
    ),
    problems.NEEDS_CUTS: gettext_lazy("{expected} is a number. Write where to cut it, such as 10 or 10, 18."),
    problems.NO_CUTS: gettext_lazy(
        "Cut points ({found}) split numbers only. Choose a column of numbers, or take them out."
    ),
    problems.NOT_ASCENDING: gettext_lazy(
        "The cut points {found} are not in ascending order. Write the smallest first."
    ),
    problems.TOO_MANY_GROUPS: gettext_lazy(
        "These are {found} groups; up to {expected} can be told apart in a figure. Choose some of them: the same column under "
        "“Which patients”, “Choose by one more”. Or split by another column."
    ),
    problems.NOT_FOR_METHOD: gettext_lazy(
        "It belongs to another method ({expected}). Choose that method, or take it out."
    ),
    problems.COMPETING: gettext_lazy(
        "“{found}” has competing events; this method would overstate how often it happens. Choose {expected}."
    ),
    problems.NOT_OF_COHORT: gettext_lazy("“{found}” is not defined for this cohort. Possible: {expected}."),
    problems.NO_SUCH_ITEM: gettext_lazy(
        "There is no coded or numeric question “{found}” in the forms; it may have been renamed. Look for it below by a word "
        "of its text, or take it out."
    ),
    problems.NO_SUCH_RULE: gettext_lazy("Of this question there is no “{found}”. Possible: {expected}."),
    problems.NO_SUCH_CODES: gettext_lazy(
        "“{found}” names codes that are not in the list of the question, or not in its order. Write it like {expected}."
    ),
    problems.NOT_KEPT: gettext_lazy(
        "This dataset was made before the answers of the forms were kept with it. Choose another one, or take this choice out."
    ),
    problems.TOO_LONG: gettext_lazy("The address has {found} characters, at most {expected} are read. Choose less."),
    found.EMPTY_GROUP: gettext_lazy("Cut point {found} leaves a group empty: the data go from {low} to {high}."),
    found.NOBODY: gettext_lazy("Nobody is in this range: the data go from {low} to {high}."),
    found.FUTURE: gettext_lazy("{found} is in the future: nobody has been infused then."),
}


def label_of(parameter):
    """A parameter in words: "Cut points", "Age at infusion, from"."""
    head, dot, column = parameter.partition(".")
    if not dot:
        return str(PARAMETERS.get(parameter, parameter))
    name = column_label(column)
    return _("{column}, {end}").format(column=name, end=ENDS[head]) if head in ENDS else name


def column_label(column):
    """A column in words; an unknown one as it is."""
    known = choosing.choosable(column) or column in (PERIOD, choosing.STRATUM)
    return phrases.label(choosing.label_of(column)) if known else column


def message(problem):
    """One sentence or two: what was found, what was expected, what to do."""
    if problem.sentence:
        return phrases.sentence(problem.sentence) + _(".")
    text = str(SAID[problem.kind])
    low, high = (*problem.expected, "", "")[:2]
    return text.format(found=_found(problem), expected=_expected(problem), low=low, high=high)


def _found(problem):
    if problem.kind == problems.NO_SUCH_CLOCK:
        return clock(problem.found)
    return phrases.label(problem.found)


def _expected(problem):
    words = problem.expected
    if problem.kind == problems.OUT_OF_RANGE:
        if len(words) == 1:
            return _("more than {low}").format(low=words[0])
        return _("a whole number from {low} to {high}").format(low=words[0], high=words[1])
    if problem.kind == problems.NO_SUCH_CLOCK:
        words = [clock(one) for one in words]
    elif problem.parameter == "method" or problem.kind in (problems.NOT_FOR_METHOD, problems.COMPETING):
        words = [str(METHODS.get(one, PARAMETERS.get(one, one))) for one in words]
    else:
        words = [phrases.label(one) for one in words]
    listed = pgettext("list", ", ").join(words[:MOST_LISTED])
    return f"{listed} …" if len(words) > MOST_LISTED else listed


def clock(word):
    """Where a clock starts, in words."""
    return phrases.label(CLOCK_LABELS[CLOCKS[word]]) if word in CLOCKS else word


def rule(word):
    """An endpoint rule in words."""
    return phrases.label(RULES[word].endpoint.label) if word in RULES else word


def title(analysis):
    """The title of an explored analysis in the reader's language."""
    return title_of(analysis, phrases.label)
