"""Haematotoxicity: ICAHT from neutrophils, T-ICAHT from platelets, early and late."""

from __future__ import annotations

from registry.dictionary.words import gettext_noop
from registry.grading.base import Answers, Derived, Fact, Reason, Scale, fact, first_that_holds
from registry.grading.thresholds import LIMITS, Limits, is_provisional

ICAHT = Scale("ICAHT", "EHA/EBMT 2023")
T_ICAHT = Scale("T-ICAHT", "published table")

ANC500 = gettext_noop("ANC at most 0.5 ×10⁹/L on %(found)s days (from %(limit)s)")
ANC100 = gettext_noop("ANC at most 0.1 ×10⁹/L on %(found)s days (from %(limit)s)")
NEVER = gettext_noop("ANC never above 0.5 ×10⁹/L by day 30")
LATE_ANC = gettext_noop("lowest ANC after day 30: %(found)s ×10⁹/L (up to %(limit)s)")
PLT50 = gettext_noop("platelets below 50 ×10⁹/L on %(found)s days (from %(limit)s)")
PLT20 = gettext_noop("platelets below 20 ×10⁹/L on %(found)s days (from %(limit)s)")
LATE_PLT = gettext_noop("lowest platelets on days 31 to 100: %(found)s ×10⁹/L (below %(limit)s)")
NO_NEUTROPENIA = gettext_noop("no neutropenia that this scale grades")
NO_THROMBOCYTOPENIA = gettext_noop("no thrombocytopenia that this scale grades")


def icaht_early(answers: Answers, limits: Limits = LIMITS) -> Derived:
    """Grade 0 to 4 of days 0 to 30, from cumulative days of neutropenia.

    Source: Rejeski 2023, doi:10.1182/blood.2023020578.
    """
    name = "icaht_early"
    rules = (
        (4, (fact(answers, "anc_never_rec", "==", 1, NEVER), _days(answers, limits, name, 4, "anc100_days", ANC100))),
        (
            3,
            (
                _days(answers, limits, name, 3, "anc500_days", ANC500),
                _days(answers, limits, name, 3, "anc100_days", ANC100),
            ),
        ),
        (2, (_days(answers, limits, name, 2, "anc500_days", ANC500),)),
        (1, (_days(answers, limits, name, 1, "anc500_days", ANC500),)),
    )
    nothing = Reason(NO_NEUTROPENIA, items=("anc500_days", "anc100_days", "anc_never_rec"))
    return first_that_holds(name, ICAHT, rules, 0, nothing, is_provisional(limits, name))


def icaht_late(answers: Answers, limits: Limits = LIMITS) -> Derived:
    """Grade 0 to 4 after day 30, from the lowest non-transient ANC.

    Source: Rejeski 2023, doi:10.1182/blood.2023020578.
    """
    name, item = "icaht_late", "late_anc_nadir"
    rules = [
        (grade, (fact(answers, item, "<=", limits[f"{name}.{grade}.{item}"], LATE_ANC),)) for grade in (4, 3, 2, 1)
    ]
    return first_that_holds(name, ICAHT, rules, 0, Reason(NO_NEUTROPENIA, items=(item,)), is_provisional(limits, name))


def t_icaht_early(answers: Answers, limits: Limits = LIMITS) -> Derived:
    """Grade 0 to 4 of days 0 to 30, from cumulative days of thrombocytopenia."""
    name = "t_icaht_early"
    rules = [
        (grade, (_days(answers, limits, name, grade, item, text),))
        for grade, item, text in (
            (4, "plt20_days", PLT20),
            (3, "plt20_days", PLT20),
            (2, "plt50_days", PLT50),
            (1, "plt50_days", PLT50),
        )
    ]
    nothing = Reason(NO_THROMBOCYTOPENIA, items=("plt50_days", "plt20_days"))
    return first_that_holds(name, T_ICAHT, rules, 0, nothing, is_provisional(limits, name))


def t_icaht_late(answers: Answers, limits: Limits = LIMITS) -> Derived:
    """Grade 0 to 4 of days 31 to 100, from days below 20 ×10⁹/L and the lowest non-transient count."""
    name, nadir = "t_icaht_late", "late_plt_nadir"
    rules = [
        *((grade, (_days(answers, limits, name, grade, "late_plt20_days", PLT20),)) for grade in (4, 3)),
        *((grade, (fact(answers, nadir, "<", limits[f"{name}.{grade}.{nadir}"], LATE_PLT),)) for grade in (2, 1)),
    ]
    nothing = Reason(NO_THROMBOCYTOPENIA, items=(nadir, "late_plt20_days"))
    return first_that_holds(name, T_ICAHT, rules, 0, nothing, is_provisional(limits, name))


def _days(answers: Answers, limits: Limits, name: str, grade: int, item: str, text: str) -> Fact:
    return fact(answers, item, ">=", limits[f"{name}.{grade}.{item}"], text)
