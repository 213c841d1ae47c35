"""Which forms a case should have by now, and when each is due. Plain rules over stored answers; due dates are design choices.

Source: the registry's table of forms (when due) and its conventions (expected forms).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from registry.edit_checks.base import Row
from registry.edit_checks.case import Record

AFTER_DECISION, AFTER_INFUSION, AFTER_VISIT = 30, 14, 30  # days
TOXICITY_DAY = 42
CONTACTS = (
    28,
    100,
    183,
    365,
    548,
    731,
    *(round(365.25 * year) for year in range(3, 16)),
)  # planned days after infusion
ASSESSMENTS = (28, 91, 183, 274, 365, 548, 731, *(round(365.25 * year) for year in range(3, 16)))
DEAD, LOST = 2, (1, 2, 3)
ONCE_INFUSED = ("bridging_therapy", "lymphodepletion", "pre_infusion_assessment")
TOXICITY = ("crs", "icans", "iechs_haematotoxicity")


@dataclass(frozen=True, slots=True)
class Expected:
    """A form that should be there; `due` is None where the day it counts from is not known yet."""

    form: str
    due: date | None = None


def expected_forms(record: Record) -> list[Expected]:
    """Every form the case should have, whether it is stored or not. A repeating form stands for its next planned row."""
    day0 = record.infused_on()
    infused = any(row["infused"] == 1 for row in record.of("cart_course")) or day0 is not None
    found = [*_at_the_decision(record), Expected("leukapheresis")]
    if _any(record, "prior_therapy", "prior_hsct"):
        found.append(Expected("prior_transplant"))
    if _any(record, "leukapheresis", "aph_shipped"):
        found.append(Expected("manufacturing"))
    found.append(Expected("cart_course", _after(day0 or _first(record, "cart_course", "noninf_date"), AFTER_INFUSION)))
    if infused:
        found.append(Expected("infusion", _after(day0, AFTER_INFUSION)))
        found += [Expected(form, _after(day0, AFTER_INFUSION)) for form in ONCE_INFUSED]
        found += [Expected(form, _after(day0, TOXICITY_DAY)) for form in TOXICITY]
        found += [
            Expected(f"{form}_episode", _after(day0, TOXICITY_DAY))
            for form in ("crs", "icans")
            if _any(record, form, f"{form}_occurred")
        ]
        found += [
            Expected(form, _after(day0, ASSESSMENTS[0] + AFTER_INFUSION))
            for form in ("response_assessment", "bcell_assessment")
        ]
    found.append(Expected("follow_up", _after(day0, CONTACTS[0] + AFTER_VISIT)))
    if any(row["vital_status"] == DEAD for row in record.of("follow_up")):
        found.append(Expected("death", _after(_last(record, "follow_up", "fup_date"), AFTER_VISIT)))
    return found


def next_visits(record: Record) -> list[Expected]:
    """The next planned contact and response assessment after those stored, of a patient who is followed."""
    day0 = record.infused_on()
    lost = any(row["lost_to_fup"] in LOST for row in record.of("follow_up"))
    if day0 is None or lost or record.of("death") or any(row["vital_status"] == DEAD for row in record.of("follow_up")):
        return []
    found = [Expected("follow_up", _next(day0, CONTACTS, _last(record, "follow_up", "fup_date"), AFTER_VISIT))]
    if not record.of("relapse"):
        found.append(
            Expected(
                "response_assessment",
                _next(day0, ASSESSMENTS, _last(record, "response_assessment", "rsp_date"), AFTER_INFUSION),
            )
        )
    return found


def _at_the_decision(record):
    decided = _first(record, "patient", "decision_date")
    return [
        Expected("patient", _after(decided, AFTER_INFUSION)),
        Expected("baseline_disease", _after(decided, AFTER_DECISION)),
        Expected("prior_therapy", _after(decided, AFTER_DECISION)),
    ]


def _next(day0, planned, last, grace):
    """Due date of the first planned visit that the last one does not cover; a visit counts from two weeks before its day."""
    reached = (last - day0).days + 14 if last else 0
    day = next((day for day in planned if day > reached), None)
    return _after(day0, day + grace) if day else None


def _after(day, days):
    return day + timedelta(days=days) if day else None


def _any(record, form, item):
    return any(row[item] == 1 for row in record.of(form))


def _days(record, form, item) -> list[date]:
    rows: list[Row] = record.of(form)
    return [row[item] for row in rows if row[item]]


def _first(record, form, item):
    return next(iter(_days(record, form, item)), None)


def _last(record, form, item):
    return max(_days(record, form, item), default=None)
