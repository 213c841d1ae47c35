"""What a Result says in words beside its numbers. Names in braces are filled in; whoever shows it may translate it."""

ALL_CASES = "All cases"

# Why a case is left out.
NO_CLOCK = "The date that starts the clock is missing"
NOT_REPORTED = "Nobody reported whether or when the event happened"
OUT_OF_ORDER = "An event is dated before the clock starts"
NO_END = "No date ends the observation"
NOT_IN_SET = "Not in the analysis set: {population}"
NOT_IN_RULES_SET = "Outside the set of the rule {rule}"
RESTS_ON_IMPUTED = "The time rests on an imputed date"
GROUP_NOT_KNOWN = "{group} not known"
NOT_CHOSEN = "Not chosen by the filter: {label}"

# Why a split is refused: `what` is the column, `endpoint` the rule.
KNOWN_LATER = (
    "{what} is known only after {clock}, where the clock of {endpoint} starts: splitting by it grants immortal time; use a "
    "landmark or a time-dependent analysis"
)

TOO_FEW_GROUPS = "No log-rank test: fewer than two groups hold cases."
NO_EVENT_AT_ALL = "No log-rank test: no event happened while two groups were under observation."
FEW_EVENTS = "A group has fewer than {n} events: the p value of the log-rank test is approximate."
NO_GRAY_TEST = "No Gray test: fewer than two groups hold cases."
GRAY_NOT_DEFINED = "Gray's test of {cause} is not defined: its events tell no groups apart."
GRAY_OF_SOME = (
    "Gray's test of {cause} compares {compared} of {groups} groups: the others had nobody left when it happened."
)
FEW_EVENTS_FOR_GRAY = "A group has fewer than {n} events: the p value of Gray's test is approximate."
NOTHING = "No case can be analysed: nothing is estimated."

# Of the rows, each for one case and for several.
IMPUTED = "the time rests on an imputed date (only its month or year is known)."
FROM_SITE = "a response rests on the site's call, because a component is missing."
WITHOUT_REMISSION = "a relapse without a documented remission counts at its date."
OF_ROWS = tuple((f"In {{n}} case {what}", f"In {{n}} cases {what}") for what in (IMPUTED, FROM_SITE, WITHOUT_REMISSION))

OUTCOME_NOT_KNOWN = (
    "In {n} case the outcome is not known; it is in no denominator.",
    "In {n} cases the outcome is not known; they are in no denominator.",
)
NOT_PROPORTIONAL = (
    "{covariate}: its hazard ratio seems to change with time (test of proportional hazards, p below 0.05); one ratio does not "
    "describe it. Compare restricted means."
)
TWO_HAZARDS = (
    "The cause-specific hazard ratio is about the rate among those still free of any event; Fine and Gray's is about the "
    "incidence, in which the competing events count as never having the event. They may differ."
)
EXPLORATORY = "{n} comparisons are made and none is corrected for their number: they are exploratory."

BEYOND = (
    "In {n} case the observation goes on beyond {months} months; that is in the estimates and not in the picture.",
    "In {n} cases the observation goes on beyond {months} months; that is in the estimates and not in the picture.",
)

# Of a group's curve; with several groups after the group's name.
GROUPED = "{group}: {sentence}"
NO_CASE = "no case; nothing is estimated."
ONE_CASE = "one case only; the estimates describe that case."
NO_EVENT = "no event; survival stays at 100 %, its limits and the median are not estimable."
NO_EVENT_YET = "no event; the incidence stays at 0 % and its limits are not estimable."
ENDS_AT_ZERO = "the curve reaches 0; limits are not estimable from there on."
CARRIED_ON = "nobody is observed at {months} months; the estimate is carried on from {last} months."
OF_A_CURVE = (NO_CASE, ONE_CASE, NO_EVENT, NO_EVENT_YET, ENDS_AT_ZERO, CARRIED_ON)

# Why a number is not there.
NOT_REACHED = "the curve does not fall to this level."
LIMIT_NOT_REACHED = "a limit of the curve does not fall to this level."
NO_LIMITS_OF_CURVE = "limits are not defined before the first event, nor where the curve is at 0."
NO_LIMITS_OF_INCIDENCE = "limits are not defined before the first event of this cause."
NOBODY_IN_GROUP = "nobody is in this group."
NEVER_RELIABLE = "at no time were enough cases at risk."
NO_SPREAD = "the standard error is 0 or not defined: no limits and no test."
NO_TEST = "the test is not defined: no event could tell the groups or terms apart."
EMPTY_CELL = "a cell of the table is 0: the ratio or one of its limits is not defined."
NOT_CLUSTERED = "no clusters are given: there is no robust standard error."
NO_FINITE_ESTIMATE = "the estimate is not finite, or the model was not fitted."
NO_PROFILE_LIMIT = "the profile likelihood does not fall far enough: the limit on that side is not estimable."
NO_E_VALUE = "the hazard ratio or a limit is not defined."
NO_PAIR = "no two cases can be compared."
NO_RESAMPLE = "too few resamples could be fitted."
NO_POTENTIAL = "no case could have been followed to this day."
NO_DIFFERENCE = "one of the groups has no value, or the values do not vary."
QUALITY_NOT_KNOWN = "the dataset holds no facts on the quality of the data."
NOBODY_HERE = "nobody is counted here."
NOT_ESTIMABLE = "not estimable from these cases."
WHY_UNDEFINED = (
    *(NOT_REACHED, LIMIT_NOT_REACHED, NO_LIMITS_OF_CURVE, NO_LIMITS_OF_INCIDENCE, NOBODY_IN_GROUP, NEVER_RELIABLE),
    *(NO_SPREAD, NO_TEST, EMPTY_CELL, NOT_CLUSTERED, NO_FINITE_ESTIMATE, NO_PROFILE_LIMIT, NO_E_VALUE, NO_PAIR),
    *(NO_RESAMPLE, NO_POTENTIAL, QUALITY_NOT_KNOWN, NO_DIFFERENCE, NOBODY_HERE, NOT_ESTIMABLE),
)
