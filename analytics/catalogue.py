"""The analyses this registry runs, by name: its statistical analysis plan.

Survival is estimated by Kaplan-Meier with log(-log) 95 % limits, read at the months given; groups are compared by the log-rank
test, by permutation where an arm has few events, and by restricted means. What competes is estimated by Aalen-Johansen and
compared by Gray's test; 1 - Kaplan-Meier is never used for it. Regressions are Cox's with Efron's ties where the events allow it
and Firth's where they do not; the other one stands beside. Proportions have Clopper-Pearson limits. All comparisons are
exploratory. The three event-free survival rules stand side by side, because the rule alone moves the same patients by tens of
points: A counts transplant in remission as part of the strategy, B censors it, C counts it as failure.

Groups and covariates are known before the clock starts. What happens after it (transplant, cytokine release, B-cell recovery)
splits no curve from day 0, for that would grant those who lived to see it immortal time: it is landmarked or time-dependent.

Sources: [Kato] Kato 2025, doi:10.1016/j.jtct.2024.11.016 (burden and prior transplant as questions; its own event-free
survival rule is not known, so no rule here bears its name). [Klein] Klein & Moeschberger, Survival Analysis, 1997 and
2003 (137 transplants at four hospitals).
"""

from analytics.core.analysis import (
    COX,
    CUMULATIVE_INCIDENCE,
    FINE_GRAY,
    LANDMARK,
    PROPORTION,
    TIME_DEPENDENT,
    Analysis,
    Covariate,
    Exposure,
    Groups,
    Options,
    Outcome,
)
from analytics.core.endpoints.definitions import ENDPOINTS

TISAGENLECLEUCEL = "tisagenlecleucel"
TRANSPLANTS = "bmt-km"
KATO = "Kato 2025, doi:10.1016/j.jtct.2024.11.016"
KLEIN = "Klein & Moeschberger, Survival Analysis, 2003"
LANDMARKS = "Kim 2021, doi:10.1016/j.bbmt.2020.09.034; Anderson, Cain & Gelber 1983"
REPORTS = "STROBE; Kato 2025, doi:10.1016/j.jtct.2024.11.016"
TRIAL_AND_REGISTRY = "Buchmann 2022, Blood 139:1785"

BY_BURDEN = Groups(
    "burden", "Disease burden", (("low", "Low (< 5 % marrow blasts)"), ("high", "High (≥ 5 % marrow blasts)"))
)
BY_PRIOR_TRANSPLANT = Groups(
    "prior_hsct", "Prior transplant", (("no", "No prior transplant"), ("yes", "Prior transplant"))
)
BY_DISEASE = Groups(
    "stratum", "Disease group", (("ALL", "ALL"), ("AML low", "AML, low risk"), ("AML high", "AML, high risk"))
)
BY_HOSPITAL = Groups("site", "Hospital")

BURDEN = Covariate("burden", "Disease burden", levels=BY_BURDEN.levels[::-1])
PRIOR_TRANSPLANT = Covariate("prior_hsct", "Prior transplant", levels=BY_PRIOR_TRANSPLANT.levels)
NO_OR_YES = (("no", "No"), ("yes", "Yes"))
COVARIATES = (
    BURDEN,
    PRIOR_TRANSPLANT,
    Covariate("age_infusion", "Age at infusion", kind="number", unit="5 years", per=5),
    Covariate("prior_blinatumomab", "Blinatumomab before CAR-T", levels=NO_OR_YES),
    Covariate("prior_inotuzumab", "Inotuzumab before CAR-T", levels=NO_OR_YES),
    Covariate("kmt2a", "KMT2A rearrangement", levels=NO_OR_YES),
    Covariate("bridging", "Bridging therapy", levels=NO_OR_YES),
)
# As many as the events of such a cohort can carry.
ADJUSTED = ("burden", "prior_hsct")
TRANSPLANT_IN_REMISSION = Exposure(
    "D_HSCT", "Transplant in remission after CAR-T", "Not transplanted in remission", "Transplanted in remission"
)


