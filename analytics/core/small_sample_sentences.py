"""What a Result says in words about methods for few cases or events. Names in braces are filled in."""

# Of a Firth regression.
NO_LIMIT = "{term}: the penalised profile likelihood does not fall far enough; a limit on that side is not estimable."
NO_TEST = "{term}: the penalised likelihood without it has no maximum that was found; its p value is not estimable."
FEW_FOR_FIRTH = (
    "{ratio} events per covariate column (fewer than 5): penalised estimates are finite but rest on little; read the "
    "limits, and use fewer covariates."
)

# Of a logistic regression.
ONE_OUTCOME = "All {n} rows have the same outcome: a logistic regression has nothing to tell apart."
TELLS_NOTHING = "{term} tells nothing apart: it has one value, or is a combination of other covariates."
SEPARATED_OUTCOME = (
    "{term}: the outcomes are separated, so its odds ratio has no finite estimate and none is given; a Firth-penalised "
    "model gives one."
)
FEW_OUTCOMES = (
    "{n} rows have the rarer outcome, for {columns} covariate columns (fewer than 10 each): odds ratios may be too far "
    "from 1."
)

# Which regression is shown, and why.
SEPARATED = (
    "Firth's regression, because {terms} orders the events (a level without events, or every event at the largest or "
    "smallest value at risk): an ordinary hazard ratio would be infinite."
)
TOO_FEW = (
    "Firth's regression, because there are {events} events for {columns} covariate columns: fewer than 5 each, too few "
    "for an ordinary Cox regression."
)
ASKED = "Firth's regression, as asked for."
ENOUGH = (
    "Ordinary Cox regression: {events} events for {columns} covariate columns, at least 10 each. Firth's regression "
    "stands beside it."
)
BARELY = (
    "Ordinary Cox regression with {events} events for {columns} covariate columns: fewer than 10 each, so hazard ratios "
    "may be too far from 1. Compare Firth's regression beside it."
)

# Of a restricted mean.
TAU_CHOSEN = "The restricted means go up to {tau}, the smallest of the groups' last observed times."
BEYOND_OBSERVATION = (
    "tau is {tau}, but the last observed time is {last} and not all have had the event by then: the curve is not known "
    "up to tau. Choose a tau no later than that."
)

# Of a table of counts.
INFINITE_ODDS = "The odds ratio is infinite because a cell is 0: only its lower limit can be estimated."
NO_WOOLF_LIMITS = "A cell is 0: the limits of the sample odds ratio are not defined; exact limits are."
EMPTY_MARGIN = "A row or column of the table is empty: the odds ratio is not defined."
FEW_EXPECTED_COUNTS = "{n} of {cells} cells have an expected count below 5: the chi-squared test is approximate."
TOO_LARGE_FOR_EXACT = (
    "The table of {rows} x {columns} with {n} counts is too large for the exact test: use the chi-squared test, or "
    "combine levels."
)

# Of a test by permutation.
PERMUTED = "p by permutation: {permutations} deals drawn with seed {seed}."
ENUMERATED = "p by permutation: all {permutations} ways to deal the groups were tried."
NOTHING_TO_PERMUTE = "No permutation test: no other deal of the groups could give another result."

# Of a landmark analysis or a change in time.
LEFT_BEFORE_LANDMARK = (
    "{events} with the event and {censored} censored at {at} or earlier are left out; the clock restarts there."
)
CHANGE_UNUSED = (
    "{n} change is dated on the day observation ends or later; no time after it was observed.",
    "{n} changes are dated on the day observation ends or later; no time after them was observed.",
)

# Of concordance corrected by resampling.
NO_MODEL = "No corrected concordance: the model itself has no finite estimate."
RESAMPLED = "Concordance is corrected with {resamples} bootstrap resamples, seed {seed}."
FAILED = "{failed} of {resamples} resamples could not be fitted and are left out of the correction."
PENALISED = "{penalised} of {resamples} resamples had no finite ordinary estimate and were fitted with Firth's penalty."
MANY_FAILED = "More than one in ten resamples could not be fitted: the corrected concordance is not reliable."

SENTENCES = (
    *(ONE_OUTCOME, TELLS_NOTHING, SEPARATED_OUTCOME, FEW_OUTCOMES),
    *(NO_LIMIT, NO_TEST, FEW_FOR_FIRTH, SEPARATED, TOO_FEW, ASKED, ENOUGH, BARELY, TAU_CHOSEN, BEYOND_OBSERVATION),
    *(INFINITE_ODDS, NO_WOOLF_LIMITS, EMPTY_MARGIN, FEW_EXPECTED_COUNTS, TOO_LARGE_FOR_EXACT),
    *(PERMUTED, ENUMERATED, NOTHING_TO_PERMUTE, LEFT_BEFORE_LANDMARK, *CHANGE_UNUSED),
    *(NO_MODEL, RESAMPLED, FAILED, PENALISED, MANY_FAILED),
)
