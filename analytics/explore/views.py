"""Exploring: one page whose address is the whole choice, and what its script asks for. Nothing is computed here."""

from urllib.parse import parse_qsl, urlencode

from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from analytics import read
from analytics.acts.explored import MOST_OPEN, TooManyOpenError, ask, cancel, may_cancel
from analytics.acts.saved import changeable_by, visible_to
from analytics.acts.viewed import note_views
from analytics.cause_links import figure_cases
from analytics.explore import words
from analytics.explore.address import analysis_of
from analytics.explore.form import form_of
from analytics.explore.found import found_in, needs_to_look, of_dataset
from analytics.explore.grammar import EXPLORED
from analytics.explore.problems import UNKNOWN_VALUE, Problem
from analytics.explore.runs import asked_one, smallest_group
from analytics.explore.shown import context_of, explored
from analytics.figures.sizes import SIZES
from analytics.figures.theme import THEMES
from analytics.models import AnalysisRun, Dataset, SavedPanel
from analytics.views import live_words, plotly_style_ids, pooled

OF_PANEL = ("theme", "size", "saved")  # in the address of a panel, beside the view


@pooled
@require_GET
def explore(request):
    """The choices and what they ask for. An address that says the same in another way leads to the one address."""
    query = request.META.get("QUERY_STRING", "")
    address = analysis_of(query)
    if address.analysis and (usual := _canonical(address)) != query:
        return redirect(f"{reverse('explore')}?{usual}" if usual else reverse("explore"))
    look = Look(request, address)
    return render(request, "analytics/explore.html", look.context(), status=look.status)


def _canonical(address):
    """The one address of the view, with the filters that the form has begun."""
    begun = urlencode(
        [("add", column) for column in address.begun] + ([("find", address.find)] if address.find else [])
    )
    return "&".join(part for part in (address.query, begun) if part)


class Look:
    """One look at an address: what is wrong with it, what stands beside it, and what is known of its view."""

    def __init__(self, request, address):
        self.request, self.address = request, address
        self.asked = asked_one(address)
        dataset = self.asked.dataset or read.newest_dataset(address.cohort)
        looks = address.analysis is None or needs_to_look(address.analysis) or address.begun
        self.found = found_in(dataset, address) if dataset and looks else None
        wrong, self.notes = (
            ((), ()) if not (self.found and address.analysis) else of_dataset(address.analysis, self.found)
        )
        cuts = Dataset.objects.filter(cohort__code=address.cohort, kind="cut", retired_at=None).order_by(
            "-cut_date", "pk"
        )
        self.cuts = list(cuts.values_list("name", flat=True))
        if address.analysis and address.data != read.LIVE and self.asked.dataset is None:
            known = ("live", *(f"cut:{one}" for one in self.cuts))
            wrong = (*wrong, Problem("data", UNKNOWN_VALUE, address.data, known))
        self.problems = (*address.problems, *wrong)

    @property
    def status(self):
        """422 where nothing can be computed as it is asked."""
        return 422 if self.problems else 200

    def context(self):
        """What the page shows."""
        person = self.request.user
        context = {
            "address": self.address,
            "form": form_of(self.address, self.problems, self.notes, self.found, self.cuts),
            "problems": [(words.label_of(one.parameter), words.message(one)) for one in self.problems],
            "cohort": self.address.cohort,
            "state": read.live_state(self.address.cohort),
            "live_words": live_words(),
            "explore_words": explore_words(),
            "plotly_style_ids": plotly_style_ids(),
        }
        if self.problems:
            return context
        if self.asked.stored:
            note_views(person, [(self.asked.stored, smallest_group(self.asked.stored.result))])
        return {
            **context,
            "panel": context_of(self.asked, person),
            "may_cancel": bool(self.asked.run) and may_cancel(person, self.asked.run),
            "dashboards": changeable_by(person),
            "title": words.title(self.address.analysis),
        }


@pooled
@require_POST
def run(request):
    """Ask for the run of a view: to the page without script, to the state of the view with it."""
    address = analysis_of(request.POST.get("query", "")[:5000])
    look = Look(request, address)
    if look.problems or look.asked.dataset is None:
        return _refused(request, address, _("This cannot be computed as it is chosen."), 422)
    try:
        ask(look.asked.dataset, address.analysis, person=request.user)
    except TooManyOpenError:
        text = _(
            "You have {n} computations on the way; that is as many as one person may have. Wait for one, or cancel one."
        )
        return _refused(request, address, text.format(n=MOST_OPEN), 429)
    if request.accepts("text/html"):
        return redirect(_page_of(request, address))
    return JsonResponse(state_of(asked_one(address), request.user))


