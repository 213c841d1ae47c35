"""One page of the history by keyset: newest first, no count, whole entries."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from registry import clock
from registry.views.acts import ACTS
from registry.views.story import columns_of, entries_of

MOST_EVENTS = 600  # read for one page
MOST_ENTRIES = 60


@dataclass(frozen=True)
class Choice:
    """One value of a filter."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Select:
    """One filter: a list of values, or a field to type into if it has none."""

    name: str
    label: str
    kind: str  # select, text, date
    value: str
    choices: tuple = ()


class Narrowed:
    """Filters of a history, read from the address. What a filter does not offer counts as not given."""

    def __init__(self, params, offers):
        """offers: parameter → (label, {value: label}, or what a typed value must match); the days `since` and `until` are always there."""
        self.offers = offers
        given = {name: params.get(name, "").strip() for name in offers}
        self.chosen = {name: given[name] for name, (_label, values) in offers.items() if _offers(values, given[name])}
        self.days = {name: _day(params.get(name)) for name in ("since", "until")}

    def get(self, name):
        """The value chosen, or nothing."""
        return self.chosen.get(name, "")

    @property
    def is_on(self):
        """Whether anything is narrowed."""
        return bool(self.chosen or any(self.days.values()))

    @property
    def query(self):
        """The filters in force, to put more behind; empty or ending in &."""
        given = {**self.chosen, **{name: day.isoformat() for name, day in self.days.items() if day}}
        return urlencode(given) + "&" if given else ""

    @property
    def selects(self):
        """The filters as the page shows them; a list with a single value is left out."""
        found = [
            _select(name, label, values, self.get(name))
            for name, (label, values) in self.offers.items()
            if isinstance(values, re.Pattern) or len(values) > 1 or name in self.chosen
        ]
        labels = {"since": _("From"), "until": _("To")}
        return [
            *found,
            *(Select(name, labels[name], "date", day.isoformat() if day else "") for name, day in self.days.items()),
        ]

    def apply(self, events):
        """The events that the filters leave; `item`, `act` and the dates are the same on every page."""
        if self.get("act"):
            events = events.filter(ACTS[self.get("act")].q)
        if self.get("item"):
            events = events.filter(item__in=columns_of(self.get("item")))
        if self.days["since"]:
            events = events.filter(at__gte=clock.midnight(self.days["since"]))
        if self.days["until"]:
            events = events.filter(at__lt=clock.midnight(self.days["until"], after=1))
        return events


@dataclass(frozen=True)
class HistoryPage:
    """Entries of one page; `older` is the event before which the next one begins, or None."""

    entries: list
    older: int | None
    is_first: bool


def page_of(events, before="", cases=None):
    """The page of `events` that begins before the event of this id, or with the newest."""
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    found = events.order_by("-id")
    found = list(found.filter(id__lt=start)[: MOST_EVENTS + 1] if start else found[: MOST_EVENTS + 1])
    kept = _whole(found[:MOST_EVENTS], is_last=len(found) <= MOST_EVENTS)
    entries, last = _first_entries(kept)
    older = last if kept and (len(kept) < len(found) or last != kept[-1].id) else None
    return HistoryPage(entries_of(entries, cases), older, start is None)


def _whole(events, *, is_last):
    """The events without a last transaction that may go on, unless it is all there is."""
    if is_last or not events:
        return events
    cut = next(place for place, event in enumerate(events) if event.transaction == events[-1].transaction)
    return events[:cut] or events


def _first_entries(events):
    """(the events of the first entries, the id of the last of them)."""
    known, kept = set(), []
    for event in events:
        known.add((event.transaction, event.request, event.form, event.row_id))
        if len(known) > MOST_ENTRIES:
            break
        kept.append(event)
    return kept, kept[-1].id if kept else None


def act_choices():
    """Every kind of act, for a filter."""
    return {code: str(act.label) for code, act in ACTS.items()}


def _offers(values, given):
    return bool(given) and bool(values.fullmatch(given) if isinstance(values, re.Pattern) else given in values)


def _select(name, label, values, chosen):
    if isinstance(values, re.Pattern):
        return Select(name, label, "text", chosen)
    return Select(
        name, label, "select", chosen, tuple(Choice(one, said, one == chosen) for one, said in values.items())
    )


def _day(text):
    try:
        day = parse_date(text or "")
    except ValueError:
        return None
    return day if day and 1900 < day.year < 3000 else None
