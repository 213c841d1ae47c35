"""The words of a figure. The page hands in those of its language; these are the English ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Words:
    """Plain text; names in braces are filled in by the figure."""

    outcome: str = ""  # title of the y axis; "" = the endpoint's label
    axis: str = "Months since {clock}"
    at_risk: str = "At risk"
    events: str = "Events"
    censored: str = "Censored"
    counts: str = "n {n}, events {events}"
    no_patients: str = "No patient can be analysed yet."
    nobody: str = "no patients"
    at: str = "{months} months"
    median: str = "Median, months"
    not_reached: str = "NR"
    not_reached_note: str = "NR, not reached."
    logrank: str = "Log-rank test: χ² {statistic}, df {df}, p {p}."
    limits: str = "Brackets and bands: {limits} confidence limits."
    withheld: str = "withheld"
    withheld_note: str = "–: withheld, or not asked."
    tail: str = "Thin and grey: fewer than 5 patients, or than 10 %, still at risk."
    rule: str = "{label} ({id} version {version}): {rule}"
    dataset: str = "{cohort}, {kind} revision {revision} ({hash}), {date}; n {n}, events {events}."
    kinds: tuple[tuple[str, str], ...] = (("live", "live"), ("cut", "data cut"))
    dataset_without_events: str = "{cohort}, {kind} revision {revision} ({hash}), {date}; n {n}."
    hover: str = "{time} months: {share}, {at_risk} at risk"
    no_bands: str = "More than {n} curves: bands are not drawn."
    hover_share: str = "{time} months: {share}"
    hover_days: str = "Day {time}: {share}"
    days_axis: str = "Days since {clock}"
    one_month: str = "1 month"
    incidence: str = "Cumulative incidence"
    competing: str = "Competing"
    causes: str = "Events: {own}. Competing: {others}."
    gray: str = "Gray’s test, {cause}: χ² {statistic}, df {df}, p {p}."
    stacked: str = "Areas add up to 100 %; at each time the height of an area is the share of patients."
    stacked_axis: str = "Share of patients"
    estimates_of: str = "Estimates: {cause}."
    event_free: str = "None of these"
    n: str = "n {n}"
    n_head: str = "n"
    ratio_head: str = "HR (95 % CI)"
    ratio_axis: str = "Hazard ratio (log scale)"
    hazard_title: str = "{endpoint}: hazard ratios"
    reference: str = "reference"
    as_reference: str = "{level}: reference"
    per: str = "{label}, per {unit}"
    each_alone: str = "Each alone"
    all_together: str = "All together"
    each_alone_by: str = "Each covariate alone: {regression}."
    time_dependent_by: str = "From its beginning on, each day counted where it was lived: {regression}."
    all_together_by: str = "Together ({covariates}; n {n}, events {events}): {regression}."
    forest_limits: str = "Intervals: 95 %, by profile likelihood where it is given, else Wald’s."
    forest_arrows: str = "Arrow: the interval goes on beyond the axis."
    exploratory: str = "Several comparisons, none corrected for their number: exploratory."
    mantel_byar: str = "Mantel–Byar test: χ² {statistic}, df {df}, p {p}."
    not_fitted: str = "No model of {covariates}: {reason}"
    regressions: Mapping[str, str] = field(
        default_factory=lambda: {
            "cox": "Cox’s regression",
            "firth-cox": "Firth’s penalised Cox regression",
            "fine-gray": "Fine and Gray’s regression",
        }
    )
    hazards: Mapping[str, str] = field(
        default_factory=lambda: {
            "cause_specific": "Cause-specific hazard",
            "fine_gray": "Subdistribution hazard (Fine–Gray)",
        }
    )
    failure: str = ""  # title of the y axis of a curve that goes up; "" = the endpoint's events
    between: str = ", "
    before_last: str = " or "
    landmark_axis: str = "Months since day {day} after {clock}"
    landmark: str = "Counted from day {day} on (n {n}); before it {events} had an event and {censored} were censored."
    benchmarks: str = (
        "Numbered: published estimates of other patients, with 95 % intervals where printed; no targets. Those of about the "
        "same month stand side by side."
    )
    benchmark_n: str = "n {n}"
    benchmark_no_n: str = "n not printed"
    beyond_axis: str = "Beyond the axis, not drawn: {numbers}."
    alt_survival: str = "{outcome}: n {n}, events {events}."
    alt_estimate: str = "{months} {estimate}, {median}."
    alt_median: str = "median {median}"
    alt_at: str = "{months} {estimate}."
    alt_ratio: str = "{label}: {ratio}."
    alt_group: str = "{group}: {text}"

    def at_month(self, month: int) -> str:
        """ "12 months", "1 month"."""
        return self.one_month if month == 1 else self.at.format(months=month)

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
    registered: str = "Registered"
    others: str = "{n} further hospitals"
    flow_n: str = "{label} (n\u00a0{n})"
    flow_part: str = "{label} {n}"
    flow_parts: str = "{label}: {parts}"
    flow_came: str = "From: {steps}"
    flow_day: str = "Grey: under way or last seen in that state, as of {day}."
    alt_flow: str = "{boxes}."
    funnel_counts: str = "Forms or answers asked of a hospital"
    funnel_pooled: str = "all {share}"
    funnel_note: str = (
        "Lines: exact binomial 95 % (solid) and 99.8 % (dashed) limits around all hospitals together. Dots: hospitals."
    )
    funnel_own: str = "Filled: {own}."
    alt_funnel: str = "{measure}: {share} of {n} over {sites} hospitals, {outside} outside the 99.8 % limits"

    def one_of(self, names: list[str]) -> str:
        """Names as the beginning of a sentence: "Relapse, progression or death"."""
        first, last = names[:-1], names[-1]
        text = self.between.join(first) + self.before_last + last if first else last
        return text[:1].upper() + text[1:]
