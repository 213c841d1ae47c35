"""A small world for the pages: two hospitals and somebody in every role."""

from types import SimpleNamespace

import pytest
from django.test import Client

from tests import factories
from tests.standing import standing


def signed_in(person):
    """A browser in which `person` is signed in."""
    client = Client()
    client.force_login(person)
    return client


@standing
def world():
    """Kyoto and Osaka; coordinator, manager, lead, statistician, administrator."""
    kyoto, osaka = factories.site("KYO", "Kyoto University Hospital"), factories.site("OSA", "Osaka City Hospital")
    factories.cohort()
    people = {
        "nurse": factories.person("coordinator", sites=[kyoto], name="Aoi Nakamura"),
        "other_nurse": factories.person("coordinator", sites=[kyoto], email="second@example.org", name="Ren Ito"),
        "osaka_nurse": factories.person("coordinator", sites=[osaka], name="Yui Mori"),
        "manager": factories.person("manager"),
        "lead": factories.person("lead"),
        "statistician": factories.person("statistician"),
        "admin": factories.person("administrator"),
    }
    return SimpleNamespace(kyoto=kyoto, osaka=osaka, **people)


@pytest.fixture
def nurse(world):
    """The browser of Kyoto's coordinator."""
    return signed_in(world.nurse)
