"""`manage.py migrate`: Django's own, which also tells the database whose seals it believes (registry/access/signing.py)."""

from django.core.management.commands import migrate
from django.db import connection, transaction

from registry.access import signing


class Command(migrate.Command):
    """Before the migrations, since those that change data need a scope that is believed."""

    def handle(self, *args, **options):
        """Nothing is told while only the plan is asked for; the migration that brings the seals tells them itself."""
        if not (options["plan"] or options["check_unapplied"]):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT to_regclass('guard.key') IS NOT NULL")
                if cursor.fetchone()[0]:
                    signing.tell_keys()
        return super().handle(*args, **options)
