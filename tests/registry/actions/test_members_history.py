"""What is done to people and sites is told by PostgreSQL too: who, when, from what to what, and never a secret."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from registry.access.row_security import everything_scope, person_scope, site_scope
from registry.actions import members
from registry.models import HistoryEvent, Person
from registry.trail import verify_history
from tests import factories

pytestmark = pytest.mark.django_db


def told(form, row, **words):
    """(kind, item, old, new) of what the history tells of one person or site."""
    with everything_scope(actor="tests"):
        found = HistoryEvent.objects.filter(form=form, row_id=row.pk, **words).order_by("pk")
        return list(found.values_list("kind", "item", "old", "new"))


@pytest.fixture
def kyoto():
    return factories.site("KYO", "Kyoto University Hospital")


@pytest.fixture
def administrator():
    return factories.person("administrator")


def test_somebody_new_is_told_with_role_and_sites_and_without_the_password(kyoto, administrator):
    person = members.add_person(
        email="new@example.org",
        name="New",
        role="coordinator",
        sites=[kyoto],
        password=factories.PASSWORD,
        by=administrator,
    )

    events = told("person", person)

    assert ("insert", "email", None, "new@example.org") in events
    assert ("insert", "role", None, "coordinator") in events
    assert ("insert", "site KYO", None, True) in events
    assert ("insert", "password", None, None) in events
    assert "argon2" not in repr(events)
    assert told("person", person, actor=administrator.email) == events


def test_another_role_other_sites_and_an_end_are_told_item_by_item(kyoto, administrator):
    osaka, person = factories.site("OSA"), factories.person("coordinator", sites=[kyoto])
    began = len(told("person", person))

    members.change_person(
        person, name=person.name, role="investigator", sites=[osaka], is_active=False, by=administrator
    )

    assert sorted(told("person", person)[began:], key=str) == sorted(
        [
            ("update", "is_active", True, None),
            ("update", "role", "coordinator", "investigator"),
            ("delete", "site KYO", True, None),
            ("insert", "site OSA", None, True),
        ],
        key=str,
    )


def test_a_site_is_told(kyoto, administrator):
    members.change_site(kyoto, name="Kyoto", is_active=False, by=administrator)

    assert told("site", kyoto, kind="update") == [
        ("update", "is_active", True, None),
        ("update", "name", "Kyoto University Hospital", "Kyoto"),
    ]


def test_signing_in_needs_nobody_who_answers_and_tells_nothing(kyoto):
    person = factories.person("coordinator", sites=[kyoto], email="nurse@example.org")
    began = told("person", person)

    assert (
        Client().post("/accounts/login/", {"username": person.email, "password": factories.PASSWORD}).status_code == 302
    )

    assert Person.objects.get(pk=person.pk).last_login
    assert told("person", person) == began


def test_another_password_is_told_but_not_the_hash(kyoto):
    person = factories.person("coordinator", sites=[kyoto])
    began = len(told("person", person))
    person.set_password("another-long-password")
    with transaction.atomic():
        person.save(update_fields=["password"])

    assert told("person", person)[began:] == [("update", "password", None, None)]


def test_a_change_past_the_actions_needs_somebody_who_answers_for_it(kyoto):
    person = factories.person("coordinator", sites=[kyoto])
    for statement in (
        "UPDATE registry_person SET role = 'administrator'",
        "UPDATE registry_site SET name = 'x'",
        "DELETE FROM registry_person_sites",
    ):
        refusal = pytest.raises(DatabaseError, match="needs somebody who answers")
        with refusal, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with person_scope(factories.person("administrator")), connection.cursor() as cursor:
        cursor.execute("UPDATE registry_person SET role = 'manager' WHERE id = %s", [person.pk])
    assert told("person", person)[-1] == ("update", "role", "coordinator", "manager")


def test_only_who_manages_people_sees_their_history(kyoto, administrator):
    nurse, manager = factories.person("coordinator", sites=[kyoto]), factories.person("manager")
    counted = {}
    for person in (nurse, manager, administrator):
        with person_scope(person):
            counted[person.role] = HistoryEvent.objects.filter(case_id=None).exists()
    with site_scope([kyoto.pk], pooled=True):
        counted["nobody"] = HistoryEvent.objects.filter(case_id=None).exists()

    assert counted == {"coordinator": False, "manager": False, "administrator": True, "nobody": False}


def test_the_history_explains_every_person_and_site(kyoto, administrator, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    nurse = factories.person("coordinator", sites=[kyoto])
    members.change_person(
        nurse, name="Other", role="coordinator", sites=[factories.site("OSA")], is_active=True, by=administrator
    )

    assert verify_history() == []
