"""A hospital's own outcomes, exactly, beside those of all other hospitals together as they were released to it.

Reads releases and nothing else: what is not released to this hospital does not exist here. No pandas: web processes use this.
"""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from analytics import phrases, sentences
from analytics.core.cases_counted import OUTCOME, YES, cell, level
from analytics.core.cases_listed import AT_RISK, EVENT
from analytics.core.disclosure.policy import OTHERS, OWN, POLICIES
from analytics.figures.alt import alt_text
from analytics.figures.figure import figure_of, has_figure
from analytics.figures.sizes import SIZES, WIDE
from analytics.figures.text import percent
from analytics.figures.theme import LIGHT, THEMES
from analytics.models import PublicIssue, Release
from analytics.sheets.sheet import NONE, Cell, Row, Sheet, counted, label, share
from analytics.site_state import state_of_site
from analytics.site_view import COHORT, EVENT_FREE, GRADES, OF_BOTH, OVERALL_SURVIVAL, RESPONSE
from analytics.views import live_words, plotly_style_ids
from analytics.words import figure_words, localised
from registry.access.permissions import Permission
from registry.views.access import permitted

QUESTIONS = {
    OVERALL_SURVIVAL.name: gettext_lazy("How many patients are alive after infusion?"),
    EVENT_FREE.name: gettext_lazy("How many patients stay free of events after infusion?"),
    RESPONSE.name: gettext_lazy("How many infused patients reach CR or CRi?"),
    GRADES.name: gettext_lazy("How severe were CRS and ICANS?"),
}
STEPS = {"n": urlencode({"what": AT_RISK, "from": 0}), "events": urlencode({"what": EVENT})}
GRADED = ("crs_grade", "icans_grade")
COUNTED = (
    ("cases", gettext_lazy("Cases")),
    ("forms_due", gettext_lazy("Forms due")),
    ("forms_complete", gettext_lazy("… of them complete")),
    ("forms_on_time", gettext_lazy("… complete on time")),
    ("cases_with_overdue_follow_up", gettext_lazy("Cases with overdue follow-up")),
    ("queries_open", gettext_lazy("Open queries")),
)


@dataclass(frozen=True)
class Pair:
    """One question, answered of the own cases and of the others; each is a released body, or None before the first."""

    name: str
    own: dict | None
    others: dict | None

    @property
    def question(self):
        """The title."""
        return str(QUESTIONS[self.name])

    @property
    def refused(self):
        """Why there is nothing of the others, in words; "" when there is something, or nothing yet."""
        return phrases.sentence(self.others["refused"]) if self.others and "refused" in self.others else ""

    @property
    def said(self):
        """What is withheld of the others, and why."""
        return [phrases.sentence(one) for one in self.others["warnings"]] if self.others and not self.refused else []

    @property
    def is_drawn(self):
        """Whether there are curves."""
        return bool(self.own) and has_figure(self.own["analysis"]["method"]) and "logrank" in self.own

    @property
    def digest(self):
        """Changes when anything that the pair shows changes."""
        return "-".join(str(body["issued_at"].timestamp()) if body else "none" for body in (self.own, self.others))

    @property
    def url(self):
        """Address of the figure."""
        return reverse("own_site_figure", args=[self.name])

    @property
    def cases_url(self):
        """Where a count of the own cases leads to them; "" where they are not kept."""
        return reverse("own_site_cases", args=[self.name]) if self.own and self.own["has_cases"] else ""

    def together(self):
        """Both as the groups of one result, in the reader's language."""
        own = localised(self.own)
        groups = [{**own["groups"][0], "group": OWN, "label": _("Your hospital")}]
        if self.others and not self.refused:
            groups.append({**self.others["groups"][0], "group": OTHERS, "label": _("All other hospitals")})
        return {**own, "groups": groups, "logrank": None}

    def figure(self, theme=LIGHT, size=WIDE):
        """The curves as plotly JSON."""
        return figure_of(self.together(), self._words(), theme, size)

    def alt(self):
        """The figure in words."""
        return alt_text(self.together(), self._words())

    def _words(self):
        when = _when(self.others) if self.others else ""
        dataset = _("Your hospital: live revision {revision}, {date}. The others: as released {when}, rounded.")
        return replace(figure_words(), dataset=dataset.replace("{when}", when) if when else "{cohort}, {date}.")

    def sheets(self):
        """The numbers of both, side by side."""
        return SHEETS[self.name](self)

    def bodies(self):
        """(name, body) of the own and the others' results that there are."""
        pairs = ((_("Your hospital"), self.own), (_("All other hospitals"), None if self.refused else self.others))
        return [(name, body) for name, body in pairs if body]


