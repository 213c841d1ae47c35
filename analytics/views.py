"""The dashboards: pages that stand without JavaScript, and the JSON that refreshes them in place. Nothing is computed here."""

import functools
import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics import freshness, phrases, read
from analytics.acts.saved import visible_to
from analytics.cause_links import figure_cases
from analytics.choices import DIRECTIONS, PUBLISHED, RULES, STACKED, choice_of
from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.dashboards import DASHBOARDS
from analytics.figures.sizes import SIZES, WIDE
from analytics.figures.theme import THEMES
from analytics.kept import Kept
from analytics.panels import panel_digest, quality_said, shown_panel, shown_tiles
from registry.access.permissions import Permission

states, heads, bodies, insides = Kept(64), Kept(64), Kept(256), Kept(128)  # for all open pages of this process


def pooled(view):
    """Open the view to those who may see pooled outcomes; the others are told why not."""

    @functools.wraps(view)
    def guarded(request, *args, **kwargs):
        if request.user.may(Permission.POOLED_READ):
            return view(request, *args, **kwargs)
        if request.accepts("text/html"):
            return render(request, "analytics/refused.html", status=403)
        return JsonResponse({"detail": _("Your role does not include pooled outcomes.")}, status=403)

    return guarded


@pooled
@require_GET
def dashboards(request):
    """Every dashboard, with how fresh it is."""
    rows = [(one, read.newest_dataset(slug)) for slug, one in DASHBOARDS.items()]
    return render(request, "analytics/dashboards.html", {"rows": rows, "boards": visible_to(request.user)})


@pooled
@require_GET
def dashboard(request, slug):
    """One dashboard, whole: numbers, answers and tables are in the page; figures arrive by script."""
    page = _page(request, slug)
    live, head = page.state(), page.head()
    behind = page.behind(live)
    context = {
        "dashboard": page.dashboard,
        "dataset": page.dataset,
        "choice": page.choice,
        "choices": _choices(page),
        "rules": _rules(page.choice) if page.dashboard.has_rules else [],
        "tiles": head.tiles,
        "quality": head.quality,
        "sections": [
            (section, [_whole(page, one, request, behind.get(one.name, "")) for one in section.panels])
            for section in page.dashboard.sections
        ],
        "state": live,
        "live_words": live_words(),
        "plotly_style_ids": plotly_style_ids(),
    }
    return render(request, "analytics/dashboard.html", context)


def _whole(page, asked, request, behind):
    """A panel as its template takes it: what stands in it is made once for all readers of a role."""
    place = page.place(asked)
    key = (page.dashboard.slug, place.digest, request.user.role)
    return {"shown": place, "inside": insides.get(key, lambda: _inside(page, asked, request)), "behind": behind}


def _inside(page, asked, request):
    shown = shown_panel(page.dashboard, asked, page.choice, page.results, request.user)
    panel = {**shown.texts(request.user), "heights": shown.heights()}
    return render_to_string("analytics/panel_inside.html", {"shown": shown, "panel": panel}, request=request)


@pooled
@require_GET
def state(request, slug):
    """How fresh the dashboard is, its numbers, and a digest of each panel: what a page asks for now and then."""
    page = _page(request, slug)
    live, numbers = page.state(), states.get(page.key, page.numbers)
    body = {"state": live, **numbers, "behind": page.behind(live)}
    return _conditional(request, _digest(body), lambda: json.dumps(body))


@pooled
@require_GET
def panel(request, slug, name):
    """One panel: result envelope, figure, answer, state and texts. Query: the choice, theme (light, dark), size (wide, compact)."""
    page = _page(request, slug, panels=[name])
    asked, live = page.dashboard.panel(name), page.state()
    if asked is None:
        raise Http404
    key, body = _kept_panel(page, asked, one_of(request, "size", SIZES), request)
    now = {"state": live, "behind": page.behind(live).get(name, "")}
    return _conditional(request, _digest([*key, now]), lambda: f"{json.dumps(now)[:-1]}, {body()[1:]}")


@pooled
@require_GET
def panels(request, slug):
    """Several panels in one answer, in the order asked, each as `panel` gives it. Query: of=os:wide,efs:compact, the choice, theme."""
    asked = [one.partition(":")[::2] for one in request.GET.get("of", "").split(",")]
    page = _page(request, slug, panels=[name for name, _size in asked])
    found = [(page.dashboard.panel(name), SIZES.get(size, WIDE)) for name, size in asked]
    if len(found) > len(page.dashboard.panels) or any(one is None for one, _size in found):
        raise Http404
    keys, parts = zip(*(_kept_panel(page, one, size, request) for one, size in found), strict=True)
    return _conditional(request, _digest(keys), lambda: f'{{"panels": [{", ".join(part() for part in parts)}]}}')


def _kept_panel(page, asked, size, request):
    """(all that the panel's JSON depends on, a function of no argument that gives it, made once for all readers of a role)."""
    theme = one_of(request, "theme", THEMES)
    key = (page.dashboard.slug, page.digest(asked), theme.name, size.name, request.user.role)
    return key, lambda: bodies.get(key, lambda: _panel_body(page, asked, theme, size, request))


def _panel_body(page, asked, theme, size, request):
    shown = shown_panel(page.dashboard, asked, page.choice, page.results, request.user)
    texts = shown.texts(request.user)
    body = {
        "panel": asked.name,
        "question": shown.question,
        "answer": texts["answer"],
        "alt": texts.get("alt", ""),
        "digest": shown.digest,
        "figure": shown.figure(theme, size),
        "cases": shown.stored and figure_cases(shown.stored, request.user),
        "result": shown.stored and shown.stored.envelope(),
        "html": render_to_string("analytics/panel_texts.html", {"shown": shown, "texts": texts}, request=request),
    }
    return json.dumps(body, cls=DjangoJSONEncoder)


