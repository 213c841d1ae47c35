"""Checks of CRS, ICANS and blood counts: X21 to X29."""

from __future__ import annotations

from collections.abc import Iterator

from registry.dictionary.words import gettext_noop
from registry.edit_checks.base import HARD, SOFT, Finding, Row
from registry.edit_checks.derived import crs_at, icans_at
from registry.edit_checks.grades import crs_of, log_of
from registry.edit_checks.whole import Dated, Record, age_in_years, amount, dated, finding, later, pair
from registry.grading.daily import ICANS_DAY
from registry.grading.icans import ICE_ITEMS

LATE_CRS, LATE_ICANS = 21, 42  # days after infusion
GRADE_4 = 3  # crs_hypotension, crs_hypoxia
PRE_EMPTIVE = 2  # toci_given
ICE, CAPD, NEITHER = 1, 2, 3
ICE_FROM = 12  # years
SCORES = (  # form, ICE items, ICE total, CAPD total
    ("icans_episode", ICE_ITEMS, "ice_total", "capd_total"),
    ("icans_day", tuple(ICANS_DAY[name] for name in ICE_ITEMS), ICANS_DAY["ice_total"], ICANS_DAY["capd_total"]),
)
CAPD_MAXIMUM, EARLY_DAYS, LATE_DAYS = 32, 31, 70
SITE_GRADE = gettext_noop(
    "Site grade and derived grade differ: see the components. %(label)s is %(found)s; the components give %(expected)s."
)
BEFORE_INFUSION = gettext_noop(
    "Treatment before infusion: %(label)s (%(found)s) is before %(other)s (%(expected)s). Correct whichever disagrees with the "
    "source."
)
NOT_GRADABLE = gettext_noop("CRS dates or components are incomplete: without %(label)s the grade cannot be derived.")
COUNTED_DAYS = gettext_noop("Cytopenia days are inconsistent: %(label)s is %(found)s, but can be %(expected)s at most.")


def crs_has_dates_and_a_grade(case: Record) -> Iterator[Finding]:
    """X21: CRS that occurred has an episode from day 0 on that ends after it began and can be graded."""
    summary, episodes, day_0 = case.one("crs"), case.of("crs_episode"), case.day_0()
    if not summary or summary["crs_occurred"] != 1 or not day_0:
        return
    found: list[Finding] = []
    for row in episodes:
        bad = [*_disordered(row, day_0), *_not_gradable(case, row)]
        if not bad:
            return
        found += bad
    yield from found


def _disordered(row: Row, day_0: Dated) -> Iterator[Finding]:
    text = gettext_noop(
        "CRS dates or components are incomplete: %(label)s (%(found)s) is before %(other)s (%(expected)s). Correct whichever "
        "disagrees with the source."
    )
    onset, resolved = dated(row, "crs_onset"), dated(row, "crs_resolved")
    if onset and onset.days.surely_before(day_0.days):
        yield pair(onset, day_0, "X21", text)
    if onset and resolved and resolved.days.surely_before(onset.days):
        yield pair(resolved, onset, "X21", text)


def _not_gradable(case: Record, row: Row) -> Iterator[Finding]:
    """No grade for a component that is missing with a reason; one left blank is asked for by itself."""
    missing = crs_of(case, row).missing
    for one in (row, *log_of(case, row)):
        open_here = [name for name in missing if name in one.items and one[name] is None]
        excused = [name for name in open_here if one[f"{name}_mr"]]
        if excused and len(excused) == len(open_here):
            yield finding(one, excused[0], "X21", NOT_GRADABLE)


def site_grade_is_the_derived_one(case: Record) -> Iterator[Finding]:
    """X22: by episode, where the site grades by ASTCT."""
    for form, grade in (("crs_episode", crs_at), ("icans_episode", icans_at)):
        for row in case.of(form):
            placed = grade(case, row)
            if placed.site and placed.differs:
                item, charted, derived = placed.site.item, placed.site.value, placed.derived.value
                yield finding(row, item, "X22", SITE_GRADE, SOFT, found=str(charted), expected=str(derived))


def onset_is_not_late(case: Record) -> Iterator[Finding]:
    """X23: CRS to day 21, ICANS to day 42."""
    day_0 = case.day_0()
    for form, name, days in (("crs_episode", "crs_onset", LATE_CRS), ("icans_episode", "icans_onset", LATE_ICANS)):
        for row in case.of(form):
            onset = dated(row, name)
            if onset and day_0 and onset.days.surely_after(day_0.days, days):
                yield finding(
                    row,
                    name,
                    "X23",
                    gettext_noop(
                        "Late onset: %(label)s is %(found)s; usual is up to %(expected)s. Please check against the source."
                    ),
                    SOFT,
                    expected=later(day_0.days.last, days),
                )


