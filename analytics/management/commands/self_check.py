"""`manage.py self_check`: every guard that configuration can switch off, on or off, and why it matters."""

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError

from analytics import health, safety
from registry.access.outages import no_answer

OF_TRAIL = (
    safety.Guard("trail", "The history cannot be switched off unseen.", health.guards),
    safety.Guard("sealed scope", "SQL that slips into a statement cannot widen what it sees.", health.scope),
    safety.Guard("migrations", "Tables of other code lose or refuse what is entered.", health.migrations),
)


class Command(BaseCommand):
    """Run as the role that serves. Exits with 1 when a guard is off in production."""

    help = "Print every guard that configuration can switch off: on or off, what is wrong, and why it matters."

    def handle(self, *args, **options):
        """A line each."""
        off = 0
        for guard in (*safety.OF_SETTINGS, *safety.OF_DATABASE, *OF_TRAIL, *safety.OF_MACHINE):
            wrong = _wrong(guard)
            off += bool(wrong)
            self.stdout.write(
                f"{'off' if wrong else 'on ':4}{guard.name}: {guard.why}{f' Now: {wrong}.' if wrong else ''}"
            )
        if off:
            self.stdout.write(f"{off} guards are off.")
        if off and not settings.DEMO:
            raise SystemExit(1)


def _wrong(guard):
    try:
        return guard.wrong()
    except DatabaseError as failure:
        return f"the database gives {no_answer(failure)}"
