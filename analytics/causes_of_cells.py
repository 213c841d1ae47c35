"""The cases that a cell of a table or a proportion counts, as a page: reached through analytics.causes, which asks who may see them."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import pgettext

from analytics import cause_texts as texts
from analytics import phrases, read
from analytics.pseudonyms import cases_by_name

PAGE = 100
WORDS = ("row", "value", "by", "of")


@dataclass(frozen=True)
class Line:
    """A case of a cell: the case that the reader may open, its name in the dataset, and what the table says of it."""

    case: object
    name: str
    said: str
    group: str


def cell_cases(request, run, counted):
    """The page of one cell. Words of the address that the table does not have are 404."""
    row, value, by, of = (request.GET.get(name, "") for name in WORDS)
    try:
        chosen = counted.chosen(row, value, by, of)
    except KeyError:
        raise Http404 from None
    page = Paginator(chosen, PAGE).get_page(request.GET.get("page"))
    names = [counted.cases[place] for place in page]
    cases = cases_by_name(set(names), request.user, run.dataset.cohort_id)
    asked, among = counted.rows[row], counted.rows.get(by)
    lines = [
        Line(cases.get(name), name, _said(asked, place), _said(among, place) if among else "")
        for name, place in zip(names, page, strict=True)
    ]
    context = {
        "title": _title(asked, value),
        "among": _title(among, of) if among else "",
        "analysis": phrases.label(run.spec["title"]),
        "analysis_url": texts.url_of_analysis(run),
        "row": phrases.label(asked.label),
        "by": phrases.label(among.label) if among else "",
        "n": len(chosen),
        "lines": lines,
        "page": page,
        "page_query": texts.query_without_page(request),
        "dataset": read.said_of(run.dataset),
        "others": _others(request, counted, row, value),
    }
    return render(request, "analytics/cell_cases.html", context)


def _title(row, word):
    """ "Sex at birth: Female"; without a word the row alone."""
    label = phrases.label(row.label)
    said = phrases.label(dict(row.values)[word]) if word else ""
    return (
        pgettext("label and value", "{label}: {value}").format(label=label, value=said)
        if said and said != label
        else label
    )


def _said(row, place):
    at = row.at[place]
    return phrases.label(row.values[at][1]) if at >= 0 else ""


def _others(request, counted, row, value):
    """(word, address, is this one) of the other values of the row that somebody has."""
    kept = {name: request.GET[name] for name in ("by", "of") if request.GET.get(name)}
    found = []
    for word, label in counted.rows[row].values:
        if word == value or counted.chosen(row, word, kept.get("by", ""), kept.get("of", "")):
            query = request.GET.copy()
            query.pop("page", None)
            query["value"] = word
            found.append((phrases.label(label), f"?{query.urlencode()}", word == value))
    return found
