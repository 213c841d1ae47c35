"""What a Result says in words about a regression. Names in braces are filled in; whoever shows it may translate it."""

# Why no model is fitted.
NO_ROW = "No case can be used: no regression is fitted."
NO_EVENT = "No event among {n} cases: a regression has nothing to fit."
NO_EVENT_OF_CAUSE = "No event of cause {cause} among {n} cases: a regression has nothing to fit."
NO_COVARIATE = "No covariate is named: a regression has nothing to estimate."
TOO_MANY_COLUMNS = "{columns} covariate columns for {events} events: more columns than events cannot be estimated."
ADDS_NOTHING = (
    "{term} tells nothing apart: among those at risk when events happened it has one value, "
    "or is a combination of other covariates."
)
NOT_CONVERGED = "The maximum of the likelihood was not reached: the estimates must not be used."
OVERLAP = "Rows of subject {subject} overlap: each row must begin at or after the end of the one before."
MISSING_SUBJECT = "The column that names the subjects has missing values."

# Why covariates cannot enter.
ABSENT = "{covariate}: there is no such column."
TWICE = "{covariate} is named twice."
CONSTANT = "{covariate} has the same value, {value}, in all {n} cases: it has no effect that could be estimated."
NOT_A_NUMBER = "{covariate}: {value} is not a number; name it as a category if it is one."
NOT_A_FLAG = "{covariate}: {value} is neither yes nor no (1, 0, true, false)."
UNKNOWN_LEVEL = "{covariate}: {value} is not one of its levels."
NO_REFERENCE = "{covariate}: the reference level {level} has no case."
COMBINATION = "{term} follows exactly from {others}: leave one of them out."

# Warnings.
EMPTY_LEVEL = "{covariate}: no case has the level {level}; it is left out."
LEFT_OUT = (
    "{n} row is left out because a covariate is missing ({counts}).",
    "{n} rows are left out because a covariate is missing ({counts}).",
)
INFINITE = (
    "{term}: the groups are separated (monotone likelihood), so its hazard ratio has no finite estimate and none is "
    "given; a Firth-penalised model gives one."
)
INFINITE_INCIDENCE = (
    "{term}: the groups are separated (monotone likelihood), so its subdistribution hazard ratio has no finite estimate "
    "and none is given."
)
NOTHING_COMPETES = (
    "Nobody had an event of another cause: nothing competes, and this is Cox's regression with Breslow's ties."
)
LEVEL_WITHOUT_EVENT = "{term}: no event where it is {value}."
EXTREME = "{term}: the coefficient or its standard error is extreme; the estimate is close to having no finite value."
FEW_EVENTS = "{ratio} events per covariate column (fewer than 10): the estimates may be biased and too extreme."
VERY_FEW_EVENTS = (
    "{ratio} events per covariate column (fewer than 5): do not rely on these estimates; use fewer covariates or a "
    "Firth-penalised model."
)
FEW_CLUSTERS = "{n} clusters (fewer than 10): robust standard errors are too small; prefer strata."
CLUSTERS_FEWER_THAN_TERMS = (
    "The robust test of all terms together rests on {rank} of {terms} terms: there are too few clusters."
)
LONE_ROWS = (
    "{n} row is never at risk when an event happens; it adds nothing to the estimates.",
    "{n} rows are never at risk when an event happens; they add nothing to the estimates.",
)

SENTENCES = (
    *(NO_EVENT_OF_CAUSE, INFINITE_INCIDENCE, NOTHING_COMPETES),
    *(NO_ROW, NO_EVENT, NO_COVARIATE, TOO_MANY_COLUMNS, ADDS_NOTHING, NOT_CONVERGED, OVERLAP, MISSING_SUBJECT),
    *(ABSENT, TWICE, CONSTANT, NOT_A_NUMBER, NOT_A_FLAG, UNKNOWN_LEVEL, NO_REFERENCE, COMBINATION),
    *(EMPTY_LEVEL, *LEFT_OUT, INFINITE, LEVEL_WITHOUT_EVENT, EXTREME, FEW_EVENTS, VERY_FEW_EVENTS, FEW_CLUSTERS),
    *(CLUSTERS_FEWER_THAN_TERMS, *LONE_ROWS),
)


def counted(pair: tuple[str, str], n: int, **names: object) -> str:
    """The sentence for one or for several."""
    return pair[0 if n == 1 else 1].format(n=n, **names)
