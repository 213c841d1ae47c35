"""`manage.py export`: what was frozen stays frozen, a live export is one moment, each export is noted, and no half file is left."""

import csv
import json

import pytest
from django.core.management import CommandError, call_command

from analytics import actions
from analytics.exports import snapshot as snapshots
from analytics.models import Dataset, Export
from registry.access.row_security import everything_scope
from registry.actions.forms import save_form
from tests import factories
from tests.conftest import log_in_as
from tests.scenarios.cuts.worlds import as_worker, everything, four_cases, frozen

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cases(transactional_db):
    return four_cases()


def export(folder, dataset="live", kind="csv", profile="consortium", **words):
    call_command("export", dataset=dataset, kind=kind, out=str(folder), profile=profile, **words)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def rows(files, name):
    return list(csv.DictReader(files[f"{name}.csv"].decode().splitlines()))


def corrected(form, **answers):
    with everything_scope(actor="tests"):
        form.refresh_from_db()
        for name, value in answers.items():
            setattr(form, name, value)
        save_form(form, by=factories.BUILDER, seen_version=form.version, reason="source")


def test_a_cut_gives_what_was_frozen_and_nothing_of_later(cases, tmp_path):
    with everything_scope(actor="tests"):
        infusion = cases[0].infusion_set.get()
    crs = factories.stored_form(
        cases[0],
        "crs",
        crs_occurred=1,
        toci_given=1,
        toci_first_date=factories.day(160),
        toci_first_date_p="D",
        toci_doses=2,
    )
    assert crs.pk
    frozen(day=factories.day(150))
    first = export(tmp_path / "a", "asco-2027")
    corrected(infusion, inf_viability=80)
    factories.relapse(cases[2], 100)
    again = export(tmp_path / "b", "asco-2027")

    assert first == again
    assert not rows(first, "death") and len(rows(first, "relapse")) == 1 and len(rows(first, "patient")) == 4
    (told,) = rows(first, "crs")
    assert (told["toci_given"], told["toci_first_date"], told["toci_doses"]) == ("0", "", "")
    assert len(rows(export(tmp_path / "c"), "relapse")) == 2
    manifest = json.loads(first["manifest.json"])
    cut = everything(lambda: Dataset.objects.get(name="asco-2027"))
    assert manifest["dataset"]["sha256"] == cut.hash and manifest["dataset"]["cut_date"] == cut.cut_date.isoformat()


def test_a_live_export_is_one_moment_and_names_the_revision_that_it_is(cases, tmp_path, monkeypatch):
    as_worker(actions.build_datasets)
    export_ = export(tmp_path / "a", profile="deidentified")
    assert json.loads(export_["manifest.json"])["dataset"]["revision"] == 1

    before, read = export(tmp_path / "b"), snapshots.extract

    def while_somebody_writes(cohort):
        found = read(cohort)
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as other:
            other.submit(_dies, cases[3]).result()
        return found

    monkeypatch.setattr(snapshots, "extract", while_somebody_writes)
    during = export(tmp_path / "c")
    monkeypatch.setattr(snapshots, "extract", read)
    after = export(tmp_path / "d")

    assert during == before and len(rows(after, "death")) == len(rows(before, "death")) + 1
    assert json.loads(after["manifest.json"])["dataset"]["revision"] is None


def _dies(case):
    from django.db import connection

    log_in_as("reg_app")  # the command is the worker at this moment, which writes no form
    try:
        factories.death(case, 420)
    finally:
        connection.close()


def test_each_export_is_noted_with_what_was_taken(cases, tmp_path):
    export(tmp_path / "a", profile="full", site=["KYO"], kind="adam")
    note = everything(lambda: Export.objects.get())
    assert (note.person, note.role, note.profile, note.format) == (None, "command", "full", "adam")
    assert note.by.startswith("export:") and note.about["sites"] == ["KYO"] and len(note.digest) == 64


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"dataset": "nothing"}, "There is no cut nothing"),
        ({"profile": "full"}, "say which by --site"),
        ({"site": ["KYO"]}, "belongs to --profile full"),
        ({"profile": "full", "site": ["XXX"]}, "There is no hospital XXX"),
        ({"cohort": "other"}, "There is no cohort other"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(cases, tmp_path, words, said):
    with pytest.raises(CommandError, match=said):
        export(tmp_path / "a", **words)
    assert not list(tmp_path.iterdir()) and not everything(Export.objects.count)


def test_a_write_that_fails_leaves_the_files_of_before(cases, tmp_path, monkeypatch):
    from analytics.exports import delivered

    before = export(tmp_path / "a")
    written, whole = [], delivered._write

    def full_disk(path, content):
        written.append(path)
        if len(written) == 5:
            raise OSError("no space left")
        whole(path, content)

    monkeypatch.setattr(delivered, "_write", full_disk)
    with pytest.raises(OSError, match="no space"):
        export(tmp_path / "a", profile="deidentified")
    assert {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
