"""What changed since a mark: nothing is lost, whatever commits in which order, and what was taken away is said."""

import threading

import pytest
from django.core import signing
from django.db import connection, transaction
from django.db.models import Max

from registry.access.row_security import everything_scope
from registry.actions.cases import remove_case
from registry.actions.forms import void_form
from registry.api import changes
from registry.models import Case, FollowUp, HistoryEvent, Infusion
from tests import factories
from tests.registry.api.conftest import Rest

pytestmark = pytest.mark.django_db(transaction=True)  # within one transaction everything is new


def mark():
    """The mark that `as_of` would be now if nobody else used the server: a transaction of another test makes it older."""
    with everything_scope(actor="tests"):
        newest = HistoryEvent.objects.aggregate(newest=Max("transaction"))["newest"]
    return signing.dumps([newest + 1, *changes._now()[1:]], salt=changes.SALT)


def rows_of(answer):
    """key of a row or number of a case → the row."""
    return {row.get("number") or f"{row['case']} {row['key']}": row for row in answer.json()["results"]}


def test_nothing_comes_twice_and_a_change_comes_once(world, nurse):
    first = mark()
    assert nurse.get(f"infusion?changed_since={first}").json()["results"] == []
    nurse.patch("infusion/KYO-0001/1.1", {"inf_weight": 31.5, "_reason": "weighed again"})

    after = nurse.get(f"infusion?changed_since={first}")
    assert rows_of(after)["KYO-0001 1.1"]["inf_weight"] == 31.5
    assert nurse.get(f"infusion?changed_since={mark()}").json()["results"] == []
    assert nurse.get(f"patient?changed_since={first}").json()["results"] == []
    assert list(rows_of(nurse.get(f"cases?changed_since={first}"))) == ["KYO-0001"]


def test_what_comes_after_an_answer_is_told_by_its_mark(world, nurse):
    seen = nurse.get("infusion").json()["as_of"]
    nurse.patch("infusion/KYO-0001/1.1", {"inf_weight": 31.5, "_reason": "weighed again"})
    assert rows_of(nurse.get(f"infusion?changed_since={seen}"))["KYO-0001 1.1"]["version"] == 2


def test_a_removed_form_is_told_without_its_answers(world, nurse):
    factories.follow_up(world.case, 60)
    before = mark()
    with everything_scope(actor="tests"):
        form = FollowUp.objects.get()
        void_form(form, by=nurse.person, seen_version=form.version, reason="entered by mistake")

    assert nurse.get("follow_up").json()["results"] == []
    (gone,) = nurse.get(f"follow_up?changed_since={before}").json()["results"]
    assert gone == {"case": "KYO-0001", "form": "follow_up", "key": form.key, "version": 2, "withdrawn": True}


def test_a_withdrawal_of_consent_takes_every_row_of_the_case_away(world, nurse, manager):
    before = mark()
    nurse.patch("patient/KYO-0001/1", {"consent_withdrawn": 1, "_reason": "withdrawn today"})

    told = rows_of(manager.get(f"cases?changed_since={before}"))
    assert told["KYO-0001"] == {"number": "KYO-0001", "version": told["KYO-0001"]["version"], "withdrawn": True}
    for form, key in (("infusion", "1.1"), ("patient", "1")):
        (gone,) = manager.get(f"{form}?changed_since={before}").json()["results"]
        assert (gone["case"], gone["key"], gone["withdrawn"]) == ("KYO-0001", key, True)
        assert not gone.keys() - {"case", "form", "key", "version", "withdrawn"}


def test_what_a_foreign_hospital_changes_or_removes_is_not_told(world, nurse, manager):
    before = mark()
    osaka = factories.person("coordinator", sites=[world.osaka])
    with everything_scope(actor="tests"):
        foreign = Infusion.objects.get(case=world.foreign)
        void_form(foreign, by=osaka, seen_version=foreign.version, reason="entered by mistake")

    assert nurse.get(f"infusion?changed_since={before}").json()["results"] == []
    assert rows_of(manager.get(f"infusion?changed_since={before}"))["OSA-0001 1.1"]["withdrawn"] is True


def test_every_page_has_the_mark_of_the_first(world, manager):
    before = mark()
    for site, number in ((world.kyoto, 3), (world.osaka, 2)):
        for _case in range(number):
            factories.infused_case(site)

    pages, path = [], f"infusion?limit=2&changed_since={before}"
    while path:
        pages.append(manager.get(path).json())
        path = (pages[-1]["next"] or "").partition("/api/v1/")[2]
        if len(pages) == 1:
            manager_saw = factories.infused_case(world.kyoto).number
    assert len({page["as_of"] for page in pages}) == 1
    assert len([row for page in pages for row in page["results"]]) == 5 + 1  # the late one has the highest key
    after = manager.get(f"infusion?changed_since={pages[0]['as_of']}")
    assert f"{manager_saw} 1.1" in rows_of(after)


