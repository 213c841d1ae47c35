"""Enrolment and the course of each patient as tables."""

from django.utils.translation import gettext as _

from analytics.core.courses_told import whole_of
from analytics.figures.text import months
from analytics.sheets.sheet import NONE, Row, Sheet, counted, label


def enrolment(result):
    """Each month with how many reached each step in it, and up to its end; and the hospitals."""
    table = result["table"]
    if table is None:
        return []
    steps = table["steps"]
    heads = tuple(label(step["label"]) for step in steps)
    total = Row(_("All hospitals"), (counted(table["registered"]), *(counted(step["n"]) for step in steps)))
    by_site = tuple(
        Row(
            one.get("hospital", one["site"]),
            (counted(one["registered"]), *(counted(step["n"]) for step in one["steps"])),
        )
        for one in table["sites"]
    )
    sites = Sheet(_("Patients by hospital"), _("Hospital"), (_("Registered"), *heads), (*by_site, total))
    return [_by_month(table, heads), sites] if table["months"] else [sites]


def _by_month(table, heads):
    steps = table["steps"]
    rows = [
        Row(
            month,
            tuple(
                _("{n} (total {total})").format(n=step["by_month"][i], total=step["cumulative"][i]) for step in steps
            ),
        )
        for i, month in enumerate(table["months"])
    ]
    rows.append(Row(_("Without a date"), tuple(counted(step["undated"]) for step in steps)))
    caption, note = _("Patients by the month in which each step was dated"), _("Total: up to the end of the month.")
    return Sheet(caption, _("Month"), heads, tuple(rows), note)


def courses(result):
    """Each patient, the longest event-free first, with the months of what happened."""
    table = result["table"]
    if table is None:
        return []
    kinds = [mark["id"] for mark in table["marks"]]
    heads = (_("Event-free"), _("Last news"), *(label(mark["label"]) for mark in table["marks"]))
    rows = tuple(
        Row(one["case"], (months(one["free"], NONE), months(one["end"], NONE), *_when(one["marks"], kinds)))
        for one in table["rows"]
    )
    note = _("Months since {clock}; about (c.) where only the month or the year is known. Event-free by {rule}.")
    clock, rule = label(result["endpoint"]["clock"]), label(result["endpoint"]["label"])
    note = note.format(clock=clock, rule=rule) + _some(table)
    return [Sheet(label(result["analysis"]["title"]), _("Patient"), heads, rows, note)]


def _some(table):
    """That not all patients are told, where that is so."""
    step, n = table.get("step", 1), whole_of(table)["n"]
    if step == 1:
        return ""
    said = _("One in {step} of {n} patients has a line; the times of all are in the downloads.")
    return " " + said.format(step=step, n=n)


def _when(marks, kinds):
    found = {mark["kind"]: mark for mark in marks}
    return tuple(_month(found[kind]) if kind in found else NONE for kind in kinds)


def _month(mark):
    shown = months(mark["days"], NONE)
    return _("c. {months}").format(months=shown) if mark["imputed"] else shown
