"""What lies where in a backup folder, and its manifests.

FOLDER/<system identifier>/base/<UTC stamp>/{base.tar.gz,dump,files.tar.gz}.age, manifest.json
FOLDER/<system identifier>/wal/<segment>.gz.age, <segment>.partial.gz.age, covered.json
The system identifier is the one that PostgreSQL gives each cluster, so that the logs of two clusters never mix.
"""

import contextlib
import hashlib
import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deploy.backups import RefusalError
from deploy.backups.sealing import sha256

MANIFEST, COVERED = "manifest.json", "covered.json"
STAMP = "%Y%m%dT%H%M%SZ"
DAILY, WEEKLY = 14, 13
SEALED, PARTIAL = ".gz.age", ".partial.gz.age"
SEGMENT = 16 << 20


@dataclass(frozen=True)
class Base:
    """A whole backup: the folder and what its manifest says."""

    folder: Path
    manifest: dict

    @property
    def finished(self) -> datetime:
        """From when on it can bring back."""
        return datetime.fromisoformat(self.manifest["finished_at"])

    @property
    def wal(self) -> Path:
        """The folder of the log that follows it."""
        return self.folder.parent.parent / "wal"

    def file(self, name: str) -> Path:
        """One of its files, whose hash is as the manifest says."""
        said = next((one for one in self.manifest["files"] if one["name"] == name), None)
        path = self.folder / name
        if said is None or not path.is_file():
            raise RefusalError(f"{path} is missing from the backup. Restore from another one.")
        if sha256(path) != said["sha256"]:
            raise RefusalError(f"{path} is damaged: its SHA-256 is not that of {MANIFEST}. Restore from another copy.")
        return path


def write_manifest(folder: Path, found: dict) -> Base:
    """Store the manifest with its own digest; it comes last, so that a folder without one is no backup."""
    half = folder / f"{MANIFEST}.half"
    half.write_text(json.dumps({**found, "digest": _digest(found)}, indent=1, sort_keys=True), encoding="utf-8")
    half.rename(folder / MANIFEST)
    return Base(folder, found)


def bases(folder: Path) -> list[Base]:
    """Every whole backup, the oldest first."""
    found = [_read(path) for path in folder.glob(f"*/base/*/{MANIFEST}")]
    return sorted(found, key=lambda base: base.finished)


def _read(path):
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        digest = found.pop("digest")
    except (ValueError, KeyError) as failure:
        raise RefusalError(f"{path} is damaged. Move its folder away and restore from another backup.") from failure
    if digest != _digest(found):
        raise RefusalError(f"{path} was changed since it was written. Move its folder away and use another backup.")
    return Base(path.parent, found)


def _digest(found):
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()


def newest(folder: Path, until: datetime | None = None) -> Base:
    """The newest backup that ended before `until`."""
    found = bases(folder)
    if not found:
        raise RefusalError(f"There is no backup in {folder}. Make one with: manage.py backup --to {folder}")
    fitting = [base for base in found if until is None or base.finished <= until]
    if not fitting:
        raise RefusalError(
            f"The oldest backup in {folder} ended on {found[0].finished:%Y-%m-%d %H:%M:%S} UTC; "
            f"{until:%Y-%m-%d %H:%M:%S} UTC is before it. Choose a later moment."
        )
    return fitting[-1]


def write_covered(wal: Path, until: datetime) -> None:
    """Note the moment up to which every commit is in the log's archive."""
    half = wal / f"{COVERED}.half"
    half.write_text(json.dumps({"until": until.astimezone(UTC).isoformat()}), encoding="utf-8")
    half.rename(wal / COVERED)


def covered(wal: Path) -> datetime | None:
    """The moment up to which every commit is in the log's archive; none where nobody follows."""
    file = wal / COVERED
    return datetime.fromisoformat(json.loads(file.read_text(encoding="utf-8"))["until"]) if file.is_file() else None


def segments(wal: Path, first: int, last: int) -> list[Path]:
    """The sealed segments from number `first` on, in order, the open one last. Those up to `last` are in the base backup itself.

    RefusalError names the first that is missing: recovery would stop there and say nothing.
    """
    half = {path.name[:24]: path for path in wal.glob(f"*{PARTIAL}")}
    whole = {path.name[:24]: path for path in wal.glob(f"*{SEALED}") if not path.name.endswith(PARTIAL)}
    found = {name: path for name, path in {**half, **whole}.items() if number(name) >= first}
    expected = last + 1
    for name in sorted(found):
        if number(name) > expected:
            raise RefusalError(
                f"The segment before {name} is missing from {wal}: the log has a gap. Restore from a later backup."
            )
        expected = max(expected, number(name) + 1)
    return [found[name] for name in sorted(found)]


def number(segment: str) -> int:
    """The position of a segment of 16 MiB in the log, whatever its timeline."""
    return int(segment[8:16], 16) * 256 + int(segment[16:24], 16)


def numbers(data: Path) -> tuple[int, int]:
    """(first, last) number of the segments that the base backup on this data folder begins and ends in, and holds."""
    (span,) = json.loads((data / "backup_manifest").read_text(encoding="utf-8"))["WAL-Ranges"]
    return _position(span["Start-LSN"]) // SEGMENT, (_position(span["End-LSN"]) - 1) // SEGMENT


def _position(lsn):
    high, low = lsn.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def prune(folder: Path) -> list[Path]:
    """Delete what is beyond 14 daily and 13 weekly backups, and the log that no kept backup needs; what was deleted."""
    gone = []
    for cluster in sorted({base.folder.parent.parent for base in bases(folder)}):
        found = [base for base in bases(folder) if base.folder.parent.parent == cluster]
        kept = {base.folder for base in [*_last_of(found, "%Y-%m-%d", DAILY), *_last_of(found, "%G-%V", WEEKLY)]}
        for base in found:
            if base.folder not in kept:
                shutil.rmtree(base.folder)
                gone.append(base.folder)
        oldest = next(base for base in found if base.folder in kept).manifest["first_segment"]
        for path in (cluster / "wal").glob(f"*{SEALED}"):
            if path.name[8:24] < oldest[8:]:
                path.unlink()
                gone.append(path)
    return gone


def remove_halves(folder: Path, now: datetime) -> None:
    """Delete what a killed backup left half: no manifest, and begun a day ago. Another one may be under way."""
    for place in folder.glob("*/base/*"):
        with contextlib.suppress(ValueError):  # not ours
            begun = datetime.strptime(place.name, STAMP).replace(tzinfo=UTC)
            if not (place / MANIFEST).exists() and now - begun > timedelta(days=1):
                shutil.rmtree(place)


def _last_of(found, period, count):
    last = {base.finished.strftime(period): base for base in found}
    return list(last.values())[-count:]
