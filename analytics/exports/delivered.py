"""Files on a disk: whole or not there."""

import contextlib
import hashlib
import os
import shutil
import tempfile
from pathlib import Path


def laid_down(files, folder):
    """Write the files, each piece as it is made, into a folder that nobody reads yet; (name, SHA-256) of each.

    files  (name, pieces of bytes)
    """
    return [(name, _write(Path(folder) / name, pieces)) for name, pieces in files]


@contextlib.contextmanager
def beside(folder):
    """A place on the same disk, gone afterwards."""
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def put(place, names, folder):
    """Move these files out of the place beside the folder into it. The last one, the manifest, comes last: with it the others are complete.

    A folder that was not there appears whole; in one that was, each file is replaced whole. Nothing half written is ever under a file's name.
    """
    folder = Path(folder)
    if not folder.exists():
        new = place / "new"
        new.mkdir()
        new.chmod(0o755)
        for name in names:
            os.replace(place / name, new / name)
        os.rename(new, folder)
    else:
        for name in names:
            os.replace(place / name, folder / name)


def _write(path, pieces):
    digest = hashlib.sha256()
    with path.open("wb") as out:
        for piece in pieces:
            out.write(piece)
            digest.update(piece)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()
