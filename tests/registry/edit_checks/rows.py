"""Rows of a case as the checks see them, without a database."""

from datetime import date, timedelta

from registry.edit_checks.case import Record, case_findings
from registry.models import FORM_OF
from registry.record import row_of, said

DAY_0 = date(2024, 6, 3)
TODAY = date(2026, 9, 1)


def day(number):
    """The date of a day after infusion."""
    return DAY_0 + timedelta(days=number)


def rows_of(*forms):
    """(form name, answers) → rows; repeated forms are numbered, dates are exact unless their precision is given."""
    made = []
    for name, answers in forms:
        form = FORM_OF[name](**answers)
        if form.key_item and getattr(form, form.key_item) is None:
            setattr(form, form.key_item, 1 + sum(one.form_name == name for one in made))
        form.clean()
        made.append(form)
    return [row_of(form) for form in made]


def rules(*forms, severity=None, today=None):
    """Rules that fire in a case of these forms, missing answers left out unless asked for; each message can be said."""
    found = case_findings(Record(rows_of(*forms), today))
    for one in found:
        assert "%(" not in said(one)
        assert one.form in FORM_OF
    return {one.rule for one in found if one.severity == severity or (severity is None and one.severity != "missing")}
