"""A lead freezes a cut: ordered on the page, taken by the worker, never moved, verified, and retired when consent is withdrawn."""

import io

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from analytics import actions, actions_of_cuts
from analytics.actions_of_verification import verify
from analytics.acts import cuts
from analytics.models import CutOrder, CutReport, Dataset, DatasetTable, Result
from analytics.pseudonyms import pseudonym
from registry.access.row_security import everything_scope, person_scope
from registry.actions.forms import save_form
from registry.models import Death, Patient
from tests import factories
from tests.remembered import remembered
from tests.scenarios.cuts.worlds import (
    FEW,
    as_worker,
    built,
    cut_named,
    everything,
    four_cases,
    frozen,
    image,
    order,
    person,
    table,
    tomorrow,
    worked,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cases(transactional_db):
    return remembered(four_cases)


def result(cut, analysis="os"):
    return everything(lambda: Result.objects.get(run__dataset=cut, run__analysis=analysis).body)


def corrected(form, reason="source", **answers):
    """A stored form with other answers."""
    with everything_scope(actor="tests"):
        form.refresh_from_db()
        for name, value in answers.items():
            setattr(form, name, value)
        save_form(form, by=factories.BUILDER, seen_version=form.version, reason=reason)


def test_a_cut_holds_what_was_known_at_its_day_and_says_who_took_it_and_why(cases):
    lead = person("lead")
    cut = frozen(lead, day=factories.day(150))

    assert (cut.kind, cut.cases, cut.taken_by, cut.reason) == ("cut", 4, lead.email, "Abstract")
    assert cut.manifest["hash"] == cut.hash and cut.manifest["left_out"]["rows"]["death"] == 1
    assert {one["name"] for one in cut.manifest["tables"]} >= {"cases", "death", "known_at_cut", "endpoints.csv"}
    assert (len(table(cut, "death")), len(table(cut, "relapse")), len(table(cut, "follow_up"))) == (0, 1, 0)
    os, efs = result(cut), result(cut, "efs-a")
    assert (os["n"], os["events"], efs["events"]) == (4, 0, 1)
    assert os["follow_up"]["to"] == factories.day(150).isoformat() and os["follow_up"]["to_is"] == "data cut-off"
    assert os["groups"][0]["curve"]["time"][-1] == 150, "a later contact shows that they lived at the cut"


def test_entries_corrections_and_new_cases_of_later_never_move_a_cut(cases):
    cut = frozen(day=factories.day(300))
    before = image(cut)
    assert set(before[1]) == set(FEW)

    factories.death(cases[2], 100)
    death = everything(lambda: Death.objects.get(case=cases[0]))
    corrected(death, death_date=factories.day(50))
    corrected(everything(lambda: Patient.objects.get(case=cases[3])), sex_at_birth=1)
    factories.infused_case(factories.site("KYO"))
    built()

    assert image(cut) == before
    live = everything(lambda: Dataset.objects.filter(kind="live").first())
    assert result(live)["events"] == 2 and result(cut)["events"] == 1
    assert as_worker(lambda: verify(cut)) == [], "and computed anew from its tables it is the same"


def test_a_cut_in_the_future_is_refused_and_so_are_names_that_are_none_or_taken(cases):
    lead = person("lead")
    with pytest.raises(ValidationError, match="has not come yet"):
        order(lead, day=tomorrow())
    for name in ("", "Live", "live", "a b", "-x", "x" * 51, "../x", "<b>", "=1", "ü", "a--b"):
        with pytest.raises(ValidationError):
            order(lead, name=name)
    order(lead)
    manager = person("manager")
    with pytest.raises(ValidationError, match="is being frozen at this moment for lead@"):
        order(manager)
    worked()
    with pytest.raises(ValidationError, match="There is a cut “asco-2027” already: lead@.* froze it on"):
        order(manager)
    assert everything(lambda: Dataset.objects.filter(kind="cut").count()) == 1


@pytest.mark.parametrize("role", ["statistician", "coordinator", "investigator", "administrator"])
def test_others_freeze_nothing(cases, role):
    somebody = factories.person(role, sites=[factories.site("KYO")] if role in ("coordinator", "investigator") else ())
    with pytest.raises(PermissionDenied):
        order(somebody)


def test_the_role_that_serves_pages_can_order_a_cut_and_not_make_one(cases):
    lead = person("lead")
    cut = frozen(lead)
    with person_scope(lead):
        for change in (
            lambda: Dataset.objects.filter(pk=cut.pk).update(hash="0"),
            lambda: DatasetTable.objects.filter(dataset=cut).delete(),
            lambda: CutOrder.objects.update(state="done"),
        ):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                change()


def test_before_the_first_case_the_cut_is_empty_and_valid(cases, capsys):
    call_command("take_cut", "before-all", "--date", "1999-12-31")

    printed = capsys.readouterr()
    assert "0 cases" in printed.out and "the cut is empty" in printed.err
    call_command("verify_dataset", "before-all")
    assert "nothing different" in capsys.readouterr().out


def test_the_commands_take_a_cut_and_find_what_somebody_changed_in_it(cases, capsys):
    call_command("take_cut", "sap-1", "--date", factories.day(250).isoformat(), "--reason", "Plan")
    cut = cut_named("sap-1")
    assert f"cut:sap-1, {factories.day(250)}: 4 cases, SHA-256 {cut.hash}" in capsys.readouterr().out
    call_command("verify_dataset", "sap-1")
    assert f"{len(FEW)} results computed anew, nothing different" in capsys.readouterr().out

    def tampered(what):
        as_worker(lambda: everything(what))
        with pytest.raises(CommandError) as refusal:
            call_command("verify_dataset", "sap-1")
        assert refusal.value.returncode == 1
        return str(refusal.value)

    def other_death():
        one = Result.objects.get(run__dataset=cut, run__analysis="os")
        one.body["events"] = 0
        one.save(update_fields=["body"])

    assert "result of os" in tampered(other_death)
    assert "table patient: its content has another SHA-256" in tampered(
        lambda: DatasetTable.objects.filter(dataset=cut, name="patient").update(parquet=b"PAR1")
    )
    assert "table death: is missing" in tampered(
        lambda: DatasetTable.objects.filter(dataset=cut, name="death").delete()
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["x", "--date", "2999-01-01"], "has not come yet"),
        (["x", "--date", "soon"], "is not a date of the calendar"),
        (["X Y", "--date", "2024-01-01"], "cannot be a name"),
        (["x", "--date", "2024-01-01", "--cohort", "nobody"], "There is no cohort nobody; there are tisagenlecleucel"),
    ],
)
def test_the_command_says_what_it_refuses(cases, arguments, words):
    with pytest.raises(CommandError, match=words) as refusal:
        call_command("take_cut", *arguments)
    assert refusal.value.returncode == 2


