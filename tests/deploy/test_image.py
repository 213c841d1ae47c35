"""The image and its secrets without an engine: what goes into it, who runs it, and the files that it is given."""

import re
import stat
from pathlib import Path

import pytest
import yaml

from deploy import image, new_secrets

ROOT = Path(__file__).resolve().parent.parent.parent
LINES = re.sub(r"\\\n\s*", " ", (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")).splitlines()
STAGES = "\n".join(line for line in LINES if not line.startswith("#")).split("FROM ")[1:]


def ignored(name):
    """The lines of an ignore file."""
    return (ROOT / name).read_text(encoding="utf-8").split()


def test_what_an_installation_adds_goes_neither_into_the_image_nor_into_git():
    for name in ("secrets", "backups", ".env"):
        assert name in ignored(".dockerignore")
        assert {name, f"{name}/"} & {*ignored(".gitignore")}


@pytest.mark.parametrize("stage", STAGES, ids=("registry", "backup"))
def test_each_stage_ends_as_nobody_in_particular_and_takes_packages_by_hash(stage):
    assert re.findall(r"^USER (\w+)$", stage, re.M)[-1] == "registry"
    assert not re.search(r"^(ADD|ENV \w*(PASSWORD|KEY|TOKEN))|curl|wget|sudo|apt-get|:latest", stage, re.M)
    assert all("--require-hashes" in line for line in stage.splitlines() if "pip install" in line)
    for copied in re.findall(r"^COPY (\S+) \S+$", stage, re.M):
        assert (ROOT / copied).exists()
    for module in re.findall(r"python -m (deploy\.\S+)", stage):
        assert (ROOT / f"{module.replace('.', '/')}.py").exists()


def test_the_roles_script_is_run_and_not_read_into_the_images_own():
    assert (ROOT / "deploy/postgres/10-roles.sh").stat().st_mode & stat.S_IXUSR


def test_the_secrets_are_made_once_each_its_own_and_closed(tmp_path, capsys):
    folder = tmp_path / "secrets"
    assert new_secrets.main(folder) == 1  # nobody but the operator knows who sends mail
    assert "Missing:" in capsys.readouterr().out
    (folder / "email_url").write_text("smtp://mail.example.org:587")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}

    assert new_secrets.main(folder) == 0

    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert {*before} == {*yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["secrets"]}
    words = [before[name] for name in (*new_secrets.KEYS, *new_secrets.PASSWORDS)]
    assert min(map(len, words)) >= 40
    assert len({*words}) == len(words)
    said = capsys.readouterr().out
    assert not [name for name, word in before.items() if word and word.decode() in said]
    for file in folder.iterdir():
        shared = file.name in new_secrets.PASSWORDS  # PostgreSQL's first start reads them as its own user
        assert stat.S_IMODE(file.stat().st_mode) == (0o440 if shared else 0o400)


def test_a_network_that_opens_tls_is_told_to_the_build_alone(tmp_path, monkeypatch):
    for name in ("PIP_CERT", "PIP_INDEX_URL", "PYTHON_IMAGE"):
        monkeypatch.delenv(name, raising=False)
    assert (image.trusted(tmp_path), image.base()) == ([], [])

    monkeypatch.setenv("PIP_CERT", "/etc/own.pem")
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example.org/simple")
    given = image.trusted(tmp_path)

    assert given == ["--secret", f"id=pip.conf,src={tmp_path}/pip.conf", "--secret", "id=ca.pem,src=/etc/own.pem"]
    said = (tmp_path / "pip.conf").read_text(encoding="utf-8").splitlines()
    assert said == ["[global]", "index-url = https://index.example.org/simple", "cert = /etc/ssl/ca.pem"]
    asked = [line for line in "\n".join(STAGES).splitlines() if "pip install" in line]
    assert len(asked) == 2
    assert all("id=pip.conf,target=/etc/pip.conf" in one and "id=ca.pem,target=/etc/ssl/ca.pem" in one for one in asked)


def test_without_an_engine_it_is_said_which_would_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match="None of docker, podman, buildah can build here"):
        image.engine()