def _refused(request, address, text, status):
    if not request.accepts("text/html"):
        return JsonResponse({"detail": text, "state": "refused", "words": text}, status=status)
    context = {"title": text, "back": _page_of(request, address)}
    return render(request, "analytics/explore_refused.html", context, status=status)


def _page_of(request, address):
    """The page to return to: the saved dashboard that the button stood on, or the view itself."""
    board = request.POST.get("board", "")
    if board.isascii() and board.isdigit() and len(board) < 10:
        return reverse("saved_dashboard", args=[int(board)])
    return f"{reverse('explore')}?{address.query}"


@pooled
@require_POST
def cancel_explored(request, pk):
    """Take back an explored run that waits or is computed: who asked for it may, and a lead. Of others: 404."""
    found = AnalysisRun.objects.filter(pk=pk, analysis=EXPLORED).first()
    if found is None or not may_cancel(request.user, found):
        raise Http404
    cancel(found, person=request.user)
    address = analysis_of(request.POST.get("query", "")[:5000])
    if request.accepts("text/html"):
        return redirect(_page_of(request, address))
    return JsonResponse(state_of(asked_one(address), request.user))


@pooled
@require_GET
def state(request):
    """How far a view is: what a page asks for every second while it waits."""
    address = analysis_of(request.META.get("QUERY_STRING", ""))
    if address.analysis is None:
        raise Http404
    live = read.live_state(address.cohort)
    response = JsonResponse({**state_of(asked_one(address), request.user), "live": live})
    response["Cache-Control"] = "private, no-store"
    return response


def state_of(asked, person, saved=None):
    """A view's state as its script reads it."""
    return {
        "state": asked.state,
        "words": asked.words,
        "deed": asked.deed,
        "run": asked.run and asked.run.pk,
        "may_cancel": bool(asked.is_open and may_cancel(person, asked.run)),
        "is_newest": asked.is_newest,
        "digest": explored(asked, saved).digest,
        "steps_done": asked.run.steps_done if asked.run else 0,
        "steps": asked.run.steps if asked.run else 0,
    }


@pooled
@require_GET
def panel(request):
    """One view: result envelope, figure, answer, state and texts. Query: the view; theme (light, dark), size (wide, compact)."""
    pairs = parse_qsl(request.META.get("QUERY_STRING", "")[:5000])
    drawn = dict(pair for pair in pairs if pair[0] in OF_PANEL)
    address = analysis_of(urlencode([pair for pair in pairs if pair[0] not in OF_PANEL]))
    if address.analysis is None:
        raise Http404
    theme = THEMES.get(drawn.get("theme"), next(iter(THEMES.values())))
    size = SIZES.get(drawn.get("size"), next(iter(SIZES.values())))
    asked = asked_one(address)
    saved = _saved(request.user, drawn.get("saved", ""))
    shown = context_of(asked, request.user, saved)
    if asked.stored:
        note_views(request.user, [(asked.stored, smallest_group(asked.stored.result))])
    response = JsonResponse(
        {
            **state_of(asked, request.user, saved),
            "question": shown["shown"].question,
            "answer": shown["answer"],
            "alt": shown.get("alt", ""),
            "figure": shown["shown"].figure(theme, size),
            "cases": asked.stored and figure_cases(asked.stored, request.user),
            "result": asked.stored and asked.stored.envelope(),
            "html": _texts(request, shown) if asked.stored else "",
        }
    )
    response["Cache-Control"] = "private, no-store"
    return response


def _texts(request, shown):
    return render_to_string("analytics/panel_texts.html", {"shown": shown["shown"], "texts": shown}, request=request)


def _saved(person, key):
    """The saved view of that key, which the person may open; None without a key."""
    if not key:
        return None
    if not (key.isascii() and key.isdigit() and len(key) < 10):
        raise Http404
    return get_object_or_404(SavedPanel, pk=int(key), dashboard__in=visible_to(person))


def explore_words():
    """The words of the script."""
    return {
        "seconds": _("{words} {n} s"),
        "asking": _("Asking."),
        "offline": _("The registry is not answering; trying again."),
        "refused": _("You are signed out. Sign in again to go on."),
        "copied": _("Link copied."),
        "done": _("{question} {answer}"),
        "updated": _("A newer revision is shown now."),
    }
