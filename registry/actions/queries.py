"""Raise, answer, close and re-open queries; one or many at once."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.access.permissions import Permission
from registry.access.row_security import because, person_scope
from registry.edit_checks.base import HARD
from registry.models import FORM_OF, Act, AnswerKind, Origin, Query, QueryState, QueryStep

LONGEST = 2000


class QueryMovedError(ValidationError):
    """Somebody took the next step first."""

    def __init__(self):
        super().__init__(_("Somebody has taken the next step here meanwhile. Look at the thread again."), code="moved")


@transaction.atomic
def raise_query(form, *, item="", text, by):
    """A data manager's question about a stored form, or about one of its items."""
    with person_scope(by), because(""):
        return _raise([_question(form, item, text)], by)[0]


@transaction.atomic
def raise_queries(questions, *, by):
    """Many questions, all or none: (form, item or "", text) of each. One that is not closed yet is not asked again."""
    with person_scope(by), because(""):
        asked = {_place(one): one for one in (_question(*words) for words in questions)}
        known = Query.objects.filter(origin=Origin.MANAGER, row_id__in={one.row_id for one in asked.values()})
        for one in known.exclude(state=QueryState.CLOSED):
            asked.pop(_place(one), None)
        return _raise(list(asked.values()), by)


def _question(form, item, text):
    """A query that is not stored yet. Raises ValidationError for what cannot be asked."""
    if item and item not in form.items():
        raise ValidationError({"item": _("This form has no such question.")}, code="unknown")
    words = _words(text, _("Write the question."))
    place = {"form": form.form_name, "row_id": form.pk, "item": item}
    return Query(case_id=form.case_id, site_id=form.site_id, origin=Origin.MANAGER, text=words, **place)


def _place(query):
    return query.form, query.row_id, query.item, query.text


def _raise(queries, by):
    """Store new queries with the first step of each thread; all of them stand on forms that `by` sees."""
    if not by.may(Permission.QUERY_MANAGE):
        raise PermissionDenied
    wanted = {(one.form, one.row_id) for one in queries}
    for name in {name for name, _row in wanted}:
        rows = {row for form, row in wanted if form == name}
        if FORM_OF[name].objects.visible_to(by).filter(pk__in=rows).count() < len(rows):
            raise PermissionDenied
    now = timezone.now()
    for one in queries:
        one.opened_at = one.changed_at = now
    Query.objects.bulk_create(queries)
    QueryStep.objects.bulk_create(_step(one, Act.OPENED, by, now) for one in queries)
    return queries


@transaction.atomic
def answer_query(query, *, kind, text="", by, seen_version):
    """The site's answer to an open query. "Corrected" speaks for itself; every other kind needs words."""
    with person_scope(by), because(""):
        query = _next(query, by, Permission.QUERY_ANSWER, seen_version, QueryState.OPEN)
        text = _answer(kind, text)
        query.answer_kind = kind
        return _move(query, QueryState.ANSWERED, Act.ANSWERED, by, kind=kind, text=text)


@transaction.atomic
def close_query(query, *, text="", by, seen_version):
    """The data manager accepts: nobody is asked again while the values stay. Before the site has answered, needs words.

    A contradiction cannot be accepted: its query closes when it is mended.
    """
    with person_scope(by), because(""):
        query = _next(query, by, Permission.QUERY_MANAGE, seen_version, QueryState.OPEN, QueryState.ANSWERED)
        if query.origin == Origin.MACHINE and query.severity == HARD:
            raise ValidationError(
                _("A contradiction cannot be accepted: its query closes when one of the two answers is corrected."),
                code="stands",
            )
        if query.state == QueryState.OPEN:
            _words(text, _("The site has not answered. Say why the query is closed."))
        query.is_accepted = True
        return _move(query, QueryState.CLOSED, Act.CLOSED, by, text=text.strip()[:LONGEST])


@transaction.atomic
def reopen_query(query, *, text, by, seen_version):
    """The answer does not do, or a closed query is asked again: the site owes the next step. Needs words."""
    with person_scope(by), because(""):
        query = _next(query, by, Permission.QUERY_MANAGE, seen_version, QueryState.ANSWERED, QueryState.CLOSED)
        query.is_accepted, query.answer_kind = False, ""
        return _move(
            query, QueryState.OPEN, Act.REOPENED, by, text=_words(text, _("Say what is still to be answered."))
        )


@transaction.atomic
def tell(query, *, kind, text="", by):
    """Words of the site about a query that its correction has closed: the thread keeps them, nothing moves."""
    if not by.may(Permission.QUERY_ANSWER):
        raise PermissionDenied
    text = _answer(kind, text)
    with person_scope(by), because(""):
        _step(query, Act.ANSWERED, by, timezone.now(), kind=kind, text=text).save(force_insert=True)
        return query


@transaction.atomic
def move_queries(queries, act, *, by):
    """The same step for many queries, all or none. `act(query)` is one of the actions above with its words."""
    return [act(query) for query in sorted(queries, key=lambda one: one.pk)]


def _next(query, by, permission, seen_version, *states):
    """The query, locked, if `by` may take this step, it is as it was seen, and in one of the states."""
    if not by.may(permission):
        raise PermissionDenied
    found = Query.objects.select_for_update(of=("self",)).visible_to(by).filter(pk=query.pk).first()
    if found is None:
        raise PermissionDenied
    if found.version != seen_version or found.state not in states:
        raise QueryMovedError
    return found


def _move(query, state, act, by, *, kind="", text=""):
    now = timezone.now()
    query.state, query.changed_at, query.version = state, now, query.version + 1
    query.save(force_update=True)
    _step(query, act, by, now, kind=kind, text=text).save(force_insert=True)
    return query


def _step(query, act, by, now, *, kind="", text=""):
    """The next step of a thread, not stored yet; the first one says the question."""
    text = text or (query.text if act == Act.OPENED else "")
    place = {"query": query, "case_id": query.case_id, "site_id": query.site_id}
    return QueryStep(**place, at=now, actor=by.email, role=by.role, act=act, kind=kind, text=text)


def _answer(kind, text):
    """The words of an answer, or a refusal that says what it lacks."""
    if kind not in AnswerKind.values:
        raise ValidationError({"kind": _("Choose what you did.")}, code="kind")
    return text.strip()[:LONGEST] if kind == AnswerKind.CORRECTED else _words(text, _("Say what the source says."))


def _words(text, otherwise):
    """The text, or a refusal that says what to write."""
    if not text.strip():
        raise ValidationError({"text": otherwise}, code="text")
    return text.strip()[:LONGEST]