@dataclass(frozen=True)
class Place:
    """Where a panel stands, without its result: analytics.dashboards.Panel, the address of its JSON under the choice, its digest."""

    panel: object
    url: str
    digest: str


@dataclass(frozen=True)
class Head:
    """What stands above the panels: the numbers, and what is said of the state of the data."""

    tiles: list
    quality: list


@dataclass(frozen=True)
class Page:
    """A dashboard as it was asked for: what is chosen, of which dataset, with the results that answer it."""

    dashboard: object
    choice: object
    dataset: object
    runs: dict  # of analytics.freshness

    @cached_property
    def results(self):
        """Analysis → Stored."""
        return read.of_runs([pk for pk, _revision in self.runs.values()])

    @property
    def key(self):
        """All that the numbers depend on."""
        data = self.dataset and self.dataset.hash
        return (self.dashboard.slug, self.choice, data, tuple(sorted(self.runs.items())), get_language())

    def digest(self, panel):
        """The digest of a panel."""
        return panel_digest(panel, self.choice, self.runs.get(panel.analysis_for(self.choice.rule), (None,))[0])

    def place(self, panel):
        """Where the panel stands."""
        return Place(panel, shown_panel(self.dashboard, panel, self.choice, {}).url, self.digest(panel))

    def head(self):
        """The numbers at the top and what is said of the data, made once for all readers."""
        return heads.get(self.key, lambda: Head(self.tiles(), quality_said(self.results)))

    def numbers(self):
        """The numbers at the top, and the digest of each panel."""
        tiles = [{"name": one.name, "value": str(one.value), "note": str(one.note)} for one in self.tiles()]
        return {"tiles": tiles, "panels": {one.name: self.digest(one) for one in self.dashboard.panels}}

    def behind(self, live):
        """Panel → a sentence, for each panel that shows an earlier revision than the newest."""
        if self.dataset is None or self.dataset.kind == "cut":
            return {}
        late = freshness.behind(self.dataset, self.runs, is_stalled=live["state"] == "stalled")
        analyses = {one.name: one.analysis_for(self.choice.rule) for one in self.dashboard.panels}
        return {panel: late[name] for panel, name in analyses.items() if name in late}

    def tiles(self):
        """The numbers at the top."""
        return shown_tiles(self.dashboard, self.choice, self.results, self.dataset)

    def state(self):
        """How fresh it is; a cut is as it was taken."""
        if self.dataset is not None and self.dataset.kind == "cut":
            return read.state_of_cut(self.dataset)
        return read.live_state(self.dashboard.slug)


def _page(request, slug, *, panels=()):
    """The dashboard of the address with its choice; only the results of some panels when they are asked for."""
    if slug not in DASHBOARDS:
        raise Http404
    found, choice = DASHBOARDS[slug], choice_of(request)
    dataset = read.dataset_asked(request, slug)
    asked = [one for one in map(found.panel, panels) if one]
    names = {one.analysis_for(choice.rule) for one in asked} or found.analyses(choice.rule)
    is_live = dataset is None or dataset.kind == "live"
    runs = freshness.newest_runs(slug, names) if is_live else freshness.runs_of(dataset, names)
    return Page(found, choice, dataset, runs)


def _choices(page):
    """(name, label, [(key, word, address, is chosen)]) of each way in which the page can be shown."""
    tables = {"direction": (_("Curves"), DIRECTIONS)}
    if page.dashboard.has_rules:
        tables |= {"stacked": (_("Competing risks"), STACKED), "published": (_("Published cohorts"), PUBLISHED)}
    chosen = page.choice
    return [
        (
            name,
            label,
            [(key, word, chosen.query(**{name: key}), getattr(chosen, name) == key) for key, word in words.items()],
        )
        for name, (label, words) in tables.items()
    ]


def live_words():
    """The words of the live state, for the script that keeps it current."""
    return {
        "live": _("live · {age}"),
        "live_asked": _("live · {age}, asked every 15 s"),
        "recomputing": _("recomputing"),
        "stalled": _("as of {time}, worker not answering"),
        "offline": _("as of {time}, registry not answering"),
        "refused": _("as of {time}; sign in again to see newer numbers"),
        "frozen": _("frozen {time}"),
        "never": _("no dataset yet"),
        "now": _("just now"),
        "seconds": _("{n} s ago"),
        "minutes": _("{n} min ago"),
        "hours": _("{n} h ago"),
        "days": _("{n} d ago"),
        "changed": _("Changed: {answer}"),
        "changed_several": _("{n} figures changed. {answer}"),
    }


@functools.cache
def plotly_style_ids():
    """Ids under which plotly.js looks for style elements before it adds its own; written by the set-up beside the bundle."""
    path = finders.find("plotly/style_ids.json")
    return json.loads(Path(path).read_text(encoding="utf-8")) if path else []


def one_of(request, name, known):
    """The value of a parameter out of a closed list; the first when it is absent or unknown."""
    return known.get(request.GET.get(name, ""), next(iter(known.values())))


def _rules(choice):
    """(letter, name, sentence, address) of each event-free survival rule."""
    return [
        (rule, name, phrases.label(ENDPOINTS[f"EFS_{rule.upper()}"].print), choice.query(rule=rule))
        for rule, name in RULES.items()
    ]


def _digest(value):
    text = json.dumps([value, get_language(), settings.CODE_VERSION], sort_keys=True, default=str)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _conditional(request, tag, body):
    """304 when the browser has it already; else body(), which is JSON. Nobody in between may keep it."""
    response = get_conditional_response(request, etag=tag)
    if response is None:
        response = HttpResponse(body(), content_type="application/json")
        response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie", "Accept-Language"])
    return response
