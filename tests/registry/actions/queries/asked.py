"""What tests of queries do and look at."""

from registry.access.row_security import everything_scope
from registry.actions.forms import save_form
from registry.actions.queries import answer_query, close_query, raise_query, reopen_query
from registry.models import Query, QueryStep

STEPS = {
    "raise": lambda form, query, by: raise_query(form, item="inf_weight", text="Is this the weight of the day?", by=by),
    "answer": lambda form, query, by: answer_query(
        query, kind="confirmed", text="Chart of 3 June", by=by, seen_version=query.version
    ),
    "close": lambda form, query, by: close_query(query, text="Seen in the source", by=by, seen_version=query.version),
    "reopen": lambda form, query, by: reopen_query(query, text="Which chart?", by=by, seen_version=query.version),
}


def now(query):
    """The query as stored."""
    with everything_scope(actor="tests"):
        return Query.objects.get(pk=query.pk)


def thread(query):
    """(step, who, kind, words) of each step."""
    with everything_scope(actor="tests"):
        return list(QueryStep.objects.filter(query=query).values_list("act", "actor", "kind", "text"))


def in_state(query, state, nurse, manager):
    """The query, brought into a state by the people whose task it is."""
    if state in ("answered", "closed"):
        query = answer_query(query, kind="confirmed", text="As in the chart", by=nurse, seen_version=query.version)
    return (
        close_query(query, text="Seen in the source", by=manager, seen_version=query.version)
        if state == "closed"
        else query
    )


def machine(**words):
    """The registry's own queries of the only case: (form, item, state)."""
    with everything_scope(actor="tests"):
        rows = Query.objects.filter(origin="machine", **words)
        return sorted(rows.values_list("form", "item", "state"))


def correct(form, by, **answers):
    """The stored form with other answers."""
    for name, answer in answers.items():
        setattr(form, name, answer)
    return save_form(form, by=by, seen_version=form.version, reason="Misread the chart")
