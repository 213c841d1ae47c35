"""The operator's page: how the registry runs, for administrators. No clinical data: counts, seconds, versions, states."""

import os
from datetime import timedelta

import redis
from django.conf import settings
from django.db import DatabaseError
from django.shortcuts import render
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_GET

from analytics import health, safety
from analytics.actions_of_history import BROKEN, HOLDS
from analytics.watch import facts, notices
from registry import presence
from registry.access.permissions import Permission
from registry.views.access import permitted
from registry.views.statuses import Status

KINDS = {
    "changes": gettext_lazy("Changes that no figure holds yet"),
    "runs": gettext_lazy("Analyses"),
    "checks": gettext_lazy("Runs of the checks"),
    "cuts": gettext_lazy("Data cuts and reports"),
    "letters": gettext_lazy("Mails"),
}
GOOD = Status(pgettext_lazy("operations", "in order"), "tick", "good")
BAD = Status(pgettext_lazy("operations", "needs somebody"), "diamond", "bad")
ALIVE = Status(pgettext_lazy("operations", "lives"), "disc", "good")
SILENT = Status(pgettext_lazy("operations", "silent"), "ring", "warn")
SERVICES = ("web", "worker", "sweeper")
PROOFS = (
    ("backup", gettext_lazy("Whole backup, brought back and compared")),
    ("log", gettext_lazy("Log of the database in the backup")),
    ("drill", gettext_lazy("Drill: destroyed and restored")),
    (HOLDS, gettext_lazy("History verified: it holds")),
    (BROKEN, gettext_lazy("History verified: it does not hold")),
    ("worker", gettext_lazy("A worker finished a task")),
)


@permitted(Permission.OPERATIONS_READ)
@require_GET
def operations(request):
    """The page. What does not answer is a notice, and the rest is shown."""
    answers = health.answers()
    found = [*notices.of_checks(answers)]
    context = {"checks": _checks(answers), "proofs": _proofs(), "machine": _machine(), "at": timezone.now()}
    try:
        waiting, runs, delay = facts.work()
        found += [*notices.of_work(waiting, KINDS), *notices.of_seals(facts.seal_lag())]
        context |= {
            "work": _work(waiting),
            "runs": _runs(runs, delay),
            "database": _database(),
            "refused": facts.refused(),
        }
    except DatabaseError:
        context["work"] = None
    try:
        processes, queues = presence.processes(), facts.queues()
        alive = [one for one in processes if one.is_alive]
        missing = [one for one in SERVICES if one not in {process.service for process in alive}]
        found += [*notices.of_processes(alive, missing), *notices.of_queues(queues, alive)]
        context |= {"processes": _processes(processes), "queues": _queues(queues, alive)}
    except redis.RedisError:
        context["processes"] = None
    return render(request, "analytics/operations.html", {**context, "notices": found, "version": settings.CODE_VERSION})


def _checks(answers):
    """(name, status, reason) of each check of /ready."""
    return [(name, GOOD if one["ok"] else BAD, "" if one["ok"] else one["reason"]) for name, one in answers.items()]


def _proofs():
    """(what, when, how long ago) of what has to be done again and again."""
    at = facts.heartbeats()
    return [
        (label, at.get(name), timesince(at[name]) if name in at else "")
        for name, label in PROOFS
        if name != BROKEN or (name in at and at[name] > at.get(HOLDS, at[name] - timedelta(1)))
    ]


def _work(waiting):
    """(kind, how many, how long the oldest waits, failed) of each kind of work."""
    return [(KINDS[one.kind], one.count, said(one.oldest) if one.oldest else "", one.failed) for one in waiting]


def _runs(runs, delay):
    """(what, number, half, most, longest) of the last hour."""
    rows = [(_("Analyses done"), runs.get("done")), (_("Analyses failed"), runs.get("failed"))]
    rows += [(_("From a change to its dataset"), delay if delay.count else None)]
    return [
        (label, *((one.count, said(one.half), said(one.most), said(one.longest)) if one else (0, "", "", "")))
        for label, one in rows
    ]


def _database():
    """(label, value) about PostgreSQL."""
    found = facts.database()
    return [
        (_("Version"), found.version),
        (_("Size"), size(found.size)),
        (_("Connections"), f"{found.connections} / {found.most_connections}"),
        (_("Locks that wait"), found.locks_waiting),
        (_("Deadlocks"), found.deadlocks),
    ]


def _processes(found):
    """(Process, status, since when, heard of how long ago) of each."""
    now = timezone.now()
    return [
        (one, ALIVE if one.is_alive else SILENT, now - timedelta(seconds=now.timestamp() - one.since), said(one.age))
        for one in found
    ]


def _queues(queues, alive):
    """(queue, messages, workers that serve it)."""
    return [(name, count, sum(name in one.queues for one in alive)) for name, count in queues.items()]


def _machine():
    """(label, value) about this replica's machine."""
    free, total = safety.space()
    rows = [(_("Disk"), _("%(free)s free of %(total)s") % {"free": size(free), "total": size(total)})]
    try:
        rows.append((_("Clock, against the database's"), _("%(seconds).1f s apart") % {"seconds": abs(safety.skew())}))
        left = safety.certificate_days()
        rows += (
            [(_("Certificate"), ngettext("%(n)d day left", "%(n)d days left", int(left)) % {"n": left})] if left else []
        )
    except (DatabaseError, OSError):
        pass  # a notice says so
    rows.append((_("This replica"), f"{os.uname().nodename}:{os.getpid()}"))
    return rows


def said(seconds):
    """A duration, short."""
    if seconds < 120:
        return _("%(n).1f s") % {"n": seconds}
    if seconds < 7200:
        return _("%(n)d min") % {"n": seconds // 60}
    return _("%(n)d h") % {"n": seconds // 3600}


def size(bytes_):
    """A size in MiB or GiB."""
    return f"{bytes_ / 2**30:.1f} GiB" if bytes_ >= 2**30 else f"{bytes_ / 2**20:.1f} MiB"