# Overall survival: death from any cause.

OVERALL_SURVIVAL = Analysis(
    name="os",
    title="Overall survival after infusion",
    question="How many patients are alive after infusion?",
    cohort=TISAGENLECLEUCEL,
    endpoint="OS_INF",
    source=KATO,
)
OVERALL_SURVIVAL_FROM_APHERESIS = Analysis(
    name="os-from-apheresis",
    title="Overall survival from leukapheresis",
    question="How many patients are alive after leukapheresis, infused or not?",
    cohort=TISAGENLECLEUCEL,
    endpoint="OS_APH",
    source=KATO,
)


# Event-free survival under each rule: all infused patients, by disease burden, by prior transplant.


def event_free_survival(rule: str, how: str) -> tuple[Analysis, Analysis, Analysis]:
    """The three analyses of one event-free survival rule: all cases, by disease burden, by prior transplant."""
    endpoint = f"EFS_{rule.upper()}"
    label = ENDPOINTS[endpoint].label
    return (
        Analysis(
            name=f"efs-{rule}",
            title=label,
            question=f"How many patients stay free of events after infusion, {how}?",
            cohort=TISAGENLECLEUCEL,
            endpoint=endpoint,
            source=TRIAL_AND_REGISTRY,
        ),
        Analysis(
            name=f"efs-{rule}-by-disease-burden",
            title=f"{label}, by marrow blasts before infusion",
            question="Does low disease burden at infusion mean longer event-free survival?",
            cohort=TISAGENLECLEUCEL,
            endpoint=endpoint,
            groups=BY_BURDEN,
            source=KATO,
        ),
        Analysis(
            name=f"efs-{rule}-by-prior-transplant",
            title=f"{label}, by transplant before CAR-T",
            question="Does a transplant before CAR-T mean longer event-free survival?",
            cohort=TISAGENLECLEUCEL,
            endpoint=endpoint,
            groups=BY_PRIOR_TRANSPLANT,
            source=KATO,
        ),
    )


EVENT_FREE_SURVIVAL = (
    *event_free_survival("a", "transplant in remission being part of the strategy"),
    *event_free_survival("b", "censored at transplant or new therapy in remission"),
    *event_free_survival("c", "transplant or new therapy in remission counting as an event"),
)


# Relapse-free survival: patients in remission, from their remission.

RELAPSE_FREE_SURVIVAL = Analysis(
    name="rfs-u",
    title="Relapse-free survival, not censored at later therapy",
    question="How long do remissions last?",
    cohort=TISAGENLECLEUCEL,
    endpoint="RFS_U",
    source=TRIAL_AND_REGISTRY,
)


# The historical transplants: the same registry, another treatment, real patients.


def after_transplant(name: str, endpoint: str, groups: Groups, question: str) -> Analysis:
    """An analysis of the historical transplant cohort, read each year."""
    return Analysis(
        name=name,
        title=f"{ENDPOINTS[endpoint].label}, by {groups.label.lower()}",
        question=question,
        cohort=TRANSPLANTS,
        endpoint=endpoint,
        groups=groups,
        at_months=(12, 24, 36),
        tick_months=12,
        source=KLEIN,
    )


AFTER_TRANSPLANT = (
    after_transplant(
        "os-by-disease-group", "OS_HCT", BY_DISEASE, "Does survival after transplant differ by disease group?"
    ),
    after_transplant(
        "dfs-by-disease-group", "DFS_HCT", BY_DISEASE, "Does disease-free survival differ by disease group?"
    ),
    after_transplant(
        "os-by-hospital", "OS_HCT", BY_HOSPITAL, "Does survival after transplant differ between hospitals?"
    ),
    after_transplant("dfs-by-hospital", "DFS_HCT", BY_HOSPITAL, "Does disease-free survival differ between hospitals?"),
)

# Who they are, and what became of them: the tables of a report.