def _survival(pair):
    asked = [row["months"] for row in pair.own["groups"][0]["at"]]
    heads = (
        *(_("n"), _("Events")),
        *(_("{months} months").format(months=month) for month in asked),
        *(_("Median"), _("Median follow-up")),
    )
    rows = []
    for name, body in pair.bodies():
        group, followed = body["groups"][0], body["follow_up"]["median"]
        n, events = (_leading(body, counted(group[key]), group[key], words) for key, words in STEPS.items())
        cells = [_shown_share(row, "survival") for row in group["at"]] if group["n"] != 0 else [NONE] * len(asked)
        ends = [sentences.median(group["median"]), sentences.median(followed)] if group["n"] != 0 else [NONE, NONE]
        rows.append(Row(name, (n, events, *cells, *ends)))
    return [Sheet(_("Survival with 95 % confidence interval"), _("Patients"), heads, tuple(rows))]


def _shown_share(row, key):
    return counted(None) if row.get("withheld") else share(row, key)


def _response(pair):
    rows = []
    for name, body in pair.bodies():
        group = body["groups"][0]
        text = counted(None) if group["x"] is None else f"{group['x']} / {group['n']}"
        counts = _leading(body, text, group["x"], cell(OUTCOME, YES))
        rows.append(Row(name, (counts, _shown_share(group, "estimate"))))
    caption = _("CR or CRi from day 21 to day 100, with exact 95 % confidence interval")
    return [Sheet(caption, _("Patients"), (_("x / n"), _("Share")), tuple(rows))]


def _grades(pair):
    """Each grade of CRS and ICANS, of all infused, in a column for each."""
    bodies = [(name, body) for name, body in pair.bodies() if body["table"]]
    rows = []
    for column in GRADED:
        found = [next(row for row in body["table"]["rows"] if row["column"] == column) for _name, body in bodies]
        if not found:
            continue
        rows.append(Row(label(found[0]["label"]), is_head=True))
        for place, one in enumerate(found[0]["levels"]):
            cells = tuple(
                _grade(body, row["levels"][place], column) for row, (_name, body) in zip(found, bodies, strict=True)
            )
            rows.append(Row(label(one["label"]), cells, is_inner=True))
    heads = tuple(
        _("{group}, n {n}").format(group=name, n=counted(body["table"]["heads"][0]["n"])) for name, body in bodies
    )
    return [Sheet(_("Highest grade, n (% of those infused)"), _("Grade"), heads, tuple(rows))] if bodies else []


def _grade(body, level_of, column):
    found = level_of["cells"][0]
    if found.get("withheld"):
        return counted(None)
    text = NONE if found["percent"] is None else f"{found['x']} ({found['percent']:.0f} %)"
    return _leading(body, text, found["x"], cell(column, level(level_of["value"])))


def _leading(body, text, n, words):
    """A count that leads to its cases, where there are any and they are the reader's own."""
    return Cell(text, words) if n and "disclosure" not in body else text


SHEETS = {
    OVERALL_SURVIVAL.name: _survival,
    EVENT_FREE.name: _survival,
    RESPONSE.name: _response,
    GRADES.name: _grades,
}


