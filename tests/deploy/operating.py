"""What docs/operating.md tells an operator to do, done on the services of tests/deploy/services.py; and how a replica is asked."""

import contextlib
import json
import os
import re
import signal
import time
import urllib.error
import urllib.request

from benchmarks.kills import children
from tests.deploy.visitor import Visitor
from tests.processes import until


def an_administrator_begins(services):
    """As docs/operating.md says: the command shows a link; behind it a password, a second factor, a hospital, and a coordinator who is invited by mail."""
    command = ["python", "manage.py", "begin", "--email", "boss@example.org", "--name", "Aoi Sato"]
    status, said = services.run("web", command=command)
    assert status == 0, said
    boss = Visitor(services.proxy, services.folder / "certificate.pem", "boss@example.org")
    boss.choose_password(said)
    boss.sign_in()
    _status, _page = boss.get("/sites/new/")
    assert boss.post("/sites/new/", {"code": "NAG", "name": "Nagoya"})[0] == 302
    status, page = boss.get("/people/new/")
    site = re.search(r'name="sites" value="(\d+)"', page)[1]
    new = {"email": "new@example.org", "name": "Kei", "role": "coordinator", "sites": site}
    assert (status, boss.post("/people/new/", new)[0]) == (200, 302)
    until(lambda: re.search(r"/accounts/password/[\w-]+/\n", mailed(services)), 60, "no invitation was mailed")
    letter = mailed(services)
    Visitor(services.proxy, services.folder / "certificate.pem", "new@example.org").choose_password(letter)
    assert services.run("web", command=command)[0] == 1, "once is enough"


def mailed(services):
    """All letters that were sent, whole or not yet."""
    return "".join(one.read_text(encoding="utf-8") for one in (services.folder / "mail").iterdir())


def the_secret_key_is_changed(services):
    """As docs/operating.md says: who is signed in stays so, cases are seen, second factors open; then the old key is taken away."""
    before = services.word("secret_key")
    services.secret("secret_key_before", before)
    services.secret("secret_key", before[::-1])
    renewed(services)
    assert services.nurse.get("/cases/KYO-0002/")[0] == 200
    status, said = services.run("web", command=["python", "manage.py", "encrypt_factors"])
    assert (status, "3 secrets" in said) == (0, True), said
    services.secret("secret_key_before", "")
    renewed(services)
    for port in services.proxy.replicas:
        checks = checked(port)
        assert (checks["scope"]["ok"], checks["guards"]["ok"]) == (True, True), checks


def renewed(services):
    """`migrate`, and the replicas started again, as after every change of the key."""
    status, said = services.run("migrate")
    assert status == 0, said
    for number, port in enumerate(services.proxy.replicas, 1):
        services.stop(f"web-{number}")
        services.start("web", number, port=port)
    for port in services.proxy.replicas:
        until(lambda port=port: answers(port), 180, "a replica did not answer")


def a_frozen_database(services):
    """Every process of PostgreSQL stands still: a replica says so in time, and goes on when they do."""
    postmaster, port = services.running["postgres"].pid, services.proxy.replicas[0]
    assert asked(port, "/ready")[0] in (200, 503), "its thread has a connection"
    stopped = [postmaster, *children(postmaster)]  # each has a group of its own
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        for _time in range(2):
            began = time.monotonic()
            status, text = asked(port, "/ready")
            took = time.monotonic() - began
            reason = json.loads(text)["checks"]["database"]["reason"]
            assert (status, "frozen" in reason) == (503, True), text
            assert took < 15, took
        assert answers(port)
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    until(lambda: json.loads(asked(port, "/ready")[1])["checks"]["database"]["ok"], 30, "it does not go on")


def answers(port):
    """Whether the replica at this port lives."""
    with contextlib.suppress(OSError):
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/live", timeout=1).status == 200
    return False


def asked(port, path, word=""):
    """(status, text) of a replica asked by its own address, as what watches it does."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {word}"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


def checked(port):
    """The checks of /ready, asked again while a busy machine has no answer in time."""
    found = {}
    until(
        lambda: len(found.update(json.loads(asked(port, "/ready")[1])["checks"]) or found) > 1,
        120,
        "/ready has no answer",
    )
    return found
