"""The page that lays two datasets side by side: two cuts, or a cut and the live revision."""

from dataclasses import dataclass

from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics import comparison, provenance, read
from analytics.acts.runs import OPEN
from analytics.catalogue import CATALOGUE
from analytics.explore.grammar import EXPLORED
from analytics.figures.comparison import comparison_figure
from analytics.figures.sizes import SIZES
from analytics.figures.theme import THEMES
from analytics.models import AnalysisRun, Dataset
from analytics.pseudonyms import cases_by_name
from analytics.views import one_of, plotly_style_ids
from analytics.words import figure_words, localised
from registry.access.permissions import Permission
from registry.models import Cohort
from registry.views.access import permitted

MOST_CASES = 200


@dataclass(frozen=True)
class Side:
    """One of the two. asked: as in the address."""

    letter: str
    asked: str
    dataset: object

    @property
    def words(self):
        """Which dataset."""
        return provenance.dataset_words(read.said_of(self.dataset))

    @property
    def short(self):
        """The same where there is little room."""
        return self.dataset.name or self.words


@permitted(Permission.DATASET_READ)
@require_GET
def compare(request, cohort):
    """?a=cut:x&b=live: what changed from `a` to `b`; without them the newest cut and live. 404 for a dataset that is not there."""
    of = get_object_or_404(Cohort, code=cohort)
    cuts = list(Dataset.objects.filter(cohort=of, kind="cut", retired_at=None).order_by("-revision"))
    usual = f"cut:{cuts[0].name}" if cuts else read.LIVE
    sides = _sides(request, cohort, usual)
    context = {"cohort": of, "sides": sides, "options": [f"cut:{one.name}" for one in cuts]}
    if None in [side.dataset for side in sides]:
        return render(request, "analytics/compare.html", context)
    a, b = (side.dataset for side in sides)
    compared = comparison.compared(a, b, request.user)
    moved = comparison.moved_cases(a, b)
    context |= {
        "changed": [one for one in compared if one.changed],
        "same": [one for one in compared if one.changed is False],
        "not_computed": [one for one in compared if one.changed is None],
        "counts": _counts(moved),
        "moved": _named(moved, request.user, of) if request.user.may(Permission.CAUSE_READ) else None,
        "is_behind": _is_behind(sides, cohort),
        "query": f"?a={sides[0].asked}&b={sides[1].asked}",
        "heights": {size.name: _figure_height(size) for size in SIZES.values()},
        "plotly_style_ids": plotly_style_ids(),
    }
    return render(request, "analytics/compare.html", context)


@permitted(Permission.DATASET_READ)
@require_GET
def figure(request, cohort, name):
    """The two curves of one analysis in one figure, as JSON."""
    asked = next((one for one in CATALOGUE if one.name == name and one.cohort == cohort), None)
    if asked is None or asked.method not in comparison.CURVES:
        raise Http404
    sides = _sides(request, cohort, read.LIVE)
    stored = [read.of_dataset(side.dataset, name).get(name) for side in sides]
    if None in stored:
        raise Http404
    results = [localised(one.envelope()) for one in stored]
    theme, size = one_of(request, "theme", THEMES), one_of(request, "size", SIZES)
    named = [side.short for side in sides]
    drawn = comparison_figure(*results, named, figure_words(None), theme, size)
    response = JsonResponse({"figure": drawn})
    response["Cache-Control"] = "private, no-store"
    return response


def _sides(request, cohort, usual):
    asked = {"a": request.GET.get("a") or usual, "b": request.GET.get("b") or read.LIVE}
    return [
        Side(letter, one, _newest_whole(cohort) if one == read.LIVE else read.dataset_named(one, cohort))
        for letter, one in asked.items()
    ]


def _newest_whole(cohort):
    """The newest live revision of which everything is computed; the newest before there is one; None before the first."""
    live = Dataset.objects.filter(cohort__code=cohort, kind="live").select_related("cohort")
    waiting = AnalysisRun.objects.filter(state__in=OPEN).exclude(analysis=EXPLORED).values("dataset")
    return live.exclude(pk__in=waiting).first() or live.first()


def _is_behind(sides, cohort):
    """Whether a newer live revision than the one shown is on the way."""
    shown = [side.dataset.revision for side in sides if side.asked == read.LIVE]
    newest = read.newest_dataset(cohort) if shown else None
    return bool(newest and newest.revision > shown[0])


def _counts(moved):
    """(what, how many) of the cases that moved."""
    words = {
        comparison.ADDED: _("added"),
        comparison.REMOVED: _("removed"),
        comparison.CHANGED: _("changed"),
        comparison.LONGER: _("only followed longer"),
    }
    return [(word, sum(one.kind == kind for one in moved)) for kind, word in words.items()]


def _named(moved, person, cohort):
    """(what happened, case or None, sentences) of those that are more than followed longer, for somebody who may see all cases."""
    shown = [one for one in moved if one.kind != comparison.LONGER][:MOST_CASES]
    cases = cases_by_name([one.case for one in shown], person, cohort.pk)
    words = {comparison.ADDED: _("added"), comparison.REMOVED: _("removed"), comparison.CHANGED: _("changed")}
    return [(words[one.kind], cases.get(one.case), one.said) for one in shown]


def _figure_height(size):
    return size.plot + 320
