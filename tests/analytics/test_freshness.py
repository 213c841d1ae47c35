"""Open dashboards ask often: what is behind says so, and fifty that ask cost little more than one."""

import threading
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics import actions, views
from analytics import actions_of_turns as turns
from analytics.catalogue import CATALOGUE, TISAGENLECLEUCEL
from analytics.kept import Kept
from analytics.models import AnalysisRun, Dataset, Heartbeat
from registry.access.row_security import everything_scope
from registry.models import Outbox
from tests import factories
from tests.analytics.test_api_datasets import compute
from tests.analytics.test_dashboard_pages import PAGE, signed_in, text_of
from tests.conftest import log_in_as

pytestmark = pytest.mark.django_db(transaction=True)
OS, STATE = f"{PAGE}panels/os/", f"{PAGE}state/"


@pytest.fixture
def world(transactional_db):
    """Two infused patients of Kyoto, computed; the lead's browser."""
    factories.cohort()
    kyoto = factories.site("KYO")
    factories.death(factories.infused_case(kyoto), 200)
    factories.follow_up(factories.infused_case(kyoto), 400)
    compute(names=("os", "efs-a"))
    return SimpleNamespace(kyoto=kyoto, lead=signed_in("lead"))


def entered(world):
    """Another patient."""
    return factories.infused_case(world.kyoto)


def build(**words):
    """As the worker does; returns the number of datasets made."""
    log_in_as("reg_worker")
    try:
        return actions.build_datasets(**words)
    finally:
        log_in_as("reg_app")


def runs(**words):
    """The runs, as the worker sees and changes them."""
    return AnalysisRun.objects.filter(dataset__cohort__code=TISAGENLECLEUCEL, **words)


def as_worker(act):
    """What the worker does to rows."""
    log_in_as("reg_worker")
    with everything_scope(actor="tests"):
        found = act()
    log_in_as("reg_app")
    return found


def test_a_panel_of_an_earlier_revision_says_which_and_that_the_newer_one_comes(world):
    entered(world)
    build()

    said = "From revision 1; revision 2 is being computed."
    state = world.lead.get(STATE).json()
    assert state["state"]["state"] in ("recomputing", "stalled") and state["state"]["revision"] == 2
    assert set(state["behind"]) == {"os", "efs"}  # the others show nothing that could be behind
    as_worker(lambda: Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now()}))
    assert world.lead.get(STATE).json()["behind"]["os"] == said
    assert world.lead.get(OS).json()["behind"] == said and said in text_of(world.lead.get(PAGE))

    compute(names=("os", "efs-a"))
    assert world.lead.get(STATE).json()["behind"] == {}
    assert "is being computed" not in text_of(world.lead.get(PAGE))


def test_a_panel_whose_newer_result_failed_says_so(world):
    entered(world)
    build()
    as_worker(lambda: runs(state="queued", analysis="os").update(state="failed"))

    assert world.lead.get(STATE).json()["behind"]["os"] == "From revision 1; revision 2 could not be computed."


def test_with_the_worker_stopped_every_panel_shows_its_last_result_and_says_what_waits(world):
    as_worker(
        lambda: Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now() - timedelta(hours=1)})
    )
    answer = world.lead.get(OS).json()["answer"]
    entered(world)

    state = world.lead.get(STATE).json()
    assert state["state"]["state"] == "stalled" and state["state"]["made_at"]
    assert state["behind"]["os"] == "From revision 1; newer entries wait for a worker."
    assert answer.replace("\u00a0", " ") in text_of(world.lead.get(PAGE))

    build()
    assert world.lead.get(STATE).json()["behind"]["os"] == "From revision 1; the worker for 2 does not answer."


def test_the_second_page_that_asks_costs_a_few_small_queries(world):
    views.states.clear()
    views.bodies.clear()
    other = signed_in("lead", email="other@example.org")

    def asked(client, address):
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        return [one["sql"] for one in seen if "analytics_" in one["sql"]]

    for address in (STATE, f"{OS}?theme=light&size=wide"):
        first, second = asked(world.lead, address), asked(other, address)
        assert any("analytics_result" in sql for sql in first)
        assert not any("analytics_result" in sql for sql in second), "the stored results are not read again"
        assert len(second) <= 6


def test_fifty_that_ask_at_once_wait_for_one_who_makes_it():
    kept, made = Kept(10), []

    def make():
        made.append(1)
        time.sleep(0.05)
        return "drawn"

    found = []
    threads = [threading.Thread(target=lambda: found.append(kept.get("panel", make))) for _ in range(50)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert found == ["drawn"] * 50 and made == [1]


def test_what_could_not_be_made_is_tried_again_and_the_oldest_is_let_go():
    kept = Kept(2)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 / 0)
    assert [kept.get(key, lambda key=key: key.upper()) for key in ("a", "b", "c")] == ["A", "B", "C"]
    assert kept.get("c", lambda: "new") == "C" and kept.get("a", lambda: "new") == "new"


def test_what_a_dashboard_shows_is_computed_first_and_its_regressions_after():
    order = [one.name for one in turns.in_turn(one for one in CATALOGUE if one.cohort == TISAGENLECLEUCEL)]

    assert order.index("os") < order.index("efs-b") < order.index("efs-a-regression") < order.index("hsct")
    assert sorted(order) == sorted(one.name for one in CATALOGUE if one.cohort == TISAGENLECLEUCEL)


def test_changes_gather_while_a_revision_is_analysed(world):
    entered(world)
    assert build(in_turn=True) == 1
    entered(world)
    assert build(in_turn=True) == 0, "revision 2 is under way"
    assert Outbox.objects.filter(dataset_id=None).exists() or as_worker(Outbox.objects.filter(dataset_id=None).exists)

    as_worker(lambda: Dataset.objects.update(made_at=timezone.now() - turns.PATIENCE))
    assert build(in_turn=True) == 1, "not longer than that"


def test_a_newer_revision_passes_over_what_still_waits_but_not_for_ever(world):
    waiting = {}
    for revision in range(2, 7):
        entered(world)
        build()
        waiting[revision] = as_worker(
            lambda revision=revision: set(
                runs(state="queued", dataset__revision=revision - 1).values_list("analysis", flat=True)
            )
        )

    assert "os" not in waiting[3] and "os" not in waiting[4], "computed on revision 1, and soon again"
    assert "os" in waiting[6], "left out three times: it keeps its turn"
    assert "hsct" in waiting[3], "never computed: it keeps its turn"
    cancelled = as_worker(lambda: set(runs(state="cancelled", analysis="os").values_list("cancelled_by", flat=True)))
    assert cancelled == {"revision 3", "revision 4"}
