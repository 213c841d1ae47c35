"""The dashboards: pages that stand without JavaScript, and the JSON that refreshes them in place. Nothing is computed here."""

import functools
import hashlib
import json
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics import phrases, read
from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.dashboards import DASHBOARDS, RULES
from analytics.figures.sizes import SIZES
from analytics.figures.theme import THEMES
from analytics.panels import Shown, shown_panels, shown_tiles
from registry.access.permissions import Permission

DEFAULT_RULE = next(iter(RULES))


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
    return render(request, "analytics/dashboards.html", {"rows": rows})


@pooled
@require_GET
def dashboard(request, slug):
    """One dashboard, whole: numbers, answers and tables are in the page; figures arrive by script."""
    found, rule = _dashboard(slug), _rule(request)
    results = read.newest(found.slug, *found.analyses(rule))
    panels = [{**shown.texts(request.user), "heights": shown.heights()} for shown in shown_panels(found, rule, results)]
    context = {
        "dashboard": found,
        "rule": rule,
        "rules": _rules() if found.has_rules else [],
        "tiles": shown_tiles(found, rule, results),
        "panels": panels,
        "state": read.live_state(found.slug),
        "live_words": live_words(),
        "plotly_style_ids": plotly_style_ids(),
    }
    return render(request, "analytics/dashboard.html", context)


@pooled
@require_GET
def state(request, slug):
    """How fresh the dashboard is, its numbers, and a digest of each panel: what a page asks for now and then."""
    found, rule = _dashboard(slug), _rule(request)
    results = read.newest(found.slug, *found.analyses(rule))
    body = {
        "state": read.live_state(found.slug),
        "tiles": [
            {"name": one.name, "value": one.value, "note": one.note} for one in shown_tiles(found, rule, results)
        ],
        "panels": {shown.panel.name: shown.digest for shown in shown_panels(found, rule, results)},
    }
    return _conditional(request, _digest(body), lambda: body)


@pooled
@require_GET
def panel(request, slug, name):
    """One panel: result envelope, figure, answer, state and texts. Query: rule, theme (light, dark), size (wide, compact)."""
    found, rule = _dashboard(slug), _rule(request)
    theme, size = _one_of(request, "theme", THEMES), _one_of(request, "size", SIZES)
    asked = found.panel(name)
    if asked is None:
        raise Http404
    analysis = asked.analysis_for(rule)
    shown = Shown(found, asked, rule, read.newest(found.slug, analysis).get(analysis))
    live = read.live_state(found.slug)

    def body():
        texts = shown.texts(request.user)
        return {
            "panel": asked.name,
            "question": shown.question,
            "answer": texts["answer"],
            "digest": shown.digest,
            "state": live,
            "figure": shown.figure(theme, size),
            "result": shown.stored and shown.stored.envelope(),
            "html": render_to_string("analytics/panel_texts.html", texts, request=request),
        }

    return _conditional(request, _digest([shown.digest, live, theme.name, size.name, request.user.role]), body)


def live_words():
    """The words of the live state, for the script that keeps it current."""
    return {
        "live": _("live · {age}"),
        "recomputing": _("recomputing"),
        "stalled": _("as of {time}, worker not answering"),
        "offline": _("as of {time}, registry not answering"),
        "refused": _("as of {time}; sign in again to see newer numbers"),
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


def _dashboard(slug):
    if slug not in DASHBOARDS:
        raise Http404
    return DASHBOARDS[slug]


def _rule(request):
    """The rule that the address names, in either case; another word is the default."""
    asked = request.GET.get("rule", "").lower()
    return asked if asked in RULES else DEFAULT_RULE


def _one_of(request, name, known):
    """The value of a parameter out of a closed list; the first when it is absent or unknown."""
    return known.get(request.GET.get(name, ""), next(iter(known.values())))


def _rules():
    """(letter, name, sentence) of each rule."""
    return [(rule, name, phrases.label(ENDPOINTS[f"EFS_{rule.upper()}"].print)) for rule, name in RULES.items()]


def _digest(value):
    text = json.dumps([value, get_language(), settings.CODE_VERSION], sort_keys=True, default=str)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _conditional(request, tag, body):
    """304 when the browser has it already; else the JSON of body(). Nobody in between may keep it."""
    response = get_conditional_response(request, etag=tag)
    if response is None:
        response = JsonResponse(body())
        response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie", "Accept-Language"])
    return response
