"""Cases behind results, and results moved by cases, in words."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from analytics import phrases
from analytics.catalogue import CATALOGUE
from analytics.core.cases_listed import AT_RISK, CENSORED, EVENT
from analytics.core.headline import COUNT, INCIDENCE, RATIO, SHARE, SURVIVAL
from registry.views.case_forms import short_title_of

NBSP = "\u00a0"
PREFERRED = 12  # months
SHOWN = 6  # numbers of a change that are listed
NAMES = frozenset(one.name for one in CATALOGUE)
SEEN = {EVENT: gettext_lazy("event"), CENSORED: gettext_lazy("censored"), AT_RISK: gettext_lazy("at risk")}


def groups_of(result):
    """Value of each group → its words."""
    if "groups" in result:
        return {group["group"]: phrases.label(group["label"]) for group in result["groups"]}
    return {"all": phrases.label("All cases")}


def when(asked):
    """The days asked for, in words."""
    if asked.what == AT_RISK:
        return _("on day {day}").format(day=f"{asked.start:g}")
    if asked.start == asked.end:
        return _("on day {day}").format(day=f"{asked.start:g}")
    return _("from day {start} to day {end}").format(start=f"{asked.start:g}", end=f"{asked.end:g}")


def others(request, asked):
    """(word, address, is this one) of events, censorings and those at risk on the same days."""
    found = []
    for what, word in SEEN.items():
        query = request.GET.copy()
        query.pop("page", None)
        query["what"] = what
        found.append((word, f"?{query.urlencode()}", what == asked.what))
    return found


def query_without_page(request):
    """The query string before page=…."""
    query = request.GET.copy()
    query.pop("page", None)
    return f"{query.urlencode()}&" if query else ""


def url_of_analysis(run):
    """Address of the page of a run's analysis; blank for one that is not of the catalogue."""
    return reverse("analysis", args=[run.analysis]) if run.analysis in NAMES else ""


def forms(names):
    """Titles of forms, each once, in the order of the saves; the case itself is not a form."""
    titles = dict.fromkeys(short_title_of(name) for name in names)
    return [title for title in titles if title] or [_("the case itself")]


@dataclass(frozen=True)
class Change:
    """An analysis whose numbers moved: title, address, the number that stands for it, and the others."""

    title: str
    url: str
    first: str
    rest: list
    more: int


def change(stored):
    """A ResultChange in words."""
    body = sorted(stored.body, key=lambda one: one["months"] not in (PREFERRED, None))
    said = [number(one) for one in body]
    return Change(
        phrases.label(stored.run.spec["title"]),
        url_of_analysis(stored.run),
        said[0],
        said[1:SHOWN],
        max(0, len(said) - SHOWN),
    )


def number(one):
    """One number before and after: "12-month 82.1 → 80.4 %, events 7 → 8"."""
    before, after = one["before"] or {}, one["after"] or {}
    label = label_of(one["of"])
    name = _("{months} months").format(months=one["months"]) if one["months"] is not None else ""
    head = ", ".join(part for part in (label, name) if part)
    parts = [_arrow(_value(one["what"], before.get("value")), _value(one["what"], after.get("value")))]
    for word, key in ((_("n"), "n"), (_("events"), "events")):
        if one["what"] != COUNT and before.get(key) != after.get(key):
            parts.append(f"{word} {_arrow(_plain(before.get(key)), _plain(after.get(key)))}")
    return (
        pgettext("label and value", "{label}: {value}").format(label=head, value=", ".join(parts))
        if head
        else ", ".join(parts)
    )


def label_of(text):
    """A group's, term's or row's label in the reader's language; parts of a term are translated one by one."""
    if text == "All cases":
        return ""
    together = " *" if text.endswith(" *") else ""
    return phrases.label(text.removesuffix(" *")) + together


def _value(what, value):
    if value is None:
        return "–"
    if what in (SURVIVAL, INCIDENCE, SHARE):
        return f"{100 * value:.1f}{NBSP}%"
    return f"{value:.2f}" if what == RATIO else _plain(value)


def _plain(value):
    return "–" if value is None else f"{value:g}"


def _arrow(before, after):
    """What stays is said once."""
    return before if before == after else f"{before} → {after}"