def table(method: str, title: str, question: str, **words: object) -> Analysis:
    """A table over the consortium's cases; its name is the method's."""
    return Analysis(
        name=method, title=title, question=question, cohort=TISAGENLECLEUCEL, method=method, source=REPORTS, **words
    )


FLOW = table("flow", "Flow from decision to follow-up", "What became of the patients accepted for CAR-T?")
CHARACTERISTICS = table(
    "table-one", "Patient characteristics", "Who was infused?", population="infused", groups=BY_BURDEN
)
RESPONSE = table("response", "Best response", "How many patients responded, of whom?", population="infused")
TOXICITY = table(
    "toxicity",
    "CRS, ICANS and other toxicity",
    "How severe was toxicity, and of how many is it not reported?",
    population="infused",
    groups=BY_BURDEN,
)
ENROLMENT = table(
    "enrolment",
    "Enrolment over time and by hospital",
    "How many patients were accepted, collected and infused, when and where?",
)
SWIMMER = table(
    "swimmer",
    "Course of each patient after infusion",
    "What became of each patient, and how long are they free of events?",
    endpoint="EFS_A",
    population="infused",
)
SENSITIVITY = table(
    "sensitivity",
    "Event-free survival under other rules, sets and definitions",
    "How far does event-free survival depend on the rule, the set and the definition of burden?",
)
COMPLETENESS = table(
    "completeness", "Completeness of data, by hospital", "Which hospital's data are complete, and on time?"
)


# Response and severe toxicity: proportions with exact limits.


def proportion(name: str, title: str, question: str, outcome: Outcome, groups: Groups | None = None) -> Analysis:
    """A proportion of the infused patients."""
    return Analysis(
        name=name,
        title=title,
        question=question,
        cohort=TISAGENLECLEUCEL,
        population="infused",
        method=PROPORTION,
        outcome=outcome,
        groups=groups,
        source=KATO,
    )


RESPONDED = Outcome("BOR", "CR or CRi, day 21 to 100", ("CR", "CRi"), missing_is_no=True)
PROPORTIONS = (
    proportion("best-response", "Best overall response", "How many infused patients reach CR or CRi?", RESPONDED),
    proportion(
        "best-response-by-disease-burden",
        "Best overall response, by marrow blasts before infusion",
        "Do more patients with low disease burden respond?",
        RESPONDED,
        BY_BURDEN,
    ),
    proportion(
        "crs-severe-by-disease-burden",
        "Severe CRS, by marrow blasts before infusion",
        "Do fewer patients with low disease burden have CRS of grade 3 or more?",
        Outcome("crs_severe", "CRS of grade 3 or higher", ("yes",)),
        BY_BURDEN,
    ),
    proportion(
        "icans-severe-by-disease-burden",
        "Severe ICANS, by marrow blasts before infusion",
        "Do fewer patients with low disease burden have ICANS of grade 3 or more?",
        Outcome("icans_severe", "ICANS of grade 3 or higher", ("yes",)),
        BY_BURDEN,
    ),
)


# What competes: relapse, death without it, B-cell recovery, transplant.


def incidence(name: str, title: str, question: str, endpoint: str, groups: Groups | None = None) -> Analysis:
    """Cumulative incidences of an endpoint and of what competes with it."""
    return Analysis(
        name=name,
        title=title,
        question=question,
        cohort=TISAGENLECLEUCEL,
        endpoint=endpoint,
        groups=groups,
        method=CUMULATIVE_INCIDENCE,
        source=TRIAL_AND_REGISTRY,
    )


