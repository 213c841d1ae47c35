"""Verifying and locking by the pages: what is said before and after, who may, and what is kept when a lock comes between."""

import pytest

from registry.access.row_security import everything_scope
from registry.actions import queries, states
from registry.models import Case
from tests.registry.views.conftest import signed_in
from tests.registry.views.states.conftest import address, ask, decide, deed, only_complete, seen, sign, stored, text

pytestmark = pytest.mark.django_db


def test_who_completed_verified_and_locked_a_form_stands_on_it(world):
    deed(world, "verify")
    answer = deed(world, "lock")

    page = text(answer)
    for word, who in (("complete", "Aoi Nakamura"), ("verified", "manager"), ("locked", "manager")):
        step = page.partition('class="form-state__steps"')[2].partition(f"{word}</span>")[2]
        assert step.lstrip().removeprefix("</dt>").lstrip().startswith(f"<dd>{who} · <time"), word


def test_a_verification_is_taken_back_with_a_reason(world):
    deed(world, "verify")
    assert "Please say why." in text(deed(world, "unverify", reason=" "))
    assert stored(world.death).is_verified

    page = text(deed(world, "unverify", reason="Wrong patient's letter"))

    assert not stored(world.death).is_verified
    assert "not verified any more" in page
    assert "Wrong patient's letter" in page


def test_a_lock_is_opened_by_two_persons(world):
    deed(world, "lock")
    url = address(world.death)
    assert f"{url}unlock/" in seen(world, world.manager)

    refused = ask(world.manager, url, reason="", code="")
    assert refused.status_code == 422 and text(refused).count("This field is required.") == 2
    assert "Mio Kato (Data manager)" in text(refused) and "lead (Consortium lead)" in text(refused)
    page = text(ask(world.manager, url))
    assert "waits for a second person" in page and "Another data manager or a consortium lead decides." in page
    again = ask(world.second, url, reason="Me too")
    assert again.status_code == 422 and "This was asked for already" in text(again) and 'value="Me too"' in text(again)
    for person, step, said in (
        (world.manager, "approve", "You asked for this yourself."),
        (world.second, "withdraw", "You may not decide about this."),
        (world.second, "open", "Choose what is to become of it."),
    ):
        answer = decide(person, step)
        assert answer.status_code == 422 and said in text(answer), step
    assert decide(world.second, reason=" ").status_code == 422
    assert stored(world.death).is_locked

    for person in (world.second, world.lead):
        assert "locks to open" in text(signed_in(person).get("/worklist/"))
        assert "Decide as the second person" in seen(world, person)
    assert "locks to open" not in text(signed_in(world.manager).get("/worklist/"))
    assert "A letter came late" in text(signed_in(world.nurse).get(f"/cases/{world.case.number}/")), "the site sees it"
    page = text(decide(world.lead))

    assert "death: opened." in page.replace("Death", "death") and "I saw the letter" in page
    assert not stored(world.death).is_locked
    told = text(signed_in(world.nurse).get(f"/cases/{world.case.number}/history/"))
    for words in (
        "opening of a lock asked for",
        "opening of a lock agreed to",
        "Data or a report came late · A letter came late",
    ):
        assert words in told
    assert decide(world.second).status_code == 422, "it was ended"


def test_a_deed_on_what_was_changed_meanwhile_is_not_done(world):
    answer = deed(world, "verify", version=7)

    assert "Somebody has just changed this form. Nothing was done" in text(answer)
    assert not stored(world.death).is_verified


def test_a_query_stands_against_verification(world):
    with everything_scope(actor="tests"):
        queries.raise_query(world.death, text="Really?", by=world.manager)

    assert "Verify" not in seen(world, world.manager)
    assert "Only a complete form without open queries can be verified." in text(deed(world, "verify"))


def test_each_reads_only_the_buttons_that_are_theirs(world):
    deeds = {
        "nurse": set(),
        "investigator": {"sign/"},
        "manager": {"verify/", "lock/"},
        "lead": set(),
    }
    for name, wanted in deeds.items():
        page = seen(world, getattr(world, name))
        found = {
            one
            for one in ("verify/", "unverify/", "lock/", "unlock/", "sign/")
            if f"/{one}" in page.partition('id="form-state"')[2]
        }
        assert found == wanted, name


# A locked form.


def test_a_locked_form_is_read_only_and_says_how_to_get_it_opened(world):
    deed(world, "lock")

    page = seen(world, world.nurse)

    assert "data-entry" not in page
    assert "This form is locked: it can be read, and changed once two persons have opened it." in page


def test_what_was_typed_before_a_lock_came_between_stays_on_the_page(world):
    states_lock(world)

    answer = signed_in(world.nurse).post(
        address(world.death),
        {
            "version": 2,
            "death_date": "2024-12-24",
            "death_cause": "3",
            "death_in_remission": "1",
            "reason": "new letter",
        },
    )

    assert answer.status_code == 422
    page = text(answer)
    assert "Ask a data manager to have it opened; what you typed is kept on this page." in page
    assert 'value="2024-12-24"' in page
    assert stored(world.death).death_cause == 2


def states_lock(world):
    """Lock the form as the data manager does."""
    states.lock_form(stored(world.death), by=world.manager, seen_version=1)


# A whole case.


def test_a_case_is_signed_locked_and_unlocked_as_one(world):
    form = only_complete(world)
    case = form.case
    manager, url = signed_in(world.manager), f"/cases/{form.case.number}/"
    assert "Sign 1 complete form" in text(signed_in(world.investigator).get(url))
    sign(world, form, case=case)
    page = text(manager.get(url))
    assert "all signed" in page
    assert "0 of 1 stored forms verified · 1 of 1 signed" in page

    page = text(manager.post(f"{url}lock/", follow=True))
    assert "locked, with every form." in page
    assert "Opening voids 1 signature" in page
    assert stored(form).is_locked
    assert "The whole case is locked" in seen(world, world.nurse, form)
    page = text(signed_in(world.nurse).get(f"{url}relapse/new/"))
    assert "The whole case is locked" in page
    assert "data-entry" not in page
    assert "/baseline_disease/new/" not in text(signed_in(world.nurse).get(url)), "nothing can be begun"
    page = text(ask(world.manager, url, reason="A death came late"))
    assert f"{case.number} · the whole case" in page

    page = text(decide(world.second))
    assert "the whole case: opened. The signature of Dr Rei Ogawa is void." in page
    assert "A death came late" in text(manager.get(url))
    assert not stored(form).is_locked


def test_a_case_with_an_unfinished_form_is_not_locked(world):
    page = text(signed_in(world.manager).post(f"/cases/{world.case.number}/lock/", follow=True))

    assert "A case is locked when all its forms are complete; 4 are not." in page
    assert not Case.objects.filter(is_locked=True).exists()