def grade_4_is_in_intensive_care(case: Record) -> Iterator[Finding]:
    """X24: two vasopressors or positive pressure, but no intensive care."""
    summary = case.one("crs")
    if not summary or summary["icu_admit"] != 0:
        return
    for row in case.of("crs_episode"):
        worst = next(
            (
                (one, name)
                for one in (row, *log_of(case, row))
                for name in ("crs_hypotension", "crs_hypoxia", "crs_day_hypotension", "crs_day_hypoxia")
                if one[name] == GRADE_4
            ),
            None,
        )
        if worst:
            yield finding(
                *worst,
                "X24",
                gettext_noop("Grade 4 outside the ICU? %(label)s is of grade 4, but no ICU admission is recorded."),
                SOFT,
            )


def treatment_follows_the_infusion(case: Record) -> Iterator[Finding]:
    """X25: tocilizumab and steroid not before day 0; pre-emptive tocilizumab up to a day earlier."""
    day_0 = case.day_0()
    for row in case.of("crs"):
        for name, early in (("toci_first_date", int(row["toci_given"] == PRE_EMPTIVE)), ("steroid_start", 0)):
            given = dated(row, name)
            if day_0 and given and given.days.surely_before(day_0.days, early):
                yield pair(given, day_0, "X25", BEFORE_INFUSION)


def tool_fits_the_age(case: Record) -> Iterator[Finding]:
    """X26: ICE from 12 years without developmental delay, CAPD otherwise; neither is always allowed."""
    summary, birth = case.one("icans"), case.birth()
    delay = summary["dev_delay"] if summary else None
    for row in case.of("icans_episode"):
        onset = dated(row, "icans_onset")
        if not onset or not birth or delay is None:
            continue
        ages = age_in_years(birth.last, onset.days.first), age_in_years(birth.first, onset.days.last)
        fitting = {ICE if age >= ICE_FROM and delay == 0 else CAPD for age in ages}
        for one, name in ((row, "icans_tool"), *((day, "icans_day_tool") for day in log_of(case, row))):
            if one[name] in (ICE, CAPD) and one[name] not in fitting:
                yield finding(
                    one,
                    name,
                    "X26",
                    gettext_noop(
                        "Wrong tool for age or development: the patient was %(age)s years old at onset. ICE is from 12 years "
                        "without developmental delay, CAPD otherwise."
                    ),
                    age=str(ages[0]),
                )


def scores_add_up(case: Record) -> Iterator[Finding]:
    """X27: ICE is the sum of its items; CAPD lies between 0 and 32."""
    for form, items, total_of, capd_of in SCORES:
        for row in case.of(form):
            parts, total, capd = [row[name] for name in items], row[total_of], row[capd_of]
            if total is not None and None not in parts and sum(parts) != total:
                yield finding(
                    row,
                    total_of,
                    "X27",
                    gettext_noop(
                        "Score arithmetic is wrong: %(label)s is %(found)s, its items add up to %(expected)s."
                    ),
                    expected=amount(sum(parts), row.items[total_of].unit),
                )
            if capd is not None and not 0 <= capd <= CAPD_MAXIMUM:
                yield finding(
                    row,
                    capd_of,
                    "X27",
                    gettext_noop("Score arithmetic is wrong: %(label)s is %(found)s; possible are 0 to 32."),
                )


def cytopenia_days_agree(case: Record) -> Iterator[Finding]:
    """X28: a lower limit has no more days than a higher one, and no period more days than the patient lived in it."""
    day_0, death = case.day_0(), case.when("death", "death_date")
    alive = EARLY_DAYS
    if day_0 and death:
        alive = max(0, min(EARLY_DAYS, (death.last - day_0.days.first).days + 1))
    for row in case.of("iechs_haematotoxicity"):
        limits = [
            ("anc100_days", row["anc500_days"]),
            ("anc500_days", alive),
            ("plt20_days", row["plt50_days"]),
            ("late_plt20_days", LATE_DAYS),
        ]
        for name, most in limits:
            if row[name] is not None and most is not None and row[name] > most:
                yield finding(row, name, "X28", COUNTED_DAYS, HARD, expected=amount(most, row.items[name].unit))


def recovery_agrees_with_never(case: Record) -> Iterator[Finding]:
    """X29: never above 0.5 by day 30, and a recovery by then."""
    day_0 = case.day_0()
    for row in case.of("iechs_haematotoxicity"):
        recovered = dated(row, "anc_rec_date")
        if row["anc_never_rec"] != 1 or not recovered or not day_0:
            continue
        if recovered.days.since(day_0.days)[1] <= EARLY_DAYS - 1:
            yield finding(
                row,
                "anc_rec_date",
                "X29",
                gettext_noop(
                    'ANC recovery contradicts "never above 0.5 by day 30": %(label)s is %(found)s, day 30 is %(expected)s.'
                ),
                SOFT,
                expected=later(day_0.days.last, EARLY_DAYS - 1),
            )