INCIDENCES = (
    incidence("cir", "Cumulative incidence of relapse", "How many remissions end in relapse?", "CIR"),
    incidence(
        "cir-by-prior-transplant",
        "Cumulative incidence of relapse, by transplant before CAR-T",
        "Does a transplant before CAR-T mean fewer relapses?",
        "CIR",
        BY_PRIOR_TRANSPLANT,
    ),
    incidence("cir-cd19", "Relapse with and without CD19", "How many relapses lose CD19?", "CIR_19N"),
    incidence("nrm", "Non-relapse mortality", "How many patients die without relapse or failure?", "NRM"),
    incidence("bca-loss", "Loss of B-cell aplasia", "When do B cells return?", "BCA_LOSS"),
    incidence("hsct", "Transplant in remission", "How many remissions are consolidated by transplant?", "CIF_HSCT"),
    incidence("crs-onset", "Onset of CRS", "When does cytokine release begin?", "TT_CRS").with_(
        at_months=(1,), tick_months=1
    ),
    incidence("icans-onset", "Onset of ICANS", "When does neurotoxicity begin?", "TT_ICANS").with_(
        at_months=(1,), tick_months=1
    ),
)


# Regressions: each covariate alone, then burden and prior transplant together.


def regression(name: str, title: str, endpoint: str, method: str = COX) -> Analysis:
    """Univariable and multivariable models of an endpoint."""
    return Analysis(
        name=name,
        title=title,
        question="Which patients have a higher hazard, alone and with the others taken into account?",
        cohort=TISAGENLECLEUCEL,
        endpoint=endpoint,
        covariates=COVARIATES,
        together=ADJUSTED,
        method=method,
        source=KATO,
    )


REGRESSIONS = (
    regression("os-regression", "Overall survival, regression", "OS_INF"),
    regression("efs-a-regression", "Event-free survival (rule A), regression", "EFS_A"),
    regression("efs-b-regression", "Event-free survival (rule B), regression", "EFS_B"),
    regression("efs-c-regression", "Event-free survival (rule C), regression", "EFS_C"),
    regression("cir-regression", "Relapse, cause-specific and Fine-Gray regression", "CIR", FINE_GRAY),
)


# Transplant after CAR-T happens after the clock has started: landmark and time-dependent, never a baseline group.

AFTER_REMISSION = (
    Analysis(
        name="efs-landmark-transplant",
        title="Event-free survival from day 90, by transplant until then",
        question="Do patients transplanted in remission by day 90 fare better from then on?",
        cohort=TISAGENLECLEUCEL,
        endpoint="EFS_A",
        population="responder",
        method=LANDMARK,
        exposure=TRANSPLANT_IN_REMISSION,
        options=Options(landmark_days=90),
        source=LANDMARKS,
    ),
    Analysis(
        name="os-transplant-time-dependent",
        title="Overall survival, transplant in remission as it happens",
        question="Does a transplant in remission change the hazard of death from then on?",
        cohort=TISAGENLECLEUCEL,
        endpoint="OS_INF",
        population="responder",
        method=TIME_DEPENDENT,
        exposure=TRANSPLANT_IN_REMISSION,
        source=LANDMARKS,
    ),
    Analysis(
        name="efs-transplant-time-dependent",
        title="Event-free survival (rule A), transplant in remission as it happens",
        question="Does a transplant in remission change the hazard of relapse or death from then on?",
        cohort=TISAGENLECLEUCEL,
        endpoint="EFS_A",
        population="responder",
        method=TIME_DEPENDENT,
        exposure=TRANSPLANT_IN_REMISSION,
        source=LANDMARKS,
    ),
)

# The dashboards' analyses come first: they are computed first.
CATALOGUE: tuple[Analysis, ...] = (
    OVERALL_SURVIVAL,
    *EVENT_FREE_SURVIVAL,
    RELAPSE_FREE_SURVIVAL,
    OVERALL_SURVIVAL_FROM_APHERESIS,
    *AFTER_TRANSPLANT,
    *PROPORTIONS,
    *INCIDENCES,
    *REGRESSIONS,
    *AFTER_REMISSION,
    ENROLMENT,
    FLOW,
    CHARACTERISTICS,
    RESPONSE,
    TOXICITY,
    SWIMMER,
    SENSITIVITY,
    COMPLETENESS,
)
