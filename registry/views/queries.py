"""The list of queries: what is asked, where, since when, and who owes the next step; and the same step for many at once."""

from datetime import UTC, datetime, timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods

from registry.access.permissions import Permission
from registry.actions.queries import QueryMovedError, answer_query, close_query, move_queries, reopen_query
from registry.models import FORM_OF, AnswerKind, Origin, Query, QueryState
from registry.queries import overview
from registry.views.access import permitted
from registry.views.case_forms import short_title
from registry.views.filters import Filters
from registry.views.query_rows import FROM, NEEDS, kinds, query_rows, steps_for

ROWS = 100
AGES = ("7", "14", "30")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@permitted(Permission.CASE_READ)
@require_http_methods(["GET", "POST"])
def queries(request):
    """The queries this person may see, the oldest first; posted, the step that was chosen for those selected."""
    if request.method == "POST":
        return _act(request)
    return _page(request)


def _page(request, *, refusal="", status=200):
    own = Query.objects.visible_to(request.user).not_withdrawn()
    loads = overview(own)
    filters = query_filters(request.GET, loads)
    found = list(after(narrowed(own, filters), request.GET.get("after", ""))[: ROWS + 1])
    context = {
        "filters": filters,
        "total": loads.total,
        "by_form": [(short_title(FORM_OF[one.form]), one) for one in loads.by_form],
        "by_site": loads.by_site,
        "rows": query_rows(found[:ROWS]),
        "next": place_of(found[ROWS - 1]) if len(found) > ROWS else "",
        "is_later": bool(request.GET.get("after")),
        "is_narrowed": bool(filters.search or filters.chosen),
        "steps": steps_for(request.user),
        "kinds": kinds(),
        "may_raise": request.user.may(Permission.QUERY_MANAGE),
        "refusal": refusal,
        "typed": request.POST,
        "selected": {one.partition(":")[0] for one in request.POST.getlist("query")},
    }
    return render(request, "registry/queries.html", context, status=status)


def query_filters(params, loads):
    """The filters of the list. Forms, rules and sites are those where something is owed, and the one that is chosen."""
    form, rule, site = (params.get(name, "") for name in ("form", "rule", "site"))
    forms = {one.form for one in loads.by_form} | {form} & FORM_OF.keys()
    rules = {one.rule for one in loads.by_rule if one.form == form and one.rule} | ({rule} if _is_name(rule) else set())
    sites = {one.site for one in loads.by_site} | ({site} if _is_name(site) else set())
    titles = {name: short_title(model) for name, model in FORM_OF.items() if name in forms}
    return Filters(
        params,
        {
            "state": (
                _("State"),
                {
                    "": _("not closed"),
                    "open": _("open: the site answers"),
                    "answered": _("answered: the data manager decides"),
                    "closed": _("closed"),
                },
            ),
            "site": (_("Site"), {code: code for code in sorted(sites)}),
            "form": (_("Form"), titles),
            "rule": (pgettext("query", "Rule"), {name: name for name in sorted(rules)}),
            "origin": (_("Raised by"), {value: str(label) for value, label in Origin.choices}),
            "age": (_("Older than"), {days: _("%(days)s days") % {"days": days} for days in AGES}),
        },
    )


def _is_name(text):
    return 0 < len(text) <= 80 and text.isascii() and text.replace("_", "").replace(".", "").isalnum()


def narrowed(own, filters):
    """The queries that the filters leave, the oldest first."""
    state, age = filters.get("state"), filters.get("age")
    found = own.filter(state=state) if state else own.exclude(state=QueryState.CLOSED)
    wanted = {
        "site__code": filters.get("site"),
        "form": filters.get("form"),
        "rule": filters.get("rule"),
        "origin": filters.get("origin"),
        "case__number__icontains": filters.search,
        "opened_at__lt": age and timezone.now() - timedelta(days=int(age)),
    }
    found = found.filter(**{key: value for key, value in wanted.items() if value})
    return found.select_related("case", "site").order_by("opened_at", "pk")


def place_of(query):
    """Where the list goes on: behind this query."""
    return f"{(query.opened_at - EPOCH) // timedelta(microseconds=1)}-{query.pk}"


def after(found, place):
    """The part of the list behind a place; all of it for a place that cannot be read."""
    moment, _dash, pk = place.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) < 18 for part in (moment, pk)):
        return found
    opened_at = EPOCH + timedelta(microseconds=int(moment))
    return found.filter(Q(opened_at__gt=opened_at) | Q(opened_at=opened_at, pk__gt=int(pk)))


def _act(request):
    """Take the chosen step for every query selected, or for none."""
    step = request.POST.get("step", "")
    if step not in NEEDS or not request.user.may(NEEDS[step]):
        raise PermissionDenied
    try:
        count = len(_moved(request, step))
    except ValidationError as refusal:
        return _page(request, refusal=" ".join(refusal.messages), status=422)
    done = {
        "answer": ngettext("%(n)d query answered.", "%(n)d queries answered.", count),
        "close": ngettext("%(n)d query closed.", "%(n)d queries closed.", count),
        "reopen": ngettext("%(n)d query re-opened.", "%(n)d queries re-opened.", count),
    }
    messages.success(request, done[step] % {"n": count})
    return redirect(request.get_full_path())


def _moved(request, step):
    """The queries after the step. Raises ValidationError, and nothing has moved."""
    seen = dict(_seen(one) for one in request.POST.getlist("query"))
    if not seen:
        raise ValidationError(_("Select the queries first."))
    chosen = list(Query.objects.visible_to(request.user).not_withdrawn().filter(pk__in=seen).select_related("case"))
    if len(chosen) < len(seen):
        raise Http404
    wrong = [
        row
        for row in query_rows(chosen)
        if row.query.version == seen[row.query.pk] and row.query.state not in FROM[step]
    ]
    if wrong:
        raise ValidationError(_wrong_state(step) % {"case": wrong[0].query.case.number, "place": wrong[0].place})
    act, words = step_words(step, request.POST)

    def move(query):
        try:
            return act(query, by=request.user, seen_version=seen[query.pk], **words)
        except QueryMovedError:
            (row,) = query_rows([query])
            raise ValidationError(
                _(
                    "Nothing was changed: somebody took the next step meanwhile in %(case)s, %(place)s. Your words are kept; look at it again."
                )
                % {"case": query.case.number, "place": row.place}
            ) from None

    return move_queries(chosen, move, by=request.user)


def step_words(step, posted):
    """(the action, its words) of a step as it was posted."""
    text = posted.get("text", "")
    if step == "answer":
        return answer_query, {"kind": posted.get("kind", AnswerKind.CONFIRMED), "text": text}
    return {"close": close_query, "reopen": reopen_query}[step], {"text": text}


def _wrong_state(step):
    return {
        "answer": _("Nothing was changed: only open queries can be answered, and %(case)s, %(place)s is not open."),
        "close": _("Nothing was changed: %(case)s, %(place)s is closed already."),
        "reopen": _("Nothing was changed: %(case)s, %(place)s is open already."),
    }[step]


def _seen(selected):
    """(query id, version seen) of one selected box."""
    parts = selected.split(":")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() and len(part) < 18 for part in parts):
        raise Http404
    return int(parts[0]), int(parts[1])
