"""Files on a disk: whole or not there."""

import os
import shutil
import tempfile
from pathlib import Path


def deliver(files, folder):
    """Put the files into `folder`, made if it is not there. Nothing half written is ever under a file's name.

    files  (name, bytes); the last one, the manifest, is put there last: with it the others are complete

    They are written beside the folder first. A folder that was not there appears whole; in one that was, each file is replaced whole.
    """
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, content in files:
            _write(beside / name, content)
        if folder.exists():
            for name, _content in files:
                os.replace(beside / name, folder / name)
        else:
            beside.chmod(0o755)
            os.rename(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _write(path, content):
    with path.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
