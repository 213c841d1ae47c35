"""The services in the images that `make image` builds: as an engine would run them, but for its network.

Read-only root, /tmp in memory, volumes and secrets by their own paths, user 10001 without a capability or a way to one. Where no registry
of images can be reached the base is Debian's minimal system with the Python that runs us; it stands in for python:3.11-slim.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

from deploy import image, servers
from tests.deploy.services import Services, said_by

BASE = "localhost/registry-base:3.11"
VERSION = "smoke-1"
# What python:3.11-slim has beside the minimal system: what Python's own modules are linked to.
LIBRARIES = ("ca-certificates,netbase,tzdata,libssl3,libffi8,libsqlite3-0,libbz2-1.0,liblzma5,zlib1g,libuuid1,libreadline8,libncursesw6,"
             "libnsl2")  # fmt: skip
LEFT_OUT = ("/site-packages/", "/test/", "/idlelib/", "/tkinter/", "/__pycache__/", "/config-3")
ENTER = """
set -e
root=$1; shift
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
while [ "$1" != -- ]; do mount --bind "$1" "$root$2"; shift 2; done
shift
mount -o remount,ro,bind "$root"
exec "$@"
"""
AS_NOBODY = ("setpriv", "--reuid", "10001", "--regid", "10001", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all",
             "--no-new-privs", "--pdeathsig", "TERM")  # fmt: skip
AT_HOME = ("sh", "-c", 'cd /srv/registry; exec "$@"', "sh")


def missing():
    """The first thing that is not there to build and run an image; nothing if all is."""
    if os.geteuid():
        return "root, who alone may enter an image"
    return next(
        (name for name in ("buildah", "debootstrap", "unshare", "setpriv", "nsenter") if not shutil.which(name)), ""
    )


class Engine:
    """buildah with a store of its own under `folder`, which is kept: a second build is quick."""

    def __init__(self, folder):
        self.folder = servers.made(folder)
        stored = f'[storage]\ndriver = "overlay"\ngraphroot = "{folder}/store"\nrunroot = "{folder}/run"\n'
        (folder / "storage.conf").write_text(stored, encoding="utf-8")
        self.env = {
            "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
            "BUILDAH_ISOLATION": "chroot",
            "BUILDAH_LAYERS": "true",
        }

    def do(self, *words):
        """What buildah says."""
        done = subprocess.run(
            ["buildah", *words], env={**os.environ, **self.env}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def build(self):
        """Both images of the compose file, by the command that an operator has."""
        if BASE.partition(":")[0] not in self.do("images", "--format", "{{.Name}}"):
            self.make_base()
        words = [sys.executable, "-m", "deploy.image"]
        path = self.folder / "path"
        servers.made(path)
        for name in ("docker", "podman"):  # which may be installed and answer
            (path / name).write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
            (path / name).chmod(0o755)
        env = {
            **os.environ,
            **self.env,
            "PATH": f"{path}:{os.environ['PATH']}",
            "PYTHON_IMAGE": BASE,
            "CODE_VERSION": VERSION,
        }
        done = subprocess.run(words, cwd=image.ROOT, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        self.do("rmi", "--prune", "--force")  # what an earlier tree was built to

    def make_base(self):
        """Debian's minimal system and our Python under /usr/local, as python:3.11-slim has it."""
        root = self.folder / "base"
        shutil.rmtree(root, ignore_errors=True)
        suite = next(
            line[17:]
            for line in Path("/etc/os-release").read_text().splitlines()
            if line.startswith("VERSION_CODENAME=")
        )
        subprocess.run(
            ["unshare", "--mount", "debootstrap", "--variant=minbase", f"--include={LIBRARIES}", suite, root],
            check=True,
            capture_output=True,
        )
        prefix, local = Path(sys.base_prefix), root / "usr/local"
        with tarfile.open(self.folder / "python.tar", "w") as packed:
            packed.add(
                sysconfig.get_path("stdlib"),
                "lib/python3.11",
                filter=lambda one: None if any(f"{name}" in f"/{one.name}/" for name in LEFT_OUT) else one,
            )
            for library in (prefix / "lib").glob("libpython3*.so*"):
                packed.add(library, f"lib/{library.name}")
        shutil.unpack_archive(self.folder / "python.tar", local)
        (local / "lib/python3.11/site-packages").mkdir()
        shutil.copy2(prefix / "bin/python3.11", local / "bin")
        for name, what in (("python3", "python3.11"), ("python", "python3.11"), ("pip", "pip3.11")):
            (local / "bin" / name).symlink_to(what)
        for command in (["ldconfig"], ["/usr/local/bin/python3", "-m", "ensurepip"]):
            subprocess.run(["chroot", root, *command], check=True, capture_output=True)
        made = self.do("from", "scratch")
        self.do("copy", made, str(root), "/")
        self.do(
            "config",
            "--env",
            "PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
            "--env",
            "LANG=C.UTF-8",
            made,
        )
        self.do("commit", made, BASE)
        self.do("rm", made)
        shutil.rmtree(root)

    def opened(self, name):
        """(container, root folder, environment) of the image, as files."""
        made = self.do("from", "--pull-never", f"localhost/{name}:{VERSION}")
        found = json.loads(self.do("inspect", made))["OCIv1"]["config"]
        assert found["User"] == "registry"
        return made, Path(self.do("mount", made)), dict(pair.split("=", 1) for pair in found["Env"])


