"""The page that lists cases behind a number. Who may see them is asked before; each case opens for those who may open it."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.shortcuts import render

from analytics import cause_texts as texts
from analytics.pseudonyms import cases_by_name

PAGE = 100
NUMBER, NOWRAP = "number", "nowrap"


@dataclass(frozen=True)
class Behind:
    """A result with the cases behind it.

    packed      as analytics.core.cases_packed packs them
    result      its body
    title, url  of the analysis; url "" where it has no page
    cohort      id
    dataset     as analytics.read.said_of says it
    """

    packed: bytes
    result: dict
    title: str
    url: str
    cohort: int
    dataset: dict


@dataclass(frozen=True)
class Column:
    """head; label: the same before a cell on a phone, "" where it says itself; look: number, nowrap or nothing."""

    head: str
    label: str = ""
    look: str = ""


@dataclass(frozen=True)
class Cell:
    """What is said of a case in one column."""

    column: Column
    text: str
    is_strong: bool = False
    note: str = ""


@dataclass(frozen=True)
class Line:
    """A case that the reader may open, its name in the dataset, and a cell for each column."""

    case: object
    name: str
    cells: list


def list_page(request, behind, chosen, *, name_of, cells_of, columns, **words):
    """The page of the cases `chosen`, a hundred at a time.

    name_of, cells_of   of one of them: its name in the dataset, its cells
    words               title, among (which of them), rule ("" without one), others: (word, address, is this one), none: why there may be nobody
    """
    page = Paginator(chosen, PAGE).get_page(request.GET.get("page"))
    cases = cases_by_name({name_of(one) for one in page}, request.user, behind.cohort)
    context = {
        **words,
        "analysis": behind.title,
        "analysis_url": behind.url,
        "dataset": behind.dataset,
        "columns": columns,
        "n": len(chosen),
        "lines": [Line(cases.get(name_of(one)), name_of(one), cells_of(one)) for one in page],
        "page": page,
        "page_query": texts.query_without_page(request),
    }
    return render(request, "analytics/cases_behind.html", context)
