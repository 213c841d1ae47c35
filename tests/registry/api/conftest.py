"""A small world for the REST interface: two hospitals, a case at each, somebody in every role with a token."""

import itertools
from types import SimpleNamespace

import pytest
from django.test import Client

from tests import factories
from tests.standing import standing

KEYS = itertools.count(1)


class Rest:
    """The REST interface as one person's script sees it: JSON in, JSON out, a token in the header."""

    def __init__(self, person, **token):
        self.person, self.client = person, Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {factories.token(person, **token)}"}

    def get(self, path, **headers):
        """GET below /api/v1/."""
        return self.client.get(f"/api/v1/{path}", headers={**self.headers, **headers})

    def post(self, path, body, **headers):
        """POST with an Idempotency-Key of its own, unless one is given."""
        headers = {"Idempotency-Key": f"key-{next(KEYS)}", **headers}
        return self._send(self.client.post, path, body, headers)

    def patch(self, path, body, tag=None):
        """PATCH of what is stored under `tag`, or of what is there now."""
        tag = self.get(path).headers["ETag"] if tag is None else tag
        return self._send(self.client.patch, path, body, {"If-Match": tag} if tag else {})

    def _send(self, method, path, body, headers):
        words = {"content_type": "application/json", "headers": {**self.headers, **headers}}
        return method(f"/api/v1/{path}", body, **words)


@standing
def world():
    """Kyoto and Osaka with one infused case each."""
    kyoto, osaka = factories.site("KYO"), factories.site("OSA")
    return SimpleNamespace(
        kyoto=kyoto, osaka=osaka, case=factories.infused_case(kyoto), foreign=factories.infused_case(osaka)
    )


@standing
def nurse(world):
    """Kyoto's coordinator."""
    return Rest(factories.person("coordinator", sites=[world.kyoto]))


@pytest.fixture
def rest():
    """Rest(person, **words of the token)."""
    return Rest


@standing
def manager(world):
    """The data manager, who sees every site."""
    return Rest(factories.person("manager"))


@standing
def statistician(world):
    """Who reads datasets and never a case."""
    return Rest(factories.person("statistician"))
