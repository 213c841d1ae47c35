"""A short plan: what is shown of cuts does not depend on how many analyses there are."""

import pytest

from analytics.catalogue import CATALOGUE
from tests.scenarios.cuts.worlds import COHORT, FEW


@pytest.fixture(autouse=True)
def short_plan(monkeypatch):
    """Only a few analyses are asked for of a new dataset."""
    few = tuple(one for one in CATALOGUE if one.name in FEW and one.cohort == COHORT)
    monkeypatch.setattr("analytics.actions.CATALOGUE", few)
