"""The sweeper: a process of its own, for what mends the queue cannot travel through it."""

import logging
import time

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections, connection

from analytics.actions import sweep
from analytics.starting import refuse_unless_safe
from registry import presence

log = logging.getLogger(__name__)
SWEEP_LOCK = 7_201_002  # advisory lock: one sweeper at a time


class Command(BaseCommand):
    """Every few seconds, ring again for what the database says is waiting."""

    help = "Ring again for changes and runs that wait (runs until stopped; --once: one round)."

    def add_arguments(self, parser):
        """--once for tests and for mending by hand."""
        parser.add_argument("--once", action="store_true")

    def handle(self, *args, once=False, **options):
        """Sweep, wait, sweep; a lost database is waited for."""
        refuse_unless_safe()
        while True:
            presence.note("sweeper")
            try:
                self.round()
            except OperationalError:
                log.exception("the sweeper has no database; it tries again")
                close_old_connections()
                connection.close()
            if once:
                return
            time.sleep(settings.SWEEP_SECONDS)

    def round(self):
        """One round, if no other sweeper is in one."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [SWEEP_LOCK])
            if not cursor.fetchone()[0]:
                return
        try:
            sweep()
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [SWEEP_LOCK])
