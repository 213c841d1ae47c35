"""`manage.py migrate`: Django's own, which also tells the database whose seals it believes (registry/access/signing.py)."""

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connection, transaction

from registry.access import signing
from registry.access.outages import no_answer
from registry.access.versions import newer_tables, too_old_a_server


class Command(migrate.Command):
    """Before the migrations, since those that change data need a scope that is believed.

    It changes nothing on a server that is too old, or on tables of newer code: compose starts what serves only when this went well.
    """

    def handle(self, *args, **options):
        """Nothing is told while only the plan is asked for; the migration that brings the seals tells them itself."""
        try:
            wrong = too_old_a_server() or newer_tables()
        except OperationalError as failure:
            wrong = f"the database gives {no_answer(failure)}"
        if wrong:
            raise CommandError(f"Nothing was migrated: {wrong}. See docs/operating.md, “It does not start”.")
        if not (options["plan"] or options["check_unapplied"]):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT to_regclass('guard.key') IS NOT NULL")
                if cursor.fetchone()[0]:
                    signing.tell_keys()
        return super().handle(*args, **options)
