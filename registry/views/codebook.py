"""The codebook: every question, code, check and derived field, to read and to download, in the reader's language."""

import csv
import io

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from registry import codebook as book
from registry.api.csv_cells import guarded
from registry.models import FORM_OF, FORMS
from registry.views.codebook_files import TABLES, whole

PARTS = ("forms", "codes", "checks", "derived")


@require_GET
def codebook(request):
    """One form of the codebook, one of its other parts, or what the search finds in all forms."""
    search = request.GET.get("q", "").strip()[:60]
    part = request.GET.get("part", "")
    part = part if part in PARTS and not search else "forms"
    form = FORM_OF.get(request.GET.get("form", ""), FORMS[0])
    context = {
        "part": part,
        "search": search,
        "forms": [
            (model.form_name, model.form_id, _(model.title), model is form and part == "forms" and not search)
            for model in FORMS
        ],
        "parts": [("codes", _("Code lists")), ("checks", _("Edit checks")), ("derived", _("Derived fields"))],
        "tables": _tables(form, search) if part == "forms" else [],
        "checks": _linked(book.checks()) if part == "checks" else [],
        "derived": _linked(book.derived()) if part == "derived" else [],
        "lists": _lists() if part == "codes" else [],
        "language": translation.get_language(),
    }
    return render(request, "registry/codebook.html", context)


def _tables(form, search):
    """(form, its questions) to show."""
    if not search:
        return [(form, _(form.title), book.entries([form]))]
    found = [one for one in book.entries() if one.fits(search)]
    by_form = [(model, [one for one in found if one.form is model]) for model in FORMS]
    return [(model, _(model.title), own) for model, own in by_form if own]


def _linked(rows):
    """(row, (item, its form) of each item that it reads)."""
    place = {name: form.form_name for form in FORMS for name in form.items()}
    return [(row, [(name, place[name]) for name in row.reads]) for row in rows]


def _lists():
    """(code list, its codes)."""
    lists = {}
    for name, code, label, alone in book.codes():
        lists.setdefault(name, []).append((code, label, alone))
    return list(lists.items())


@require_GET
def codebook_csv(request, table):
    """One table of the codebook for a spreadsheet: questions, codes, checks or derived fields."""
    if table not in TABLES:
        raise Http404
    language = _language(request)
    with translation.override(language):
        header, *rows = TABLES[table]()
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")  # the mark tells Excel
    response["Content-Disposition"] = f'attachment; filename="codebook-{table}-{language}.csv"'
    return response


@require_GET
def codebook_json(request):
    """The whole codebook for programs."""
    language = _language(request)
    with translation.override(language):
        body = {"language": language, **whole()}
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="codebook-{language}.json"'
    return response


def _language(request):
    """The language asked for, else that of the pages."""
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else translation.get_language()


def _cell(value):
    """A cell of the file: numbers as they are, yes and no as 1 and 0, text that no spreadsheet takes for a formula."""
    if isinstance(value, bool):
        return int(value)
    return guarded(value) if isinstance(value, str) else value
