"""A lock is opened by two persons: who may be the second one, what ends a request, and what PostgreSQL refuses past the registry."""

import threading

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, connections, transaction

from registry import clock
from registry.access.row_security import because, everything_scope, person_scope
from registry.actions.deputies import name_deputy
from registry.actions.forms import LockedError, save_form
from registry.actions.locks import lock_all
from registry.actions.openings import approve_opening, ask_opening, decline_opening, withdraw_opening
from registry.actions.redactions import ask_redaction, confirm_redaction
from registry.actions.states import lock_case, lock_form
from registry.models import Death, Opening, OpeningState, Person, Relapse
from tests import factories
from tests.scenarios.entry.test_two_save_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
WHY = {"code": "source", "reason": "The letter says otherwise"}


@pytest.fixture
def kyoto(transactional_db):
    """A hospital."""
    return factories.site("KYO")


@pytest.fixture
def people(kyoto):
    """Three data managers, a lead, a coordinator."""
    named = {name: factories.person("manager", email=f"{name}@example.org") for name in ("one", "two", "three")}
    return {**named, "lead": factories.person("lead"), "nurse": factories.person("coordinator", sites=[kyoto])}


@pytest.fixture
def death(kyoto, people):
    """A locked form."""
    form = factories.completed_form(factories.enrolled_case(kyoto))
    return lock_form(form, by=people["one"], seen_version=1)


def in_place_of(person, other):
    """`person`, as a request has it in which that one works in the place of `other`."""
    day = clock.today()
    deputy = name_deputy(other, person, begins=day, ends=day, by=other)
    own = Person.objects.get(pk=person.pk)
    own.stand_in(deputy)
    return own


def is_locked():
    with everything_scope(actor="tests"):
        return Death.objects.get().is_locked


def test_nobody_is_the_second_person_of_their_own_and_no_deputy_is(death, people):
    one, two, three, lead = (people[name] for name in ("one", "two", "three", "lead"))
    two_for_one, three_for_one, one_for_lead = in_place_of(two, one), in_place_of(three, one), in_place_of(one, lead)
    for asker, refused in (
        (one, (one, two_for_one, one_for_lead)),  # themselves; a deputy in their place; in another's place
        (
            two_for_one,
            (two, one, two_for_one, three_for_one),
        ),  # the deputy, the one for whom, another deputy of that one
        (one_for_lead, None),  # a lead asks for nothing, nor does the deputy
    ):
        if refused is None:
            with pytest.raises(PermissionDenied):
                ask_opening(death, **WHY, by=asker)
            continue
        asked = ask_opening(death, **WHY, by=asker)
        for person in refused:
            for act in (approve_opening, decline_opening):
                with pytest.raises(ValidationError) as caught:
                    act(asked, reason="x", by=person)
                assert caught.value.code == "same"
        for person in (people["nurse"], factories.person("statistician", email=f"s{asked.pk}@example.org")):
            with pytest.raises(PermissionDenied):
                approve_opening(asked, reason="x", by=person)
        assert is_locked()
        declined = decline_opening(asked, reason="The letter is of another patient", by=three)
        assert (declined.state, declined.ended_by) == (OpeningState.DECLINED, three.email)
    assert approve_opening(ask_opening(death, **WHY, by=one), reason="I saw it", by=lead).state == OpeningState.APPROVED
    assert not is_locked()

    asked = ask_redaction(death.case, "Yamada", reason="The patient", by=one)
    with pytest.raises(ValidationError) as caught:  # the same part holds for names in free text
        confirm_redaction(asked, "Yamada", by=two_for_one)
    assert caught.value.code == "same"


def test_a_request_ends_once_by_whoever_may_end_it(death, people):
    one, two = people["one"], people["two"]
    asked = ask_opening(death, **WHY, by=one)
    with pytest.raises(ValidationError, match="asked for already"):
        ask_opening(death, **WHY, by=two)
    with pytest.raises(PermissionDenied):
        withdraw_opening(asked, by=two)
    withdraw_opening(asked, by=one)
    with pytest.raises(ValidationError, match="ended meanwhile"):
        approve_opening(asked, reason="x", by=two)

    asked = ask_opening(death, **WHY, by=one)  # and when the case is opened, its form's request is let go
    case = lock_case(death.case, by=one)
    with pytest.raises(ValidationError, match="whole case is locked"):
        approve_opening(asked, reason="x", by=two)
    factories.opened(case, by=two, second=one)
    with everything_scope(actor="tests"):
        assert Opening.objects.get(pk=asked.pk).state == OpeningState.LAPSED
    assert not is_locked()

    with everything_scope(actor="tests"):
        lock_form(Death.objects.get(), by=one, seen_version=Death.objects.get().version)
    asked = ask_opening(death, **WHY, by=one)
    with psycopg.connect(settings.ADMIN_URL, dbname=connection.settings_dict["NAME"]) as administrator:
        administrator.execute("SET session_replication_role = replica")
        administrator.execute(
            "UPDATE registry_opening SET asked_at = asked_at - interval '14 days' WHERE id = %s", [asked.pk]
        )
    with person_scope(two):
        late = Opening.objects.get(pk=asked.pk)
        assert late.stands == OpeningState.LAPSED and not Opening.objects.waiting().exists()
    with pytest.raises(ValidationError, match="too long ago"):
        approve_opening(asked, reason="x", by=two)
    approve_opening(ask_opening(death, **WHY, by=one), reason="x", by=two)  # it can be asked for again
    assert not is_locked()


