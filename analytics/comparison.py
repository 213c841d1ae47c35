"""Two datasets side by side: which results changed, by how much, and which cases moved them. No pandas: a page uses this."""

import csv
import hashlib
import io
import json
from dataclasses import dataclass, field
from itertools import zip_longest

from django.utils.translation import gettext as _

from analytics import phrases, read
from analytics.catalogue import CATALOGUE
from analytics.core.columns.known import column_of
from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.hospitals import names_for, with_names
from analytics.sheets import sheets_of
from analytics.sheets.sheet import MINUS, NONE, share
from analytics.words import localised

# What a Result says beside its own numbers: changes here do not make another answer. Warnings say of the same numbers how whole the
# data are, and that is judged on the day of the cut or on the newest day of the live data.
BESIDE = ("schema", "analysis", "analysis_hash", "endpoint", "software", "data_quality", "follow_up", "warnings")
DAY = "day"  # on which a table judged what is due
CURVES = ("kaplan-meier", "landmark")
GROUPING = ("site", "stratum", "burden", "prior_hsct")
MOST_CELLS = 40  # changed cells shown of an analysis that is all tables


@dataclass(frozen=True)
class Row:
    """One number in both datasets, and the difference where there is one."""

    label: str
    a: str
    b: str
    difference: str = ""


@dataclass(frozen=True)
class Compared:
    """One analysis on both. changed: None where one of them has no result."""

    name: str
    title: str
    method: str
    a: object
    b: object
    changed: bool | None
    rows: list = field(default_factory=list)
    more: int = 0

    @property
    def summary(self):
        """n and events in both, as "n 41 → 42, events 17 → 18"."""
        counts = [(_("n {n}"), "n"), (_("events {n}"), "events")]
        both = [
            (words, self.a.result[name], self.b.result[name])
            for words, name in counts
            if self.a.result[name] is not None and self.b.result[name] is not None
        ]
        return ", ".join(words.format(n=f"{a} → {b}" if a != b else a) for words, a, b in both)

    @property
    def is_drawn(self):
        """Whether the two curves can be laid over each other."""
        return bool(self.changed) and self.method in CURVES


def compared(a, b, reader=None):
    """Every analysis of the catalogue on the datasets `a` and `b`, in the order of the catalogue, as this person sees it."""
    of_a, of_b, known = read.of_dataset(a), read.of_dataset(b), names_for(reader)
    return [
        _compared(one, of_a.get(one.name), of_b.get(one.name), known)
        for one in CATALOGUE
        if one.cohort == a.cohort.code
    ]


def _compared(analysis, a, b, known):
    title, method = phrases.label(analysis.title), analysis.method
    if a is None or b is None:
        return Compared(analysis.name, title, method, a, b, None)
    changed = numbers_digest(a.result) != numbers_digest(b.result)
    rows = _rows(*(with_names(localised(one.envelope()), known) for one in (a, b))) if changed else []
    return Compared(analysis.name, title, method, a, b, changed, rows[:MOST_CELLS], max(0, len(rows) - MOST_CELLS))


def numbers_digest(body):
    """SHA-256 of what the Result answers: its numbers and groups, not what it says of data, code and follow-up."""
    numbers = {name: value for name, value in body.items() if name not in BESIDE}
    if numbers.get("table"):
        numbers["table"] = {name: value for name, value in numbers["table"].items() if name != DAY}
    return hashlib.sha256(json.dumps(numbers, sort_keys=True).encode()).hexdigest()


def _rows(a, b):
    judged = _judged(a, b)
    if judged:  # the captions say the day, and rows are found by their captions
        both = f"{a['table'][DAY]} / {b['table'][DAY]}"
        a, b = ({**one, "table": {**one["table"], DAY: both}} for one in (a, b))
    counts = [*judged, _counts("n", a["n"], b["n"])]
    if a["events"] is not None and b["events"] is not None:
        counts.append(_counts(_("Events"), a["events"], b["events"]))
    if a["analysis"]["method"] in CURVES:
        return [*counts, *_shares(_of_curves(a), _of_curves(b), "survival")]
    if a["analysis"]["method"] == "cumulative-incidence":
        return [*counts, *(row for row in _shares(_of_causes(a), _of_causes(b), "incidence") if row.a != row.b)]
    return [*counts, *_cells(a, b)]


def _judged(a, b):
    """The days on which the two judged what is due, where they differ: by itself this moves what is overdue."""
    days = [(one.get("table") or {}).get(DAY) for one in (a, b)]
    return [Row(_("What is due was judged on"), *days)] if None not in days and days[0] != days[1] else []


def _counts(label, a, b):
    return Row(label, str(a), str(b), _signed(b - a, 0))


def _signed(difference, places):
    """A difference with its sign; "" for none."""
    text = f"{difference:+.{places}f}".replace("-", MINUS)
    return "" if float(text.replace(MINUS, "-")) == 0 else text


def _of_curves(result):
    """Label of group and month → its row."""
    return {
        _said(_name(group, result), row["months"]): row
        for group in result["groups"]
        if group["n"]
        for row in group["at"]
    }


