"""`manage.py export`: what was frozen stays frozen, a live export is one moment, each export is noted, and no half file is left."""

import contextlib
import csv
import itertools
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import Client

from analytics import actions
from analytics.actions_of_cuts import take_cut
from analytics.exports import snapshot as snapshots
from analytics.models import Dataset, Export
from registry.access.row_security import everything_scope
from registry.actions.forms import save_form
from registry.models import Cohort, Infusion, Leukapheresis
from tests import factories
from tests.conftest import log_in_as
from tests.remembered import remembered
from tests.scenarios.cuts.worlds import as_worker, everything, four_cases

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cases(transactional_db):
    return remembered(four_cases)


FEW = ["patient", "relapse", "death", "crs"]


def export(folder, dataset="live", kind="csv", profile="consortium", **words):
    words = {"table": FEW, **words}
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
    as_worker(lambda: take_cut(everything(Cohort.objects.get), "asco-2027", factories.day(150), reason="", by="tests"))
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
    before, read = export(tmp_path / "b"), snapshots.extract_with_answers
    assert json.loads(before["manifest.json"])["dataset"]["revision"] == 1

    def while_somebody_writes(cohort):
        found = read(cohort)
        with ThreadPoolExecutor(1) as other:
            other.submit(_dies, cases[3]).result()
        return found

    monkeypatch.setattr(snapshots, "extract_with_answers", while_somebody_writes)
    during = export(tmp_path / "c")
    monkeypatch.setattr(snapshots, "extract_with_answers", read)
    after = export(tmp_path / "d")

    assert during == before and len(rows(after, "death")) == len(rows(before, "death")) + 1
    assert json.loads(after["manifest.json"])["dataset"]["revision"] is None


def _dies(case):
    log_in_as("reg_app")  # the command is the worker at this moment, which writes no form
    try:
        factories.death(case, 420)
    finally:
        connection.close()


def test_each_export_is_noted_with_what_was_taken(cases, tmp_path):
    export(tmp_path / "a", profile="full", site=["KYO"], kind="adam", table=[])
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
        ({"table": ["deaths"]}, "There is no table deaths"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(tmp_path, words, said):
    factories.cohort()
    factories.site("KYO")
    with pytest.raises(CommandError, match=said):
        export(tmp_path / "a", **words)
    assert not list(tmp_path.iterdir()) and not everything(Export.objects.count)


def test_while_fifty_write_an_export_is_one_moment(cases, tmp_path):
    """Each writer puts one number into two tables of all cases, in one transaction: a moment holds one number."""
    ended, moves, failures, numbers = threading.Event(), threading.Event(), [], itertools.count(2)

    def writes():
        try:
            while not ended.is_set():
                with contextlib.suppress(DatabaseError):  # who waits too long for the others begins anew
                    with everything_scope(actor="tests"), connection.cursor() as cursor:
                        number = [next(numbers)]
                        cursor.execute("UPDATE registry_infusion SET inf_dose_total = %s", number)
                        cursor.execute("UPDATE registry_leukapheresis SET aph_days = %s", number)
                    if number[0] > 20:
                        moves.set()
        except BaseException as failure:  # noqa: BLE001 - told below
            failures.append(failure)
            moves.set()
        finally:
            connection.close()

    everything(
        lambda: [
            form.objects.update(**{name: 1})
            for form, name in ((Infusion, "inf_dose_total"), (Leukapheresis, "aph_days"))
        ]
    )
    nurse = factories.person("manager")
    rest = Client()
    rest.force_login(nurse)
    writers = [threading.Thread(target=writes) for _number in range(50)]
    for one in writers:
        one.start()
    assert moves.wait(30)
    try:
        with ThreadPoolExecutor(1) as apart:  # the writers are the web's role, the command the worker's
            files = apart.submit(_exported, tmp_path / "a").result()
        taken = {float(row["inf_dose_total"]) for row in rows(files, "infusion")}
        taken |= {float(row["aph_days"]) for row in rows(files, "leukapheresis")}
        streamed = b"".join(rest.get("/api/v1/infusion?format=csv").streaming_content).decode().splitlines()
        sent = {float(row["inf_dose_total"]) for row in csv.DictReader(streamed)}
    finally:
        ended.set()
        for one in writers:
            one.join()
    assert not failures and len(taken) == len(sent) == 1 and taken != sent  # they wrote meanwhile


def _exported(folder):
    try:
        return export(folder, table=["infusion", "leukapheresis"])
    finally:
        connection.close()


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
