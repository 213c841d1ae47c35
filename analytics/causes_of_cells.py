"""The cases that a cell of a table or a proportion counts, as a page."""

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics import phrases
from analytics.behind import Cell, Column, list_page
from analytics.core.cases_counted import Counted

WORDS = ("row", "value", "by", "of")


def cell_cases(request, behind):
    """The page of one cell. Words of the address that the table does not have are 404."""
    counted = Counted.unpack(behind.packed)
    row, value, by, of = (request.GET.get(name, "") for name in WORDS)
    try:
        chosen = counted.chosen(row, value, by, of)
    except KeyError:
        raise Http404 from None
    asked, among = counted.rows[row], counted.rows.get(by)
    told = {Column(label, label): one for one in (asked, among) if one for label in (phrases.label(one.label),)}
    return list_page(
        request,
        behind,
        chosen,
        name_of=lambda place: counted.cases[place],
        cells_of=lambda place: [Cell(column, _said(one, place)) for column, one in told.items()],
        columns=told,
        title=_title(asked, value),
        among=_title(among, of) if among else "",
        rule="",
        others=_others(request, counted, row, value),
        none=_("Nobody is counted here."),
    )


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
