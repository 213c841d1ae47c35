"""IEC-HS: the site's own grade, with the supportive findings beside it. Nothing is diagnosed here."""

from __future__ import annotations

from registry.dictionary.words import gettext_noop
from registry.grading.base import Answers, Derived, Query, Reason, Scale, code, fact, is_empty
from registry.grading.dates import days_between
from registry.grading.thresholds import LIMITS, Limits, is_provisional

IEC_HS = Scale("IEC-HS", "Hines 2023")
NO_FERRITIN = gettext_noop("IEC-HS is diagnosed, but the peak ferritin is missing.")
BEFORE_CRS = gettext_noop("IEC-HS begins before CRS. Please check both onset dates.")


def iechs(answers: Answers, limits: Limits = LIMITS) -> Derived:
    """The site's grade 1 to 5, 0 where IEC-HS was ruled out; none where not assessed or not graded.

    answers   of the haematotoxicity form, with `peak_ferritin` of the CRS form and `crs_onset` of the first CRS episode

    `decided_by` begins with the site's diagnosis; the supportive findings follow it. Their criteria are provisional, so
    they explain, and never set, the grade. Source: Hines 2023.
    """
    provisional, diagnosed = is_provisional(limits, "iechs"), code(answers, "iechs_dx")
    if diagnosed == 0:
        reason = Reason(gettext_noop("IEC-HS was not diagnosed"), items=("iechs_dx",))
        return Derived("iechs", 0, IEC_HS, (reason,), provisional=provisional)
    if diagnosed != 1:
        return Derived("iechs", None, IEC_HS, missing=("iechs_dx",), provisional=provisional)
    grade, queries = code(answers, "iechs_grade"), _queries(answers)
    if grade is None:
        return Derived("iechs", None, IEC_HS, missing=("iechs_grade",), queries=queries, provisional=provisional)
    site = Reason(gettext_noop("graded by the site"), items=("iechs_dx", "iechs_grade"))
    return Derived("iechs", grade, IEC_HS, (site, *supportive_findings(answers, limits)), (), queries, provisional)


def supportive_findings(answers: Answers, limits: Limits = LIMITS) -> tuple[Reason, ...]:
    """The supportive criteria that are met, of those that the form records."""
    fibrinogen, liver = limits["iechs.iechs_fibrinogen"], limits["iechs.iechs_ast_uln"]
    found = (
        fact(
            answers, "iechs_fibrinogen", "<", fibrinogen, gettext_noop("fibrinogen %(found)s mg/dL (below %(limit)s)")
        ),
        fact(answers, "iechs_ast_uln", ">", liver, gettext_noop("AST or ALT %(found)s × ULN (above %(limit)s)")),
        fact(answers, "iechs_hemophago", "==", 1, gettext_noop("haemophagocytosis")),
    )
    return tuple(one.reason for one in found if one.holds)


def _queries(answers: Answers) -> tuple[Query, ...]:
    found = []
    if is_empty(answers.get("peak_ferritin")):
        found.append(Query("iechs.ferritin", NO_FERRITIN, ("iechs_dx", "peak_ferritin")))
    days = days_between(answers, "crs_onset", "iechs_onset")
    if days is not None and days[1] < 0:
        found.append(Query("iechs.onset", BEFORE_CRS, ("iechs_onset", "crs_onset")))
    return tuple(found)
