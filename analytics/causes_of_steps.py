"""The cases behind a step of a curve or a cell of its table of those at risk, as a page."""

import math
from dataclasses import dataclass, replace

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import cause_texts as texts
from analytics import phrases
from analytics.behind import NOWRAP, NUMBER, Cell, Column, list_page
from analytics.core.cases_listed import AT_RISK, CENSORED, EVENT, WHAT, chosen, unpack
from registry.views.case_forms import short_title_of

LONGEST = 100 * 366.0  # days: a time beyond is none
DAYS_PER_MONTH = 30.4375
TITLES = {
    EVENT: gettext_lazy("Cases with an event"),
    CENSORED: gettext_lazy("Censored cases"),
    AT_RISK: gettext_lazy("Cases at risk"),
}


@dataclass(frozen=True)
class Asked:
    """Which cases of a run: group, days, what ("" for whatever happened there), cause. Words that mean nothing are 404."""

    group: str | None
    start: float
    end: float
    what: str
    cause: int | None

    @classmethod
    def of(cls, query):
        """From the address."""
        what = query.get("what", "")
        start, end = _days(query.get("from", "0")), _days(query.get("to", query.get("from", f"{LONGEST}")))
        cause = query.get("cause", "")
        if (
            what not in ("", *WHAT)
            or start > end
            or not (cause == "" or (cause.isascii() and cause.isdigit() and len(cause) < 3))
        ):
            raise Http404
        return cls(query.get("group"), start, end, what, int(cause) if cause else None)


def _days(text):
    """Days from 0. 404 for what is none."""
    try:
        found = float(text)
    except ValueError:
        raise Http404 from None
    if not math.isfinite(found) or not 0 <= found <= LONGEST:
        raise Http404
    return found


def step_cases(request, behind):
    """The page. Query: what, group, from, to (days, both included), cause."""
    rule = behind.result["endpoint"]
    asked, groups = Asked.of(request.GET), texts.groups_of(behind.result)
    if asked.group is not None and asked.group not in groups:
        raise Http404
    asked, listed = _listed(unpack(behind.packed), asked)
    is_grouped = len(groups) > 1
    columns = _columns(phrases.label(rule["clock"]), is_grouped)
    group = groups.get(asked.group, "") if is_grouped else ""
    return list_page(
        request,
        behind,
        listed,
        name_of=lambda one: one.case,
        cells_of=lambda one: _cells(one, columns, groups),
        columns=columns.values(),
        title=TITLES[asked.what],
        among=" · ".join(word for word in (texts.when(asked), group) if word),
        rule=phrases.label(rule["print"]),
        others=texts.others(request, asked),
        none=_("In this group nobody had this on these days."),
    )


def _listed(cases, asked):
    """What was asked for and its cases: where it is not said, the events, and the censored where there is no event."""
    for what in (asked.what,) if asked.what else (EVENT, CENSORED):
        words = {"start": asked.start, "end": asked.end, "group": asked.group, "cause": asked.cause}
        listed = chosen(cases, what=what, **words)
        if listed:
            break
    return replace(asked, what=what if listed or asked.what else EVENT), listed


def _columns(clock, is_grouped):
    since, until, form = _("From {clock}").format(clock=clock), _("To"), _("Form")
    columns = {
        "group": Column(_("Group"), _("Group")),
        "days": Column(_("Day"), _("Day"), NUMBER),
        "months": Column(_("Month"), _("Month"), NUMBER),
        "why": Column(_("What ended the time")),
        "start": Column(since, since, NOWRAP),
        "end": Column(until, until, NOWRAP),
        "form": Column(form, form),
    }
    return {name: column for name, column in columns.items() if is_grouped or name != "group"}


def _cells(one, columns, groups):
    """What the rule decided of a case, in the order of the columns."""
    imputed = _("rests on a date known to the month or year") if one.imputed else ""
    said = {
        "group": {"text": groups.get(one.group, one.group)},
        "days": {"text": f"{one.time:g}"},
        "months": {"text": f"{one.time / DAYS_PER_MONTH:.1f}"},
        "why": {"text": phrases.label(one.why), "is_strong": one.cause > 0, "note": imputed},
        "start": {"text": one.start},
        "end": {"text": one.end.isoformat()},
        "form": {"text": short_title_of(one.form)},
    }
    return [Cell(column, **said[name]) for name, column in columns.items()]
