"""The site scope: which rows exist for the statements of one transaction, and who answers for its changes.

PostgreSQL reads both from settings that live as long as the transaction (migration 0002_guard), and believes them only with the
seal that is made here for that transaction (0018_signed): SQL that slips into a statement widens nothing.
"""

import contextlib

from django.db import connection, transaction
from psycopg.pq import TransactionStatus

from registry.access import origin, signing

SETTINGS = ("app.context", "app.pooled", "app.people", "app.actor", "app.role", "app.behalf", "app.request")
SEAL = "app.seal"
LIMITS = ("statement_timeout", "lock_timeout")
PAGE = ("5s", "4s")  # how long one statement of a page, and its wait for a lock, may take
READING = ("1min", "4s")  # of what reads much on purpose
WORK = ("10min", "5s")  # of work over all sites


@contextlib.contextmanager
def site_scope(site_ids, *, pooled=False, people=False, actor="", role="", behalf="", request=None, limits=None):
    """One transaction in which only the rows of `site_ids` exist. Scopes nest; the outer one is restored.

    pooled   the pooled analytics tables exist too
    people   the history of people and sites exists too
    actor    who answers for changes; without one PostgreSQL refuses to write
    behalf   in whose place a deputy works
    request  where the history says they come from; else the outer scope's, else the task or command that runs
    limits   how long a statement and a lock may take (LIMITS); as outside unless given
    """
    rows = (",".join(map(str, site_ids)), "on" if pooled else "", "on" if people else "")
    with transaction.atomic():
        (*before, old_seal), old_limits, of_transaction = _settings()
        scope = (*rows, actor, role, behalf, request or before[-1] or origin.of_process())
        _set(scope, signing.seal((*of_transaction, *scope)), limits or old_limits)
        try:
            yield
        finally:
            # SET LOCAL outlives a savepoint, so the outer scope is put back by hand; what rolls back puts it back itself.
            if not connection.needs_rollback and _takes_statements():
                _set(before, old_seal, old_limits)


def person_scope(person, *, request=None, limits=None):
    """The scope of what `person` may see and answer for."""
    from registry.access.permissions import Permission

    if not person.is_authenticated:
        return site_scope([], limits=limits)
    return site_scope(
        person.site_ids(),
        pooled=person.may(Permission.POOLED_READ),
        people=person.may(Permission.PEOPLE_MANAGE),
        actor=person.email,
        role=person.role,
        behalf=person.stands_in.person.email if person.stands_in else "",
        request=request,
        limits=limits,
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
    return site_scope(sites, pooled=True, people=True, actor=actor, role=role, request=request, limits=WORK)


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


def _takes_statements():
    """Whether the transaction goes on: after a failed statement, or without its connection, another failure would hide the first."""
    line = connection.connection
    return line is not None and line.info.transaction_status == TransactionStatus.INTRANS


def _settings():
    """The scope's settings as they are with their seal, its limits, and what tells the transaction from every other."""
    names = (*SETTINGS, SEAL, *LIMITS)
    with connection.cursor() as cursor:
        columns = ", ".join("coalesce(current_setting(%s, true), '')" for _name in names)
        cursor.execute(f"SELECT {columns}, pg_backend_pid()::text, extract(epoch FROM now())::text", names)  # noqa: S608 - placeholders
        found = cursor.fetchone()
    scope = len(SETTINGS) + 1
    return found[:scope], found[scope : len(names)], found[len(names) :]


def _set(scope, seal, limits):
    """Set the scope's settings, their seal and its limits for the rest of the transaction."""
    pairs = [*zip(SETTINGS, scope, strict=True), (SEAL, seal), *zip(LIMITS, limits, strict=True)]
    with connection.cursor() as cursor:
        changes = ", ".join("set_config(%s, %s, true)" for _pair in pairs)
        cursor.execute(f"SELECT {changes}", [part for pair in pairs for part in pair])
