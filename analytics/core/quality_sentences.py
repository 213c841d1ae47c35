"""What a Result says about the state of the data it rests on."""

CONTRADICTED = "In {n} of {cases} cases answers contradict each other and nobody has settled it: their times and events may change."
INCOMPLETE = "In {n} of {cases} cases forms are not complete: answers or whole forms are missing."
WITH_OPEN_QUERIES = "In {n} of {cases} cases a question to the hospital is open."
OF_QUALITY = (CONTRADICTED, INCOMPLETE, WITH_OPEN_QUERIES)

# The day to which follow-up could go.
CUT, NEWEST = "data cut-off", "newest information in the data"
