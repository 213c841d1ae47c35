"""An investigator endorses the hospital's data at a milestone: only what was shown, as it is, and visibly until it changes."""

from datetime import date

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from registry.access.row_security import everything_scope, person_scope
from registry.actions.cases import remove_case
from registry.actions.endorsements import endorse, set_milestone
from registry.actions.forms import save_form
from registry.actions.states import lock_form, verify_form
from registry.models import Endorsement, Milestone
from registry.trail import verify_history
from registry.views import endorsement as page
from tests import factories
from tests.registry.views.conftest import signed_in
from tests.registry.views.states.conftest import stored, text

pytestmark = pytest.mark.django_db
NAME = "interim analysis 2026-09"


@pytest.fixture
def asked(world):
    """The world, a milestone that the lead set, and a case of Osaka beside those of Kyoto."""
    factories.infused_case(world.osaka)
    body = {"cohort": "tisagenlecleucel", "name": NAME, "day": "2026-09-01"}
    answer = signed_in(world.lead).post("/milestones/", body)
    with everything_scope(actor="tests"):
        world.milestone = Milestone.objects.get()
    assert answer.url == f"/milestones/{world.milestone.pk}/"
    world.url = f"{answer.url}KYO/"
    return world


def signing(world, by=None, **body):
    """What the page answers to an attempt."""
    body = {"password": factories.PASSWORD, "meaning": "accurate", **body}
    return signed_in(by or world.investigator).post(world.url, body)


def opened(world, by=None, url=""):
    """The page as somebody reads it."""
    answer = signed_in(by or world.investigator).get(url or world.url)
    assert answer.status_code == 200
    return text(answer)


def overview(world):
    """The milestone as the lead reads it, in one line."""
    return " ".join(opened(world, world.lead, f"/milestones/{world.milestone.pk}/").split())


def correct(world, form=None, **answers):
    """A correction by the coordinator."""
    form = stored(form or world.death)
    for name, value in (answers or {"death_cause": 3}).items():
        setattr(form, name, value)
    return save_form(form, by=world.nurse, seen_version=form.version, reason="misread the chart")


def endorsements():
    """Every endorsement."""
    with everything_scope(actor="tests"):
        return list(Endorsement.objects.all())


def test_only_what_was_shown_is_endorsed_and_a_later_edit_makes_it_stale(asked):
    assert "Data for “interim analysis 2026-09”, due 2026-09-01" in opened(asked, url="/worklist/")
    refused = signing(asked)
    assert refused.status_code == 422
    assert "the changes of 1 case (KYO-0001) were not shown to you yet" in text(refused)
    assert endorsements() == []

    # The refused page shows the changes too: what it shows counts as shown.
    first = opened(asked)
    assert "Everything entered so far" in first
    assert "1 of 1 cases shown to you" in first
    assert signing(asked).status_code == 302

    (made,) = endorsements()
    assert (made.signer_name, made.meaning, made.cases, made.since) == ("Dr Rei Ogawa", "accurate", 1, 0)
    lead = overview(asked)
    assert "1 of 2 endorsed" in lead
    assert "Dr Rei Ogawa" in lead
    assert "These data are complete and agree with the source" in lead
    assert made.signed_at.astimezone().strftime("%Y-%m-") in lead
    assert "Data for" not in opened(asked, url="/worklist/")

    verify_form(stored(asked.death), by=asked.manager, seen_version=1)
    lock_form(stored(asked.death), by=asked.manager, seen_version=2)
    assert "1 of 2 endorsed" in overview(asked), "verifying and locking are no edits"

    correct(asked, form=infusion(asked), inf_weight=41)
    assert "0 of 2 endorsed" in overview(asked)
    assert "changed since it was endorsed" in overview(asked)
    assert "Data for “interim analysis 2026-09”" in opened(asked, url="/worklist/")
    with everything_scope(actor="tests"):
        assert [one for one in verify_history() if "endorse" in one.what] == []

    told = " ".join(opened(asked).split())
    assert '<del class="story__old">40 kg</del> → <ins class="story__new">41 kg</ins>' in told
    assert "Reason: misread the chart" in told
    assert "Total dose" not in told, "only what changed"
    assert signing(asked, meaning="reviewed").status_code == 302
    assert "1 of 2 endorsed" in overview(asked)
    assert endorsements()[1].since == made.upto
    assert "data of KYO, interim analysis 2026-09" in opened(asked, asked.manager, "/history/")


def infusion(world):
    """The infusion of the world's case."""
    with everything_scope(actor="tests"):
        return world.case.infusion_set.get()


def test_what_changes_meanwhile_must_be_seen_too(asked):
    opened(asked)
    correct(asked)
    assert "the changes of 1 case (KYO-0001)" in text(signing(asked))

    opened(asked)
    factories.infused_case(asked.kyoto, by=asked.nurse)
    assert "the changes of 1 case (KYO-0002)" in text(signing(asked))
    opened(asked, asked.lead)  # shown to somebody else
    assert signing(asked, by=deputy_of(asked)).status_code == 422
    assert signing(asked).status_code == 302, "the refused page showed it"


def deputy_of(world):
    """Another investigator of Kyoto."""
    return factories.person("investigator", sites=[world.kyoto], email="third@example.org")


