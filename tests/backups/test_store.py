"""What lies in a backup folder is whole, or it is said what is not."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from deploy.backups import RefusalError, fingerprint, store
from deploy.backups.bring_back import moment
from deploy.backups.sealing import identity, make_identity, seal, unseal

NIGHT = datetime(2027, 3, 1, 17, 30, tzinfo=UTC)


@pytest.fixture
def secret(tmp_path):
    make_identity(tmp_path / "key")
    return identity(tmp_path / "key")


def backup_of(folder, finished, segment="000000010000000000000002"):
    place = folder / "7712" / "base" / finished.strftime(store.STAMP)
    place.mkdir(parents=True)
    (place.parent.parent / "wal").mkdir(exist_ok=True)
    (place / "dump.age").write_bytes(b"sealed")
    files = [{"name": "dump.age", "sha256": "0" * 64}]
    return store.write_manifest(place, {"finished_at": finished.isoformat(), "first_segment": segment, "files": files})


def test_what_is_sealed_opens_with_its_key_alone(tmp_path, secret):
    told = seal(io.BytesIO(b"Yamada Taro" * 50_000), tmp_path / "one.age", [secret.to_public()])

    assert b"Yamada" not in (tmp_path / "one.age").read_bytes()
    assert unseal(tmp_path / "one.age", tmp_path / "plain", secret).read_bytes() == b"Yamada Taro" * 50_000
    assert told["bytes"] == (tmp_path / "one.age").stat().st_size
    make_identity(tmp_path / "other")
    with pytest.raises(RefusalError, match="The key does not open .*one.age"):
        unseal(tmp_path / "one.age", tmp_path / "plain", identity(tmp_path / "other"))


@pytest.mark.parametrize("at", [-1, 70_000])
def test_a_damaged_file_is_named(tmp_path, secret, at):
    seal(io.BytesIO(b"x" * 200_000), tmp_path / "one.age", [secret.to_public()])
    damaged = bytearray((tmp_path / "one.age").read_bytes())
    damaged[at] ^= 1
    (tmp_path / "one.age").write_bytes(damaged)

    with pytest.raises(RefusalError, match="one.age is damaged"):
        unseal(tmp_path / "one.age", tmp_path / "plain", secret)


def test_no_key_is_said_to_be_none(tmp_path):
    (tmp_path / "key").write_text("# nothing\n")
    with pytest.raises(RefusalError, match="AGE-SECRET-KEY-1"):
        identity(tmp_path / "key")


def test_a_changed_manifest_and_a_changed_file_are_named(tmp_path):
    base = backup_of(tmp_path, NIGHT)
    with pytest.raises(RefusalError, match="dump.age is damaged"):
        base.file("dump.age")
    file = base.folder / store.MANIFEST
    file.write_text(json.dumps({**json.loads(file.read_text()), "files": []}))
    with pytest.raises(RefusalError, match="was changed since"):
        store.newest(tmp_path)


def test_the_newest_backup_before_the_moment_is_taken(tmp_path):
    for days in (0, 1, 2):
        backup_of(tmp_path, NIGHT + timedelta(days=days))

    assert store.newest(tmp_path).finished == NIGHT + timedelta(days=2)
    assert store.newest(tmp_path, NIGHT + timedelta(days=1, hours=3)).finished == NIGHT + timedelta(days=1)
    with pytest.raises(RefusalError, match="2027-03-01 17:30:00 UTC; 2027-03-01 17:29:59 UTC is before it"):
        store.newest(tmp_path, NIGHT - timedelta(seconds=1))


def test_a_gap_in_the_log_is_named_for_recovery_would_end_there_and_say_nothing(tmp_path):
    for name in ("03.gz.age", "04.gz.age", "04.partial.gz.age", "06.partial.gz.age"):
        (tmp_path / f"0000000100000000000000{name}").touch()

    with pytest.raises(RefusalError, match="before 000000010000000000000006"):
        store.segments(tmp_path, 2, 2)
    (tmp_path / "000000010000000000000005.gz.age").touch()
    assert [path.name[22:] for path in store.segments(tmp_path, 2, 2)] == [
        "03.gz.age", "04.gz.age", "05.gz.age", "06.partial.gz.age"
    ]  # fmt: skip
    with pytest.raises(RefusalError, match="before 000000010000000000000003"):
        store.segments(tmp_path, 1, 1)


def test_fourteen_days_and_thirteen_weeks_are_kept_and_the_log_they_need(tmp_path):
    for days in range(200):
        backup_of(tmp_path, NIGHT + timedelta(days=days), f"00000001000000000000{days:04X}")
    wal = tmp_path / "7712" / "wal"
    for days in range(200):
        (wal / f"00000001000000000000{days:04X}.gz.age").touch()

    store.prune(tmp_path)

    kept = [(base.finished - NIGHT).days for base in store.bases(tmp_path)]
    assert kept[-14:] == list(range(186, 200))
    assert len(kept) == 14 + 10  # three of the thirteen weeks end within the fourteen days
    assert min(int(path.name[20:24], 16) for path in wal.iterdir()) == kept[0]


@pytest.mark.parametrize("text", ["yesterday", "2027-03-01T12:00:00", ""])
def test_a_moment_without_a_zone_is_refused(text):
    with pytest.raises(RefusalError, match="no moment with a zone"):
        moment(text)


def test_two_databases_are_compared_table_by_table():
    one = {"a": {"rows": 1, "digest": "5"}, "b": {"rows": 1, "digest": "5"}, "c": {"rows": 1, "digest": "5"}}
    other = {"a": {"rows": 2, "digest": "5"}, "b": {"rows": 1, "digest": "6"}, "d": {"rows": 1, "digest": "5"}}

    assert fingerprint.differences(one, other, besides=("d",)) == [
        "a has 2 rows, not 1", "b has other values in its 1 rows", "c is missing"
    ]  # fmt: skip
