"""The one door between the apps: a cohort's stored forms → the core's tables. Nothing else here knows registry models."""

import io

import numpy as np
import pandas as pd
from django.db import connection

from analytics.core.cases import FORM_TABLES, TABLES, checked
from analytics.core.items import files as answers
from analytics.core.items.declared import items_of_forms
from analytics.extract_quality import quality_tables
from analytics.pseudonyms import pseudonym, site_pseudonym
from registry.consent import ITEMS, consent_of
from registry.models import FORM_OF, Case, DerivedValue, Patient

IDS = ("case_id", "row_id")
AGES = ("age_decision_y", "age_inf_y")
DAYS_OF_YEAR = 365.25


def extract(cohort):
    """The tables of `cohort` as the core takes them: the first of what `extract_with_answers` gives."""
    return extract_with_answers(cohort)[0]


def extract_with_answers(cohort):
    """(tables of `cohort` as the core takes them, form → its stored rows as `answers_of` takes them), from the snapshot of the
    current transaction.

    Cases are pseudonyms (HMAC under the registry's key) and rows are sorted by them, so that their order tells nothing. Voided
    forms, and cases whose data may not be analysed, are not there. Needs a scope over all sites.
    """
    cases = _cases(cohort)
    pseudonyms = dict(zip(cases["case_id"], cases["case"], strict=True))
    tables, forms = {"cases": cases[list(TABLES["cases"])]}, {}
    for name in dict.fromkeys((*FORM_TABLES, *items_of_forms())):
        forms[name] = _rows(cohort, name, pseudonyms)
        if name in FORM_TABLES:
            tables[name] = _with_derived(cohort, name, forms[name])
    return {**checked(tables), **quality_tables(cohort, pseudonyms)}, forms


def _rows(cohort, name, pseudonyms):
    """The stored rows of a form with the columns that analyses and answers are made of, of the cases that may be analysed."""
    form = FORM_OF[name]
    read = FORM_TABLES[name].items if name in FORM_TABLES else ("course_no",) if form.of_course else ()
    columns = list(dict.fromkeys((*read, *answers.columns_of(name))))
    rows = form.objects.filter(case__cohort=cohort).order_by()
    table = copied(rows.values_list("pk", "case_id", *columns), ["row_id", "case_id", *columns])
    table["case"] = table["case_id"].map(pseudonyms)
    table = table[table["case"].notna()]
    order = [column for column in ("case", "course_no", form.key_item) if column in table]
    return table.sort_values(order, kind="stable")


def _with_derived(cohort, name, rows):
    """The rows with the fields that the registry derives from them."""
    found = {}
    for field in FORM_TABLES[name].derived:
        values = _ages_at_decision(cohort) if field == "age_decision_y" else _derived(cohort, name, field)
        found[field] = rows["row_id"].map(_coarse(values) if field in AGES else values)
    return rows.assign(**found)


def _derived(cohort, form, field):
    """Row id → value of a derived field, as of the row's last save."""
    stored = DerivedValue.objects.filter(case__cohort=cohort, form=form, name=field, value__isnull=False)
    values = copied(stored.values_list("row_id", "value"), ["row_id", "value"])
    return values.set_index("row_id")["value"].str.strip('"')  # a decimal is stored as JSON text


def _ages_at_decision(cohort):
    """Patient row id → years from birth to the decision, where both are known to the day. The date of birth goes no further."""
    dates = ("birth_date", "decision_date")
    exact = Patient.objects.filter(case__cohort=cohort, **{f"{date}_p": "D" for date in dates}).order_by()
    rows = copied(exact.values_list("pk", *dates), ["row_id", *dates]).set_index("row_id")
    born, decided = (pd.to_datetime(rows[date], format="%Y-%m-%d") for date in dates)
    return (decided - born).dt.days / DAYS_OF_YEAR


def _coarse(ages):
    """Ages in whole tenths of a year, rounded down: with the dates beside them, an exact age is a date of birth."""
    return np.floor(pd.to_numeric(ages) * 10) / 10


def _cases(cohort):
    """case_id, case (pseudonym), site, cohort, stratum of the cases whose data may be used, sorted by pseudonym."""
    stored = Case.objects.filter(cohort=cohort).order_by()
    cases = copied(stored.values_list("pk", "site__code", "stratum"), ["case_id", "site", "stratum"])
    cases = cases[cases["case_id"].isin(analysable(cohort))].copy()
    cases["case"] = [pseudonym("case", pk) for pk in cases["case_id"]]
    if not cohort.is_published:
        cases["site"] = [site_pseudonym(code) for code in cases["site"]]
    cases["cohort"] = cohort.code
    return cases.sort_values("case", ignore_index=True)


def analysable(cohort):
    """Ids of the cohort's cases whose data may be analysed, by the one rule of registry/consent.py."""
    answers = {row["case_id"]: row for row in Patient.objects.filter(case__cohort=cohort).values("case_id", *ITEMS)}
    cases = Case.objects.filter(cohort=cohort).values_list("pk", flat=True)
    return {pk for pk in cases if consent_of(answers.get(pk), is_published=cohort.is_published).may_be_analysed}


def may_go_abroad(cohort, today):
    """Ids of the cohort's cases whose data may go to somebody outside the consortium on this day."""
    answers = Patient.objects.filter(case__in=Case.objects.filter(cohort=cohort).order_by()).values("case_id", *ITEMS)
    is_published = cohort.is_published
    return {row["case_id"] for row in answers if consent_of(row, today=today, is_published=is_published).may_go_abroad}


def refused_cases(cohort):
    """Pseudonyms of the cohort's cases whose data may not be analysed, of those that were removed too."""
    registrations = Patient.with_void.filter(case__cohort=cohort).order_by("-is_void", "pk")  # what stands comes last
    answers = {row["case_id"]: row for row in registrations.values("case_id", *ITEMS)}
    cases = Case.with_void.filter(cohort=cohort).values_list("pk", flat=True)
    is_published = cohort.is_published
    return {
        pseudonym("case", pk)
        for pk in cases
        if not consent_of(answers.get(pk), is_published=is_published).may_be_analysed
    }


def copied(rows, names):
    """A values_list queryset as a frame, by COPY. All columns are text but ids; empty is missing."""
    sql, params = rows.query.sql_with_params()  # str(queryset.query) does not quote its parameters
    pieces = io.BytesIO()
    with connection.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv)", params) as copy:
        for piece in copy:
            pieces.write(piece)
    pieces.seek(0)
    kinds = {name: "int64" if name in IDS else str for name in names}
    return pd.read_csv(pieces, names=names, header=None, dtype=kinds, keep_default_na=False, na_values=[""])
