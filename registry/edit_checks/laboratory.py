"""Checks of B cells and of units: X45 to X47."""

from __future__ import annotations

from collections.abc import Iterator

from registry.dictionary.words import gettext_noop
from registry.edit_checks.base import SOFT, Finding
from registry.edit_checks.whole import Record, amount, dated, finding, pair

APLASIA = 1  # disease_status_fup
LEUKAEMIC = 1  # b19_is_blast
B_CELLS_BACK = 50  # /µL
NEAREST_WITHIN = 45  # days
IGG = (50, 2000)  # mg/dL
CRP = (("pre_infusion_assessment", "pre_crp", 30), ("crs", "peak_crp", 40))  # mg/dL


def aplasia_agrees_with_the_count(case: Record) -> Iterator[Finding]:
    """X45: B cells at the last sample within 45 days before a visit that says "aplasia"."""
    samples = [one for row in case.of("bcell_assessment") if (one := dated(row, "bca_date"))]
    for visit in case.of("follow_up"):
        seen = dated(visit, "fup_date")
        if visit["disease_status_fup"] != APLASIA or not seen:
            continue
        near = [one for one in samples if 0 <= (seen.days.first - one.days.first).days <= NEAREST_WITHIN]
        last = max(near, key=lambda one: one.days.first, default=None)
        if not last or last.row["b19_abs"] is None or last.row["b19_is_blast"] in (None, LEUKAEMIC):
            continue
        if last.row["b19_abs"] >= B_CELLS_BACK:
            yield pair(
                seen,
                last,
                "X45",
                gettext_noop(
                    'B-cell count contradicts "B-cell aplasia ongoing": %(count)s on %(expected)s, at the visit of %(found)s. Correct '
                    "whichever disagrees with the source."
                ),
                SOFT,
                count=amount(last.row["b19_abs"], last.row.items["b19_abs"].unit),
            )


def igg_is_in_mg_per_dl(case: Record) -> Iterator[Finding]:
    """X46: 50 to 2000 mg/dL."""
    for row in case.of("bcell_assessment"):
        if row["igg_level"] is not None and not IGG[0] <= row["igg_level"] <= IGG[1]:
            yield finding(
                row,
                "igg_level",
                "X46",
                gettext_noop("IgG in g/L instead of mg/dL? %(label)s is %(found)s; usual are %(low)s to %(high)s."),
                SOFT,
                low=amount(IGG[0]),
                high=amount(IGG[1], "mg/dL"),
            )


def crp_is_in_mg_per_dl(case: Record) -> Iterator[Finding]:
    """X47: up to 30 mg/dL before, 40 after infusion."""
    for form, name, most in CRP:
        for row in case.of(form):
            if row[name] is not None and row[name] > most:
                yield finding(
                    row,
                    name,
                    "X47",
                    gettext_noop("CRP in mg/L instead of mg/dL? %(label)s is %(found)s; usual is up to %(expected)s."),
                    SOFT,
                    expected=amount(most, "mg/dL"),
                )
