"""Hard rules of single items that need another form; the dictionary states them in its column hard_rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from registry.dictionary.words import gettext_noop
from registry.edit_checks.base import SOFT, Finding, Row
from registry.edit_checks.grades import EPISODE_OF, episode_of
from registry.edit_checks.whole import DAYS_OF_YEAR, Record, dated, days_of, finding

PERFORMANCE = ("ps_score_dec", "ps_score_inf", "ps_fup")
OLDEST = 40  # years at infusion


def performance_score_fits_its_scale(case: Record, row: Row) -> Iterator[Finding]:
    """Lansky and Karnofsky go in tens, ECOG from 0 to 5 (hard rule of ps_score_dec)."""
    if not any(row[name] is not None for name in PERFORMANCE):
        return
    known: Mapping[str, Any] = {**case.around(row), **row.answers}
    for name in PERFORMANCE:
        score, scale = row[name], known.get("ps_scale")
        if score is None or scale is None:
            continue
        if (scale in (1, 2) and score % 10) or (scale == 3 and score > 5):
            yield finding(
                row,
                name,
                f"{row.form}.{name}.scale",
                gettext_noop(
                    "%(label)s is %(found)s, which the chosen scale does not have. Lansky and Karnofsky go in tens, ECOG from 0 to 5."
                ),
            )


def age_fits_the_registry(case: Record, row: Row) -> Iterator[Finding]:
    """0 to 40 years at infusion (hard rule of birth_date); imported transplants are of any age."""
    day_0, born = case.infused_on(), days_of(row, "birth_date") if row.form == "patient" else None
    if not day_0 or not born or not case.is_car_t:
        return
    if (day_0 - born.first).days < 0 or (day_0 - born.last).days / DAYS_OF_YEAR > OLDEST:
        yield finding(
            row,
            "birth_date",
            "patient.birth_date.age",
            gettext_noop(
                "%(label)s (%(found)s) gives an age at infusion outside 0 to 40 years. Please check both dates."
            ),
        )


def death_and_contact_follow_the_start(case: Record, row: Row) -> Iterator[Finding]:
    """Hard rules of fup_date and death_date: not before infusion, or before the collection or decision if not infused."""
    name = {"follow_up": "fup_date", "death": "death_date"}.get(row.form)
    seen = dated(row, name) if name else None
    if not name or not seen:
        return
    dates = case.dates(row)
    start = case.infused_on()
    if not start:
        starts = [dates[one][1] for one in ("aph_start_date", "decision_date") if one in dates]
        start = min(starts) if starts else None
    if start and seen.days.last < start:
        yield finding(
            row,
            name,
            f"{row.form}.{name}.start",
            gettext_noop(
                "%(label)s (%(found)s) is before the treatment began (%(expected)s). Correct whichever disagrees with the source."
            ),
            expected=start.isoformat(),
        )


def log_day_belongs_to_its_episode(case: Record, row: Row) -> Iterator[Finding]:
    """A day of a log hangs below an episode that is entered, and lies between its onset and its end."""
    if row.form not in EPISODE_OF or row[EPISODE_OF[row.form][2]] is None:
        return
    episode, day, log = episode_of(case, row), dated(row, f"{row.form}_date"), row.form.removesuffix("_day")
    if not episode:
        named_by = EPISODE_OF[row.form][2]
        yield finding(
            row,
            named_by,
            f"{row.form}.{named_by}.episode",
            gettext_noop("%(label)s is %(found)s, but that episode is not entered. Enter it, or remove this day."),
        )
        return
    onset, resolved = days_of(episode, f"{log}_onset"), days_of(episode, f"{log}_resolved")
    early, late = onset and day and day.days.surely_before(onset), resolved and day and day.days.surely_after(resolved)
    if early or late:
        yield finding(
            row,
            f"{row.form}_date",
            f"{row.form}.{row.form}_date.episode",
            gettext_noop(
                "%(label)s (%(found)s) is outside its episode: please check the dates of onset and resolution."
            ),
            SOFT,
        )


def log_has_one_row_a_day(case: Record, row: Row) -> Iterator[Finding]:
    """A day stands once in the log of an episode: told at the later row."""
    if row.form not in EPISODE_OF or row[f"{row.form}_date"] is None:
        return
    day, named_by = f"{row.form}_date", EPISODE_OF[row.form][2]
    rows = [
        one
        for one in case.of(row.form)
        if (one.course, one[named_by], one[day]) == (row.course, row[named_by], row[day])
    ]
    if rows[0] is not row:
        yield finding(
            row,
            day,
            f"{row.form}.{day}.twice",
            gettext_noop("%(label)s (%(found)s) is in the log of its episode already. Keep one row a day."),
        )


ITEM_CHECKS = (
    performance_score_fits_its_scale,
    age_fits_the_registry,
    death_and_contact_follow_the_start,
    log_day_belongs_to_its_episode,
    log_has_one_row_a_day,
)
