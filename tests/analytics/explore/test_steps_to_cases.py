"""A step of an explored curve leads to the cases behind it: as many as the curve counts, for those who may, of that run alone."""

import pytest

from tests.analytics.explore.test_pages import VIEW, ask, world  # noqa: F401 - the fixture
from tests.analytics.explore.worlds import compute, runs

pytestmark = pytest.mark.django_db(transaction=True)


def test_steps_of_an_explored_curve_lead_to_as_many_cases_as_it_counts(world):  # noqa: F811
    ask(world.lead, VIEW)
    (run,) = runs()
    address, unknown = f"/runs/{run.pk}/cases/", f"/runs/{run.pk + 1000}/cases/"
    assert world.lead.get(address).status_code == 404, "not computed yet"
    assert compute(run.pk)

    told = world.lead.get(f"/explore/panel/?{VIEW}").json()
    assert told["cases"]["url"] == address
    groups = told["result"]["groups"]
    for group in groups:
        step = f"{address}?{told['cases']['keys'][group['group']]}&what=event&from=0&to=20000"
        assert world.lead.get(step).context["n"] == group["events"]
    assert sum(group["events"] for group in groups) == 2
    assert world.lead.get(unknown).status_code == 404
    assert world.lead.get(f"{address}?group=nobody").status_code == 404

    assert world.other.get(f"/explore/panel/?{VIEW}").json()["cases"] is None, "no link for those who may not see cases"
    assert world.other.get(address).status_code == world.other.get(unknown).status_code == 403
