"""What stands below tests is made once, is each test's own, and is gone for those that do not stand on it."""

import itertools
from types import SimpleNamespace

import pytest

from registry.access.row_security import everything_scope
from registry.models import Case, Site
from tests import factories
from tests import standing as below
from tests.standing import standing

made, aged = itertools.count(1), []


@pytest.fixture(scope="module", autouse=True)
def patient():
    """However slow the machine is, nothing grows old by itself here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(below, "LIFE", 10_000)
        yield


@standing
def kyoto():
    return SimpleNamespace(site=factories.site("KYO"), time=next(made))


@standing
def case(kyoto):
    kyoto.has_case = True
    return factories.enrolled_case(kyoto.site)


def names():
    """Of every hospital and case that is stored."""
    with everything_scope(actor="tests"):
        return [*Site.objects.values_list("code", flat=True), *Case.objects.values_list("number", flat=True)]


@pytest.mark.parametrize("again", [False, True])
def test_what_a_test_changes_is_not_there_for_the_next(kyoto, again):
    assert vars(kyoto).keys() == {"site", "time"} and kyoto.time == 1
    assert names() == ["KYO"]
    kyoto.mine = factories.site("OSA")


@pytest.mark.parametrize("again", [False, True])
def test_one_may_stand_on_another_and_change_it(case, kyoto, again):
    assert kyoto.has_case and case.site is kyoto.site
    assert names() == ["KYO", "KYO-0001"]
    factories.enrolled_case(kyoto.site)


def test_what_is_asked_for_alone_has_nothing_upon_it(kyoto):
    assert not hasattr(kyoto, "has_case") and names() == ["KYO"]


def test_who_stands_on_nothing_finds_nothing(db):
    assert names() == []


@pytest.mark.parametrize("again", [False, True])
def test_what_has_stood_too_long_is_made_anew(kyoto, again):
    assert kyoto.time not in aged
    aged.append(kyoto.time)
    below._layers[0] = below._layers[0]._replace(since=-below.LIFE)


@pytest.mark.django_db(transaction=True)
def test_who_stores_for_real_has_it_stored(case):
    assert names() == ["KYO", "KYO-0001"]


@pytest.mark.django_db(transaction=True)
def test_and_it_is_gone_for_the_next():
    assert names() == []
