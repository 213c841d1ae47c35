"""Which tables the history tells of, under which names, and whether it holds."""

from dataclasses import dataclass

from django.db import connection

from registry.access import guards, seal_sql
from registry.access.row_security import everything_scope
from registry.actions.seals import anchor_file, seals
from registry.actions.signatures import broken_signatures
from registry.endorsements import broken_endorsements
from registry.models import (
    FORMS,
    Audit,
    AuditAnswer,
    AuditForm,
    Case,
    DatabaseLock,
    Endorsement,
    Exemption,
    Milestone,
    Opening,
    Person,
    Query,
    QueryStep,
    Redaction,
    RedactionState,
    Signature,
    Site,
)

TOLD = {
    "case": Case,
    **{form.form_name: form for form in FORMS},
    "query": Query,
    "query_step": QueryStep,
    "signature": Signature,
    "exemption": Exemption,
    "redaction": Redaction,
    "database_lock": DatabaseLock,
    "opening": Opening,
    "milestone": Milestone,
    "audit": Audit,
    "audit_form": AuditForm,
    "audit_answer": AuditAnswer,
    "endorsement": Endorsement,
    "person": Person,
    "site": Site,
}


@dataclass(frozen=True)
class Fault:
    """One place where the history does not hold."""

    place: str
    what: str


def verify_history():
    """Every fault: guards taken away, rows of the history not as sealed, broken seals, anchors without their seal, stored answers
    that the history does not explain, signatures and endorsements of other answers than were signed, events that do not follow from one another, redactions that are not as told.
    """
    with everything_scope(actor="verify_history"):
        _rows("SELECT set_config('statement_timeout', '0', true)")  # every row of a large history is hashed again
        return [
            *(Fault("guard", difference) for difference in guards.differences()),
            *_broken_events(),
            *_broken_seals(),
            *_lost_anchors(),
            *_unexplained_answers(),
            *_broken_signatures(),
            *_broken_endorsements(),
            *_misplaced_people(),
            *_disorder(),
            *_broken_redactions(),
        ]


def redactions():
    """What was taken out of the history: (case number, when, asked by, confirmed by, how many events, why), oldest first."""
    with everything_scope(actor="verify_history"):
        done = Redaction.objects.filter(state=RedactionState.DONE).order_by("pk")
        return list(done.values_list("case__number", "ended_at", "asked_by", "ended_by", "events", "reason"))


def place(form, row, item=""):
    """The table, row and field of something told."""
    table = TOLD[form]._meta.db_table if form in TOLD else form
    return f"{table} row {row}{', ' if item else ''}{item}"


def _rows(statement, values=None):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


WHAT_HAPPENED = {
    "changed": "event {event} of the history is not what seal {seal} covers: it was changed",
    "removed": "event {event} of the history is gone since seal {seal}: it was removed",
    "added": "event {event} of the history is older than the newest seal and under none: it was put in later",
}


def _broken_events():
    for seal, event, form, row, item, fault in _rows("SELECT * FROM guard.broken_events()"):
        yield Fault(place(form, row, item), WHAT_HAPPENED[fault].format(event=event, seal=seal))


def _broken_seals():
    for number, sealed_at, sealed, found in _rows("SELECT * FROM guard.broken_seals()"):
        if sealed_at is None:
            what = f"the seal over {found} changes is not in the database any more"
        elif found != sealed:
            what = f"{sealed} changes were sealed on {sealed_at:%Y-%m-%d %H:%M:%S} UTC, the hashes of {found} are there now"
        else:
            what = f"what was sealed on {sealed_at:%Y-%m-%d %H:%M:%S} UTC, or a seal before, is not what it was"
        yield Fault(f"seal {number}", what)


def _lost_anchors():
    file = anchor_file()
    known = {(str(number), digest) for number, digest, _at in seals()}
    for place_in_file, line in enumerate(file.read_text(encoding="ascii").splitlines() if file.is_file() else (), 1):
        try:
            number, digest, at, *places = line.split()
        except ValueError:
            yield Fault(
                f"line {place_in_file} of {file.name}",
                "half a line: writing it was interrupted, or it was changed by hand",
            )
            continue
        if (number, digest) not in known:
            named = ", ".join(place(*one.split(":")) for one in places)
            covered = f"; it covered {named}" if named else ""
            what = f"the seal anchored on {at} is not in the database: the end of the history was cut off{covered}"
            yield Fault(f"anchor {number}", what)


def _unexplained_answers():
    for form, model in TOLD.items():
        table = model._meta.db_table
        for row, item, stored, told in _rows(seal_sql.unexplained(table, form)):
            yield Fault(place(form, row, item), f"stored is {stored}, the history says {told or 'nothing'}")
        for row, answers in _rows(seal_sql.vanished(table, form)):
            yield Fault(place(form, row), f"the row is gone; the history tells {answers} answers")


def _broken_signatures():
    for one in broken_signatures():
        what = f"the signature of {one.signed_at:%Y-%m-%d %H:%M:%S} UTC stands under a form that is not what was signed"
        yield Fault(place("signature", one.pk), what)


def _broken_endorsements():
    for one in broken_endorsements():
        what = f"what {one.site.code} endorsed on {one.signed_at:%Y-%m-%d %H:%M:%S} UTC is not what is stored, and no change is told"
        yield Fault(place("endorsement", one.pk), what)


def _misplaced_people():
    for person, item, is_stored, is_told in _rows(seal_sql.MISPLACED):
        said = {True: "works there", False: "does not"}
        yield Fault(place("person", person, item), f"stored is: {said[is_stored]}; the history says: {said[is_told]}")


def _disorder():
    for form, row, item, event, before, old, is_back in _rows(seal_sql.DISORDER):
        what = (
            "is dated before the one it follows"
            if is_back
            else f"says it was {old or 'blank'}, the one before left {before or 'blank'}"
        )
        yield Fault(place(form, row, item), f"event {event} of the history {what}")


def _broken_redactions():
    for (number,) in _rows("SELECT * FROM guard.broken_redactions()"):
        what = "what it left of the history is not what was told when it was done, or it was never told"
        yield Fault(place("redaction", number), what)
