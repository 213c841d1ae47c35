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

TOO_FEW_GROUPS = "No log-rank test: fewer than two groups hold cases."
NO_EVENT_AT_ALL = "No log-rank test: no event happened while two groups were under observation."
FEW_EVENTS = "A group has fewer than {n} events: the p value of the log-rank test is approximate."
NO_GRAY_TEST = "No Gray test: fewer than two groups hold cases."
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
BEFORE_LANDMARK = (
    "Left out at the landmark of {day} days: {events} with the event and {censored} censored by then."
)
EXPOSURE_UNUSED = (
    "In {n} case the exposure begins when observation ends; it exposes no time.",
    "In {n} cases the exposure begins when observation ends; it exposes no time.",
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
