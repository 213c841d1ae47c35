"""The codebook: every form, question, unit, range and code, in the reader's language."""

from dataclasses import dataclass

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from registry.dictionary.items import plain
from registry.fields import code_choices, written_unit
from registry.models import FORM_OF, FORMS


@dataclass(frozen=True)
class CodebookLine:
    """One question of a form."""

    name: str
    label: str
    item: object
    kind: str
    hard: str
    soft: str
    unit: str
    codes: list
    asked_if: str


@require_GET
def codebook(request):
    """One form of the codebook, or what the search finds in all of them."""
    search = request.GET.get("q", "").strip()[:60]
    form = FORM_OF.get(request.GET.get("form", ""), FORMS[0])
    if search:
        found = [(_(model.title), [line for line in lines(model) if _matches(line, search)]) for model in FORMS]
        tables = [(title, own) for title, own in found if own]
    else:
        tables = [(_(form.title), lines(form))]
    forms = [(model.form_name, model.form_id, _(model.title), model is form and not search) for model in FORMS]
    return render(request, "registry/codebook.html", {"forms": forms, "tables": tables, "search": search})


def lines(model):
    """The questions of a form, in the order of its sections."""
    return [_line(model, name, item) for name, item in model.items().items()]


def _line(model, name, item):
    codes = code_choices(item.codelist) if item.codelist else []
    kinds = {
        "text": _("text"),
        "cat": _("one code"),
        "multi": _("several codes"),
        "int": _("whole number"),
        "dec": _("number"),
        "date": _("date"),
    }
    conditions = "; ".join(f"{one.item} {one.comparison} {one.codes}" for one in item.asked_if)
    return CodebookLine(
        name,
        model._meta.get_field(name).verbose_name,
        item,
        kinds[item.kind],
        _span(item.hard),
        _span(item.soft),
        written_unit(item.unit),
        codes,
        conditions,
    )


def _span(span):
    return f"{plain(span.low)}–{plain(span.high)}" if span else ""


def _matches(line, search):
    return search.casefold() in f"{line.name} {line.label} {line.item.label} {line.item.sas}".casefold()
