"""One query: the question, what the check saw, every step that was taken, and the next one."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from registry.access.permissions import Permission
from registry.access.roles import ROLES
from registry.actions.queries import QueryMovedError
from registry.actions.review import from_json
from registry.edit_checks.checks import CHECKS
from registry.entry import read_aloud
from registry.fields import HospitalNumber
from registry.models import FORM_OF, Act, Origin, Person, Query, QueryStep
from registry.record import in_words
from registry.views.access import permitted
from registry.views.queries import step_words
from registry.views.query_rows import NEEDS, kinds, query_rows, steps_for
from registry.views.sent_once import sent_once

SITE_ROLES = ("coordinator", "investigator")
BY_SAVE = (Act.OPENED, Act.REOPENED, Act.RESOLVED)  # steps of the registry's own query that a save of the form brings


@dataclass(frozen=True)
class Step:
    """One step of the thread."""

    step: QueryStep
    who: str
    role: str
    is_by_save: bool


@permitted(Permission.CASE_READ)
@require_http_methods(["GET", "POST"])
@sent_once()
def query(request, pk):
    """The thread of one query; posted, the step that was chosen."""
    own = Query.objects.visible_to(request.user).not_withdrawn().select_related("case", "site")
    found = get_object_or_404(own, pk=pk)
    if request.method == "POST":
        return _act(request, found)
    return _page(request, found)


def _page(request, found, *, refusal="", status=200):
    (row,) = query_rows([found])
    context = {
        "row": row,
        "steps": thread_of(found),
        "values": _seen_values(found),
        "answer": _answer_of_now(found),
        "rule_url": _rule_url(found),
        "may": steps_for(request.user, found.state),
        "kinds": kinds(),
        "typed": request.POST,
        "refusal": refusal,
        "crumbs": [
            (_("Queries"), reverse("queries")),
            (found.case.number, found.case.get_absolute_url()),
            (row.title, row.form_url),
        ],
    }
    return render(request, "registry/query.html", context, status=status)


def thread_of(found):
    """Every step with the name of whoever took it, the first one first."""
    steps = list(QueryStep.objects.filter(query=found))
    names = dict(Person.objects.filter(email__in={one.actor for one in steps}).values_list("email", "name"))
    registry = _("the registry itself")
    return [
        Step(
            one,
            names.get(one.actor, one.actor),
            ROLES[one.role].label if one.role in ROLES else registry,
            found.origin == Origin.MACHINE and one.act in BY_SAVE and one.role in SITE_ROLES,
        )
        for one in steps
    ]


def _seen_values(found):
    """(name, value) of what the check saw, in words; the labels stand in the question already."""
    names = {
        "found": _("Seen by the check"),
        "expected": _("Compared with"),
        "low": _("Usual from"),
        "high": _("Usual to"),
    }
    values = from_json(found.values)
    return [(words, in_words(values[name])) for name, words in names.items() if values.get(name, "") != ""]


def _answer_of_now(found):
    """The stored answer to the question that is asked about, in words."""
    model = FORM_OF[found.form]
    item = model.items().get(found.item)
    if item is None or item.key or isinstance(model._meta.get_field(found.item), HospitalNumber):
        return ""
    form = model.with_void.filter(pk=found.row_id).first()
    return read_aloud(form, found.item) if form else ""


def _rule_url(found):
    """Where the codebook explains the rule: the check, or the item from which it follows."""
    where = f"?part=checks#{found.rule}" if found.rule in CHECKS else f"?form={found.form}#{found.item}"
    return reverse("codebook") + where


def _act(request, found):
    """Take the step, or show the thread as it is now with what was typed."""
    step, version = request.POST.get("step", ""), request.POST.get("version", "")
    if step not in NEEDS or not request.user.may(NEEDS[step]):
        raise PermissionDenied
    act, words = step_words(step, request.POST)
    seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
    try:
        act(found, by=request.user, seen_version=seen, **words)
    except QueryMovedError as moved:
        found.refresh_from_db()
        return _page(request, found, refusal=" ".join(moved.messages), status=409)
    except ValidationError as refusal:
        return _page(request, found, refusal=" ".join(refusal.messages), status=422)
    said = {"answer": _("Answered."), "close": _("Closed."), "reopen": _("Re-opened.")}
    messages.success(request, said[step])
    return redirect("query", found.pk)
