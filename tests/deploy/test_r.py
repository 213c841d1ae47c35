"""Whether R is there for the tests that hold the registry to it, and what is said and done where it is not."""

import subprocess

import pytest

from deploy import r

EVERY = (*r.PACKAGES, *r.OPTIONAL_PACKAGES)


@pytest.fixture
def without(monkeypatch):
    """Say that R, or some of its packages, are not there; commands that would be run are listed instead."""
    ran = []

    def say(path, *packages):
        monkeypatch.setattr(r, "find", lambda: path)
        found = lambda names=r.NEEDED: packages if names == r.NEEDED else ()  # noqa: E731
        found.cache_clear = lambda: None
        monkeypatch.setattr(r, "missing", found)
        monkeypatch.setattr(
            subprocess, "run", lambda command, **_: ran.append(command) or subprocess.CompletedProcess(command, 1)
        )
        return ran

    return say


def test_a_developer_is_told_how_and_nothing_is_installed(without, monkeypatch, capsys):
    monkeypatch.delenv("CI", raising=False)
    ran = without(None, *r.NEEDED)

    r.ensure()

    assert not ran
    assert "R is missing" in capsys.readouterr().out and "apt-get install r-base-core r-cran-survival" in r.said()
    assert r.why_not("survival").startswith("R is missing. Install it with")


def test_under_ci_it_is_installed_by_root(without, monkeypatch):
    monkeypatch.setenv("CI", "1")
    monkeypatch.setattr(r.os, "geteuid", lambda: 0)
    monkeypatch.setattr(r.shutil, "which", lambda name: f"/usr/bin/{name}")
    ran = without("/usr/bin/Rscript", "brglm2")

    r.ensure()

    assert ran[0][:2] == ["apt-get", "update"] and ran[1][-len(EVERY) :] == list(EVERY)
    assert [command[-1] for command in ran[2:]] == list(EVERY), "what is not packaged holds nothing else back"


def test_under_ci_without_rights_it_is_only_said(without, monkeypatch, capsys):
    monkeypatch.setenv("CI", "1")
    monkeypatch.setattr(r.os, "geteuid", lambda: 1000)
    ran = without("/usr/bin/Rscript", "cmprsk")

    r.ensure()

    assert not ran and "R lacks cmprsk" in capsys.readouterr().out
    assert r.why_not("survival") is None and "R lacks cmprsk" in r.why_not("survival", "cmprsk")


def test_a_script_names_its_packages(tmp_path):
    script = tmp_path / "x.R"
    script.write_text(
        'suppressPackageStartupMessages(library(brglm2))\ncmprsk::crr(1)\nlibrary("unheard")\n', encoding="utf-8"
    )

    assert r.used_by(script) == ["brglm2", "cmprsk"]
