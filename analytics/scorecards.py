"""Scorecards: how complete each hospital's data are, for those who compare all; for a hospital its own, and the others as points.

Those who compare read the newest Result of completeness. A hospital's people read what the worker has released to their site: the own row
of the same Result, exact, and the others under disclosure control. Nothing is computed here, and what is overdue comes from the record.
"""

from dataclasses import dataclass

from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics import read
from analytics import scorecard_texts as texts
from analytics.catalogue import COMPLETENESS
from analytics.figures.choices import Choices
from analytics.figures.figure import figure_of
from analytics.figures.sizes import SIZES
from analytics.figures.theme import THEMES
from analytics.models import Release
from analytics.pseudonyms import sites_by_name
from analytics.views import one_of, plotly_style_ids
from analytics.words import figure_words, localised
from registry import clock
from registry.access.permissions import Permission
from registry.models import Site
from registry.views.access import permitted
from registry.views.worklist import Section, all_work, by_date, followed

SCORECARD, OWN = "scorecard", "card"  # as analytics.actions_of_causes releases them
OVERDUE, OLDEST = "overdue", 8  # rows that are shown


@dataclass(frozen=True)
class Card:
    """One site's row of the completeness Result, as its reader may see it.

    row      the site's row
    body     day, thresholds, funnels: of the Result, or of what was released to the site
    own      the name that the site has in the funnels
    dataset  what is said of the dataset
    others   the day of what is shown of the others, where that is not the Result itself
    """

    site: Site
    row: dict
    body: dict
    own: str
    dataset: dict
    others: str = ""


@permitted(Permission.CASE_READ)
@require_GET
def scorecards(request):
    """All sites in one table, sorted as the address says; those of one hospital go to its own card."""
    compares = request.user.may(Permission.SITES_COMPARE)
    if not compares and request.user.working_sites.count() == 1:
        return redirect("scorecard", code=request.user.working_sites.get().code)
    cards = _cards(request.user)
    context = {"is_all": compares, "plotly_style_ids": plotly_style_ids()}
    if cards:
        first = cards[0]
        columns = texts.columns(first.body["thresholds"])
        context |= {
            "day": first.body["day"],
            "dataset": first.dataset,
            "lag": texts.lag(first.body["day"], first.dataset["made_at"]),
            "heads": _heads(request, columns),
            "rows": [(card, texts.cells(columns, card.row)) for card in _sorted(request, cards, columns)],
            "thresholds": texts.thresholds(first.body["thresholds"]),
        }
    if compares:
        names = {name: site.code for name, site in sites_by_name().items()}
        context |= {
            "funnels": texts.funnels(cards[0].body["funnels"], names) if cards else [],
            "funnels_url": reverse("scorecard_funnels"),
            "state": read.live_state(COMPLETENESS.cohort),
        }
    return render(request, "analytics/scorecards.html", context)


@permitted(Permission.CASE_READ)
@require_GET
def scorecard(request, code):
    """One site: score by period, stage and why, what is overdue, ages of queries, its place in the funnels."""
    site = _site(request.user, code)
    card = next(iter(_cards(request.user, site)), None)
    own = followed(request.user).filter(site=site).order_by("number")
    work = next(kind for kind in all_work(own, request.user, clock.today()) if kind.key == OVERDUE)
    context = {
        "site": site,
        "is_all": request.user.may(Permission.SITES_COMPARE),
        "overdue": Section(work.key, work.title, work.count, by_date(work.lines(slice(0, OLDEST))))
        if work.count
        else None,
        "overdue_url": texts.worklist_url(site, OVERDUE),
        "queries_url": f"{reverse('queries')}?site={site.code}",
        "plotly_style_ids": plotly_style_ids(),
        "crumbs": [(_("Scorecards"), reverse("scorecards"))] if request.user.may(Permission.SITES_COMPARE) else [],
    }
    if card:
        compares = request.user.may(Permission.SITES_COMPARE)
        names = {name: of.code for name, of in sites_by_name().items()} if compares else {card.own: site.code}
        columns = texts.columns(card.body["thresholds"])
        context |= {
            "day": card.body["day"],
            "lag": texts.lag(card.body["day"], card.dataset["made_at"]),
            "others_day": card.others,
            "dataset": card.dataset,
            "stage": texts.STAGES[card.row["scorecard"]["stage"]],
            "why": texts.why(card.row["scorecard"]),
            "cases": card.row["cases"],
            "facts": [(column.label, column.cell(card.row)) for column in columns if column.key != "stage"],
            "periods": texts.periods(card.row["scorecard"]),
            "measures": list(texts.MEASURES.values()),
            "thresholds": texts.thresholds(card.body["thresholds"]),
            "funnels": texts.funnels(card.body["funnels"], names, own=card.own),
            "funnels_url": f"{reverse('scorecard_funnels')}?site={site.code}",
        }
    return render(request, "analytics/scorecard.html", context)


