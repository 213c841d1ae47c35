"""Checks over the whole case. Each names the rule of the edit-check table it states."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from registry.dictionary.items import EMPTY, Item
from registry.dictionary.words import Label, gettext_noop
from registry.edit_checks.base import HARD, Finding, Row, missing, not_asked, out_of_order, unusual

AFTER_INFUSION = ("crs", "crs_episode", "icans", "icans_episode", "iechs_haematotoxicity", "response_assessment",
                  "bcell_assessment", "relapse")  # fmt: skip
PERFORMANCE = ("ps_score_dec", "ps_score_inf", "ps_fup")
CR_OR_CRI = (1, 2)
PROGRESSION = 6


class Record:
    """All rows of one case, as the checks see them."""

    def __init__(self, rows: Iterable[Row]):
        self.rows = list(rows)

    def of(self, form: str) -> list[Row]:
        """The rows of one form, in their order."""
        return [row for row in self.rows if row.form == form]

    def collection(self) -> Row | None:
        """The first collection: the first one shipped, or the first of all (rule 5)."""
        rows = self.of("leukapheresis")
        return next((row for row in rows if row["aph_shipped"] == 1), rows[0] if rows else None)

    def _leading(self) -> Iterator[Row]:
        """One row a form: the one that stands for the form where another form names its items."""
        for form in dict.fromkeys(row.form for row in self.rows):
            rows = self.of(form)
            if form == "leukapheresis":
                yield self.collection() or rows[0]
            elif form == "prior_transplant":
                yield rows[-1]
            else:
                yield rows[0]

    def around(self, row: Row) -> dict[str, Any]:
        """Answers of the case's other forms, by item."""
        found: dict[str, Any] = {}
        for other in self._leading():
            if other is not row and other.form != row.form:
                found.update({name: answer for name, answer in other.answers.items() if answer not in EMPTY})
        birth, own = (
            found.get("birth_date") or row["birth_date"],
            next((row[name] for name in ("late_date", "ae_onset", "fup_date") if row[name]), None),
        )
        if birth and own:
            found["age_at_form_y"] = (own - birth).days / 365.25
        return found

    def dates(self, row: Row) -> dict[str, tuple[Item, date, date]]:
        """Every dated item that the row's order rules may name: the row's own and the other forms'.

        What this row leaves blank is not taken from another row of its form: a check without its inputs does not fire.
        """
        found = {}
        for other in [*(one for one in self._leading() if one.form != row.form), row]:
            for name, item in other.items.items():
                if item.kind == "date" and other[name]:
                    found[name] = (item, *possible_days(other[name], other[f"{name}_p"]))
        return found

    def infused_on(self) -> date | None:
        """Day 0: the first infusion of course 1."""
        return next(
            (row["inf_date"] for row in self.of("infusion") if row.course in (None, 1) and row["inf_date"]), None
        )


def possible_days(day: date, precision: str | None) -> tuple[date, date]:
    """First and last day that a date of this precision can mean."""
    if precision == "Y":
        return day.replace(month=1, day=1), day.replace(month=12, day=31)
    if precision == "M":
        return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day, day


def case_findings(record: Record) -> list[Finding]:
    """Everything wrong or odd in a case, in the order of its forms."""
    found: list[Finding] = []
    for row in record.rows:
        around = record.around(row)
        found += [*not_asked(row, around), *missing(row, around), *unusual(row), *out_of_order(row, record.dates(row))]
        for check in ROW_CHECKS:
            found += check(record, row)
    return found


def performance_score_fits_its_scale(record: Record, row: Row) -> Iterator[Finding]:
    """Lansky and Karnofsky go in tens, ECOG from 0 to 5 (hard rule of ps_score_dec)."""
    known: Mapping[str, Any] = {**record.around(row), **row.answers}
    for name in PERFORMANCE:
        score, scale = row[name], known.get("ps_scale")
        if score is None or scale is None:
            continue
        if (scale in (1, 2) and score % 10) or (scale == 3 and score > 5):
            yield _finding(
                row,
                name,
                "scale",
                gettext_noop(
                    "%(label)s is %(found)s, which the chosen scale does not have. Lansky and Karnofsky go in tens, ECOG from 0 to 5."
                ),
                found=str(score),
            )


def age_fits_the_registry(record: Record, row: Row) -> Iterator[Finding]:
    """0 to 40 years at infusion (hard rule of birth_date)."""
    day0 = record.infused_on()
    if row.form != "patient" or not row["birth_date"] or not day0:
        return
    earliest, latest = possible_days(row["birth_date"], row["birth_date_p"])
    if (day0 - earliest).days < 0 or (day0 - latest).days / 365.25 > 40:
        yield _finding(
            row,
            "birth_date",
            "age",
            gettext_noop(
                "%(label)s (%(found)s) gives an age at infusion outside 0 to 40 years. Please check both dates."
            ),
            found=row["birth_date"].isoformat(),
        )


