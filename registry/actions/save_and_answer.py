"""Save a form together with the site's answers to its queries."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from registry.access.row_security import because, person_scope
from registry.actions.forms import locked_case, save_form
from registry.actions.queries import QueryMovedError, answer_query, tell
from registry.models import Query, QueryState


@dataclass(frozen=True)
class Reply:
    """The site's answer to one query, and the version of the query it was based on."""

    query: int
    seen_version: int
    kind: str
    text: str = ""


class RepliesRefusedError(Exception):
    """Some answers cannot be stored. `refused`: id of the query → sentences."""

    def __init__(self, refused):
        super().__init__("answers were refused")
        self.refused = refused


@transaction.atomic
def save_and_answer(form, replies, *, by, **words):
    """`save_form` with its words, then the answers to the form's queries: all of it or nothing.

    The save itself may re-open a query or close it, so an answer is held against the query as it was before. Raises as `save_form`,
    or RepliesRefusedError.
    """
    if not replies:
        return save_form(form, by=by, **words)
    with person_scope(by), because(""):
        case = locked_case(form.case_id, by)
        before = _queries(case, form, by)
        saved = save_form(form, by=by, **words)
        after, refused = _queries(case, saved, by), {}
        for reply in replies:
            try:
                _answer(reply, before.get(reply.query), after.get(reply.query), by)
            except ValidationError as refusal:
                refused[reply.query] = refusal.messages
        if refused:
            raise RepliesRefusedError(refused)
    return saved


def _queries(case, form, by):
    """Id → query of the form's queries, locked: nobody else takes a step until this is stored."""
    rows = Query.objects.select_for_update(of=("self",)).visible_to(by).filter(case=case, form=form.form_name)
    return {query.pk: query for query in rows.filter(row_id=form.pk).order_by("pk")}


def _answer(reply, before, after, by):
    if before is None or before.version != reply.seen_version or before.state != QueryState.OPEN:
        raise QueryMovedError
    if after.is_closed:
        tell(after, kind=reply.kind, text=reply.text, by=by)
    else:
        answer_query(after, kind=reply.kind, text=reply.text, by=by, seen_version=after.version)
