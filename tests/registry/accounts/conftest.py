"""People who sign in as a browser does."""

from django.test import Client

from tests import factories
from tests.standing import standing

LOGIN = "/accounts/login/"


def tried(email, password=factories.PASSWORD, *, client=None, source="192.0.2.7"):
    """The answer to one attempt to sign in."""
    return (client or Client()).post(LOGIN, {"username": email, "password": password}, REMOTE_ADDR=source)


@standing
def nurse():
    """Kyoto's coordinator."""
    return factories.person("coordinator", sites=[factories.site("KYO")])


@standing
def admin():
    """An administrator."""
    return factories.person("administrator")
