"""The page of the datasets."""

import pytest
from django.test.utils import CaptureQueriesContext

from analytics.models import Dataset
from registry.access.row_security import everything_scope
from tests.conftest import log_in_as
from tests.factories import cohort, person

pytestmark = pytest.mark.django_db(transaction=True)


def revisions(code, count):
    """`count` live revisions of a cohort."""
    of = cohort(code)
    log_in_as("reg_worker")
    with everything_scope(actor="test"):
        for revision in range(1, count + 1):
            Dataset.objects.create(
                cohort=of, revision=revision, hash=f"{revision:064x}", cases=revision, code_version="1"
            )
    log_in_as("reg_app")


def test_the_newest_ten_revisions_are_listed(client):
    revisions("tisagenlecleucel", 12)
    client.force_login(person("statistician"))

    page = client.get("/datasets/").content.decode()

    assert page.count('<th scope="row">') == 10
    assert '<th scope="row">12</th>' in page
    assert '<th scope="row">2</th>' not in page


def test_the_number_of_queries_does_not_grow_with_the_cohorts(client):
    from django.db import connection

    client.force_login(person("lead"))
    counts = []
    for code in ("one", "two", "three"):
        revisions(code, 3)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/datasets/").status_code == 200
        counts.append(len(queries))

    assert len(set(counts)) == 1


def test_a_coordinator_is_refused(client):
    from tests.factories import site

    client.force_login(person("coordinator", sites=[site("KYO")]))

    assert client.get("/datasets/").status_code == 403
