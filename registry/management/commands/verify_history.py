"""`manage.py verify_history`: does the audit trail hold? Non-zero, and the places, when it does not."""

from django.core.management.base import BaseCommand

from registry.trail import redactions, verify_history

MOST_LINES = 500


class Command(BaseCommand):
    """Values are printed: run it where only those who may see them look."""

    help = "Check guards, seals, anchors, and that every stored answer is what the history says last."

    def handle(self, *args, **options):
        """One line for each fault; exit status 1 if there is any."""
        faults = verify_history()
        for case, at, asked, confirmed, events, why in redactions():
            told = f"{events} changes, on {at:%Y-%m-%d %H:%M:%S} UTC, asked by {asked}, confirmed by {confirmed}: {why}"
            self.stdout.write(f"Redacted in {case}: {told}")
        for fault in faults[:MOST_LINES]:
            self.stdout.write(f"{fault.place}: {fault.what}")
        if faults:
            self.stdout.write(f"The history does not hold: {len(faults)} faults.")
            raise SystemExit(1)
        self.stdout.write("The history holds.")
