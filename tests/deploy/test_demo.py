"""What a start says and does before there is a page: ports, a second start, a run that was killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from deploy import demo, stack
from deploy.family import Family, born, recover


@pytest.fixture
def busy():
    """A port that another program holds."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


@pytest.fixture
def signals():
    """The handlers of before; an end ignores signals for good."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def sleeper(seconds=60, how=subprocess.Popen):
    """A process in a session of its own, as the demonstration's are."""
    return how([sys.executable, "-c", f"import time; time.sleep({seconds})"], start_new_session=True)


def test_a_busy_port_that_was_asked_for_is_refused_with_a_way_out(busy):
    with pytest.raises(
        SystemExit, match=f"Port {busy} is taken by another program. Choose another with: make demo PORT={busy + 1}"
    ):
        demo.choose_port(str(busy))


def test_without_a_wish_the_next_free_port_is_taken_and_said(busy, monkeypatch, capsys):
    monkeypatch.setattr(demo, "DEFAULT_PORT", busy)
    chosen = demo.choose_port(None)
    assert chosen > busy
    assert f"Port {busy} is taken by another program; using {chosen}" in capsys.readouterr().out


@pytest.mark.parametrize("asked", ["abc", "0", "65536", "-1", "80.5"])
def test_what_is_no_port_is_named(asked):
    with pytest.raises(SystemExit, match=f"PORT={asked} is no port"):
        demo.choose_port(asked)


def test_a_second_demonstration_is_refused_and_told_of_the_first(tmp_path):
    with demo.only_one(tmp_path / "lock"), pytest.raises(SystemExit, match=f"runs already \\(process {os.getpid()}\\)"):
        demo.only_one(tmp_path / "lock").__enter__()
    with demo.only_one(tmp_path / "lock"):
        pass


def test_commands_at_the_same_time_get_places_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr(stack.servers, "var", lambda: tmp_path)
    (first, lock), (second, other) = stack.free_place("test-servers"), stack.free_place("test-servers")
    assert (first, second) == ("test-servers", "test-servers-2")
    lock.close()
    again, lock = stack.free_place("test-servers")
    assert again == first
    lock.close()
    other.close()


def test_an_orderly_end_is_in_reverse_and_leaves_no_mark(tmp_path, signals):
    mark, ended = tmp_path / "mark", []
    family = Family(mark)
    for name in ("first", "second"):
        child = sleeper()
        child.send_signal = lambda how, child=child, name=name: (ended.append(name), os.kill(child.pid, how))
        family.add(name, child, tmp_path / "log")
    assert len(json.loads(mark.read_text())) == 2
    family.end()
    assert ended == ["second", "first"]
    assert not mark.exists()


def test_a_dead_child_is_named_with_the_end_of_its_log(tmp_path):
    (tmp_path / "worker.log").write_text("what went wrong")
    family = Family()
    child = sleeper(0)
    family.add("worker", child, tmp_path / "worker.log")
    child.wait(10)
    with pytest.raises(SystemExit, match=r"worker ended by itself \(status 0\)[^$]*worker.log:\nwhat went wrong"):
        family.complain_of_the_dead()


def test_a_start_after_a_kill_waits_for_what_is_still_ending(tmp_path):
    mark, child = tmp_path / "mark", sleeper(1)
    mark.write_text(json.dumps([[child.pid, born(child.pid)]]))
    began = time.monotonic()
    _reap_in_background(child)
    assert recover(mark)
    assert time.monotonic() - began > 0.3
    assert not mark.exists()
    assert not recover(mark)


def test_a_later_process_with_an_old_number_is_left_alone(tmp_path):
    mark, child = tmp_path / "mark", sleeper()
    mark.write_text(json.dumps([[child.pid, "1"]]))
    assert recover(mark)
    assert child.poll() is None
    child.kill()
    child.wait()


def test_a_mark_that_was_half_written_stops_nobody(tmp_path):
    (tmp_path / "mark").write_text("[[12")
    assert recover(tmp_path / "mark")


def _reap_in_background(child):
    """A parent that was killed leaves its children to init, which reaps them."""
    import threading

    threading.Thread(target=child.wait, daemon=True).start()
