"""Lists in pages by keyset: in order of entry, so that a walk misses nothing that was added meanwhile. No count, no offset."""

import hashlib

from registry.api.base import bad_parameter
from registry.api.hidden import opened, sealed
from registry.api.problems import Problem

USUAL, MOST = 200, 5000


def page_of(rows, request, *, newest_first=False, as_of=None):
    """(rows of this page, address of the next one or None) of a queryset whose filters were applied.

    The cursor is sealed and bound to the address, the filters and the person: elsewhere it is refused. It carries `as_of`, the mark of
    the first page.
    """
    limit = limit_of(request)
    scope = _scope(request)
    last = carried(request, "last")
    if last is not None:
        rows = rows.filter(**{"pk__lt" if newest_first else "pk__gt": last})
    found = list(rows.order_by("-pk" if newest_first else "pk")[: limit + 1])
    if len(found) <= limit:
        return found, None
    parameters = request.query_params.copy()
    parameters["cursor"] = sealed({"last": found[limit - 1].pk, "scope": scope, "as_of": as_of})
    return found[:limit], f"{request.build_absolute_uri(request.path)}?{parameters.urlencode()}"


def limit_of(request):
    """How many rows a page has."""
    text = request.query_params.get("limit", str(USUAL))
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MOST):
        raise bad_parameter("limit", text, f"1 to {MOST}")
    return int(text)


def _scope(request):
    filters = sorted((name, value) for name, value in request.query_params.items() if name not in ("cursor", "limit"))
    words = repr((request.path.rstrip("/"), filters, request.user.pk))
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:32]


def carried(request, name):
    """What the request's cursor says: `last` row of the page before, `as_of` of the first one; None without a cursor."""
    cursor = request.query_params.get("cursor")
    if cursor is None:
        return None
    try:
        stored = opened(cursor)
    except ValueError:
        raise Problem("bad_cursor") from None
    if stored["scope"] != _scope(request):
        raise Problem("bad_cursor")
    return stored[name]
