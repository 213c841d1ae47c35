"""`manage.py backup`: a whole backup, encrypted, brought back to see that it can be; with --follow also the log, without end."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from analytics.actions_of_backups import BACKUP, LOG
from analytics.management.backing_up import key, noted, refusing, source
from deploy.backups import RefusalError, store
from deploy.backups.follow import EVERY, Follower
from deploy.backups.take import take, verify

NIGHTLY = timedelta(hours=24)
AGAIN = timedelta(minutes=15)  # after one that failed


class Command(BaseCommand):
    """Exits with 2 and says what and where when there is no whole, readable backup at the end."""

    help = "Back up database and files into a folder: encrypted, listed with hashes and row counts, brought back once and compared."

    def add_arguments(self, parser):
        """--to, and how."""
        parser.add_argument(
            "--to",
            required=True,
            type=Path,
            metavar="DIR",
            help="where the backups lie; better on another machine's disk",
        )
        parser.add_argument(
            "--follow",
            action="store_true",
            help=f"go on: the log every {EVERY:.0f} s, a whole backup each night; runs until stopped",
        )
        parser.add_argument(
            "--spool",
            type=Path,
            metavar="DIR",
            help="with --follow: where the open piece of the log lies unencrypted; on this machine's disk, kept over restarts",
        )
        parser.add_argument(
            "--work",
            metavar="DIR",
            help="where to bring back for the comparison; the system's temporary folder if not given",
        )

    def handle(self, *args, to, follow, spool, work, **options):
        """Once, or without end."""
        with refusing():
            self.to, self.work, self.key, self.source = to, work, key(self.stdout), source()
            to.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not follow:
                self.whole()
                return
            self.follow(spool or to / "spool")

    def whole(self):
        """Back up, bring back, compare, delete what is too old."""
        began = time.monotonic()
        base = take(self.to, self.source, [self.key.to_public()], self.work)
        taken = time.monotonic() - began
        base = verify(base, self.key, self.work)
        rows = sum(one["rows"] for one in base.manifest["tables"].values())
        noted(BACKUP)
        gone = len(store.prune(self.to))
        self.stdout.write(
            f"{base.folder}: {rows} rows in {len(base.manifest['tables'])} tables, backed up in {taken:.1f} s, "
            f"brought back and equal {time.monotonic() - began - taken:.1f} s later; {gone} old files deleted."
        )

    def follow(self, spool):
        """Seal the log round by round; a whole backup runs beside it, since it may take long."""
        follower, backup, next_at = None, None, datetime.min.replace(tzinfo=UTC)
        found = store.bases(self.to)
        if found and found[-1].manifest["verified_at"]:
            next_at = found[-1].finished + NIGHTLY
        try:
            while True:
                try:
                    follower = follower or Follower(self.to, self.source.url, [self.key.to_public()], spool)
                    follower.round()
                    noted(LOG)
                    if datetime.now(UTC) >= next_at and not (backup and backup.is_alive()):
                        backup = threading.Thread(target=self.whole_or_complain, daemon=True)
                        backup.start()
                        next_at = datetime.now(UTC) + NIGHTLY
                except (RefusalError, DatabaseError, OSError) as failure:
                    self.stderr.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} the log is not followed: {failure}")
                time.sleep(float(os.environ.get("BACKUP_EVERY_SECONDS", EVERY)))
        finally:
            if follower:
                follower.end()

    def whole_or_complain(self):
        """A backup that fails is tried again soon; `/ready` turns red meanwhile if it takes too long."""
        while True:
            try:
                self.whole()
                return
            except (RefusalError, DatabaseError, OSError) as failure:
                self.stderr.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} there is no backup of tonight: {failure}")
                time.sleep(AGAIN.total_seconds())
