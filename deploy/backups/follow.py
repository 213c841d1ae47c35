"""Follow the log (WAL) by streaming: every few seconds all that was committed lies in the backup, encrypted."""

import gzip
import io
import shutil
import signal
import time
from datetime import datetime
from pathlib import Path

from deploy import servers
from deploy.backups import RefusalError, store
from deploy.backups.cluster import login, programs
from deploy.backups.sealing import seal
from deploy.backups.take import about, connect

SLOT = "registry_backup"
EVERY = 10.0  # seconds between two rounds: what a lost machine may cost
# The log is kept on the server from now on, until it is received.
RESERVE = """
SELECT pg_create_physical_replication_slot(%s, true) WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = %s)
"""
FLUSHED = """
SELECT flush_lsn >= %s::pg_lsn FROM pg_stat_replication WHERE application_name = %s ORDER BY flush_lsn DESC LIMIT 1
"""


class Follower:
    """pg_receivewal into `spool`, which must outlive us; `round` seals what came and says up to when all is safe."""

    def __init__(self, folder: Path, url: str, recipients: list, spool: Path):
        self.url, self.recipients, self.child = url, recipients, None
        with connect(url) as connection:
            cluster = about(connection)["cluster"]
            connection.execute(RESERVE, [SLOT, SLOT])
        self.wal = folder / cluster / "wal"
        self.spool = spool / cluster
        for made in (self.wal, self.spool):
            made.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.sealed: dict[str, float] = {}
        self._receive()

    def _receive(self):
        """Start receiving where the slot stands, unless somebody does."""
        if self.child is None or self.child.poll() is not None:
            self.child = servers.start([*self._command(), "--synchronous"], self.spool / "log", env=self._login())

    def _command(self):
        return [programs() / "pg_receivewal", "-D", self.spool, "-S", SLOT, "--no-password"]

    def _login(self):
        return {**login(self.url), "PGAPPNAME": SLOT}

    def round(self) -> datetime:
        """Seal what came since the last round; the moment up to which every commit is in the backup."""
        self._receive()
        until = self._arrived()
        for path in sorted(self.spool.iterdir()):
            if path.name.removesuffix(".partial").isalnum() and len(path.name) in (24, 32):
                self._seal(path)
        store.write_covered(self.wal, until)
        return until

    def _arrived(self, patience=15.0):
        """Wait until all that is in the log now has come here; the moment of now."""
        stop = time.monotonic() + patience
        with connect(self.url) as connection:
            until, position = connection.execute("SELECT clock_timestamp(), pg_current_wal_flush_lsn()").fetchone()
            while (connection.execute(FLUSHED, [position, SLOT]).fetchone() or (None,))[0] is not True:
                if time.monotonic() > stop:
                    raise RefusalError(f"The log did not arrive within {patience:.0f} s{self._complaint()}.")
                time.sleep(0.05)
        return until

    def _complaint(self):
        """What the program that receives it said last, and how much room it has."""
        said = (self.spool / "log").read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]
        free = shutil.disk_usage(self.spool).free // 1024**2
        return f"; pg_receivewal said: {said or 'nothing'}. {free} MiB are free in {self.spool}"

    def _seal(self, path):
        written, is_open = path.stat().st_mtime_ns, path.name.endswith(".partial")
        if is_open and self.sealed.get(path.name) == written:
            return
        packed = io.BytesIO(gzip.compress(path.read_bytes(), 1))
        seal(packed, self.wal / f"{path.name}{store.SEALED}", self.recipients)
        self.sealed[path.name] = written
        if not is_open:
            (self.wal / f"{path.name}{store.PARTIAL}").unlink(missing_ok=True)
            path.unlink()

    def end(self):
        """Stop following; the slot keeps the log on the server until somebody follows again."""
        if self.child and self.child.poll() is None:
            self.child.send_signal(signal.SIGINT)
            self.child.wait(20)
