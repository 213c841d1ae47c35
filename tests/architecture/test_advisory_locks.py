"""Each advisory lock has a number of its own: two that share one wait for each other, and a sweeper holds its own for life."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LOCK = re.compile(r"^(\w+_LOCK) = ([\d_]+)", re.MULTILINE)


def test_every_advisory_lock_has_its_own_number():
    found = [
        (int(number), name)
        for folder in ("registry", "analytics")
        for path in (ROOT / folder).rglob("*.py")
        for name, number in LOCK.findall(path.read_text(encoding="utf-8"))
    ]

    assert len(found) >= 5
    assert len({number for number, _name in found}) == len(found), sorted(found)
