"""The administrator's pages: people, sites; and everybody's tokens and language."""

import re

from registry.models import Person, Site, Token
from tests import factories
from tests.registry.views.conftest import signed_in


def test_somebody_is_added_and_can_sign_in(world, client):
    admin = signed_in(world.admin)
    sent = {
        "email": "New@Example.org",
        "name": "Hana Kato",
        "role": "coordinator",
        "sites": [world.kyoto.pk],
    }

    assert re.fullmatch(r"/people/\d+/security/", admin.post("/people/new/", sent).url)
    assert not Person.objects.get(email="new@example.org").has_usable_password()
    assert not client.login(username="new@example.org", password="four quiet winter trees")
    assert b"Hana Kato" in admin.get("/people/").content


def test_what_is_wrong_with_somebody_new_is_said_beside_it(world):
    admin = signed_in(world.admin)
    sent = {"email": world.nurse.email.upper(), "name": "Twin", "role": "coordinator", "sites": []}

    page = admin.post("/people/new/", sent)

    assert page.status_code == 422
    assert "sites" in page.context["form"].errors
    page = admin.post("/people/new/", {**sent, "sites": [world.kyoto.pk]})
    assert page.status_code == 422 and page.context["form"].errors
    assert Person.objects.filter(name="Twin").count() == 0


def test_an_account_is_ended_and_opens_nothing_any_more(world):
    factories.token(world.nurse)
    admin, nurse = signed_in(world.admin), signed_in(world.nurse)
    assert nurse.get("/cases/").status_code == 200

    admin.post(
        f"/people/{world.nurse.pk}/", {"name": world.nurse.name, "role": "coordinator", "sites": [world.kyoto.pk]}
    )

    assert nurse.get("/cases/").status_code == 302
    assert Token.objects.get(owner=world.nurse).revoked_at


def test_the_administrator_cannot_end_the_own_account(world):
    page = signed_in(world.admin).post(
        f"/people/{world.admin.pk}/", {"name": "Me", "role": "administrator", "sites": []}
    )

    assert page.status_code == 422
    assert Person.objects.get(pk=world.admin.pk).is_active


def test_a_site_joins_and_leaves(world):
    admin = signed_in(world.admin)

    assert admin.post("/sites/new/", {"code": "nar", "name": "Nara Hospital"}).url == "/sites/"
    assert admin.post("/sites/new/", {"code": "N4R", "name": "Other"}).status_code == 422
    nara = Site.objects.get(code="NAR")
    assert admin.post(f"/sites/{nara.pk}/", {"name": "Nara Hospital"}).url == "/sites/"
    assert not Site.objects.get(code="NAR").is_active


def test_only_the_administrator_manages_people(world):
    for who in (world.nurse, world.manager, world.lead, world.statistician):
        for address in (
            "/people/",
            "/people/new/",
            f"/people/{world.nurse.pk}/",
            "/sites/",
            "/sites/new/",
            f"/sites/{world.kyoto.pk}/",
        ):
            assert signed_in(who).get(address).status_code == 403, (who, address)


def test_a_token_is_shown_once_and_stored_as_a_hash(world):
    nurse = signed_in(world.nurse)

    page = nurse.post("/accounts/tokens/", {"purpose": "R on my desk", "days": "30", "scopes": ["read", "export"]})

    key = re.search(r'id="new-token">([0-9a-f]{32})<', page.content.decode())[1]
    assert Token.objects.get().digest == Token.digest_of(key)
    assert key not in nurse.get("/accounts/tokens/").content.decode()


def test_a_token_is_revoked_by_its_owner_alone(world):
    factories.token(world.nurse)
    token = Token.objects.get()

    assert signed_in(world.other_nurse).post(f"/accounts/tokens/{token.pk}/revoke/").status_code == 404
    assert signed_in(world.nurse).post(f"/accounts/tokens/{token.pk}/revoke/").status_code == 302
    token.refresh_from_db()
    assert not token.is_alive


def test_the_language_is_chosen_and_remembered(world, nurse):
    answer = nurse.post("/language/", {"language": "ja", "next": "/codebook/?form=death"})

    assert answer.url == "/codebook/?form=death"
    assert '<html lang="ja">' in nurse.get("/codebook/").content.decode()
    world.nurse.refresh_from_db()
    assert world.nurse.language == "ja"


def test_the_language_switch_leads_to_no_other_host(world, nurse):
    assert nurse.post("/language/", {"language": "ja", "next": "https://elsewhere.example/"}).url == "/"
    assert nurse.post("/language/", {"language": "xx", "next": "/"}).cookies.get("django_language") is None


def test_the_sign_in_page_says_what_is_wrong(world, client):
    page = client.post("/accounts/login/", {"username": world.nurse.email, "password": "wrong"})

    assert page.status_code == 200 and b"do not match an active account" in page.content
    ended = client.post(
        "/accounts/login/", {"username": world.nurse.email, "password": factories.PASSWORD, "next": "/codebook/"}
    )
    assert ended.url == "/codebook/"


def test_of_two_administrators_who_change_the_same_one_the_second_is_told(world):
    nurse, first, second = (
        world.nurse,
        signed_in(world.admin),
        signed_in(factories.person("administrator", email="two@example.org")),
    )
    address = f"/people/{nurse.pk}/"
    typed = {"name": "Other Name", "role": "coordinator", "sites": [world.kyoto.pk]}
    seen = [one.get(address).context["form"].initial["seen"] for one in (first, second)]

    assert first.post(address, {**typed, "seen": seen[0]}).status_code == 302  # ended: the box is not ticked
    page = second.post(address, {**typed, "name": "Third", "is_active": "on", "seen": seen[1]})

    assert page.status_code == 422 and "Somebody else changed this" in page.content.decode()
    assert 'value="Third"' in page.content.decode()
    assert not Person.objects.get(pk=nurse.pk).is_active
    again = {**typed, "name": "Third", "is_active": "on", "seen": page.context["form"]["seen"].value()}
    assert second.post(address, again).status_code == 302
    assert Person.objects.get(pk=nurse.pk).is_active

    hospital = f"/sites/{world.kyoto.pk}/"
    seen = first.get(hospital).context["form"].initial["seen"]
    opened = {"name": "Kyoto", "is_active": "on", "accepts_api_import": "on"}
    assert first.post(hospital, {**opened, "seen": seen}).status_code == 302
    assert second.post(hospital, {"name": "Kyoto U", "is_active": "on", "seen": seen}).status_code == 422
    assert Site.objects.get(pk=world.kyoto.pk).accepts_api_import
