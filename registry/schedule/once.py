"""Forms that are there once, and forms of events. An event's form is expected once the event is known from another form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from registry.edit_checks.base import Row
from registry.edit_checks.whole import Record
from registry.schedule.expected import Expected

FORM, DECISION, EVENT, TOXICITY, LATE_BLOOD, NEOPLASM = 14, 30, 30, 42, 114, 15  # days, by the table of forms
EARLY_BLOOD = 30  # early ICAHT counts the days up to this one
WITH_THE_INFUSION = ("bridging_therapy", "lymphodepletion", "pre_infusion_assessment")
LATE_ANSWER = "late_anc_nadir"  # the required question about the days after day 30

INFUSED, NOT_INFUSED, YES, DEAD = 1, 0, 1, 2
DIED_BEFORE, MADE_BEFORE = (1, 2), (4, 8)  # noninf_reason: death; failure of manufacturing, product not accepted
REMISSION, RELAPSE_BY_SITE, ACTIVE, SALVAGED, FOR_RELAPSE = (1, 2), 4, 4, 5, 4
OF_INFECTION, OF_NEOPLASM = 5, 7  # death_cause


def rows(record: Record, form: str) -> list[Row]:
    """The rows of the index course, or of the patient."""
    return [row for row in record.of(form) if row.course in (None, 1)]


def is_infused(record: Record) -> bool:
    """Whether the product of the index course was given."""
    return bool(record.infused_on()) or any(row["infused"] == INFUSED for row in rows(record, "cart_course"))


def plan_ended_on(record: Record) -> date | None:
    """The day on which the infusion was given up."""
    return first_day(row["noninf_date"] for row in rows(record, "cart_course") if row["infused"] == NOT_INFUSED)


def once(record: Record) -> Iterator[Expected]:
    """Every expected form but the planned visits, in clinical order."""
    yield from _at_the_decision(record)
    yield from _product(record)
    day_0 = record.infused_on()
    disposed = day_0 or plan_ended_on(record)
    if is_infused(record):
        for form in WITH_THE_INFUSION:
            yield from _each_or_one(record, form, day_0, FORM)
    yield from _each_or_one(record, "cart_course", disposed, FORM)
    if is_infused(record):
        yield from _each_or_one(record, "infusion", day_0, FORM)
        yield from _toxicity(record, day_0)
    yield from _events(record)


def _at_the_decision(record: Record) -> Iterator[Expected]:
    decided = first_day(row["decision_date"] for row in record.of("patient"))
    yield from _each_or_one(record, "patient", decided, FORM)
    yield from _each_or_one(record, "baseline_disease", decided, DECISION)
    yield from _each_or_one(record, "prior_therapy", decided, DECISION)
    if any(row["prior_hsct"] == YES for row in record.of("prior_therapy")):
        yield from _each_or_one(record, "prior_transplant", decided, DECISION)


def _product(record: Record) -> Iterator[Expected]:
    """Each collection; each attempt to manufacture from a shipped one."""
    day_0, collections, attempts = record.infused_on(), rows(record, "leukapheresis"), rows(record, "manufacturing")
    for row in collections:
        yield of_row(row, row["aph_end_date"] or row["aph_start_date"], FORM)
    if not collections and _was_collected(record):
        yield place("leukapheresis", day_0, FORM)
    for row in attempts:
        yield of_row(row, row["release_date"], FORM)
    shipped = [row for row in collections if row["aph_shipped"] == YES]
    if len(shipped) > len(attempts):
        sent = shipped[len(attempts)]["aph_end_date"]
        yield Expected("manufacturing", event=sent, earliest=sent, due=later(day_0, FORM))


def _was_collected(record: Record) -> bool:
    """Whether another form knows of a collection."""
    courses = rows(record, "cart_course")
    made = any(row["noninf_reason"] in MADE_BEFORE for row in courses)
    return bool(rows(record, "manufacturing")) or is_infused(record) or made


def _toxicity(record: Record, day_0: date | None) -> Iterator[Expected]:
    for form in ("crs", "icans"):
        yield from _each_or_one(record, form, day_0, TOXICITY)
        episodes = rows(record, f"{form}_episode")
        for row in episodes:
            resolved = later(row[f"{form}_resolved"], FORM)
            due = max((day for day in (later(day_0, TOXICITY), resolved) if day), default=None)
            yield Expected(row.form, event=row[f"{form}_onset"], due=due, key=row.key)
        if not episodes and any(row[f"{form}_occurred"] == YES for row in rows(record, form)):
            yield place(f"{form}_episode", day_0, TOXICITY)
    blood = rows(record, "iechs_haematotoxicity")
    early = bool(blood) and blood[0][LATE_ANSWER] is None and not blood[0][f"{LATE_ANSWER}_mr"]
    due = later(day_0, LATE_BLOOD if early else TOXICITY)
    yield Expected(
        "iechs_haematotoxicity",
        event=day_0,
        earliest=later(day_0, EARLY_BLOOD),
        due=due,
        key=blood[0].key if blood else "",
    )


def _events(record: Record) -> Iterator[Expected]:
    """Relapse, further therapy, death, neoplasm, fatal infection."""
    contacts, deaths = record.of("follow_up"), record.of("death")
    for form, item, days in (
        ("adverse_event", "ae_onset", EVENT),
        ("relapse", "rel_date", EVENT),
        ("subsequent_therapy", "stx_date", EVENT),
        ("death", "death_date", EVENT),
        ("subsequent_neoplasm", "smn_date", NEOPLASM),
    ):
        for row in rows(record, form):
            yield of_row(row, row[item], days)
    yield from _if_known(record, "relapse", _relapse_elsewhere(record), EVENT)
    salvaged = [row["fup_date"] for row in contacts if row["disease_status_fup"] == SALVAGED]
    yield from _if_known(record, "subsequent_therapy", salvaged, EVENT)
    died = [row["fup_date"] for row in contacts if row["vital_status"] == DEAD]
    died += [row["noninf_date"] for row in rows(record, "cart_course") if row["noninf_reason"] in DIED_BEFORE]
    yield from _if_known(record, "death", died, EVENT)
    for form, cause, days in (("subsequent_neoplasm", OF_NEOPLASM, NEOPLASM), ("adverse_event", OF_INFECTION, EVENT)):
        yield from _if_known(record, form, [row["death_date"] for row in deaths if row["death_cause"] == cause], days)


def _relapse_elsewhere(record: Record) -> list[date | None]:
    """Days on which other forms speak of a relapse."""
    judged = rows(record, "response_assessment")
    days = [row["rsp_date"] for row in judged if row["rsp_site"] == RELAPSE_BY_SITE]
    days += [row["stx_date"] for row in rows(record, "subsequent_therapy") if row["stx_reason"] == FOR_RELAPSE]
    if any(row["rsp_site"] in REMISSION for row in judged):
        days += [row["fup_date"] for row in rows(record, "follow_up") if row["disease_status_fup"] == ACTIVE]
    return days


def _if_known(record: Record, form: str, days: list[date | None], grace: int) -> Iterator[Expected]:
    """A place for an event of which another form speaks, where none is stored."""
    if days and not rows(record, form):
        yield place(form, first_day(days), grace)


def _each_or_one(record: Record, form: str, event: date | None, days: int) -> Iterator[Expected]:
    """The stored rows of a form, or the place for its first."""
    stored = rows(record, form)
    yield from [of_row(row, event, days) for row in stored] or [place(form, event, days)]


def place(form: str, event: date | None, days: int) -> Expected:
    """A place for a form that is due so many days after an event."""
    return Expected(form, event=event, earliest=event, due=later(event, days))


def of_row(row: Row, event: date | None, days: int) -> Expected:
    """A stored row that is due so many days after an event."""
    return Expected(row.form, event=event, earliest=event, due=later(event, days), key=row.key)


def later(day: date | None, days: int) -> date | None:
    """The day so many days later; None where the day is not known."""
    return day + timedelta(days=days) if day else None


def first_day(days: Iterable[date | None]) -> date | None:
    """The first of the days that are known."""
    return min((day for day in days if day), default=None)
