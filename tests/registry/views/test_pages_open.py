"""Every page opens for whom it is, and says no to the others."""

import pytest

from tests import factories
from tests.registry.views.conftest import signed_in
from tests.standing import standing


@standing
def case(world):
    return factories.infused_case(world.kyoto)


def test_the_pages_of_a_case_open(nurse, case):
    factories.follow_up(case, 100)
    factories.stored_form(case, "crs", crs_occurred=1)
    factories.stored_form(
        case, "crs_episode", crs_onset=factories.day(2), crs_resolved=factories.day(6), crs_grade_site=2
    )
    base = case.get_absolute_url()

    for address in ("/worklist/", "/cases/", base, f"{base}history/", f"{base}patient/1/", f"{base}infusion/1.1/", f"{base}death/new/",
                    f"{base}infusion/1.1/history/", "/codebook/", "/codebook/?q=blast", "/accounts/tokens/"):  # fmt: skip
        response = nurse.get(address)
        assert response.status_code == 200, address
        assert b"style=" not in response.content and b"<script>" not in response.content, address


def test_no_page_of_a_patient_stays_in_the_browser(nurse, case):
    for address in ("/worklist/", "/cases/", case.get_absolute_url(), f"{case.get_absolute_url()}patient/1/"):
        assert nurse.get(address)["Cache-Control"] == "private, no-store", address


@pytest.mark.parametrize("form", __import__("registry.models", fromlist=["FORM_OF"]).FORM_OF)
def test_every_form_opens_empty(nurse, case, form):
    address = f"{case.get_absolute_url()}{form}/new/"

    assert nurse.get(address, follow=True).status_code == 200


def test_a_foreign_case_is_not_there(world, case):
    stranger = signed_in(world.osaka_nurse)
    base = case.get_absolute_url()

    for address in (
        base,
        f"{base}history/",
        f"{base}patient/1/",
        f"{base}patient/1/history/",
        f"{base}death/new/",
    ):
        assert stranger.get(address).status_code == 404, address
    assert stranger.post(f"{base}patient/1/remove/", {"version": 1, "reason": "x"}).status_code == 404
    assert b"KYO-0001" not in stranger.get("/cases/").content


@pytest.mark.parametrize(
    "address",
    ["infusion/9.9/", "infusion/1/", "infusion/1.1.1/", "infusion/a.b/", "infusion/01.1/", "nothing/1/", "patient/2/"],
)
def test_a_row_that_does_not_exist_is_404(nurse, case, address):
    assert nurse.get(case.get_absolute_url() + address).status_code == 404


def test_each_role_begins_at_its_own_page(world):
    beginnings = {"nurse": "/worklist/", "manager": "/worklist/", "admin": "/people/"}

    for who, place in beginnings.items():
        assert signed_in(getattr(world, who)).get("/").url == place


def test_the_administrator_sees_no_clinical_page(world, case):
    admin = signed_in(world.admin)

    assert admin.get("/cases/").status_code == 403
    assert admin.get("/worklist/").status_code == 403
    assert admin.get(case.get_absolute_url()).status_code in (403, 404)


def test_a_manager_reads_a_form_and_cannot_write_it(world, case):
    manager = signed_in(world.manager)
    address = f"{case.get_absolute_url()}patient/1/"

    page = manager.get(address)
    assert page.status_code == 200 and b"data-entry" not in page.content
    assert manager.post(address, {"version": 1, "sex_at_birth": "2"}).status_code in (403, 404)


def test_without_signing_in_every_page_asks_for_it(client, case):
    for address in (
        "/",
        "/cases/",
        case.get_absolute_url(),
        "/worklist/",
        "/codebook/",
        "/people/",
        "/accounts/tokens/",
    ):
        assert client.get(address).url.startswith("/accounts/login/"), address