def test_verifying_what_there_is_not_says_what_there_is(cases):
    frozen()
    with pytest.raises(CommandError, match="There is no cut other; there are asco-2027"):
        call_command("verify_dataset", "other")


def test_an_order_is_done_once_however_often_it_is_rung_for(cases):
    asked = order(person("lead"))

    first, again = as_worker(lambda: [actions_of_cuts.work_on_cut(asked.pk) for _time in range(2)])

    assert (first, again) == (True, False)
    assert everything(lambda: Dataset.objects.filter(kind="cut").count()) == 1


def test_an_order_whose_worker_died_is_taken_up_again_and_one_that_always_fails_ends(cases, monkeypatch):
    asked = order(person("lead"))

    def broken(*_args, **_words):
        raise RuntimeError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(actions_of_cuts, "extract", broken)
        for _time in range(3):
            with pytest.raises(RuntimeError):
                as_worker(lambda: actions_of_cuts.work_on_cut(asked.pk))
    order_now = everything(lambda: CutOrder.objects.get(pk=asked.pk))
    assert (order_now.state, order_now.error) == ("failed", "RuntimeError")
    assert not as_worker(lambda: actions_of_cuts.work_on_cut(asked.pk))
    assert frozen(person("manager")).name == "asco-2027", "the name is free again"


def test_a_cut_that_holds_a_withdrawn_case_is_retired_and_has_a_successor_without_it(cases):
    cut = frozen(day=factories.day(300))
    kept = image(cut)[0]
    factories.death(cases[3], 100)  # entered after the cut: the successor does not know of it either
    corrected(everything(lambda: Patient.objects.get(case=cases[0])), reason="letter", consent_withdrawn=1)

    (successor,) = as_worker(actions_of_cuts.retire_all_cuts)
    worked()

    cut, successor = cut_named("asco-2027"), cut_named(successor.name)
    assert (successor.name, successor.cut_date, successor.cases) == ("asco-2027-2", cut.cut_date, 3)
    assert successor.predecessor_id == cut.pk and successor.manifest["left_out"]["consent"] == 1
    assert cut.retired_at and cut.hash == cut.manifest["hash"] and image(cut) == ({}, {})
    gone = pseudonym("case", cases[0].pk)
    for name in kept:
        assert gone.encode() not in everything(lambda name=name: bytes(successor.tables.get(name=name).parquet)), name
    assert result(successor)["events"] == 0 and result(successor)["n"] == 3
    assert as_worker(actions_of_cuts.retire_all_cuts) == [], "once"
    with pytest.raises(CommandError, match="retired on"):
        call_command("verify_dataset", "asco-2027")
    call_command("verify_dataset", "asco-2027-2", stdout=io.StringIO())


def test_a_report_that_is_being_written_while_somebody_withdraws_is_not_kept(cases, monkeypatch):
    lead = person("lead")
    cut = frozen(lead)

    def meanwhile(_order, store, _progress):
        actions_of_cuts.retire_all_cuts()
        store("html", b"of somebody who withdrew")

    monkeypatch.setattr(actions_of_cuts, "write_report", meanwhile)
    asked = everything(lambda: cuts.order_report(cut, "en", cuts.EXACT, by=lead))
    corrected(everything(lambda: Patient.objects.get(case=cases[0])), reason="letter", consent_withdrawn=1)
    worked()

    asked = everything(lambda: CutOrder.objects.get(pk=asked.pk))
    assert (asked.state, asked.error) == (CutOrder.FAILED, "retired")
    assert not everything(CutReport.objects.exists)


def test_a_second_withdrawal_counts_on_from_the_successor(cases):
    frozen(day=factories.day(300))
    for case, name in ((cases[0], "asco-2027-2"), (cases[1], "asco-2027-3")):
        corrected(everything(lambda case=case: Patient.objects.get(case=case)), reason="letter", consent_withdrawn=1)
        (successor,) = as_worker(actions_of_cuts.retire_all_cuts)
        assert successor.name == name


def test_a_build_after_a_withdrawal_rings_for_the_retirement(cases, monkeypatch):
    rung = []
    monkeypatch.setattr("registry.doorbell.ring", lambda task, *args: rung.append(task))
    corrected(everything(lambda: Patient.objects.get(case=cases[0])), reason="letter", consent_withdrawn=1)

    as_worker(actions.build_datasets)

    assert "analytics.tasks.retire_cuts" in rung
