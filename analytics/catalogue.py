"""The analyses this registry runs, by name: its statistical analysis plan.

Survival is estimated by Kaplan-Meier with log(-log) 95 % limits, read at the months given; groups are compared by the
log-rank test. All comparisons are exploratory. The three event-free survival rules stand side by side, because the rule
alone moves the same patients by tens of points: A counts transplant in remission as part of the strategy, B censors it,
C counts it as failure.

Groups are known before infusion. Nothing that happens after it (transplant, cytokine release, B-cell recovery) splits a
curve from day 0: that would grant the patients who lived to see it immortal time.

Sources: [Kato] Kato 2025, doi:10.1016/j.jtct.2024.11.016 (burden and prior transplant as questions; its own event-free
survival rule is not known, so no rule here bears its name). [Klein] Klein & Moeschberger, Survival Analysis, 1997 and
2003 (137 transplants at four hospitals).
"""

from analytics.core.analysis import Analysis, Groups
from analytics.core.endpoints.definitions import ENDPOINTS

TISAGENLECLEUCEL = "tisagenlecleucel"
TRANSPLANTS = "bmt-km"
KATO = "Kato 2025, doi:10.1016/j.jtct.2024.11.016"
KLEIN = "Klein & Moeschberger, Survival Analysis, 2003"
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

CATALOGUE: tuple[Analysis, ...] = (
    OVERALL_SURVIVAL,
    *EVENT_FREE_SURVIVAL,
    RELAPSE_FREE_SURVIVAL,
    OVERALL_SURVIVAL_FROM_APHERESIS,
    *AFTER_TRANSPLANT,
)
