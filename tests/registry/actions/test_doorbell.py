"""The worker is told once a commit, whatever was stored in it, and only of what was."""

from datetime import date

import pytest
from django.db import connection, transaction

from registry.actions.forms import save_form
from registry.doorbell import ring_after_commit
from registry.models import Death, Relapse


def test_two_saves_in_one_transaction_ring_once(case, nurse, django_capture_on_commit_callbacks):
    connection.run_on_commit.clear()  # what enrolling the case left there
    with django_capture_on_commit_callbacks() as rings:
        save_form(Death(case=case, death_date=date(2024, 5, 1)), by=nurse)
        save_form(Relapse(case=case, rel_date=date(2024, 4, 1)), by=nurse)
    assert len(rings) == 1
    assert rings[0].args == ("analytics.tasks.build_datasets",)


def test_other_messages_are_sent_too(db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as rings:
        for number in (1, 2, 1):
            ring_after_commit("analytics.tasks.run_analysis", number)
    assert [ring.args[1] for ring in rings] == [1, 2]


def test_a_ring_that_was_undone_does_not_stand_for_a_later_one(db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as rings:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            ring_after_commit("task")
            raise ZeroDivisionError
        ring_after_commit("task")
    assert len(rings) == 1