@permitted(Permission.OWN_SITE_READ)
@require_GET
def own_site(request):
    """The page: without JavaScript numbers and sentences, with it the figures too."""
    site, sites = site_of(request)
    stored = _stored(site)
    pairs = _pairs(stored)
    others = next((pair for pair in pairs if pair.others), None)
    policy = POLICIES[OTHERS]
    context = {
        "site": site,
        "sites": sites,
        "pairs": [
            {"pair": pair, "heights": _heights(pair), "sheets": pair.sheets() if pair.own else []} for pair in pairs
        ],
        "has_own": any(pair.own and pair.own["n"] for pair in pairs),
        "has_any": bool(stored),
        "own_when": _when(stored.get((OWN, OVERALL_SURVIVAL.name))),
        "others_when": _when(others.others) if others else "",
        "said": list(dict.fromkeys(one for pair in pairs for one in pair.said)),
        "refused": list(dict.fromkeys(pair.refused for pair in pairs if pair.refused)),
        "quality": _quality(stored.get((OWN, "completeness"))),
        "policy": policy,
        "public": PublicIssue.objects.filter(cohort__code=COHORT, taken_down_at=None).select_related("cohort"),
        "plotly_style_ids": plotly_style_ids(),
        "state": state_of_site(site, stored.get((OWN, OVERALL_SURVIVAL.name))),
        "live_words": live_words(),
    }
    return render(request, "analytics/own_site.html", context)


@permitted(Permission.OWN_SITE_READ)
@require_GET
def own_site_figure(request, name):
    """One figure as JSON. Query: site, theme (light, dark), size (wide, compact)."""
    site, _sites = site_of(request)
    pair = next((one for one in _pairs(_stored(site)) if one.name == name), None)
    if pair is None or not pair.is_drawn:
        raise Http404
    theme, size = (
        known.get(request.GET.get(key, ""), first)
        for key, known, first in (("theme", THEMES, LIGHT), ("size", SIZES, WIDE))
    )
    response = JsonResponse({"figure": pair.figure(theme, size), "alt": pair.alt(), "cases": _cases_of(pair, site)})
    response["Cache-Control"] = "private, no-cache"
    return response


def _cases_of(pair, site):
    """Where a step of the own curve leads, as `analytics.cause_links.figure_cases` says it of a pooled one; the others' lead nowhere."""
    if not pair.cases_url:
        return None
    words = urlencode({"site": site.code, "group": pair.own["groups"][0]["group"]})
    return {"url": pair.cases_url, "keys": {OWN: words}}


def site_of(request):
    """(the hospital asked for, all of the person's). 404 for another one's."""
    sites = list(request.user.working_sites.order_by("pk"))
    asked = request.GET.get("site", "")
    site = next((one for one in sites if not asked or one.code == asked), None)
    if site is None and (asked or sites):
        raise Http404
    return site, sites


def _stored(site):
    """(audience, analysis) → body of the newest release to the hospital."""
    rows = Release.objects.filter(site=site, audience__in=(OWN, OTHERS)).order_by("id") if site else ()
    return {
        (one.audience, one.analysis): {
            **one.body,
            "issued_at": one.issued_at,
            "has_cases": one.cases_behind is not None,
        }
        for one in rows
    }


def _pairs(stored):
    return [Pair(one.name, stored.get((OWN, one.name)), stored.get((OTHERS, one.name))) for one in OF_BOTH]


def _heights(pair):
    """Height in px of the figure in each size, to keep its place."""
    return {name: pair.figure(size=size)["layout"]["height"] for name, size in SIZES.items()} if pair.is_drawn else {}


def _when(body):
    return timezone.localtime(body["issued_at"]).strftime("%Y-%m-%d") if body else ""


def _quality(body):
    """(what, how many) of the own data; nothing before the first dataset."""
    table = body and body["table"]
    if not table:
        return []
    total = table["total"]
    found = [(str(words), counted(total[name]) if total[name] is not None else NONE) for name, words in COUNTED]
    complete = total["follow_up"]["complete"]
    return [*found, (_("Follow-up complete (Clark’s C)"), percent(complete, NONE))]
