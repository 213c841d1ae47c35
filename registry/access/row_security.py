"""The site scope: which rows exist for the statements of one transaction, and who answers for its changes.

PostgreSQL reads both from settings that live as long as the transaction (migration 0002_guard).
"""

import contextlib

from django.db import connection, transaction

from registry.access import origin

SETTINGS = ("app.context", "app.pooled", "app.people", "app.actor", "app.role", "app.behalf", "app.request")


@contextlib.contextmanager
def site_scope(site_ids, *, pooled=False, people=False, actor="", role="", behalf="", request=None):
    """One transaction in which only the rows of `site_ids` exist. Scopes nest; the outer one is restored.

    pooled   the pooled analytics tables exist too
    people   the history of people and sites exists too
    actor    who answers for changes; without one PostgreSQL refuses to write
    behalf   in whose place a deputy works
    request  where the history says they come from; else the outer scope's, else the task or command that runs
    """
    rows = (",".join(map(str, site_ids)), "on" if pooled else "", "on" if people else "")
    with transaction.atomic():
        before = _settings()
        _set((*rows, actor, role, behalf, request or before[-1] or origin.of_process()))
        try:
            yield
        finally:
            # SET LOCAL outlives a savepoint, so the outer scope is put back by hand.
            if not connection.needs_rollback:
                _set(before)


def person_scope(person, *, request=None):
    """The scope of what `person` may see and answer for."""
    from registry.access.permissions import Permission

    if not person.is_authenticated:
        return site_scope([])
    return site_scope(
        person.site_ids(),
        pooled=person.may(Permission.POOLED_READ),
        people=person.may(Permission.PEOPLE_MANAGE),
        actor=person.email,
        role=person.role,
        behalf=person.stands_in.person.email if person.stands_in else "",
        request=request,
    )


@contextlib.contextmanager
def snapshot_scope(person, *, request=None):
    """The scope of `person` in one consistent snapshot in which nothing is written. Inside another transaction: as far as that reads."""
    with transaction.atomic():
        if len(connection.savepoint_ids) == 0:  # the outermost: only then may the level still be chosen
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        with person_scope(person, request=request):
            yield


def everything_scope(*, actor, role="system", request=None):
    """The scope of work over all sites: building datasets, loading the demonstration."""
    from registry.models import Site

    sites = Site.objects.order_by("pk").values_list("pk", flat=True)
    return site_scope(sites, pooled=True, people=True, actor=actor, role=role, request=request)


@contextlib.contextmanager
def because(reason):
    """The reason that the history gives for the changes inside."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('app.reason', true), ''), set_config('app.reason', %s, true)", [reason]
        )
        before = cursor.fetchone()[0]
        yield
        cursor.execute("SELECT set_config('app.reason', %s, true)", [before])


def _settings():
    """The scope's settings as they are."""
    with connection.cursor() as cursor:
        columns = ", ".join("coalesce(current_setting(%s, true), '')" for _name in SETTINGS)
        cursor.execute(f"SELECT {columns}", SETTINGS)
        return cursor.fetchone()


def _set(values):
    """Set the scope's settings for the rest of the transaction."""
    with connection.cursor() as cursor:
        changes = ", ".join("set_config(%s, %s, true)" for _name in SETTINGS)
        cursor.execute(f"SELECT {changes}", [part for pair in zip(SETTINGS, values, strict=True) for part in pair])
