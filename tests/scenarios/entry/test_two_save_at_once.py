"""Two coordinators save the same form at the same moment, many times: nobody's answer is overwritten, and every loser is told."""

import threading
from decimal import Decimal

import pytest
from django.db import connections
from django.test import Client

from registry.access.row_security import everything_scope, person_scope
from registry.actions.forms import StaleVersionError, save_form
from registry.models import Death, Draft, HistoryEvent, Infusion, Relapse
from tests import factories
from tests.scenarios.entry.test_a_form_is_entered import answers

pytestmark = pytest.mark.django_db(transaction=True)
RACES, PAGE_RACES = 200, 8


@pytest.fixture
def people(transactional_db):
    """Kyoto's two coordinators and their infused case."""
    site = factories.site("KYO")
    both = [factories.person("coordinator", sites=[site], email=f"{name}@example.org", name=name) for name in "AB"]
    return both, factories.infused_case(site, inf_weight=Decimal(19))


def at_once(*acts):
    """Run every act in its own thread and connection; what each returned. An act gets the barrier that lets all go on together."""
    barrier, found = threading.Barrier(len(acts), timeout=30), [None] * len(acts)

    def run(place, act):
        try:
            found[place] = act(barrier)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert None not in found, "a thread ended without an answer"
    return found


def signed_in(person):
    """A browser in which `person` is signed in."""
    browser = Client()
    browser.force_login(person)
    return browser


def sent_at_once(*messages):
    """The answers to (browser, address, what is typed), all sent at the same moment."""

    def send(browser, address, typed):
        def act(barrier):
            barrier.wait()
            return browser.post(address, typed)

        return act

    return at_once(*(send(*message) for message in messages))


def as_stored():
    """(weight, version) of the infusion, and the weights that the history tells, in order, each with who entered it."""
    with everything_scope(actor="test"):
        row = Infusion.objects.get()
        told = (
            HistoryEvent.objects.filter(form="infusion", item="inf_weight")
            .order_by("pk")
            .values_list("actor", "old", "new")
        )
        return (row.inf_weight, row.version), [
            (actor, old and Decimal(str(old)), Decimal(str(new))) for actor, old, new in told
        ]


def outcome(form, person):
    """ "stored", or the two versions that the conflict shows."""
    try:
        save_form(form, by=person, seen_version=form.version, reason="Weighed again")
    except StaleVersionError as stale:
        return stale.theirs.inf_weight, stale.mine.inf_weight
    return "stored"


def test_no_answer_is_lost_in_200_races(people):
    (first, second), _case = people
    weights = {
        person: [Decimal(200 + 2 * race + odd) / 10 for race in range(RACES)]
        for odd, person in enumerate((first, second))
    }

    def races(person):
        def act(barrier):
            found = []
            for weight in weights[person]:
                with person_scope(person):
                    form = Infusion.objects.get()
                form.inf_weight = weight
                barrier.wait()  # both have read the same version
                found.append(outcome(form, person))
                barrier.wait()  # both have an answer
            return found

        return act

    found = dict(zip((first, second), at_once(races(first), races(second)), strict=True))

    acknowledged = []
    for race in range(RACES):
        winner, loser = (first, second) if found[first][race] == "stored" else (second, first)
        assert found[winner][race] == "stored", race
        assert found[loser][race] == (weights[winner][race], weights[loser][race]), "the loser is shown both versions"
        acknowledged.append((winner.email, weights[winner][race]))
    (weight, version), told = as_stored()
    assert [(actor, new) for actor, _old, new in told[1:]] == acknowledged
    assert [old for _actor, old, _new in told[1:]] == [new for _actor, _old, new in told[:-1]], (
        "each starts from the last"
    )
    assert (weight, version) == (acknowledged[-1][1], RACES + 1)


def test_the_page_tells_the_loser_and_takes_the_choice(people):
    both, case = people
    browsers, address = [signed_in(person) for person in both], f"{case.get_absolute_url()}infusion/1.1/"
    acknowledged = []
    for race in range(PAGE_RACES):
        opened = [answers(browser.get(address)) for browser in browsers]
        typed = [{**one, "inf_weight": f"{30 + race}.{place}", "reason": "Weighed"} for place, one in enumerate(opened)]

        pages = sent_at_once(*((browsers[place], address, typed[place]) for place in (0, 1)))

        assert sorted(page.status_code for page in pages) == [302, 409], race
        loser = next(place for place in (0, 1) if pages[place].status_code == 409)
        (weight,) = (one for one in pages[loser].context["page"]["differences"] if one.name == "inf_weight")
        assert (weight.theirs, weight.mine) == tuple(
            f"{typed[place]['inf_weight'].removesuffix('.0')} kg" for place in (1 - loser, loser)
        )
        choice = {**answers(pages[loser]), "take_inf_weight": "mine"}
        assert browsers[loser].post(address, choice).status_code == 302
        acknowledged += [Decimal(typed[place]["inf_weight"]) for place in (1 - loser, loser)]
    (weight, version), told = as_stored()
    assert [new for _actor, _old, new in told[1:]] == acknowledged
    assert (weight, version) == (acknowledged[-1], 2 * PAGE_RACES + 1)


def test_two_who_begin_the_same_form_make_one(people):
    both, case = people
    address = f"{case.get_absolute_url()}death/new/"
    messages = [(signed_in(person), address, {"version": "0", "nonce": person.name, "death_date": f"2024-08-0{place}", "death_cause": "1"})
                for place, person in enumerate(both, start=1)]  # fmt: skip

    pages = sent_at_once(*messages)

    assert sorted(page.status_code for page in pages) == [302, 409]
    with everything_scope(actor="test"):
        assert Death.objects.get().version == 1


def test_a_double_click_that_arrives_at_once_stores_once(people):
    (nurse, _other), case = people
    browser, again = signed_in(nurse), signed_in(nurse)
    for address, typed in (
        (f"{case.get_absolute_url()}relapse/new/", {"rel_date": "2024-10-01", "rel_kind": "1"}),
        (f"{case.get_absolute_url()}infusion/1.1/", {"inf_weight": "41", "reason": "Weighed again"}),
    ):
        typed = {**answers(browser.get(address)), **typed}
        pages = sent_at_once((browser, address, typed), (again, address, typed))
        assert [page.status_code for page in pages] == [302, 302]
        assert len({page.url for page in pages}) == 1
    with everything_scope(actor="test"):
        assert [(one.rel_seq, one.version) for one in Relapse.objects.all()] == [(1, 1)]
        assert Infusion.objects.get().version == 2


def test_a_draft_that_arrives_with_its_save_keeps_nothing(people):
    (nurse, _other), case = people
    browser, address = signed_in(nurse), f"{case.get_absolute_url()}infusion/1.1/"
    drafts = [signed_in(nurse) for _message in range(2)]
    for race in range(PAGE_RACES):
        typed = {**answers(browser.get(address)), "inf_weight": str(30 + race), "reason": "Weighed"}
        late = {**typed, "inf_weight": "3"}

        saved, *kept = sent_at_once((browser, address, typed), *((one, f"{address}draft/", late) for one in drafts))

        assert saved.status_code == 302
        assert {one.status_code for one in kept} == {200}
        with person_scope(nurse):
            assert not Draft.objects.exists()
