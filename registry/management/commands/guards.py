"""`manage.py guards`: the guards of a freshly migrated database, written to be compared with those in force."""

from django.core.management.base import BaseCommand

from registry.access.guards import SHIPPED, differences, in_force


class Command(BaseCommand):
    """After a migration that adds or changes a trigger, a policy, a guard's function or a grant."""

    help = "Say which triggers, policies, functions and grants are not as shipped; with --write, ship those of this database."

    def add_arguments(self, parser):
        """--write"""
        parser.add_argument("--write", action="store_true", help="write registry/access/guards.txt from this database")

    def handle(self, *args, write, **options):
        """Write or compare."""
        if write:
            SHIPPED.write_text("".join(f"{line}\n" for line in in_force()), encoding="utf-8")
            self.stdout.write(f"{SHIPPED.name}: {len(in_force())} guards")
            return
        found = differences()
        self.stdout.write("\n".join(found) or "Every guard is as shipped.")
        if found:
            raise SystemExit(1)