def _of_causes(result):
    return {
        _said(
            ", ".join(part for part in (_name(group, result), phrases.label(cause["label"])) if part), row["months"]
        ): row
        for group in result["groups"]
        if group["n"]
        for cause in group["causes"]
        for row in cause.get("at", ())
        if "months" in row
    }


def _name(group, result):
    return group["label"] if len(result["groups"]) > 1 else ""


def _said(name, months):
    at = _("{months} months").format(months=months)
    return f"{name}, {at}" if name else at


def _shares(of_a, of_b, key):
    """A row for each group and month: both estimates with their limits, and the difference in percentage points."""
    found = []
    for label in dict.fromkeys((*of_a, *of_b)):
        a, b = of_a.get(label), of_b.get(label)
        both = a and b and a[key] is not None and b[key] is not None
        difference = _signed(100 * (b[key] - a[key]), 1) if both else ""
        found.append(Row(label, share(a, key) if a else NONE, share(b, key) if b else NONE, difference))
    return found


def _cells(a, b):
    """The cells of the tables that are not the same."""
    of_a, of_b = _table_cells(a), _table_cells(b)
    labels = dict.fromkeys((*of_a, *of_b))
    changed = [label for label in labels if of_a.get(label) != of_b.get(label)]
    return [Row(" · ".join(part for part in one if part), of_a.get(one, NONE), of_b.get(one, NONE)) for one in changed]


def _table_cells(result):
    """(table, head above, row, column) → cell, of all tables."""
    found = {}
    for sheet in sheets_of(result):
        above = ""
        for row in sheet.rows:
            if row.is_head:
                above = row.label
                continue
            for head, cell in zip_longest(sheet.heads, row.cells, fillvalue=""):
                found[sheet.caption, above if row.is_inner else "", row.label, head] = str(cell)
    return found


@dataclass(frozen=True)
class Moved:
    """A case that is not the same in both. case: its pseudonym. said: what changed, a sentence for each endpoint."""

    case: str
    kind: str
    said: list


ADDED, REMOVED, CHANGED, LONGER = "added", "removed", "changed", "longer"


def moved_cases(a, b):
    """Every case that moved from dataset `a` to `b`: added, removed, changed, or only followed longer; by kind and pseudonym."""
    rows_of_a, rows_of_b = _cases(a), _cases(b)
    found = []
    for case in sorted(rows_of_a.keys() | rows_of_b.keys()):
        if case not in rows_of_b:
            found.append(Moved(case, REMOVED, []))
        elif case not in rows_of_a:
            found.append(Moved(case, ADDED, _events(rows_of_b[case])))
        elif rows_of_a[case] != rows_of_b[case]:
            found.append(_moved(case, rows_of_a[case], rows_of_b[case]))
    return sorted(found, key=lambda one: [REMOVED, ADDED, CHANGED, LONGER].index(one.kind))


def _cases(dataset):
    """Case → endpoint → its row of the stored endpoint table."""
    asked = {one.endpoint for one in CATALOGUE if one.cohort == dataset.cohort.code and one.endpoint}
    found = {}
    for row in csv.DictReader(io.StringIO(read.table_content(dataset, "endpoints.csv").decode())):
        if row["endpoint"] in asked:
            found.setdefault(row["case"], {})[row["endpoint"]] = row
    return found


def _moved(case, a, b):
    said, longer = _groups(a, b), 0
    for endpoint in dict.fromkeys((*a, *b)):
        sentence = _of_endpoint(a.get(endpoint), b.get(endpoint))
        if sentence is None:
            longer += 1
        elif sentence:
            said.append(f"{phrases.label(ENDPOINTS[endpoint].label)}: {sentence}")
    return Moved(case, CHANGED if said else LONGER, said)


def _of_endpoint(a, b):
    """What changed under one endpoint; "" for nothing, None where only the follow-up is longer or shorter."""
    if a is None:
        return _("not in it before, now {state}").format(state=_state(b))
    if b is None:
        return _("{state}, now not in it").format(state=_state(a))
    if (a["status"], a["event"], a["cause"]) != (b["status"], b["event"], b["cause"]):
        return _("{before}, now {after}").format(before=_state(a), after=_state(b))
    if a["time"] == b["time"]:
        return ""
    return _("{before}, now {after}").format(before=_state(a), after=_state(b)) if a["event"] else None


def _state(row):
    what = phrases.label(row["event"]) if row["event"] else _("no event")
    return _("{what} at day {day}").format(what=what, day=f"{float(row['time']):g}")


def _groups(a, b):
    """What changed of the groups that a case is in."""
    first, now = next(iter(a.values()), None), next(iter(b.values()), None)
    if not first or not now:
        return []
    changed = [name for name in GROUPING if first[name] != now[name]]
    return [
        _("{group}: {before}, now {after}").format(
            group=phrases.label(_label(name)), before=first[name] or NONE, after=now[name] or NONE
        )
        for name in changed
    ]


def _label(column):
    known = column_of(column)
    return known.label if known else column


def _events(rows):
    """The events of a case that came in."""
    return [f"{phrases.label(ENDPOINTS[name].label)}: {_state(row)}" for name, row in rows.items() if row["event"]]
