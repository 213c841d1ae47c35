"""The case as it would be with answers that are typed and not stored."""

from dataclasses import replace

from registry import clock
from registry.edit_checks.base import MISSING
from registry.edit_checks.case import Record, case_findings
from registry.record import in_clinical_order, row_of


def case_as_typed(stored, form, refused=()):
    """`stored`, a StoredCase, with `form` as it stands in memory: in the place of its stored row, or as the next one.

    refused   names of its answers that cannot be stored; the checks see them neither as given nor as missing
    """
    if form.key_item and not getattr(form, form.key_item):
        setattr(form, form.key_item, _next_number(stored, form))
    own = (form.form_name, form.key)
    others = [one for one in stored.forms if (one.form_name, one.key) != own]
    forms = in_clinical_order([*others, form])
    rows = [_without(row_of(one), refused) if one is form else row_of(one) for one in forms]
    findings = [
        one
        for one in case_findings(Record(rows, clock.today()))
        if not ((one.form, one.key) == own and one.severity == MISSING and one.item in refused)
    ]
    return replace(stored, forms=forms, findings=findings)


def caused_elsewhere(stored, typed, form):
    """Findings of other forms that the case as typed has and the stored one has not."""
    before = {_fact(one) for one in stored.findings}
    own = (form.form_name, form.key)
    return [one for one in typed.findings if (one.form, one.key) != own and _fact(one) not in before]


def _next_number(stored, form):
    """The number the row will have if it is stored now."""
    rows = [row for row in stored.rows_of(form.form_name) if not form.of_course or row.course_no == form.course_no]
    return max((getattr(row, form.key_item) for row in rows), default=0) + 1


def _without(row, names):
    """The row as if these questions had no answer."""
    gone = {name + suffix: None for name in names for suffix in ("", "_p", "_mr")}
    return replace(row, answers={**row.answers, **gone})


def _fact(finding):
    """What tells a finding from the others of its case."""
    place = (finding.rule, finding.form, finding.key, finding.item, finding.text)
    return *place, *sorted(map(str, finding.values.items()))
