"""Answers that are no page of ours are held to the same policy, and nothing is changed from another site.

test_matrix.py asks for the headers at every address, for every role.
"""

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.urls import path, reverse

from analytics import safety
from registry import urls
from tests import factories
from tests.access.headers import missing_headers
from tests.access.test_matrix import TABLE, build_world, known_ids, path_of

pytestmark = pytest.mark.django_db
DOORS = {
    "redcap",
    "redcap-api",
}  # a token in the body opens them; a session, which a browser would send along, does not
TAKES_FILES = {"api-imports", "api-import-whole"}  # as a form does, and nothing else
SECRET = "Yamada Hanako"


def defect(request):
    """A view that fails with something of a patient in its words."""
    raise RuntimeError(f"no such patient: {SECRET}")


urlpatterns = [*urls.urlpatterns, path("defect/", defect), path("api/v1/defect/", defect)]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


@pytest.fixture
def visitor(client):
    """The browser of a data manager, which shows errors as a person sees them."""
    client.force_login(factories.person("manager"))
    client.raise_request_exception = False
    return client


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "status"), [("/nowhere/", 404), ("/api/v1/nowhere/", 404), ("/defect/", 500), ("/api/v1/defect/", 500),
                            ("/cases/?q=%00", 400), ("/accounts/login/?next=%00", 400)]
)  # fmt: skip
def test_an_error_is_held_to_the_same_policy_and_tells_nothing(visitor, address, status):
    answer = visitor.get(address)

    assert answer.status_code == status
    assert missing_headers(answer) == []
    assert SECRET not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


def test_static_files_are_held_to_it_too(client):
    assert finders.find("css/base.css")
    answer = client.get("/static/css/base.css")

    assert answer.status_code == 200
    assert missing_headers(answer) == []


def test_an_unknown_host_is_not_served(client):
    client.raise_request_exception = False
    answer = client.get(reverse("login"), headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()


def test_nothing_is_changed_from_another_site():
    world = build_world()
    known, browser = known_ids(world), Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(world.people["manager"])
    writing = [row for row in TABLE if row.method != "get" and row.name not in DOORS]
    found = {}
    for row in writing:
        place = path_of(world, row)
        body = {name: known.get(value, value) for name, value in row.body.items()}
        is_json = place.startswith("/api/") and row.name not in TAKES_FILES
        words = {"content_type": "application/json"} if is_json else {}
        found[row.name] = getattr(browser, row.method)(place, body, headers=row.headers, **words).status_code

    assert len(found) > 50
    assert {name: status for name, status in found.items() if status != 403} == {}


def test_a_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client):
    manager = factories.person("manager")
    client.post(reverse("login"), {"username": manager.email, "password": factories.PASSWORD})
    cookie = client.cookies["sessionid"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize(
    ("name", "longest_s"), [("statement_timeout", 60), ("lock_timeout", 5), ("idle_in_transaction_session_timeout", 30)]
)
def test_the_serving_role_waits_for_nothing_for_ever(db, name, longest_s):
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting::int / 1000 FROM pg_settings WHERE name = %s", [name])
        assert 0 < cursor.fetchone()[0] <= longest_s
        cursor.execute("SELECT set_config(%s, '0', true)", [name])
    assert any(name in (guard.wrong() or "") for guard in safety.OF_DATABASE)
