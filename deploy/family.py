"""The processes of one run, in the order of their start: a dead one ends the rest, the end comes in reverse.

While they live, a mark names them. A mark that is found at a start tells of a run that was killed. Standard library only.
"""

import contextlib
import json
import os
import signal
import time
from pathlib import Path

PATIENCE = 15  # seconds a process may take to end; seconds that survivors of a killed run are given


class Family:
    """Children with their logs. `mark` is the file that names them while they live, or None."""

    def __init__(self, mark=None):
        self.members = []
        self.mark = mark

    def add(self, name, child, log, how=signal.SIGTERM):
        """Take in a Popen whose output goes to `log` and that ends by the signal `how`."""
        self.members.append((name, child, Path(log), how))
        if self.mark:
            self.mark.write_text(
                json.dumps([[child.pid, born(child.pid)] for _name, child, _log, _how in self.members])
            )

    def complain_of_the_dead(self):
        """End, naming the log, if a child has died."""
        for name, child, log, _how in self.members:
            if child.poll() is not None:
                last = log.read_text(errors="replace")[-2000:]
                raise SystemExit(f"{name} ended by itself (status {child.returncode}). The end of {log}:\n{last}")

    def end(self):
        """End all that live, the last first. Signals are ignored meanwhile: a second Ctrl-C must not leave half of them."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        for _name, child, _log, how in reversed(self.members):
            end(child, how)
        self.members = []
        if self.mark:
            self.mark.unlink(missing_ok=True)


def end(child, how=signal.SIGTERM, seconds=PATIENCE):
    """End a child that leads its own session, and wait for it; by force if it takes longer."""
    if child.poll() is None:
        child.send_signal(how)
        with contextlib.suppress(TimeoutError):
            wait_until(lambda: child.poll() is not None, seconds)
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def wait_until(condition, seconds):
    """Wait until `condition()` holds; TimeoutError after `seconds`."""
    stop = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > stop:
            raise TimeoutError
        time.sleep(0.05)


def born(pid):
    """The start time of a process in clock ticks since boot, which tells it from a later one with its number; None if none."""
    with contextlib.suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return None


def survivors(mark):
    """Process numbers that a killed run left in `mark` and that still live."""
    try:
        known = json.loads(mark.read_text())
    except (OSError, ValueError):
        return []
    return [pid for pid, start in known if start is not None and born(pid) == start]


def recover(mark):
    """Whether a killed run left its mark; its survivors have ended when this returns."""
    if not mark.exists():
        return False
    with contextlib.suppress(TimeoutError):
        wait_until(lambda: not survivors(mark), PATIENCE)
    for pid in survivors(mark):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(TimeoutError):
        wait_until(lambda: not survivors(mark), PATIENCE)
    mark.unlink(missing_ok=True)
    return True
