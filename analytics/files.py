"""Downloads of a run: its figure as SVG, PDF or PNG, and the data behind it as CSV. Each is noted as an export."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analytics import taken
from analytics.acts.taken import note_export
from analytics.choices import USUAL, choice_of
from analytics.figures import files
from analytics.figures.sizes import SIZES, WIDE
from analytics.figures.theme import LIGHT, THEMES
from analytics.views import one_of, pooled
from registry.views.proof import proved

TYPES = {"svg": "image/svg+xml", "pdf": "application/pdf", "png": "image/png", "csv": "text/csv; charset=utf-8"}


@pooled
@require_GET
@proved("GET", sends_file=True)
def figure(request, pk, kind):
    """The figure as a file. Query: as on the page (direction, stacked, published), theme, size, and width (column, text, page)."""
    run, stored = _asked(pk)
    if stored is None:
        return _nothing(request, run)
    theme, size = one_of(request, "theme", THEMES), one_of(request, "size", SIZES)
    content = taken.file_asked(stored, request, kind, theme, size, _width(request, size))
    if content is None:
        return _nothing(request, run)
    return _attached(request, stored, content, kind, f"figure {run.analysis}", _unusual(request, theme, size))


@pooled
@require_GET
@proved("GET", sends_file=True)
def data(request, pk):
    """The data behind the figure: a tidy table with codes and full precision."""
    run, stored = _asked(pk)
    if stored is None:
        return _nothing(request, run)
    return _attached(request, stored, taken.csv_asked(stored), "csv", f"data {run.analysis}")


def _asked(pk):
    """(run, its stored result or None); 404 for a run that is not there."""
    run = taken.run_of(pk)
    if run is None:
        raise Http404
    return run, taken.stored_of(run)


def _width(request, size):
    """The width in px that the address names; the size's usual one for another word, and for one too narrow for the size."""
    try:
        return files.width_px(request.GET.get("width", ""), size.name)
    except ValueError:
        return files.width_px("", size.name)


def _unusual(request, theme, size):
    """The words by which this drawing differs from the usual one, so that two files of a run have two names."""
    choice = choice_of(request)
    words = {
        size.name: size != WIDE,
        theme.name: theme != LIGHT,
        choice.direction: choice.direction != USUAL.direction,
        "stacked": choice.stacked == "1",
        "published": choice.published == "1",
    }
    return [word for word, is_so in words.items() if is_so]


def _attached(request, stored, content, kind, what, words=()):
    """The file, noted as an export. words: what its name says of it beside analysis and dataset."""
    name = "_".join([taken.name_of(stored), *words])
    note_export(request.user, stored, content, what=what, kind=kind)
    response = HttpResponse(content, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _nothing(request, run):
    """404 in words: the run is not done, or there is nothing to draw."""
    context = {"run": run, "is_done": hasattr(run, "result"), "state": run.get_state_display()}
    return render(request, "analytics/not_done.html", context, status=404)
