"""What changed in some cases since a moment, told case by case and form by form: each answer before and now, and every save with its reason."""

from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import pgettext

from registry.views.acts import ACTS, acts_of
from registry.views.row_titles import titles_of
from registry.views.story import Change, changes, is_withheld, names_behind, saves, who_of, withdrawn_among


@dataclass(frozen=True)
class Save:
    """One save: when, by whom, what was done, why."""

    at: object
    who: str
    what: str
    reason: str


@dataclass(frozen=True)
class ToldForm:
    """One form of which something changed."""

    title: str
    url: str
    saves: list[Save]
    changes: list[Change]
    is_withheld: bool


@dataclass(frozen=True)
class ToldCase:
    """A case with its changed forms. `last`: the last change that is told."""

    case: object
    is_new: bool  # the reader was not shown all of it before
    forms: list[ToldForm]
    last: int


def told_cases(changed, events):
    """A ToldCase for each of `changed` (ChangedCase), from the `events` of these cases."""
    events, cases = list(events.order_by("-id")), {one.case.pk: one.case for one in changed}
    names, withdrawn = names_behind(events), withdrawn_among(cases)
    by_case = defaultdict(list)
    for event in events:
        by_case[event.case_id].append(event)
    titles = titles_of({(event.form, event.row_id) for event in events}, cases)
    return [
        ToldCase(
            one.case,
            not one.is_seen,
            _forms(by_case[one.case.pk], names, withdrawn, titles),
            by_case[one.case.pk][0].id if by_case[one.case.pk] else one.last,
        )
        for one in changed
    ]


def _forms(events, names, withdrawn, titles):
    """The forms of one case in the order in which they were entered."""
    rows = defaultdict(list)
    for event in events:
        rows[event.form, event.row_id].append(event)
    return [_form(place, own, names, withdrawn, titles) for place, own in reversed(rows.items())]


def _form(place, events, names, withdrawn, titles):
    title, url = titles[place]
    hidden = is_withheld(place[0], events[0].case_id, withdrawn)
    told = [] if hidden else changes(place[0], net(events))
    return ToldForm(title, "" if hidden else url, [_save(group, names) for group in saves(events)], told, hidden)


def _save(group, names):
    first = group[0]
    what = pgettext("between acts", ", ").join(str(ACTS[code].label) for code in acts_of(group))
    return Save(first.at, who_of(first, names), what, first.reason)


def net(events):
    """One event for each item of a row whose events come newest first: from what it was before all of them to what it is after."""
    newest, oldest = {}, {}
    for event in events:
        newest.setdefault(event.item, event)
        oldest[event.item] = event
    return [_joined(oldest[item], newest[item]) for item in newest]


@dataclass(frozen=True)
class _Net:
    """An item from before its first to after its last change."""

    item: str
    old: object
    new: object


def _joined(first, last):
    return _Net(first.item, first.old, last.new)