def test_long_lists_are_read_page_by_page_at_the_same_cost(asked, monkeypatch):
    monkeypatch.setattr(page, "MOST_CHANGES", 30)
    opened(asked)
    counts = []
    for _more in range(2):
        factories.infused_case(asked.kyoto, by=asked.nurse)
        factories.infused_case(asked.kyoto, by=asked.nurse)
        browser = signed_in(asked.investigator)
        with CaptureQueriesContext(connection) as caught:
            shown = text(browser.get(asked.url))
        counts.append(len(caught))
    assert counts[0] == counts[1]
    assert "Next, not shown yet: KYO-000" in shown
    assert "not shown to you yet" in text(signing(asked))
    for number in range(1, 6):
        opened(asked, url=f"{asked.url}?page={number}")
    assert signing(asked).status_code == 302


def test_removed_and_withdrawn_cases_are_told_and_hold_no_answers(asked):
    opened(asked)
    assert signing(asked).status_code == 302
    other = factories.infused_case(asked.kyoto, by=asked.nurse)
    correct(asked, form=patient(asked.case), consent_withdrawn=1, consent_withdrawn_date=date(2025, 1, 5))
    remove_case(other, by=asked.nurse, reason="enrolled twice")

    told = " ".join(opened(asked).split())

    assert "Reason: enrolled twice" in told
    assert "consent withdrawn" in told
    assert signing(asked).status_code == 422, "nothing is left of the hospital's data"


def patient(case):
    """The registration of a case."""
    with everything_scope(actor="tests"):
        return case.patient_set.get()


@pytest.mark.parametrize(
    ("who", "body", "status"),
    [
        ("nurse", {}, 403),
        ("manager", {}, 403),
        ("lead", {}, 403),
        ("other_investigator", {}, 404),
        ("investigator", {"password": "wrong"}, 422),
        ("investigator", {"meaning": ""}, 422),
    ],
)
def test_nobody_else_endorses_and_not_without_password_and_meaning(asked, who, body, status):
    opened(asked)
    assert signing(asked, by=getattr(asked, who), **body).status_code == status
    assert endorsements() == []


def test_after_its_end_a_milestone_asks_and_takes_nothing_and_stands_as_it_did(asked):
    opened(asked)
    assert signing(asked).status_code == 302
    end = f"/milestones/{asked.milestone.pk}/end/"
    assert signed_in(asked.lead).post(end, {"reason": " "}).status_code == 422
    assert signed_in(asked.lead).post(end, {"reason": "the cut is taken"}).status_code == 302
    correct(asked)

    lead = overview(asked)
    assert "1 of 2 endorsed" in lead
    assert "the cut is taken" in lead
    assert "Data for" not in opened(asked, url="/worklist/")
    opened(asked)
    assert "This milestone has ended" in text(signing(asked))


def test_the_list_costs_the_same_however_many_milestones_and_hospitals(asked):
    def count():
        browser = signed_in(asked.lead)
        with CaptureQueriesContext(connection) as caught:
            assert browser.get("/milestones/").status_code == 200
        return len(caught)

    opened(asked)
    signing(asked)
    once = count()
    for number in range(3):
        made = set_milestone(cohort=factories.cohort(), name=f"cut {number}", day=date(2027, 1, 1), by=asked.manager)
        factories.infused_case(factories.site(f"AA{'ABC'[number]}"))
        with person_scope(asked.investigator):
            endorse(made, asked.kyoto, meaning="reviewed", password=factories.PASSWORD, by=asked.investigator)
    assert count() == once
    again = signed_in(asked.lead).post(
        "/milestones/", {"cohort": "tisagenlecleucel", "name": "cut 0", "day": "not a day"}
    )
    assert again.status_code == 422
    assert "is not a date" in text(again)


def test_the_act_itself_refuses_another_hospital(asked):
    words = {"meaning": "accurate", "password": factories.PASSWORD, "by": asked.investigator}
    with person_scope(asked.investigator), pytest.raises(PermissionDenied):
        endorse(asked.milestone, asked.osaka, **words)


def refused(statement, *values, says):
    """PostgreSQL refuses the statement."""
    with pytest.raises(DatabaseError, match=says), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


COPY = (
    "INSERT INTO registry_endorsement (milestone_id, site_id, meaning, signer, signer_name, signed_at, digest, since, upto, cases, forms) "
    "SELECT milestone_id, %s, meaning, %s, signer_name, signed_at, digest, since, upto, cases, forms FROM registry_endorsement"
)


def test_postgresql_itself_holds_hospitals_signers_and_readers_apart(asked):
    opened(asked)
    signing(asked)
    with person_scope(asked.investigator):
        refused(COPY, asked.osaka.pk, asked.investigator.email, says="row-level security")
        refused(COPY, asked.kyoto.pk, asked.other_investigator.email, says="row-level security")
        refused("UPDATE registry_endorsement SET cases = 9", says="permission denied")
        refused("INSERT INTO registry_milestone (cohort_id, name, day, set_by, set_at, ended_by, why_ended) "
                "SELECT cohort_id, 'x', day, set_by, set_at, '', '' FROM registry_milestone", says="row-level security")  # fmt: skip
    for person in (asked.other_investigator, deputy_of(asked), asked.manager):
        with person_scope(person), connection.cursor() as cursor:
            cursor.execute("UPDATE registry_shownchanges SET upto = 0")
            assert cursor.rowcount == 0
    with person_scope(asked.other_investigator):
        assert not Endorsement.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_change_past_the_history_is_found_by_verify_history(asked):
    opened(asked)
    signing(asked)
    with psycopg.connect(settings.ADMIN_URL, dbname=connection.settings_dict["NAME"]) as administrator:
        administrator.execute("SET session_replication_role = replica")
        administrator.execute("UPDATE registry_infusion SET inf_weight = 44")

    faults = [one.what for one in verify_history() if "endorsed" in one.what]

    assert len(faults) == 1
    assert faults[0].startswith("what KYO endorsed on")