@permitted(Permission.CASE_READ)
@require_GET
def scorecard_funnels(request):
    """The funnels as a figure. Query: site, whose own point is named; theme and size as for a panel."""
    code = request.GET.get("site", "")
    if not code and not request.user.may(Permission.SITES_COMPARE):
        raise Http404
    site = _site(request.user, code) if code else None
    card = next(iter(_cards(request.user, site)), None)
    if card is None:
        return JsonResponse({"figure": None})
    figure = figure_of(
        localised(_as_result(card)),
        figure_words(),
        one_of(request, "theme", THEMES),
        one_of(request, "size", SIZES),
        Choices(own=site.code if site else ""),
    )
    response = JsonResponse({"figure": figure})
    response["Cache-Control"] = "private, no-cache"
    return response


def _site(person, code):
    """The site of this code, for those who compare all and its own people; else 404."""
    known = Site.objects.all() if person.may(Permission.SITES_COMPARE) else person.working_sites.all()
    site = known.filter(code=code).first()
    if site is None:
        raise Http404
    return site


def _cards(person, site=None):
    """The cards that this person may see, of one site or of all, by code."""
    return _of_result(site) if person.may(Permission.SITES_COMPARE) else _released(person, site)


def _of_result(site):
    """Cards of the newest Result."""
    stored = read.newest(COMPLETENESS.cohort, COMPLETENESS.name).get(COMPLETENESS.name)
    table = stored.result["table"] if stored else None
    if table is None or any(row["scorecard"] is None for row in table["sites"]):
        return []
    names, dataset = sites_by_name(), read.said_of(stored.dataset)
    cards = [
        Card(names[row["site"]], row, table, row["site"], dataset) for row in table["sites"] if row["site"] in names
    ]
    return sorted((one for one in cards if site in (None, one.site)), key=lambda one: one.site.code)


def _released(person, site):
    """Cards of the person's own sites, as released to them."""
    sites = [site] if site else list(person.working_sites.order_by("code"))
    newest = Release.objects.filter(site__in=sites, audience=OWN, analysis=SCORECARD).select_related("site")
    bodies = [(one.site, one.body) for one in newest.order_by("site__code")]
    return [
        Card(of, body["site"], body, body["site"]["site"], body["dataset"], body["others_day"])
        for of, body in bodies
        if body["site"]["scorecard"]
    ]


def _as_result(card):
    """A Result of completeness with no more in it than the card's reader may see, the own site under its code."""

    def named(point):
        return {**point, "site": card.site.code if point["site"] == card.own else None}

    funnels = [
        {**one, "sites": [named(point) for point in one["sites"]]}
        for one in card.body["funnels"]
        if one["pooled"] is not None and any(point["n"] for point in one["sites"])
    ]
    return {
        "analysis": COMPLETENESS.as_dict(),
        "endpoint": None,
        "n": card.body["total"]["cases"] if "total" in card.body else card.row["cases"],
        "events": None,
        "excluded": [],
        "warnings": [],
        "undefined": [],
        "table": {"day": card.body["day"], "funnels": funnels},
        "dataset": card.dataset,
    }


def _heads(request, columns):
    """(label, address, aria-sort) of the site and of each column; choosing the sorted one again turns it around."""
    asked = request.GET.get("sort", "")
    heads = []
    for key, label in (("site", _("Site")), *((one.key, one.label) for one in columns)):
        order = {key: "ascending", f"-{key}": "descending"}.get(asked or "site", "")
        heads.append((label, f"?sort=-{key}" if order == "ascending" else f"?sort={key}", order))
    return heads


def _sorted(request, cards, columns):
    """By one column; sites about which nothing is known come last."""
    asked = request.GET.get("sort", "")
    column = next((one for one in columns if one.key == asked.removeprefix("-")), None)
    if column is None:
        return sorted(cards, key=lambda one: one.site.code, reverse=asked == "-site")
    known = [card for card in cards if column.of(card.row) is not None]
    rest = [card for card in cards if column.of(card.row) is None]
    return sorted(known, key=lambda one: column.of(one.row), reverse=asked.startswith("-")) + rest
