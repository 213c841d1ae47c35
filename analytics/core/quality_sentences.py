"""What a Result says about the state of the data it rests on."""

CONTRADICTED = "In {n} of {cases} cases answers contradict each other and nobody has settled it: their times and events may change."
INCOMPLETE = "In {n} of {cases} cases forms are not complete: answers or whole forms are missing."
OF_QUALITY = (CONTRADICTED, INCOMPLETE)  # open questions alone are counted, not said: there always are some

# The day to which follow-up could go.
CUT, NEWEST = "data cut-off", "newest information in the data"
