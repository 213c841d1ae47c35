"""Build the two images of docker-compose.yml by whichever of docker, podman and buildah is there: `make image`.

CODE_VERSION names them, PYTHON_IMAGE is what they are built on, ARGS go to the engine. A network with an index of its own, or one that
opens TLS, is told by pip's own PIP_INDEX_URL and PIP_CERT: they are shown to the build alone and stand in no image. Standard library only.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENGINES = {"docker": ("info",), "podman": ("info",), "buildah": ("--version",)}  # what each answers when it can build
IMAGES = {"registry": "cart-registry", "backup": "cart-registry-backup"}


def main(arguments=()):
    """Build both; the exit status is the engine's."""
    name = engine()
    with tempfile.TemporaryDirectory() as folder:
        given = [*base(), *trusted(Path(folder)), *arguments]
        for target, image in IMAGES.items():
            tag = f"{image}:{os.environ.get('CODE_VERSION') or 'latest'}"
            print(f"{name} builds {tag}", flush=True)
            command = [name, "build", "--target", target, "--tag", tag, "--file", "deploy/Dockerfile", *given, "."]
            status = subprocess.call(command, cwd=ROOT)
            if status:
                return status
    return 0


def engine():
    """The first that answers."""
    for name, words in ENGINES.items():
        try:
            done = subprocess.run([name, *words], capture_output=True, check=False)
        except FileNotFoundError:
            continue
        if done.returncode == 0:
            return name
    raise SystemExit(
        f"None of {', '.join(ENGINES)} can build here: none is installed, or its service is not started, or is not open to you. "
        "Install one (Debian: apt install buildah), or build by docker compose on the host that will run the registry."
    )


def base():
    """What the images are built on, where it is another than the Dockerfile's."""
    named = os.environ.get("PYTHON_IMAGE")
    return ["--build-arg", f"PYTHON_IMAGE={named}"] if named else []


def trusted(folder):
    """pip's configuration and the authority that it trusts, as secrets of the build."""
    lines, secrets = ["[global]"], []
    if os.environ.get("PIP_INDEX_URL"):
        lines.append(f"index-url = {os.environ['PIP_INDEX_URL']}")
    if os.environ.get("PIP_CERT"):
        lines.append("cert = /etc/ssl/ca.pem")
        secrets += ["--secret", f"id=ca.pem,src={os.environ['PIP_CERT']}"]
    if len(lines) == 1:
        return []
    (folder / "pip.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return ["--secret", f"id=pip.conf,src={folder / 'pip.conf'}", *secrets]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
