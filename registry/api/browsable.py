"""The REST interface as a page for people: every collection with its columns, its filters and a call to try.

What is there is read from the OpenAPI document that the repository holds, so that the page cannot tell of anything else.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import renderers

from registry.models import FORM_OF

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/openapi.yaml"
ROOT = "/api/v1/"
TITLES = {
    "sites": gettext_lazy("Participating hospitals"),
    "codebook": gettext_lazy("Codebook"),
    "cases": gettext_lazy("Cases"),
    "queries": gettext_lazy("Queries"),
    "datasets": gettext_lazy("Datasets"),
    "analyses": gettext_lazy("Analyses of the catalogue"),
    "results": gettext_lazy("Newest result of each analysis"),
    "runs": gettext_lazy("Runs of analyses"),
    "exports": gettext_lazy("Exports"),
    "imports": gettext_lazy("Imports"),
    "public": gettext_lazy("Data cuts issued for the public"),
}
FILTERS = {
    "cursor": gettext_lazy("where the page before ended; take the address in “next”"),
    "limit": gettext_lazy("rows in a page"),
    "changed_since": gettext_lazy("only what was saved or taken away since the “as_of” of an earlier answer"),
    "case": gettext_lazy("only this case"),
    "site": gettext_lazy("only this hospital, by its code"),
    "cohort": gettext_lazy("only this cohort, by its code"),
    "form": gettext_lazy("only this form"),
    "state": gettext_lazy("only what is in this state"),
    "analysis": gettext_lazy("only this analysis, by its name"),
}


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection as the document has it.

    filters   (name, its English description, its closed list of values) of each query parameter
    columns   names in a row; below   addresses under it; methods   what it takes besides GET
    """

    name: str
    summary: str
    filters: tuple[tuple[str, str, tuple], ...]
    columns: tuple[str, ...]
    below: tuple[str, ...]
    methods: tuple[str, ...]


@cache
def collections():
    """Every collection, in the order of the document. Reading it takes a second, once in each process."""
    with DOCUMENT.open(encoding="utf-8") as file:
        document = yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    return tuple(_collections_of(document))


def _collections_of(document):
    paths, schemas = document["paths"], document["components"]["schemas"]
    for path, operations in paths.items():
        name = path.removeprefix(ROOT)
        if name and "/" not in name and "get" in operations:
            told = operations["get"]
            asked = [one for one in told.get("parameters", ()) if one["in"] == "query"]
            yield Collection(
                name,
                told["summary"].removeprefix("List: "),
                tuple((one["name"], one.get("description", ""), tuple(one["schema"].get("enum", ()))) for one in asked),
                tuple(_columns(told["responses"]["200"]["content"]["application/json"]["schema"], schemas)),
                tuple(other for other in paths if other.startswith(f"{path}/")),
                tuple(method.upper() for method in operations if method in ("post", "patch", "delete")),
            )


def _columns(schema, schemas):
    """The names in a row of a page; () where an answer is no page."""
    rows = _told(schema, schemas).get("properties", {}).get("results", {}).get("items", {})
    kinds = [one for one in (rows, *_told(rows, schemas).get("oneOf", ())) if "Gone" not in one.get("$ref", "Gone")]
    found = [_told(kind, schemas) for kind in kinds]
    return next((one["properties"] for one in found if "properties" in one), ())


def _told(schema, schemas):
    name = schema.get("$ref", "").rpartition("/")[2]
    return schemas[name] if name else schema


def as_page(collection, address):
    """What the page shows of a collection, in the reader's language. address: of the interface, with host."""
    form = FORM_OF.get(collection.name)
    filters = [
        (name, FILTERS.get(name, ""), "" if name in FILTERS else described, values)
        for name, described, values in collection.filters
    ]
    return {
        "name": collection.name,
        "title": _(form.title) if form else TITLES.get(collection.name, ""),
        "summary": collection.summary,
        "form": form,
        "filters": filters,
        "columns": ", ".join(collection.columns),
        "below": collection.below,
        "methods": collection.methods,
        "call": f'curl -H "Authorization: Bearer $REGISTRY_TOKEN" "{address}{collection.name}'
        f'{"?limit=5" if "limit" in {name for name, *_rest in collection.filters} else ""}"',
    }


class Page(renderers.BaseRenderer):
    """The index as HTML, for browsers; JSON stays what programs get that ask for nothing."""

    media_type, format, charset = "text/html", "html", "utf-8"

    def render(self, data, accepted_media_type=None, renderer_context=None):
        """The page."""
        request = renderer_context["request"]._request
        address = request.build_absolute_uri(ROOT)
        shown = [as_page(one, address) for one in collections()]
        context = {
            "parts": [
                (_("Cases, datasets, analyses"), [one for one in shown if not one["form"]]),
                (_("Forms"), [one for one in shown if one["form"]]),
            ],
            "address": address,
        }
        return render_to_string("registry/rest.html", context, request)
