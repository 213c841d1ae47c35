"""docker-compose.yml run natively: its own commands, environment, secrets and health checks, on ports and folders of ours."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import yaml

from deploy import servers
from deploy.backups.sealing import make_identity
from deploy.family import end
from deploy.new_secrets import EMPTY, KEYS, PASSWORDS

ROOT = servers.ROOT
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
GIVEN = {"ALLOWED_HOSTS": "localhost", "EMAIL_FROM": "registry@localhost", "CODE_VERSION": "smoke-1"}
FOLDERS = {"/run/secrets": "secrets", "/srv/media": "media", "/backups": "backups", "/spool": "spool", "/scratch": "scratch",
           "/tmp": "tmp"}  # fmt: skip
VARIABLE = re.compile(r"\$\{(\w+)(?:(?::\?|:-)([^}]*))?\}")


class Services:
    """The compose file's services under `folder`; started one by one, ended together."""

    def __init__(self, folder, tls_port):
        self.folder, self.tls_port = folder, tls_port
        self.all = yaml.safe_load(VARIABLE.sub(lambda found: GIVEN.get(found[1], found[2] or ""), TEXT))["services"]
        self.running, self.ports = {}, {"proxy:443": tls_port}
        for name in FOLDERS.values():
            servers.made(folder / name)

    def write_secrets(self):
        """A file for each, as docs/operating.md says."""
        for number, name in enumerate(KEYS):
            self.secret(name, f"{name}-{number}-" + "x" * 40)
        for name in PASSWORDS:
            self.secret(name, f"word-of-{name}")
        for name in EMPTY:
            self.secret(name, "")
        self.secret("email_url", f"file:{servers.made(self.folder / 'mail')}")
        make_identity(self.folder / "secrets/backup_identity")

    def secret(self, name, text):
        servers.write_secret(self.folder / "secrets" / name, text)

    def word(self, name):
        return (self.folder / "secrets" / name).read_text(encoding="utf-8")

    def start_servers(self):
        """PostgreSQL and Redis with the options of their services; the roles by the script that the image runs."""
        options = self.all["postgres"]["command"][2::2]
        self.secret("admin_password", "")  # ours is made with the cluster
        self.running["postgres"], self.admin = servers.postgres(self.folder, options)
        self.ports["postgres:5432"] = int(self.admin.rpartition(":")[2])
        self.secret("admin_password", self.admin.split(":")[2].partition("@")[0])
        self.running["redis"], redis = servers.valkey(self.folder)
        self.ports["redis:6379"] = int(redis.rpartition(":")[2].partition("/")[0])
        self.make_roles()

    def make_roles(self):
        """By 10-roles.sh itself."""
        from deploy.backups.cluster import login, programs

        script = (ROOT / "deploy/postgres/10-roles.sh").read_text(encoding="utf-8")
        env = {**login(f"{self.admin}/postgres"), "PATH": f"{programs()}:{os.environ['PATH']}", "POSTGRES_USER": "reg_admin",
               "PGDATA": str(self.folder / "postgres/data")}  # fmt: skip
        script = script.replace("/run/secrets", str(self.folder / "secrets"))
        done = subprocess.run(["sh", "-c", script], env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def here(self, text, port=None, folders=FOLDERS):
        """A word of the compose file as it is on this machine."""
        text = str(text).replace("$$", "$")
        for place, number in self.ports.items():
            text = text.replace(place, f"localhost:{number}" if place.startswith("proxy") else f"127.0.0.1:{number}")
        for there, name in folders.items():
            text = re.sub(rf"(?<![\w/.]){there}(?![\w-])", str(self.folder / name), text)
        text = text.replace("0.0.0.0", "127.0.0.1")
        return re.sub(r"\b8000\b", str(port), text) if port else text

    def environment(self, name, port=None, **more):
        """What the service's process is given, and nothing of ours but where programs are."""
        given = {key: self.here(value, port) for key, value in self.all[name].get("environment", {}).items()}
        return {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOSTNAME": socket.gethostname(),
            "PYTHONDONTWRITEBYTECODE": "1",
            "SSL_CERT_FILE": str(self.folder / "certificate.pem"),
            **given,
            **({"C_FORCE_ROOT": "1"} if os.geteuid() == 0 else {}),
            **more,
        }

    def process(self, name, command, port=None, **more):
        """(words, Popen arguments) of one of its processes."""
        return [self.here(word, port) for word in command], {"cwd": ROOT, "env": self.environment(name, port, **more)}

    def start(self, name, number=1, *, port=None, **more):
        """Start one replica of a service."""
        command = [str(word).replace("@%h", f"{number}@%h") for word in self.all[name]["command"]]
        words, how = self.process(name, command, port, **more)
        self.running[f"{name}-{number}"] = servers.start(words, self.folder / f"{name}-{number}.log", **how)

    def run(self, name, *extra, command=None, **more):
        """Run a service's command to its end, or `command` in its environment: (exit status, what it said)."""
        return said_by(*self.process(name, command or [*self.all[name]["command"], *extra], **more))

    def natively(self, name, command, **more):
        """Run a command of the tests in a service's environment."""
        return said_by(*self.process(name, command, **more))

    def is_healthy(self, name, port=None):
        """What the container's own health check says."""
        words, how = self.process(name, self.health_check(name), port)
        return said_by(words, how)[0] == 0

    def health_check(self, name):
        """Its words, as an engine runs them; our replicas have numbers in their names."""
        kind, *test = (word.replace("@$$HOSTNAME", "1@$$HOSTNAME") for word in self.all[name]["healthcheck"]["test"])
        return ["sh", "-c", *test] if kind == "CMD-SHELL" else test

    def logs(self):
        """What every process wrote, by name."""
        paths = [*self.folder.glob("*.log"), self.folder / "postgres/log", self.folder / "valkey/log"]
        return {path.name if path.suffix else path.parent.name: path.read_text(errors="replace") for path in paths}

    def stop(self, name):
        """As `docker compose stop` does."""
        end(self.running.pop(name))

    def end(self):
        """End all, the servers last."""
        order = [name for name in self.running if name not in ("postgres", "redis")] + ["redis", "postgres"]
        for name in order:
            if name in self.running and self.running[name].poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    if name == "postgres":
                        end(self.running[name], signal.SIGINT)
                    else:
                        os.killpg(self.running[name].pid, signal.SIGKILL)
                        self.running[name].wait(20)


def said_by(words, how):
    """(exit status, what it said) of a process that ends by itself."""
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300, **how)
    return done.returncode, done.stdout + done.stderr
