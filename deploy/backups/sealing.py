"""Files under age encryption (https://age-encryption.org/v1), each hashed as it is written: nothing readable lies in a backup."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pyrage
from pyrage import x25519

from deploy.backups import RefusalError
from deploy.servers import write_secret

AGE = ".age"
CHUNK = 1 << 20


def identity(file: Path) -> x25519.Identity:
    """The secret key in `file`, as age-keygen writes it: comment lines and one AGE-SECRET-KEY-1… line."""
    try:
        lines = [line.strip() for line in file.read_text(encoding="ascii").splitlines()]
        return x25519.Identity.from_str(next(line for line in lines if line and not line.startswith("#")))
    except (OSError, UnicodeDecodeError, StopIteration, pyrage.IdentityError) as failure:
        raise RefusalError(
            f"{file} is no age key ({type(failure).__name__}). It must hold one line that begins with AGE-SECRET-KEY-1. "
            "Name the file of the key by BACKUP_IDENTITY_FILE."
        ) from failure


def make_identity(file: Path) -> None:
    """A new key that only we can read."""
    one = x25519.Identity.generate()
    write_secret(file, f"# public key: {one.to_public()}\n{one}\n")


class Hashing:
    """A file to write to that knows the SHA-256 and the number of what was written."""

    def __init__(self, file):
        self.file, self.hash, self.bytes = file, hashlib.sha256(), 0

    def write(self, data):
        """Hand on to the file."""
        self.hash.update(data)
        self.bytes += len(data)
        return self.file.write(data)

    def flush(self):
        """Hand on to the file."""
        self.file.flush()


def seal(source, target: Path, recipients: list) -> dict:
    """Encrypt all that `source.read` gives into `target`, which gets its name only when it is whole: {name, bytes, sha256}."""
    half = target.with_name(target.name + ".half")
    try:
        with half.open("wb") as file:
            out = Hashing(file)
            pyrage.encrypt_io(source, out, recipients)
            _to_disk(file)
    except OSError as failure:
        half.unlink(missing_ok=True)
        raise RefusalError(not_written(target.parent, failure)) from failure
    half.rename(target)
    return {"name": target.name, "bytes": out.bytes, "sha256": out.hash.hexdigest()}


def not_written(folder: Path, failure: OSError) -> str:
    """Why something could not be written into `folder`, and how much room is there."""
    free = shutil.disk_usage(folder).free // 1024**2
    return f"{folder} could not be written: {failure.strerror or failure}; {free} MiB are free there. Add or free space; the next try goes on by itself."


def seal_output(command: list, target: Path, recipients: list, **how) -> dict:
    """Encrypt what a command prints; RefusalError with what it complained of when it fails."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how) as child:
        try:
            found = seal(child.stdout, target, recipients)
        except RefusalError:
            child.kill()  # it would wait for ever to be read
            raise
        complaint = child.stderr.read().decode(errors="replace")
    if child.returncode:
        target.unlink()
        raise RefusalError(f"{Path(command[0]).name} failed: {complaint.strip()[-1500:]}")
    return found


def unseal(source: Path, target: Path, key: x25519.Identity) -> Path:
    """Decrypt `source` into `target`, readable by us alone. Each block is authenticated: damage is noticed and named."""
    target.touch(mode=0o600)
    try:
        with source.open("rb") as sealed, target.open("wb") as out:
            pyrage.decrypt_io(sealed, out, [key])
    except FileNotFoundError:
        raise RefusalError(f"{source} is missing from the backup.") from None
    except pyrage.DecryptError as failure:
        target.unlink()
        if "no matching key" in str(failure).lower():
            raise RefusalError(
                f"The key does not open {source}. Give the key that the backup was made with by BACKUP_IDENTITY_FILE."
            ) from failure
        raise RefusalError(f"{source} is damaged ({failure}). Restore from another copy.") from failure
    except OSError as failure:
        target.unlink(missing_ok=True)
        if failure.errno is None:
            raise RefusalError(f"{source} is damaged ({failure}). Restore from another copy.") from failure
        raise RefusalError(f"{source} could not be decrypted into {target.parent}: {failure.strerror}.") from failure
    return target


def sha256(file: Path) -> str:
    """The SHA-256 of a file, 64 hexadecimal digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _to_disk(file):
    file.flush()
    os.fsync(file.fileno())
