"""Password hashes: Argon2id, and never more of them at once than the machine bears."""

import contextlib
import fcntl
import os
import tempfile
import time
from pathlib import Path

from django.contrib.auth.hashers import Argon2PasswordHasher

SLOTS = 2  # a host's, over all its processes: each hash takes a core and 19 MiB
PATIENCE = 1.0  # seconds that somebody waits for a slot
STEP = 0.01
PLACE = Path(tempfile.gettempdir()) / f"registry-hash-slots-{os.getuid()}"


class BusyError(Exception):
    """Too many passwords are being checked at this moment."""


class Argon2(Argon2PasswordHasher):
    """Argon2id with the parameters of OWASP's minimum: about 25 ms a hash, where Django's take 370 ms and 100 MiB."""

    time_cost, memory_cost, parallelism = 2, 19456, 1

    def encode(self, password, salt):
        """The hash of `password`. Raises BusyError."""
        with slot():
            return super().encode(password, salt)

    def verify(self, password, encoded):
        """Whether the hash is this password's. Raises BusyError."""
        with slot():
            return super().verify(password, encoded)


@contextlib.contextmanager
def slot():
    """One of the host's places for a hash, held by a lock on a file, which ends with its process. Raises BusyError."""
    PLACE.mkdir(mode=0o700, exist_ok=True)
    files = [os.open(PLACE / str(number), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600) for number in range(SLOTS)]
    try:
        _wait_for_one_of(files)
        yield
    finally:
        for file in files:
            os.close(file)


def _wait_for_one_of(files):
    until = time.monotonic() + PATIENCE
    while not any(_locked(file) for file in files):
        if time.monotonic() > until:
            raise BusyError
        time.sleep(STEP)


def _locked(file):
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
