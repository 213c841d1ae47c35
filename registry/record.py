"""A stored case as the pure checks see it: its forms, what the checks find, and the state of each form."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache

from django.db import connection, models
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from registry import clock
from registry.consent import consent_of, is_about_consent
from registry.dictionary.words import Amount, Label
from registry.edit_checks.base import HARD, MISSING, Finding, Row
from registry.edit_checks.case import Record, case_findings
from registry.fields import number_with_unit
from registry.models import FORM_OF, FORMS, Exemption, Query, QueryState, Signature

EMPTY_STATE, STARTED, ERROR, COMPLETE = "empty", "started", "error", "complete"
QUERY, ANSWERED, VERIFIED, LOCKED = "query", "answered", "verified", "locked"
BLOCKING = (HARD, MISSING)  # findings with which a form cannot be marked complete
NOT_NUMBERED = 10**6  # a row that is not stored yet comes last
FINISHED = (COMPLETE, QUERY, ANSWERED, VERIFIED, LOCKED)  # counted as complete, as CIBMTR counts a form with a query


@dataclass(frozen=True)
class StoredCase:
    """All forms of one case with what the checks find in them, the queries not closed and the signatures that stand."""

    forms: list
    findings: list[Finding]
    queries: list[Query] = field(default_factory=list)
    signatures: list[Signature] = field(default_factory=list)
    exemptions: dict[tuple[str, str], str] = field(default_factory=dict)  # (form, planned visit) → kind

    def findings_of(self, form):
        """The findings of one stored form, and the contradictions to it that stand on another form, at its side of them."""
        place = (form.form_name, form.key)
        own = [one for one in self.findings if (one.form, one.key) == place]
        other = [one for one in self.findings if one.severity == HARD and one.also and one.also[:2] == place]
        return own + [from_its_other_side(one) for one in other]

    def blocking(self, form):
        """The findings with which the form cannot be complete."""
        return [one for one in self.findings_of(form) if one.severity in BLOCKING]

    def contradiction_is_asked(self, form):
        """Whether somebody still owes an answer about a contradiction in the form."""
        return any(one.severity == HARD and one.state == QueryState.OPEN for one in self.queries_of(form))

    def queries_of(self, form):
        """The form's queries that are not closed, the oldest first."""
        return [one for one in self.queries if (one.form, one.row_id) == (form.form_name, form.pk)]

    def signature_of(self, form):
        """The signature that stands under the form, or None."""
        own = (one for one in self.signatures if (one.form, one.row_id) == (form.form_name, form.pk))
        return next(own, None)

    def state_of(self, form):
        """locked, started, error, query, answered, verified or complete: always from what is stored, never set by hand.

        A form that was marked complete and now misses an answer, since another form changed, is only started again; a
        contradiction that another form brought is a query on it.
        """
        if form.is_locked:
            return LOCKED
        severities = {one.severity for one in self.findings_of(form)}
        if not form.is_complete:
            return ERROR if HARD in severities else STARTED
        if MISSING in severities:
            return STARTED
        owed = {one.state for one in self.queries_of(form)}
        if QueryState.OPEN in owed:
            return QUERY
        if owed:
            return ANSWERED
        return VERIFIED if form.is_verified else COMPLETE

    @property
    def record(self):
        """The case as the pure rules read it."""
        return record_of(self.forms)

    @property
    def day0(self):
        """The day of the first infusion of course 1, or None."""
        return self.record.infused_on()

    def rows_of(self, form_name):
        """The stored rows of one form, in their order."""
        return [form for form in self.forms if form.form_name == form_name]


def stored_case(case):
    """Read the case's forms and check them."""
    return stored_cases([case])[case.pk]


def stored_cases(cases):
    """Id of each case → its StoredCase. Four queries, however many the cases."""
    pks = [case.pk for case in cases]
    forms, queries, signatures = stored_forms(pks), defaultdict(list), defaultdict(list)
    for query in Query.objects.filter(case__in=pks).exclude(state=QueryState.CLOSED):
        queries[query.case_id].append(query)
    for signature in Signature.objects.filter(case__in=pks, voided_at=None):
        signatures[signature.case_id].append(signature)
    exemptions = exemptions_of(Exemption.objects.filter(case__in=pks))
    return {
        pk: StoredCase(forms[pk], findings_in(forms[pk]), queries[pk], signatures[pk], exemptions[pk]) for pk in pks
    }


