"""The site scope: which rows exist for the statements of one transaction, and who answers for its changes.

PostgreSQL reads both from settings that live as long as the transaction (migration 0002_guard), and believes them only with the
seal that is made here for that transaction (0018_signed): SQL that slips into a statement widens nothing.
"""

import contextlib

from django.db import connection, transaction

from registry.access import origin, signing

SETTINGS = ("app.context", "app.pooled", "app.people", "app.actor", "app.role", "app.behalf", "app.request")
SEAL = "app.seal"


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
        (*before, old_seal), of_transaction = _settings()
        scope = (*rows, actor, role, behalf, request or before[-1] or origin.of_process())
        _set(scope, signing.seal((*of_transaction, *scope)))
        try:
            yield
        finally:
            # SET LOCAL outlives a savepoint, so the outer scope is put back by hand.
            if not connection.needs_rollback:
                _set(before, old_seal)


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
    """The scope's settings as they are with their seal, and what tells the transaction from every other."""
    names = (*SETTINGS, SEAL)
    with connection.cursor() as cursor:
        columns = ", ".join("coalesce(current_setting(%s, true), '')" for _name in names)
        cursor.execute(f"SELECT {columns}, pg_backend_pid()::text, extract(epoch FROM now())::text", names)  # noqa: S608 - placeholders
        found = cursor.fetchone()
    return found[: len(names)], found[len(names) :]


def _set(scope, seal):
    """Set the scope's settings and their seal for the rest of the transaction."""
    pairs = [*zip(SETTINGS, scope, strict=True), (SEAL, seal)]
    with connection.cursor() as cursor:
        changes = ", ".join("set_config(%s, %s, true)" for _pair in pairs)
        cursor.execute(f"SELECT {changes}", [part for pair in pairs for part in pair])
