"""A disk of files that is full: what is refused is said, what was whole stays whole, and what is late is made up for."""

import contextlib
import subprocess
from types import SimpleNamespace

import pytest

from analytics import actions, actions_of_exports
from analytics.acts import exports
from analytics.export_words import why_not
from registry.access.row_security import person_scope
from registry.actions.seals import anchor_file
from registry.trail import verify_history
from tests import factories
from tests.processes import until
from tests.registry.test_verify_history import unsealed
from tests.scenarios.cuts.worlds import as_worker, everything

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def small(settings, tmp_path):
    """A folder on a disk of a quarter of a megabyte, where the registry keeps its files; `fill()` leaves so many bytes, `free()` all."""
    place, filler = tmp_path / "small", tmp_path / "small/filler"
    place.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", place], capture_output=True, check=False
    ).returncode:
        pytest.skip("only root can make a small disk")

    def fill():
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while file.write(b"x" * 4096):
                pass

    settings.MEDIA_ROOT = str(place)
    try:
        yield SimpleNamespace(fill=fill, free=filler.unlink)
    finally:
        subprocess.run(["umount", place], check=True)


def swept():
    """Rounds of the sweeper until the history is sealed: another transaction may hold the newest rows back for a moment."""
    until(lambda: as_worker(actions.sweep) >= 0 and not unsealed(), 60, "the history was not sealed")


def test_on_a_full_disk_anchors_stay_whole_and_an_export_says_why(small):
    kyoto = factories.site("KYO")
    factories.infused_case(kyoto)
    swept()
    before = anchor_file().read_bytes()[:-1]
    before += (
        b" person:1" * ((4090 - len(before) % 4096) // 9) + b"\n"
    )  # what comes next needs a page that the disk has not
    anchor_file().write_bytes(before + b"7 h")  # as a power cut leaves it
    small.fill()
    factories.infused_case(kyoto)
    lead = factories.person("lead")
    with person_scope(lead):
        order = {"format": "odm_audit", "profile": "consortium", "tables": ["death"]}
        job, _is_new = exports.ask(exports.checked(lead, order), person=lead)

    swept()  # goes on: it rings for work that waits
    as_worker(lambda: actions_of_exports.make_export(job.pk))

    assert anchor_file().read_bytes() == before
    as_worker(lambda: everything(job.refresh_from_db))
    assert (job.state, job.error) == ("failed", "no room")
    assert why_not(job).startswith("The registry's disk has no room for its file.")

    small.free()
    factories.infused_case(kyoto)
    swept()
    lines = anchor_file().read_text().splitlines()
    numbers = [int(line.split()[0]) for line in lines]
    assert numbers == [*range(numbers[0], numbers[0] + len(lines))]
    assert len(lines) == before.count(b"\n") + 2, "the seal that found no room has its anchor too"
    assert as_worker(verify_history) == []

    anchor_file().write_text(anchor_file().read_text() + "7 half")
    (fault,) = as_worker(verify_history)
    assert (fault.place, fault.what[:11]) == (f"line {len(lines) + 1} of history-anchors.txt", "half a line")
