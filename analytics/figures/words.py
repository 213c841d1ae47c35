"""The words of a figure. The page hands in those of its language; these are the English ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from analytics.figures.report_words import ReportWords


@dataclass(frozen=True, slots=True)
class Words(ReportWords):
    """Plain text; names in braces are filled in by the figure."""

    outcome: str = ""  # title of the y axis; "" = the endpoint's label
    axis: str = "Months since {clock}"
    at_risk: str = "At risk"
    events: str = "Events"
    censored: str = "Censored"
    counts: str = "n {n}, events {events}"
    no_patients: str = "No patient can be analysed yet."
    too_few: str = "Too few patients or events to be drawn."
    nobody: str = "no patients"
    at: str = "{months} months"
    median: str = "Median, months"
    not_reached: str = "NR"
    not_reached_note: str = "NR, not reached."
    logrank: str = "Log-rank test: χ² {statistic}, df {df}, p {p}."
    permutation: str = "By permutation, p {p}."
    follow_up: str = "Median follow-up {median} months (quartiles {quartiles}), by reverse Kaplan–Meier."
    follow_up_median: str = "Median follow-up {median} months, by reverse Kaplan–Meier."
    limits: str = "Brackets and bands: {limits} confidence limits."
    points: str = (
        "Squares: estimates at fixed months, with {limits} confidence limits. What lies between the months is not told."
    )
    withheld: str = "withheld"
    withheld_note: str = "–: withheld, or not asked."
    tail: str = "Thin and grey: fewer than 5 patients, or than 10 %, still at risk."
    rule: str = "{label} ({id} version {version}): {rule}"
    dataset: str = "{cohort}, {kind} revision {revision} ({hash}), {date}; n {n}, events {events}."
    kinds: tuple[tuple[str, str], ...] = (("live", "live"), ("cut", "data cut"))
    dataset_without_events: str = "{cohort}, {kind} revision {revision} ({hash}), {date}; n {n}."
    cut: str = "{cohort}, data cut {name} of {day} ({hash}); n {n}, events {events}."
    cut_without_events: str = "{cohort}, data cut {name} of {day} ({hash}); n {n}."
    hover: str = "{time} months: {share}, {at_risk} at risk"
    no_bands: str = "More than {n} curves: bands are not drawn."
    own_band: str = "A band is drawn of this alone: {own}."
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
    of_hazard: str = "{hazard}: {text}"
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
    benchmark: str = "{number}. {parts}."
    benchmark_between: str = "; "
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

    def one_of(self, names: list[str]) -> str:
        """Names as the beginning of a sentence: "Relapse, progression or death"."""
        first, last = names[:-1], names[-1]
        text = self.between.join(first) + self.before_last + last if first else last
        return text[:1].upper() + text[1:]
