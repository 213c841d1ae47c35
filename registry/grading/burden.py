"""Disease burden before infusion: which assessment counts, and its class by four published rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from registry.dictionary.items import plain
from registry.dictionary.words import gettext_noop
from registry.grading.base import (
    Answers,
    Derived,
    Fact,
    Query,
    Reason,
    Scale,
    code,
    fact,
    first_that_holds,
    number,
)
from registry.grading.dates import possible_days
from registry.grading.thresholds import LIMITS, Limits, Threshold, is_provisional

HIGH, INTERMEDIATE, LOW, UNDETECTABLE = "high", "intermediate", "low", "undetectable"
KATO, PRWCC = Scale("Disease burden", "Kato 2025"), Scale("Disease burden", "PRWCC")
CIBMTR, FRANCE = Scale("Disease burden", "CIBMTR 2025"), Scale("Disease burden", "France 2021")
PHASES = (2, 3, 1)  # after bridging, else after lymphodepletion, else before bridging
BLASTS_FROM = gettext_noop("marrow blasts %(found)s %% (from %(limit)s)")
BLASTS_BELOW = gettext_noop("marrow blasts %(found)s %% (below %(limit)s)")
MRD_FROM = gettext_noop("MRD %(found)s (from %(limit)s)")
MRD_BELOW = gettext_noop("MRD %(found)s (below %(limit)s)")
ASK_EXACT = gettext_noop("The reported blast count lies on both sides of the cut. Please enter the exact count.")
EXACT, BELOW, AT_MOST, ABOVE = 1, 2, 3, 4
SIGNS = {EXACT: "", BELOW: "<", AT_MOST: "≤", ABOVE: ">"}


def burden_row(rows: Iterable[Answers], infused_on: date | None = None) -> Answers | None:
    """The pre-infusion assessment that disease burden rests on (X17); None without one.

    Of the rows with a marrow and not after the infusion, the latest after bridging, else after lymphodepletion, else
    before bridging; without a marrow in any of them, the same among the others. A row without a phase is not used. A
    later number decides between rows of one day.
    """
    usable = [one for one in rows if code(one, "pre_phase") in PHASES and not _after(one, infused_on)]
    with_marrow = [one for one in usable if code(one, "pre_bm_done") != 0]
    return min(with_marrow or usable, key=_rank, default=None)


def _after(row: Answers, infused_on: date | None) -> bool:
    days = possible_days(row, "pre_date")
    return days is not None and infused_on is not None and days[0] > infused_on


def _rank(row: Answers) -> tuple[int, int, int]:
    days = possible_days(row, "pre_date")
    return (
        PHASES.index(code(row, "pre_phase") or 0),
        -(days[0].toordinal() if days else 0),
        -(code(row, "pre_seq") or 0),
    )


@dataclass(frozen=True, slots=True)
class Blasts:
    """Marrow blasts in per cent, as reported: an exact count, or every count that "<5", "≤5" or ">5" allows."""

    value: Decimal | None
    operator: int = EXACT

    def at_least(self, cut: Decimal) -> bool | None:
        """Whether every count allowed is at least `cut`; None if some are and some are not, or there is none."""
        if self.value is None:
            return None
        if self.operator == ABOVE:
            return True if self.value >= cut else None
        if self.operator == EXACT:
            return self.value >= cut
        beyond = self.value <= cut if self.operator == BELOW else self.value < cut
        return False if beyond else None

    def none_at_all(self) -> bool | None:
        """Whether there are no blasts; None if the report leaves it open."""
        if self.value is None:
            return None
        if self.operator == ABOVE:
            return False
        if self.operator == EXACT or self.value == 0:
            return self.value == 0
        return None


def blasts_of(answers: Answers) -> Blasts:
    """The marrow blasts of a pre-infusion assessment; no value where no marrow was examined."""
    if code(answers, "pre_bm_done") == 0:
        return Blasts(None)
    return Blasts(number(answers, "pre_bm_blast"), code(answers, "pre_bm_blast_op") or EXACT)


def _from(answers: Answers, limit: Threshold, text: str = BLASTS_FROM) -> Fact:
    blasts = blasts_of(answers)
    values = {"found": SIGNS[blasts.operator] + plain(blasts.value), "limit": plain(limit.value)}
    return Fact(blasts.at_least(limit.value), Reason(text, values, ("pre_bm_blast",)))


def _asked_exactly(found: Derived, answers: Answers) -> Derived:
    """With a query where the operator of the report, not a missing count, leaves the class open."""
    if found.value is None and found.missing == ("pre_bm_blast",) and blasts_of(answers).value is not None:
        return replace(
            found, queries=(Query(f"{found.name}.operator", ASK_EXACT, ("pre_bm_blast", "pre_bm_blast_op")),)
        )
    return found


def burden_kato(answers: Answers, limits: Limits = LIMITS) -> Derived:
    """high from 5 % marrow blasts, low below. Source: Kato 2025, doi:10.1016/j.jtct.2024.11.016."""
    cut = _from(answers, limits["burden_kato.high"])
    low = replace(cut.reason, text=BLASTS_BELOW)
    provisional = is_provisional(limits, "burden_kato")
    return _asked_exactly(first_that_holds("burden_kato", KATO, ((HIGH, (cut,)),), LOW, low, provisional), answers)


def burden_50(answers: Answers, limits: Limits = LIMITS) -> Derived:
    """high from 50 % marrow blasts, low above 0 and below 5 %, else intermediate: 5 to 50 %, and none at all."""
    high, not_low = _from(answers, limits["burden_50.high"]), _from(answers, limits["burden_50.low"])
    none = Fact(
        blasts_of(answers).none_at_all(), Reason(gettext_noop("no blasts in the marrow"), items=("pre_bm_blast",))
    )
    rules = ((HIGH, (high,)), (INTERMEDIATE, (not_low, none)))
    low = replace(not_low.reason, text=BLASTS_BELOW)
    return _asked_exactly(
        first_that_holds("burden_50", CIBMTR, rules, LOW, low, is_provisional(limits, "burden_50")), answers
    )


def burden_prwcc(answers: Answers, limits: Limits = LIMITS) -> Derived:
    """high, low or undetectable, from marrow, CNS and extramedullary disease and MRD."""
    high = (
        _from(answers, limits["burden_prwcc.high"]),
        fact(answers, "pre_cns", "==", 3, gettext_noop("CNS3")),
        fact(answers, "pre_emd", "==", 1, gettext_noop("extramedullary disease")),
    )
    detectable = (
        _no_sensitive_negative(answers, limits["burden_prwcc.sensitivity"]),
        fact(answers, "pre_cns", "!=", 1, gettext_noop("CNS not CNS1")),
        fact(answers, "pre_emd", "!=", 0, gettext_noop("extramedullary disease not excluded")),
    )
    clear = Reason(
        gettext_noop("MRD negative, CNS1, no extramedullary disease"), items=("pre_mrd_result", "pre_cns", "pre_emd")
    )
    rules = ((HIGH, high), (LOW, detectable))
    found = first_that_holds("burden_prwcc", PRWCC, rules, UNDETECTABLE, clear, is_provisional(limits, "burden_prwcc"))
    return _asked_exactly(found, answers)


def _no_sensitive_negative(answers: Answers, needed: Threshold) -> Fact:
    """Whether MRD is anything but negative with the sensitivity needed; None where the result is missing or unknown."""
    method, result = code(answers, "pre_mrd_method"), code(answers, "pre_mrd_result")
    text = gettext_noop("MRD not shown to be negative at %(limit)s")
    values = {"limit": plain(needed.value)}
    if result == 0:
        sensitivity = number(answers, "pre_mrd_lod")
        holds = None if sensitivity is None else sensitivity > needed.value
        return Fact(holds, Reason(text, values, ("pre_mrd_lod",)))
    known = method == 0 or result in (1, 2, 3)
    return Fact(True if known else None, Reason(text, values, ("pre_mrd_result",)))


def burden_mrd2(answers: Answers, limits: Limits = LIMITS) -> Derived:
    """high from MRD 1e-2, low below; where MRD was not quantified, high from 5 % marrow blasts, low below.

    A negative MRD whose sensitivity reaches the cut is low. A result that is missing or unknown gives no class.
    """
    method, result = code(answers, "pre_mrd_method"), code(answers, "pre_mrd_result")
    cut, provisional = limits["burden_mrd2.high"], is_provisional(limits, "burden_mrd2")
    if method != 0 and result == 1:
        measured = fact(answers, "pre_mrd_value", ">=", cut, MRD_FROM)
        return first_that_holds(
            "burden_mrd2", FRANCE, ((HIGH, (measured,)),), LOW, replace(measured.reason, text=MRD_BELOW), provisional
        )
    if method != 0 and result in (0, 3):
        sensitivity = number(answers, "pre_mrd_lod")
        if sensitivity is None:
            return Derived("burden_mrd2", None, FRANCE, missing=("pre_mrd_lod",), provisional=provisional)
        if sensitivity <= cut.value:
            reason = Reason(gettext_noop("MRD negative"), items=("pre_mrd_result",))
            return Derived("burden_mrd2", LOW, FRANCE, (reason,), provisional=provisional)
    elif method != 0 and result != 2:
        missing = ("pre_mrd_method",) if method is None else ("pre_mrd_result",)
        return Derived("burden_mrd2", None, FRANCE, missing=missing, provisional=provisional)
    blasts = _from(answers, limits["burden_mrd2.blasts"])
    low = replace(blasts.reason, text=BLASTS_BELOW)
    return _asked_exactly(first_that_holds("burden_mrd2", FRANCE, ((HIGH, (blasts,)),), LOW, low, provisional), answers)
