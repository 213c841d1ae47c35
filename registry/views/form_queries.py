"""Queries on the page of their form: asked at their question, answered with the form."""

import re
from dataclasses import dataclass

from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.access.permissions import Permission
from registry.actions.consent import withdraws
from registry.actions.save_and_answer import Reply
from registry.models import AnswerKind, Query, QueryState
from registry.queries import Asked
from registry.views.query_rows import QueryRow, kinds

VERSION = re.compile(r"query_(\d{1,15})_version", re.ASCII)


@dataclass(frozen=True)
class AskedHere:
    """A query at its question. What was typed as its answer survives a refusal."""

    row: QueryRow
    may_answer: bool
    kind: str
    text: str
    errors: tuple = ()

    @property
    def item(self):
        """The item's name, or nothing."""
        return self.row.query.item

    @property
    def words(self):
        """The question."""
        return self.row.words

    @property
    def anchor(self):
        """Its id on the page, with which the names of its controls begin."""
        return f"query_{self.row.query.pk}"

    @property
    def kinds(self):
        """(value, words) of what a site can say that it did."""
        return kinds()

    @property
    def is_lost(self):
        """Whether something was typed that cannot be sent again, for somebody took the next step."""
        return bool(self.text) and not self.may_answer


def replies(posted):
    """The answers to queries that were posted with a form, whole or not. Where nothing was chosen or typed is none."""
    found = []
    for name in posted:
        match = VERSION.fullmatch(name)
        if match:
            pk, version = int(match[1]), posted[name]
            kind, text = _typed(posted, pk)
            if text.strip() or kind:
                seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
                found.append(Reply(pk, seen, kind, text))
    return found


def _typed(data, pk):
    """(kind, text) typed about a query, each blank where it is not answered."""
    kind = data.get(f"query_{pk}_kind", "")
    return kind if kind in AnswerKind.values else "", data.get(f"query_{pk}_text", "")


def asked_here(page, refused):
    """The queries of a page's form that are not closed, and those about which something was typed.

    refused   id of a query → why its answer was not stored
    """
    if not page.is_stored:
        return []
    known = {query.pk: query for query in page.stored.queries_of(page.form)}
    moved = refused.keys() - known.keys()
    if moved:
        own = Query.objects.visible_to(page.request.user).filter(form=page.form.form_name, row_id=page.form.pk)
        known |= own.in_bulk(moved)
    may_answer = page.may_write and page.request.user.may(Permission.QUERY_ANSWER)
    return [_asked_here(page, query, may_answer, refused.get(query.pk, ())) for query in known.values()]


def _asked_here(page, query, may_answer, errors):
    query.case = page.case
    kind, text = _typed(page.entry.data, query.pk)
    row = QueryRow(query, Asked(query, page.form))
    return AskedHere(row, may_answer and query.state == QueryState.OPEN, kind, text, tuple(errors))


def tell_of_queries(request, saved, *, before, after):
    """Say what a save did to the queries of the case. `before`, `after`: its StoredCase."""
    was_open = {one.pk for one in before.queries if one.state == QueryState.OPEN}
    now_open = [one for one in after.queries if one.state == QueryState.OPEN and one.pk not in was_open]
    reopened = min(sum(one.version > 1 for one in now_open), saved.queries_opened)
    answered = sum(one.pk in was_open and one.state == QueryState.ANSWERED for one in after.queries)
    closed, opened = saved.queries_closed, saved.queries_opened - reopened
    closed_words = ngettext("%(n)d query closed by this correction", "%(n)d queries closed by this correction", closed)
    if withdraws(before.forms, after.forms):
        closed_words = ngettext("%(n)d query closed", "%(n)d queries closed", closed)
    sentences = (
        (closed, closed_words),
        (answered, ngettext("%(n)d query answered", "%(n)d queries answered", answered)),
        (reopened, ngettext("%(n)d query re-opened", "%(n)d queries re-opened", reopened)),
        (opened, ngettext("%(n)d query opened", "%(n)d queries opened", opened)),
    )
    said = [words % {"n": count} for count, words in sentences if count]
    if said:
        messages.info(request, _("%(what)s.") % {"what": ", ".join(said)})