def not_infused_has_no_course_after_infusion(record: Record, row: Row) -> Iterator[Finding]:
    """X15: a patient who was not infused has no toxicity, response, B-cell or relapse forms."""
    courses = record.of("cart_course")
    if row.form in AFTER_INFUSION and courses and courses[0]["infused"] == 0:
        yield _finding(
            row,
            next(iter(row.items)),
            "X15",
            gettext_noop(
                "This case is recorded as not infused, but this form is about the time after infusion. Correct whichever is wrong."
            ),
        )


def relapse_follows_a_remission(record: Record, row: Row) -> Iterator[Finding]:
    """X34: any relapse but progression needs an earlier CR or CRi."""
    if row.form != "relapse" or not row["rel_date"] or row["rel_kind"] in (None, PROGRESSION):
        return
    remissions = [one for one in record.of("response_assessment") if one["rsp_site"] in CR_OR_CRI and one["rsp_date"]]
    if not any(one["rsp_date"] < row["rel_date"] for one in remissions):
        yield _finding(
            row,
            "rel_date",
            "X34",
            gettext_noop(
                "%(label)s is %(found)s, but no earlier response assessment records a CR or CRi. Enter the remission, or choose "
                "progression."
            ),
            found=row["rel_date"].isoformat(),
        )


def nothing_happens_after_death(record: Record, row: Row) -> Iterator[Finding]:
    """X40: no event after the death, except the report of a neoplasm."""
    deaths = [one["death_date"] for one in record.of("death") if one["death_date"]]
    if not deaths or row.form == "death":
        return
    for name, item in row.items.items():
        if item.kind == "date" and name != "smn_reported" and row[name]:
            earliest, _latest = possible_days(row[name], row[f"{name}_p"])
            if earliest > deaths[0]:
                yield _finding(
                    row,
                    name,
                    "X40",
                    gettext_noop(
                        "%(label)s (%(found)s) is after the death (%(expected)s). Correct whichever disagrees with the source."
                    ),
                    found=row[name].isoformat(),
                    expected=deaths[0].isoformat(),
                )


def vital_status_agrees_with_the_death_form(record: Record, row: Row) -> Iterator[Finding]:
    """X41: dead at follow-up exactly if there is a death form."""
    if row.form == "follow_up" and row["vital_status"] == 2 and not record.of("death"):
        yield _finding(
            row,
            "vital_status",
            "X41",
            gettext_noop("%(label)s is “Dead”, but the death form is not entered. Enter it, or correct the status."),
        )


def death_and_contact_follow_the_start(record: Record, row: Row) -> Iterator[Finding]:
    """Hard rules of fup_date and death_date: not before infusion, or before the collection or decision if not infused."""
    name = {"follow_up": "fup_date", "death": "death_date"}.get(row.form)
    if not name or not row[name]:
        return
    dates = record.dates(row)
    start = record.infused_on()
    if not start:
        starts = [dates[one][1] for one in ("aph_start_date", "decision_date") if one in dates]
        start = min(starts) if starts else None
    if start and possible_days(row[name], row[f"{name}_p"])[1] < start:
        yield _finding(
            row,
            name,
            "start",
            gettext_noop(
                "%(label)s (%(found)s) is before the treatment began (%(expected)s). Correct whichever disagrees with the source."
            ),
            found=row[name].isoformat(),
            expected=start.isoformat(),
        )


def tocilizumab_follows_the_infusion(record: Record, row: Row) -> Iterator[Finding]:
    """X25: not before day 0; pre-emptive tocilizumab up to a day earlier."""
    day0, given = record.infused_on(), row["toci_first_date"]
    if row.form != "crs" or not day0 or not given:
        return
    if possible_days(given, row["toci_first_date_p"])[1] < day0 - timedelta(days=1 if row["toci_given"] == 2 else 0):
        yield _finding(
            row,
            "toci_first_date",
            "X25",
            gettext_noop(
                "%(label)s (%(found)s) is before the infusion (%(expected)s). Correct whichever disagrees with the source."
            ),
            found=given.isoformat(),
            expected=day0.isoformat(),
        )


ROW_CHECKS = (
    performance_score_fits_its_scale,
    age_fits_the_registry,
    not_infused_has_no_course_after_infusion,
    relapse_follows_a_remission,
    nothing_happens_after_death,
    vital_status_agrees_with_the_death_form,
    death_and_contact_follow_the_start,
    tocilizumab_follows_the_infusion,
)


def _finding(row: Row, name: str, rule: str, text: str, **values: str) -> Finding:
    return Finding(
        f"{row.form}.{name}.{rule}" if not rule.startswith("X") else rule,
        name,
        HARD,
        text,
        {"label": Label(row.items[name].label), **values},
        row.form,
        row.key,
    )
