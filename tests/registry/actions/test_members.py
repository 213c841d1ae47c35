"""People, sites, cohorts and tokens: only administrators manage them, and what they may do follows from the role."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from registry.actions import members
from registry.models import Cohort, Person, Site, Token
from tests import factories
from tests.standing import standing

PASSWORD = factories.PASSWORD


@standing
def admin():
    """An administrator."""
    return factories.person("administrator")


def add(admin, **words):
    usual = {"email": "new@example.org", "name": "New", "role": "lead", "sites": [], "password": PASSWORD}
    return members.add_person(**{**usual, **words}, by=admin)


def test_an_address_is_one_person_whatever_its_case(admin):
    assert add(admin, email=" New@Example.org ").email == "new@example.org"
    with pytest.raises(ValidationError):
        add(admin, email="NEW@example.org")
    assert Person.objects.filter(email__iexact="new@example.org").count() == 1


@pytest.mark.parametrize("password", ["fourteen-signs", "123456789123456789"])
def test_a_weak_password_is_refused_and_nobody_is_added(admin, password):
    with pytest.raises(ValidationError) as refused:
        add(admin, password=password)
    assert "password" in refused.value.message_dict
    assert not Person.objects.filter(email="new@example.org").exists()


def test_site_staff_need_a_site(admin, kyoto):
    with pytest.raises(ValidationError) as refused:
        add(admin, role="coordinator")
    assert "sites" in refused.value.message_dict
    assert list(add(admin, role="coordinator", sites=[kyoto]).sites.all()) == [kyoto]


def test_an_unknown_role_is_refused(admin):
    with pytest.raises(ValidationError) as refused:
        add(admin, role="king")
    assert "role" in refused.value.message_dict


def test_only_administrators_manage(db, kyoto, nurse):
    lead = factories.person("lead")
    for act in (
        lambda: add(lead),
        lambda: members.add_site(code="NEW", name="New", by=nurse),
        lambda: members.change_site(kyoto, name="Other", is_active=True, by=nurse),
        lambda: members.change_person(nurse, name="Me", role="administrator", sites=[], is_active=True, by=nurse),
        lambda: members.add_cohort(code="new", name="New", by=lead),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert not Site.objects.filter(code="NEW").exists()
    assert not Cohort.objects.filter(code="new").exists()


def test_who_is_deactivated_loses_the_tokens(admin, nurse, kyoto):
    token, _key = members.mint_token(purpose="script", days=30, by=nurse)
    members.change_person(nurse, name=nurse.name, role=nurse.role, sites=[kyoto], is_active=False, by=admin)
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert not token.is_alive


def test_an_administrator_cannot_end_the_own_role(admin):
    for words in ({"role": "lead", "is_active": True}, {"role": "administrator", "is_active": False}):
        with pytest.raises(ValidationError, match="Ask another administrator"):
            members.change_person(admin, name="Me", sites=[], by=admin, **words)


def test_a_site_code_is_three_letters_and_unique(admin, kyoto):
    assert members.add_site(code=" osa ", name="Osaka", by=admin).code == "OSA"
    for code, name in (("KYO", "Other"), ("K1", "Other"), ("NAG", kyoto.name)):
        with pytest.raises(ValidationError):
            members.add_site(code=code, name=name, by=admin)


def test_a_cohort_is_added_once(admin):
    members.add_cohort(code="bmt", name="Transplants", is_published=True, by=admin)
    with pytest.raises(ValidationError):
        members.add_cohort(code="bmt", name="Again", by=admin)
    with pytest.raises(ValidationError):
        members.add_cohort(code="not a slug", name="Other", by=admin)


def test_a_token_is_shown_once_and_kept_as_a_hash(nurse):
    token, key = members.mint_token(purpose=" my script ", days=30, by=nurse)
    assert len(key) == 32
    assert key not in str(Token.objects.values().get())
    assert token.digest == Token.digest_of(key)
    assert token.purpose == "my script"
    assert timezone.now() + timedelta(days=29) < token.expires_at < timezone.now() + timedelta(days=31)


@pytest.mark.parametrize("days", [0, 366, -1])
def test_a_token_lasts_a_day_to_a_year(nurse, days):
    with pytest.raises(ValidationError) as refused:
        members.mint_token(purpose="script", days=days, by=nurse)
    assert "days" in refused.value.message_dict


def test_a_token_needs_a_purpose_and_a_role_that_has_tokens(nurse, admin):
    with pytest.raises(ValidationError):
        members.mint_token(purpose=" ", days=1, by=nurse)
    with pytest.raises(PermissionDenied):
        members.mint_token(purpose="script", days=1, by=admin)


def test_only_the_owner_revokes_and_revoking_twice_keeps_the_first_time(nurse, kyoto):
    token, _key = members.mint_token(purpose="script", days=1, by=nurse)
    with pytest.raises(PermissionDenied):
        members.revoke_token(token, by=factories.person("investigator", sites=[kyoto]))
    members.revoke_token(token, by=nurse)
    first = token.revoked_at
    members.revoke_token(token, by=nurse)
    assert Token.objects.get().revoked_at == first
