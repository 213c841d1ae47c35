"""Which Chromium the tests and benchmarks start, and what is installed where there is none."""

import pytest

from deploy import browser

# Installs what `packaged` names of what it is asked for, and fails where that is nothing, as apt-get does.
APT = """#!/bin/sh
echo "$1" >> "{folder}/asked"
found=0
for one in "$@"; do
  case " {packaged} " in *" $one "*) echo "#!/bin/sh" > "{folder}/$one"; /bin/chmod 755 "{folder}/$one"; found=1;; esac
done
[ "$1" = update ] || [ $found = 1 ]
"""


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A PATH with these programs alone, and an apt-get that has these packages."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)

    def has(*names, packaged=()):
        scripts = dict.fromkeys(names, "#!/bin/sh\n")
        for name, text in {**scripts, "apt-get": APT.format(folder=tmp_path, packaged=" ".join(packaged))}.items():
            (tmp_path / name).write_text(text)
            (tmp_path / name).chmod(0o755)
        return lambda: (tmp_path / "asked").read_text().split()

    return has


def test_the_headless_shell_goes_before_the_whole_browser_and_what_is_named_before_both(machine, monkeypatch, tmp_path):
    machine("chromium")
    assert browser.find() == str(tmp_path / "chromium")
    machine("chromium-headless-shell")
    assert browser.find() == str(tmp_path / "chromium-headless-shell")

    monkeypatch.setenv("CHROMIUM", str(tmp_path / "chromium"))
    assert browser.launch()["executable_path"] == str(tmp_path / "chromium")


def test_root_installs_the_shell(machine, monkeypatch, tmp_path):
    monkeypatch.setattr(browser.os, "geteuid", lambda: 0)
    asked = machine(packaged=("chromium-headless-shell", "chromium"))

    browser.ensure()

    assert asked() == ["update", "install"]
    assert browser.find() == str(tmp_path / "chromium-headless-shell")


def test_where_there_is_no_shell_the_whole_browser_is_installed_once(machine, monkeypatch, tmp_path):
    monkeypatch.setattr(browser.os, "geteuid", lambda: 0)
    asked = machine(packaged=("chromium",))

    browser.ensure()
    browser.ensure()

    assert asked() == ["update", "install", "install"]
    assert browser.find() == str(tmp_path / "chromium")

    browser.ensure([browser.SHELL])
    assert asked()[3:] == ["update", "install", "install"], "the quicker one was asked for"


def test_where_there_is_neither_it_is_said(machine, monkeypatch, capsys):
    monkeypatch.setattr(browser.os, "geteuid", lambda: 0)
    machine()

    browser.ensure()

    assert "Chromium is missing: browser tests will" in capsys.readouterr().out