def made(folder, tls_port):
    """The services in images that are built now, of this tree."""
    engine = Engine(servers.made(servers.var() / "image"))
    engine.build()
    return Contained(folder, tls_port, engine)


class Contained(Services):
    """The compose file's services, each in its image."""

    def __init__(self, folder, tls_port, engine):
        super().__init__(folder, tls_port)
        self.engine = engine
        self.opened = {name: engine.opened(name) for name in ("cart-registry", "cart-registry-backup")}
        servers.made(folder / "mail")
        for _made, root, _env in self.opened.values():
            (root / "mail").mkdir(exist_ok=True)
            (root / "run/secrets").mkdir(exist_ok=True)
            for name in {one for service in self.all.values() for one in service.get("secrets", ())}:
                (root / "run/secrets" / name).touch()
            (root / "run/certificate.pem").touch()
        for name in ("media", "spool", "scratch", "backups", "mail"):
            os.chown(
                folder / name, 10001, 10001
            )  # as an engine gives a new volume to whom its folder in the image belongs

    def write_secrets(self):
        """By hand those that tests know; then, as root in the image, what docs/operating.md says."""
        super().write_secrets()
        self.secret("email_url", "file:/mail")
        self.close_secrets()

    def secret(self, name, text):
        """Replaced by hand, and closed again as docs/operating.md says."""
        (self.folder / "secrets" / name).unlink(missing_ok=True)
        super().secret(name, text)
        if self.ports.get("redis:6379"):
            self.close_secrets()

    def close_secrets(self):
        _made, root, env = self.opened["cart-registry"]
        words = self.entered(
            root,
            {str(self.folder / "secrets"): "/mnt"},
            ("setpriv", "--no-new-privs"),
            ["python", "-m", "deploy.new_secrets", "/mnt"],
        )
        status, said = said_by(words, {"env": env})
        assert status == 0, said

    def entered(self, root, volumes, how, command):
        """The words that run a command in an image's root."""
        pairs = [word for pair in volumes.items() for word in pair]
        return [
            "unshare",
            "--mount",
            "sh",
            "-c",
            ENTER,
            "sh",
            str(root),
            *pairs,
            "--",
            "chroot",
            str(root),
            *how,
            *AT_HOME,
            *command,
        ]

    def process(self, name, command, port=None, **more):
        """In the service's image, with its volumes, as its user."""
        service = self.all[name]
        _made, root, env = self.opened[service["image"].partition(":")[0]]
        volumes = {
            str(self.folder / there.rpartition("/")[2]): there
            for _here, there, *_mode in (one.split(":") for one in service["volumes"])
        }
        volumes |= {str(self.folder / "secrets" / one): f"/run/secrets/{one}" for one in service["secrets"]}
        volumes |= {
            str(self.folder / "mail"): "/mail",
            str(self.folder / "certificate.pem"): "/run/certificate.pem",
            "/etc/hosts": "/etc/hosts",
        }
        given = {key: self.here(value, port, {}) for key, value in service["environment"].items()}
        words = [self.here(word, port, {}) for word in command]
        env = {**env, "SSL_CERT_FILE": "/run/certificate.pem", "HOSTNAME": os.uname().nodename, **given, **more}
        return self.entered(root, volumes, AS_NOBODY, words), {"env": env}

    def natively(self, name, command, **more):
        """What tests do that no image holds."""
        return said_by(*super().process(name, command, **more))

    def is_healthy(self, name, port=None):
        """Asked in the running container, as an engine does."""
        words = [self.here(word, port, {}) for word in self.health_check(name)]
        _words, how = self.process(name, [], port)
        inside = [
            "nsenter",
            "--target",
            str(self.running[f"{name}-1"].pid),
            "--mount",
            "--root",
            *AS_NOBODY,
            *AT_HOME,
            *words,
        ]
        return said_by(inside, how)[0] == 0

    def end(self):
        """End all; the images stay."""
        super().end()
        for made, _root, _env in self.opened.values():
            self.engine.do("rm", made)
