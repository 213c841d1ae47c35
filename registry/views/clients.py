"""The five lines of each client, with the address of this registry: what docs/clients says, where somebody needs it."""

from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from registry import clients

PAGES = {"r": "R", "python": "Python", "stata": "Stata", "sas": "SAS", "redcap": gettext_lazy("Scripts for REDCap")}
TITLES = {
    "Nothing but R and survival": gettext_lazy("Nothing but R and survival"),
    "httr2 and readr": gettext_lazy("httr2 and readr"),
    "haven, from an ADaM file": gettext_lazy("haven, from an ADaM file"),
    "pandas and lifelines": gettext_lazy("pandas and lifelines"),
    "Page by page, and what changed since": gettext_lazy("Page by page, and what changed since"),
}  # the headings of the documentation that are not a name alone


@require_GET
def client_pages(request):
    """Every block of docs/clients."""
    address = request.build_absolute_uri("/").removesuffix("/")
    tools = [
        (page, title, [(TITLES.get(one.title, one.title), one.at(address)) for one in of_page(page)])
        for page, title in PAGES.items()
    ]
    return render(request, "registry/clients.html", {"tools": tools})


def of_page(page):
    """The blocks of one page."""
    return [one for one in clients.blocks() if one.page == page]
