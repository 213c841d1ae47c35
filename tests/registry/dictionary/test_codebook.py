"""The committed codebook is what the models say, and says it readably."""

import pytest
from django.core.management import CommandError, call_command

from registry.dictionary.codebook import codebook
from registry.management.commands import codebook as command
from registry.models import FORMS, Infusion, Relapse


def test_the_committed_codebook_is_fresh(capsys):
    call_command("codebook", check=True)
    assert "what the models say" in capsys.readouterr().out


def test_a_stale_codebook_is_refused_and_a_new_one_written(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(command, "PAGE", tmp_path / "codebook.md")
    with pytest.raises(CommandError, match="stale"):
        call_command("codebook", check=True)
    call_command("codebook")
    call_command("codebook", check=True)
    (tmp_path / "codebook.md").write_text("edited by hand")
    with pytest.raises(CommandError, match="stale"):
        call_command("codebook", check=True)


def test_an_item_shows_unit_ranges_condition_and_marks():
    page = codebook([Infusion])
    row = next(line for line in page.splitlines() if line.startswith("| `inf_dose_total`"))
    assert "number, 10^6" in row
    assert "if `infused` == 1" in row
    assert "usual 10 to 250; possible 0.1 to 1000" in row
    assert row.endswith("| C | INFDOSE |")


def test_a_date_that_must_be_exact_says_so():
    row = next(line for line in codebook([Relapse]).splitlines() if line.startswith("| `rel_date`"))
    assert "exact day" in row
    assert "| C I |" in row


def test_every_item_has_a_row():
    page = codebook(FORMS)
    for form in FORMS:
        for name in form.items():
            assert f"| `{name}` |" in page
