"""A process of production does not start while a guard is off that it depends on: it says which, and what to do."""

from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import DatabaseError, connection

from analytics.safety import TO_START


def refuse_unless_safe():
    """End the process with a sentence for each guard that is off; a database that does not answer is waited for, and /ready says so."""
    if settings.DEMO:
        return
    with ThreadPoolExecutor(1) as own:  # a web server loads us in its event loop, where no query may be
        wrong = own.submit(_wrong).result()
    if wrong:
        said = "\n".join(f"  {name}: {what}" for name, what in wrong)
        raise SystemExit(
            f"The registry does not start, for what it relies on is not there:\n{said}\nSee docs/operating.md, “It does not start”."
        )


def _wrong():
    found = []
    try:
        for guard in TO_START:
            try:
                what = guard.wrong()
            except DatabaseError:
                continue
            if what:
                found.append((guard.name, what))
    finally:
        connection.close()
    return found
