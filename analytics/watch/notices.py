"""What needs somebody: each with what was found, and what to do. The operator's page shows them, /ready names the first ones."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics import health

WAITS_TOO_LONG = {"changes": 300, "runs": 900, "checks": 3600, "cuts": 3600, "letters": 600}  # seconds
SEALED_WITHIN = 120  # seconds

# Name of a check of /ready → what it means, what to do.
CHECKS = {
    "database": (
        gettext_lazy("PostgreSQL does not answer"),
        gettext_lazy("Nothing can be entered. Look at the logs of postgres, start it again; nothing that was acknowledged is lost."),
    ),
    "role": (
        gettext_lazy("The pages log in by a role that sees too much"),
        gettext_lazy("Put reg_app into DATABASE_URL and start web again."),
    ),
    "guards": (
        gettext_lazy("Guards of the database are not as shipped"),
        gettext_lazy("Somebody changed triggers, policies or rights. manage.py guards names them. Treat it as a security incident."),
    ),
    "scope": (
        gettext_lazy("The database does not know this SECRET_KEY and shows no case"),
        gettext_lazy("Run docker compose run --rm migrate with the key that the pages have, then start them again."),
    ),
    "history": (
        gettext_lazy("The history does not hold, or was not verified"),
        gettext_lazy("Run manage.py verify_history: it names the places. What it names was changed past the registry: a security incident."),
    ),
    "migrations": (
        gettext_lazy("The tables are not those of this code"),
        gettext_lazy("Run docker compose run --rm migrate: it goes on where it stopped. Tables of newer code need the newer version."),
    ),
    "database_settings": (
        gettext_lazy("PostgreSQL may forget what it acknowledged"),
        gettext_lazy("Switch on again what is named, in the server's configuration, and start it again."),
    ),
    "broker": (
        gettext_lazy("Redis does not answer"),
        gettext_lazy("Start redis again. Nothing is lost: pages ask by themselves, and figures come later."),
    ),
    "worker": (
        gettext_lazy("No worker has finished anything lately"),
        gettext_lazy("Look at the logs of worker-quick and beat, start them again. Nothing is lost; figures are late."),
    ),
    "unsafe_settings": (
        gettext_lazy("A guard is switched off by a setting"),
        gettext_lazy("manage.py self_check says which, and why it matters."),
    ),
    "clock": (
        gettext_lazy("The clocks differ"),
        gettext_lazy("Let chrony or NTP set the clocks of this machine and of the database's."),
    ),
    "disk": (
        gettext_lazy("The disk is nearly full"),
        gettext_lazy("Add space or delete what is not the registry's. On a full disk entries are refused, not lost."),
    ),
    "certificate": (
        gettext_lazy("The certificate ends soon, or is not accepted"),
        gettext_lazy("It renews by itself if ports 80 and 443 are reachable from outside. Otherwise replace the files and restart proxy."),
    ),
    "backups": (
        gettext_lazy("The backup is not what it should be"),
        gettext_lazy("docker compose logs backup says why. Until it runs again, a lost machine costs what came since."),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Notice:
    """Something that needs somebody: what it is, what was found in plain words, what to do."""

    title: str | Promise
    found: str
    do: str | Promise


def of_checks(answers=None):
    """A Notice for each check of /ready that is red."""
    answers = health.answers() if answers is None else answers
    return [Notice(CHECKS[name][0], one["reason"], CHECKS[name][1]) for name, one in answers.items() if not one["ok"]]


def of_work(waiting, kinds):
    """A Notice for each kind of work that waits too long or failed. `kinds`: kind → its word."""
    for one in waiting:
        if one.oldest > WAITS_TOO_LONG[one.kind]:
            yield Notice(
                _("%(kind)s: the oldest has waited too long") % {"kind": kinds[one.kind]},
                _("%(count)d wait, the oldest for %(minutes)d minutes")
                % {"count": one.count, "minutes": one.oldest // 60},
                _("Are there workers of the queue below? Start one more: docker compose up -d --scale worker-quick=3."),
            )
        if one.failed:
            yield Notice(
                _("%(kind)s: some failed in the last day") % {"kind": kinds[one.kind]},
                _("%(count)d were given up after several attempts") % {"count": one.failed},
                _("The worker's log names the run and the place in the code."),
            )  # fmt: skip


def of_processes(alive, missing):
    """A Notice where services are missing or versions are mixed."""
    if missing:
        yield Notice(
            _("Not heard of: %(services)s") % {"services": ", ".join(missing)},
            _("no such process noted itself in the last 45 seconds"),
            _("docker compose ps says whether it runs; docker compose up -d starts it."),
        )
    versions = sorted({one.version for one in alive})
    if len(versions) > 1:
        yield Notice(
            _("Two versions of the code run at once"),
            ", ".join(versions),
            _("An upgrade was not finished. docker compose up -d starts every service in the version of CODE_VERSION."),
        )


def of_queues(queues, alive):
    """A Notice for each queue that no living worker serves."""
    for name, count in queues.items():
        if alive and not any(name in one.queues for one in alive):
            yield Notice(
                _("No worker serves the queue “%(queue)s”") % {"queue": name},
                ngettext("%(n)d message lies in it", "%(n)d messages lie in it", count) % {"n": count},
                _("docker compose ps says which pool of workers does not run; docker compose up -d starts it."),
            )


def of_seals(lag):
    """A Notice where the history waits for its seal."""
    if lag > SEALED_WITHIN:
        yield Notice(
            _("The history is not sealed"),
            _("changes have waited for %(minutes)d minutes") % {"minutes": lag // 60},
            _("The sweeper seals every few seconds. docker compose logs sweeper says why it does not."),
        )
