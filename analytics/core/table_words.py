"""The words of the flow, sensitivity and completeness tables. Whoever shows them may translate them."""

# Boxes of the flow.
BOXES = {
    "registered": "Registered",
    "decided": "Accepted for CAR-T therapy",
    "collected": "Cells collected",
    "shipped": "Cells shipped",
    "manufactured": "Product manufactured",
    "infused": "Infused with tisagenlecleucel",
    "evaluable": "Response evaluable",
    "remission": "Complete remission (CR or CRi) by day 100",
    "transplant": "Transplant in remission",
    "relapse": "Relapse",
    "death": "Died after remission",
}

# Why a case leaves before the infusion: the registry's code list of reasons.
NOT_INFUSED = {
    1: "Not infused: death from leukaemia",
    2: "Not infused: death from another cause",
    3: "Not infused: progression",
    4: "Not infused: manufacturing failure",
    5: "Not infused: adverse event or infection",
    6: "Not infused: other treatment chosen in remission",
    7: "Not infused: refusal",
    8: "Not infused: out-of-specification product not accepted",
    9: "Not infused: CD19 loss",
    10: "Not infused: transferred",
    88: "Not infused: other reason",
}
NOT_INFUSED_NO_REASON = "Not infused: reason not recorded"
DIED_NO_DISPOSITION = "Died; why not infused is not recorded"
OTHER_PRODUCT = "Given another product"
PRODUCT_NOT_RECORDED = "Infused; product not recorded"

# Still under way, or not recorded yet.
NO_DECISION = "No decision recorded, nor any later step"
WAITING_FOR_COLLECTION = "Waiting for collection"
WAITING_FOR_SHIPMENT = "Waiting for shipment"
WAITING_FOR_PRODUCT = "Waiting for the product"
FAILED_NEXT_OPEN = "Manufacturing failed; next step not recorded"
CANCELLED_NEXT_OPEN = "Manufacturing cancelled by the site; next step not recorded"
WAITING_FOR_INFUSION = "Waiting for infusion"
WAITING_FOR_RESPONSE = "Waiting for the assessment of response"

NO_DAY_0 = "Date of infusion not recorded"
DIED_UNASSESSED = "Died before response was assessed"
FAILED_UNASSESSED = "Relapse or progression without an assessment of response"
NOT_EVALUABLE = "Assessed, not evaluable in the first 100 days"
NOT_ASSESSED = "Not assessed in the first 100 days"
NO_RESPONSE = "No response"

IN_REMISSION = "In remission when last seen"
IN_REMISSION_TRANSPLANTED = "In remission after transplant when last seen"
ALIVE_AFTER_RELAPSE = "Alive after relapse when last seen"
OF_LEUKAEMIA = "Of leukaemia"
OF_ANOTHER_CAUSE = "Of another cause"
CAUSE_NOT_KNOWN = "Cause not known"

# How the cases of a box divide.
RECORDED = "How it is known"
BY_FORM = "Recorded"
BY_LATER_STEP = "Not recorded, shown by a later step"
COLLECTIONS = "Collections"
ONCE, REPEATED = "One collection", "Repeated collection"
FIRST_ATTEMPT = "First attempt at manufacturing"
OUTCOMES = {
    1: "In specification",
    2: "Out of specification",
    3: "Failed",
    4: "Cancelled by the site",
    9: "Pending",
}
OUTCOME_NOT_RECORDED = "Not recorded"
PRODUCT = "Product"
ATTEMPTS = "Attempts"
FIRST_PRODUCT, REMADE = "Made at the first attempt", "Re-made"
COURSES = "Courses"
ONE_COURSE, FURTHER_COURSE = "One course", "A further course infused"
TRANSPLANT_AFTERWARDS = "Transplant after relapse"
LATER_TRANSPLANT, NO_LATER_TRANSPLANT = "Transplanted in a further remission", "Not transplanted afterwards"

# Rows of the sensitivity table.
POPULATIONS = {
    "infused": "Infused",
    "shipped": "Shipped (intention to treat)",
    "decided": "Accepted (intention to treat)",
}
RESTRICTIONS = {
    "all": "All cases",
    "exact": "Without times that rest on imputed dates",
    "in_specification": "Without out-of-specification products",
    "exact_in_specification": "Without imputed dates and out-of-specification products",
}

SPECIFICATION_NOT_KNOWN = (
    "Whether the product was out of specification is not reported for {n} of the infused; they stay in every row."
)
BURDEN_KNOWN_LATER = (
    "Rows counted from leukapheresis or decision are not split by burden, which is known only at the infusion."
)
CARRIED_ON = "Where nobody is observed for {months} months the estimate is that of the last observation; it is marked."

# Measures of completeness.
MEASURES = {
    "forms_complete": "Forms due that are complete",
    "forms_on_time": "Forms due that were complete in time",
    "critical_answered": "Critical questions answered",
    "follow_up": "Patients whose follow-up is not overdue",
}
BEYOND_FUNNEL = "{site}: {measure} lies outside the 99.8 % limits of the funnel around all sites together."
NO_QUALITY = "The dataset holds no facts on forms and queries: their completeness is not known."
SENTENCES = (SPECIFICATION_NOT_KNOWN, BURDEN_KNOWN_LATER, CARRIED_ON, BEYOND_FUNNEL, NO_QUALITY)

FLOW_LABELS = (
    *BOXES.values(),
    *NOT_INFUSED.values(),
    *(NOT_INFUSED_NO_REASON, DIED_NO_DISPOSITION, OTHER_PRODUCT, PRODUCT_NOT_RECORDED, NO_DECISION),
    *(WAITING_FOR_COLLECTION, WAITING_FOR_SHIPMENT, WAITING_FOR_PRODUCT, FAILED_NEXT_OPEN, CANCELLED_NEXT_OPEN),
    *(WAITING_FOR_INFUSION, WAITING_FOR_RESPONSE, NO_DAY_0, DIED_UNASSESSED, FAILED_UNASSESSED),
    *(NOT_EVALUABLE, NOT_ASSESSED, NO_RESPONSE, IN_REMISSION, IN_REMISSION_TRANSPLANTED, ALIVE_AFTER_RELAPSE),
    *(OF_LEUKAEMIA, OF_ANOTHER_CAUSE, CAUSE_NOT_KNOWN, RECORDED, BY_FORM, BY_LATER_STEP, COLLECTIONS, ONCE, REPEATED),
    *(FIRST_ATTEMPT, *OUTCOMES.values(), OUTCOME_NOT_RECORDED, PRODUCT, ATTEMPTS, FIRST_PRODUCT, REMADE),
    *(COURSES, ONE_COURSE, FURTHER_COURSE, TRANSPLANT_AFTERWARDS, LATER_TRANSPLANT, NO_LATER_TRANSPLANT),
)
LABELS = (*FLOW_LABELS, *POPULATIONS.values(), *RESTRICTIONS.values(), *MEASURES.values())
