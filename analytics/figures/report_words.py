"""The words of the figures of a report. The page hands in those of its language; these are the English ones."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReportWords:
    """Plain text; names in braces are filled in by the figure."""

    counts_head: str = "x / n"
    share_head: str = "% (95 % CI)"
    exact_limits: str = "Lines: exact 95 % confidence intervals (Clopper–Pearson). n: those for whom it is known."
    exact_of_infused: str = (
        "Lines: exact 95 % confidence intervals (Clopper–Pearson). Best response from day 21 to day 100."
    )
    fisher: str = "Fisher’s exact test: p {p}."
    response: str = "Share of patients who responded"
    all_infused: str = "All infused, n {n}"
    by_subgroup: str = "{measure}: {subgroup}"
    alt_shares: str = "{title}: {rows}."
    alt_counted: str = "{label} {counts}, {share}"
    sensitivity: str = "Free of events at {months} months, by rule, patients and restriction"
    sensitivity_counts: str = "n, events"
    sensitivity_row: str = "{rule}, {restriction}"
    sensitivity_limits: str = (
        "Lines: log-log 95 % confidence intervals. A restriction that changes no time is not shown again."
    )
    carried_on: str = "Open: nobody was observed for so long; the estimate is that of the last observation."
    toxicity: str = "Highest grade, share of those infused"
    not_reported: str = "not reported"
    group_n: str = "{group}, n {n}"
    toxicity_note: str = "Numbers: patients, of all infused. Dashed: not reported, which is not “none”."
    alt_toxicity: str = "{item}: {groups}."
    alt_toxicity_group: str = "{group} (n {n}): {levels}"
    alt_level: str = "{label}: {n}"
    swimmer: str = "One bar for each patient"
    swimmer_bars: str = "Dark: free of events. Light: followed afterwards."
    swimmer_order: str = "Longest free of events first ({rule})."
    swimmer_some: str = "One in {step} of {n} patients is drawn."
    imputed_note: str = "Of {n} marks only the month or the year is known."
    alt_swimmer: str = "{n} patients followed for up to {months} months; {marks}; {ongoing} alive at last contact."
    enrolment: str = "Patients, cumulative"
    enrolment_new: str = "Newly infused, by {period}"
    enrolment_sites: str = "Patients by hospital"
    periods: tuple[tuple[str, str], ...] = (("month", "month"), ("quarter", "quarter"), ("year", "year"))
    enrolment_bars: str = "Bars by hospital: {pale} (pale), {dark} (dark)."
    enrolment_undated: str = "Without a date, in no month: {counts}."
    enrolment_uncertain: str = "Known to the year only, in the month put in its place: {counts}."
    alt_enrolment: str = "From {first} to {last}: {steps}; {sites} hospitals."
    alt_enrolment_counts: str = "{steps}."
    all_sites: str = "All hospitals"
    registered: str = "Registered"
    others: str = "{n} further hospitals"
    flow_n: str = "{label} (n {n})"
    flow_part: str = "{label} {n}"
    flow_parts: str = "{label}: {parts}"
    flow_came: str = "From: {steps}"
    flow_day: str = "Grey: under way or last seen in that state, as of {day}."
    alt_flow: str = "{boxes}."
    funnel_counts: tuple[tuple[str, str], ...] = (
        ("forms_complete", "Forms due"),
        ("forms_on_time", "Forms due"),
        ("critical_answered", "Questions asked"),
        ("follow_up", "Patients whose follow-up is due"),
    )
    funnel_pooled: str = "all {share}"
    funnel_note: str = (
        "Lines: exact binomial 95 % (solid) and 99.8 % (dashed) limits around all hospitals together. Dots: hospitals."
    )
    funnel_own: str = "Filled: {own}."
    alt_funnel: str = "{measure}: {share} of {n} over {sites} hospitals, {outside} outside the 99.8 % limits"