def exemptions_of(rows):
    """Id of a case → (form, planned visit) → kind, of the exemptions in force."""
    found = defaultdict(dict)
    for one in rows.filter(ended_at=None):
        found[one.case_id][one.form, one.slot] = one.kind
    return found


def stored_forms(case_pks):
    """Id of each case → its rows that count, in clinical order. One query for all forms."""
    found = {pk: [] for pk in case_pks}
    if not found:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_every_form(), [list(case_pks)] * len(FORMS))
        rows = [_instance(FORM_OF[name], json.loads(body, parse_float=Decimal)) for name, body in cursor.fetchall()]
    for form in in_clinical_order(rows):
        found[form.case_id].append(form)
    return found


def copy_of(stored):
    """Another instance of a stored form, to be changed."""
    names = [one.attname for one in stored._meta.concrete_fields]
    return type(stored).from_db("default", names, [getattr(stored, name) for name in names])


def findings_in(forms):
    """What the checks find today in the forms of one case, stored or not.

    After a withdrawal only the answers about consent are asked about, and the other forms, which nobody sees, are not looked at.
    """
    if not consent_in(forms).is_withdrawn:
        return case_findings(record_of(forms, clock.today()))
    registration = [form for form in forms if form.form_name == "patient"]
    found = case_findings(record_of(registration, clock.today()))
    return [one for one in found if is_about_consent(one.form, [one.item])]


def consent_in(forms, *, is_published=False):
    """What the patient's consent allows today, from the forms of one case."""
    patient = next((form for form in forms if form.form_name == "patient"), None)
    return consent_of(patient and patient.answers(), today=clock.today(), is_published=is_published)


def record_of(forms, today=None):
    """The forms of one case as the pure rules read them, whatever their order here."""
    return Record(map(row_of, in_clinical_order(forms)), today)


def in_clinical_order(forms):
    """Forms of one case as a coordinator reads them, each form's rows by their number: the checks trust that order."""
    return sorted(forms, key=_clinical_order)


def from_its_other_side(finding):
    """A contradiction between two rows, told at the other of the two."""
    form, key, item = finding.also
    return replace(finding, form=form, key=key, item=item, also=(finding.form, finding.key, finding.item))


def row_of(form):
    """A stored or unsaved form as a row of the record."""
    course = form.course_no if hasattr(form, "course_no") else None
    return Row(form.form_name, form.key, form.items(), form.answers(), course)


def said(finding):
    """The message of a finding, or of a query that was raised for one, in the language of now."""
    return _(finding.text) % {name: in_words(value) for name, value in finding.values.items()}


def in_words(value):
    """One value of a message: the labels of items and the units are translated."""
    if isinstance(value, Label):
        return pgettext("item", value)
    return number_with_unit(value.number, value.unit) if isinstance(value, Amount) else value


@cache
def _every_form():
    """SQL for the rows of every form of some cases, as JSON: one round trip instead of one for each form."""
    return " UNION ALL ".join(
        f"SELECT '{form.form_name}', to_jsonb(one)::text FROM {form._meta.db_table} one WHERE case_id = ANY (%s) AND NOT is_void"  # noqa: S608
        for form in FORMS
    )


@cache
def _columns(model):
    """(column, how its JSON becomes Python) for each field of the model, in their order; None: as it is."""
    read = {models.DateField: date.fromisoformat, models.DecimalField: Decimal}
    return [
        (one.attname, next((how for kind, how in read.items() if isinstance(one, kind)), None))
        for one in model._meta.concrete_fields
    ]


def _instance(model, answers):
    columns = _columns(model)
    values = [answers[name] if how is None or answers[name] is None else how(answers[name]) for name, how in columns]
    return model.from_db("default", [name for name, _how in columns], values)


@cache
def _place():
    return {form: place for place, form in enumerate(FORMS)}


def _clinical_order(form):
    course = form.course_no if form.of_course else 0
    number = getattr(form, form.key_item) or NOT_NUMBERED if form.key_item else 0
    return form.case_id, _place()[type(form)], course, number