def test_a_slow_transaction_is_not_lost(world, nurse):
    """Begun before the list was read, committed after it: by its time it would count as seen."""
    begun, read = threading.Event(), threading.Event()

    def slow():
        try:
            with transaction.atomic():
                factories.follow_up(world.case, 60)
                begun.set()
                read.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    begun.wait(20)
    first = nurse.get("follow_up").json()
    read.set()
    thread.join(20)

    assert first["results"] == []
    assert list(rows_of(nurse.get(f"follow_up?changed_since={first['as_of']}"))) == ["KYO-0001 1.1"]


def test_while_others_write_a_walk_neither_skips_nor_repeats(transactional_db):
    """Pages are walked while three writers add cases and remove others: what stood all the while comes once, what came meanwhile is told after.

    Rows that were seen are removed before rows that were not, so that a walk by counting rows would pass over one that stays.
    """
    site = factories.site("KYO")
    go, stay = zip(*((factories.infused_case(site), factories.infused_case(site)) for _pair in range(4)), strict=True)
    manager = Rest(factories.person("manager"))
    left, ended, failures = reversed(go[1:]), threading.Event(), []

    def writes(removes):
        try:
            while not ended.is_set():
                if removes:
                    if (case := next(left, None)) is None:
                        return
                    with everything_scope(actor="tests"):
                        remove_case(case, by=factories.BUILDER, reason="enrolled twice")
                else:
                    factories.infused_case(site)
        except BaseException as failure:  # noqa: BLE001 - told below
            failures.append(failure)
        finally:
            connection.close()

    writers = [threading.Thread(target=writes, args=(removes,)) for removes in (True, False, False)]
    address, pages = "/api/v1/infusion?limit=1", []
    for one in writers:
        one.start()
    try:
        while address and len(pages) < 40:
            answer = manager.client.get(address, headers=manager.headers)
            assert answer.status_code == 200, answer.content
            pages.append(answer.json())
            address = pages[-1]["next"]
            if len(pages) == 3:  # go, stay, go
                with everything_scope(actor="tests"):
                    remove_case(go[0], by=factories.BUILDER, reason="enrolled twice")
            if len(pages) == 12:
                ended.set()
    finally:
        ended.set()
        for one in writers:
            one.join(30)
    seen = [row["case"] for page in pages for row in page["results"]]
    assert not failures and len(seen) == len(set(seen))
    assert {case.number for case in stay} <= set(seen)
    later = manager.get(f"infusion?changed_since={pages[0]['as_of']}&limit=500").json()["results"]
    with everything_scope(actor="tests"):
        there = set(Case.objects.values_list("number", flat=True))
        gone = set(Case.with_void.filter(is_void=True).values_list("number", flat=True))
    assert len(there) > 4 and len(gone) > 0  # they wrote
    told = {row["case"] for row in later if not row.get("withdrawn")}
    assert there <= set(seen) | told
    assert gone & set(seen) <= {row["case"] for row in later if row.get("withdrawn")}


def test_a_time_is_read_ten_minutes_early_and_must_have_a_zone(world, nurse):
    with everything_scope(actor="tests"):
        at = HistoryEvent.objects.filter(form="infusion").order_by("-pk").first().at
    assert len(nurse.get(f"infusion?changed_since={at:%Y-%m-%dT%H:%M:%SZ}").json()["results"]) == 1
    assert nurse.get("infusion?changed_since=2100-01-01").json()["results"] == []
    for wrong in ("yesterday", "2026-01-01T10:00:00", "2026-13-01", "", "a:b:c"):
        refused = nurse.get(f"infusion?changed_since={wrong}")
        assert (refused.status_code, refused.json()["field"]) == (400, "changed_since")


def test_a_mark_of_before_a_restore_is_refused(world, nurse, monkeypatch):
    before = mark()
    monkeypatch.setattr("registry.api.changes.MARK", "SELECT 1::bigint, 2::bigint, 3")
    refused = nurse.get(f"infusion?changed_since={before}")
    assert (refused.status_code, refused.json()["code"]) == (410, "restored")


def test_queries_are_told_when_they_move(world, nurse, manager):
    before = mark()
    with everything_scope(actor="tests"):
        form = Infusion.objects.get(case=world.case)
    asked = factories.query(form, item="inf_weight", by=manager.person)

    told = nurse.get(f"queries?changed_since={before}").json()
    assert asked.pk in [one["id"] for one in told["results"]]
    nurse.patch("patient/KYO-0001/1", {"consent_withdrawn": 1, "_reason": "withdrawn today"})
    gone = [
        one for one in nurse.get(f"queries?changed_since={told['as_of']}").json()["results"] if one["id"] == asked.pk
    ]
    assert gone[0].keys() == {"id", "version", "withdrawn"}
