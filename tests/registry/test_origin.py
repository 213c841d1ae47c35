"""From where a change comes: the history holds it, whoever forgot to say."""

import sys

from celery import shared_task
from django.db import connection

from registry.access import origin
from registry.access.row_security import everything_scope, person_scope
from registry.models import HistoryEvent, Infusion
from registry.views.story import came_by
from tests import factories
from tests.registry.views.conftest import signed_in
from tests.standing import standing


@standing
def case():
    """An infused case of Kyoto."""
    return factories.infused_case(factories.site("KYO"))


@shared_task
def weigh():
    """A task that changes something."""
    with everything_scope(actor="tests"):
        Infusion.objects.update(inf_weight=50)


def last_request():
    """What the newest event says of where it came from."""
    with everything_scope(actor="tests"):
        return HistoryEvent.objects.filter(form="infusion").latest("pk").request


def test_a_page_is_named_with_its_number(case):
    nurse = factories.person("coordinator", sites=[case.site])
    signed_in(nurse).post(
        "/cases/KYO-0001/infusion/1.1/",
        {"version": "1", "inf_weight": "42", "inf_date": "2024-06-03", "inf_dose_total": "150", "reason": "Weighed"},
    )

    assert last_request().startswith("page-")
    assert came_by(last_request()) == f"on a page · {last_request()[5:13]}"


def test_a_task_is_named(case):
    weigh.apply()

    assert last_request() == "task-weigh"
    assert came_by(last_request()) == "by the registry's own task weigh"


def test_a_command_is_named(case, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/srv/manage.py", "load_demo", "--again"])
    with everything_scope(actor="tests"):
        Infusion.objects.update(inf_weight=51)

    assert last_request() == "command-load_demo"
    assert came_by(last_request()) == "by the command load_demo"


def test_a_scope_inside_keeps_what_the_outer_one_says(case):
    nurse = factories.person("coordinator", sites=[case.site])
    with person_scope(nurse, request=origin.new_id(origin.IMPORT)), person_scope(nurse):
        Infusion.objects.update(inf_weight=52)

    assert last_request().startswith("import-")


def test_what_goes_past_all_of_them_is_told_as_not_known(case):
    with everything_scope(actor="tests"), connection.cursor() as cursor:
        cursor.execute("UPDATE registry_infusion SET inf_weight = 53")

    assert last_request() == ""
    assert came_by(last_request()) == "from where is not known"
    assert came_by("r-0f") == "on a page or by REST"
