"""The pages of the analyses: the list, and each newest Result as tables, in words that say where the numbers come from."""

import re

import pytest

from analytics.catalogue import CATALOGUE, TISAGENLECLEUCEL
from tests import factories
from tests.analytics.test_api_datasets import compute

pytestmark = pytest.mark.django_db(transaction=True)
OURS = [one for one in CATALOGUE if one.cohort == TISAGENLECLEUCEL]


@pytest.fixture
def world(transactional_db):
    """Three infused cases, one of them dead, and every analysis of theirs computed."""
    kyoto = factories.site("KYO")
    for death in (None, 200, None):
        case = factories.infused_case(kyoto)
        if death:
            factories.death(case, death)
        else:
            factories.follow_up(case, 400)
    compute(names=[one.name for one in OURS])


@pytest.fixture
def page(transactional_db, client):
    """The text of a page as a consortium lead reads it."""
    client.force_login(factories.person("lead"))

    def page(address, status=200):
        answer = client.get(address)
        assert answer.status_code == status, address
        return answer.content.decode()

    return page


def test_the_list_names_every_analysis_with_its_question(page, world):
    text = page("/analyses/")

    for one in OURS:
        assert f'href="/analyses/{one.name}/"' in text, one.name
    assert "How many patients are alive after infusion?" in text


def test_every_analysis_has_a_page_with_tables_and_provenance(page, world):
    for one in OURS:
        text = page(f"/analyses/{one.name}/")
        assert "<caption>" in text or "No case can be analysed yet." in text, one.name
        assert "Where these numbers come from" in text and one.hash in text, one.name
        odd = re.search(r"<td[^>]*>\s*(nan|None|inf)\s*</td>", text)
        assert not odd, (one.name, odd and odd[0])


def test_before_the_first_result_it_says_so(page):
    text = page("/analyses/os/")

    assert "Not computed yet" in text


def test_what_is_not_in_the_plan_is_not_found(page):
    page("/analyses/os-by-zodiac/", 404)


def test_the_r_script_is_offered_where_there_is_one(page, world):
    assert re.search(r"/api/v1/runs/\d+/script", page("/analyses/os/"))
    assert not re.search(r"/api/v1/runs/\d+/script", page("/analyses/flow/"))