def test_of_two_who_agree_at_once_one_opens_it_and_the_other_is_told(death, people):
    for _race in range(5):
        with everything_scope(actor="tests"):
            form = Death.objects.get()
            lock_form(form, by=people["one"], seen_version=form.version)
        asked = ask_opening(death, **WHY, by=people["one"])

        def agree(person, asked=asked):
            def act(barrier):
                barrier.wait()
                try:
                    return approve_opening(asked, reason="x", by=person).state
                except ValidationError as refusal:
                    return refusal.code

            return act

        assert sorted(at_once(agree(people["two"]), agree(people["lead"]))) == ["approved", "ended"]
        assert not is_locked()


def test_whoever_lost_the_role_meanwhile_opens_nothing(death, people):
    asked = ask_opening(death, **WHY, by=people["one"])
    two, for_two = people["two"], in_place_of(people["three"], people["two"])  # as their requests began
    _change(two, role="statistician")
    for person in (two, for_two):
        with pytest.raises(PermissionDenied):
            approve_opening(asked, reason="x", by=person)
        with pytest.raises(DatabaseError, match="in one of the roles"), person_scope(person), because("x"):
            Opening.objects.filter(pk=asked.pk).update(
                state="approved", ended_by=person.email, ended_at=clock.midnight(clock.today())
            )
    _change(people["lead"], is_active=False)
    with pytest.raises(PermissionDenied):
        approve_opening(asked, reason="x", by=people["lead"])
    assert is_locked()


def _change(person, **words):
    """Change the account as somebody else does, so that `person` here is as it was."""
    with everything_scope(actor="tests"):
        Person.objects.filter(pk=person.pk).update(**words)


FORGED = {
    "agreed to from the start": (
        "INSERT INTO registry_opening (case_id, site_id, form, code, reason, state, asked_by, asked_at, ended_by, decision, version) "
        "SELECT id, site_id, '', 'late', 'x', 'approved', 'one@example.org', now(), '', '', 1 FROM registry_case",
        "row-level security",
    ),
    "asked for in another's name": (
        "INSERT INTO registry_opening (case_id, site_id, form, code, reason, state, asked_by, asked_at, ended_by, decision, version) "
        "SELECT id, site_id, '', 'late', 'x', 'asked', 'two@example.org', now(), '', '', 1 FROM registry_case",
        "row-level security",
    ),
    "the own one agreed to": (
        "UPDATE registry_opening SET state = 'approved', ended_by = 'one@example.org' WHERE state = 'asked'",
        "second person",
    ),
    "agreed to as another": (
        "UPDATE registry_opening SET state = 'approved', ended_by = 'two@example.org' WHERE state = 'asked'",
        "whoever answers",
    ),
    "another asker written": (
        "UPDATE registry_opening SET state = 'withdrawn', asked_by = 'two@example.org'",
        "never rewritten",
    ),
    "an ended one agreed to": (
        "UPDATE registry_opening SET state = 'approved' WHERE state <> 'asked'",
        "never rewritten",
    ),
    "a request deleted": ("DELETE FROM registry_opening", "permission denied"),
    "opened by an earlier agreement": ("UPDATE registry_death SET is_locked = false, version = 9", "needs two persons"),
    "a lock by nobody's role": (
        "INSERT INTO registry_databaselock (site_id, reason, found, locked_by, locked_at, opened_by, version) "
        "SELECT id, 'x', '{}', 'nurse@example.org', now(), '', 1 FROM registry_site",
        "a lock needs a data manager",
    ),
}


def test_postgresql_refuses_what_the_registry_never_sends(death, people):
    factories.opened(death, by=people["two"], second=people["three"])
    with everything_scope(actor="tests"):
        version = Death.objects.get().version
    lock_form(death, by=people["one"], seen_version=version)
    ask_opening(death, **WHY, by=people["one"])
    for what, (statement, says) in FORGED.items():
        who = people["nurse"] if "nobody" in what else people["one"]
        with (
            person_scope(who),
            because("x"),
            pytest.raises(DatabaseError, match=says),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert is_locked()


def test_a_lock_waits_for_saves_that_are_under_way_and_no_later_one_slips_in(kyoto, people):
    case, begun, done = factories.enrolled_case(kyoto), threading.Event(), threading.Event()

    def lock():
        begun.set()
        try:
            lock_all(kyoto, reason="Annual analysis", by=people["one"], knowing=True)
        finally:
            done.set()
            connections.close_all()

    locker = threading.Thread(target=lock)
    with transaction.atomic():
        save_form(Relapse(case=case, rel_date=factories.day(99)), by=people["nurse"])
        locker.start()
        begun.wait(10)
        assert not done.wait(0.7), "the lock did not wait for the save"
    locker.join(20)
    assert done.is_set()
    with pytest.raises(LockedError, match="Annual analysis"):
        save_form(Relapse(case=case, rel_date=factories.day(120)), by=people["nurse"])
    with everything_scope(actor="tests"):
        assert Relapse.objects.count() == 1
