"""A minute has an allowance by role. Real Redis counts; while it is away nobody is turned away."""

import pytest

from registry.api import limits
from registry.settings import base


@pytest.fixture
def few(settings):
    """Three requests a minute for coordinators; counters begin anew."""
    settings.REST_REQUESTS_PER_MINUTE = {**base.REST_REQUESTS_PER_MINUTE, "coordinator": 3}
    limits._redis(settings.REDIS_URL).flushdb()
    limits._quiet_until = 0.0
    return settings


def test_the_fourth_request_of_a_minute_is_told_when_to_come_again(nurse, manager, few):
    assert [nurse.get("cases").status_code for _request in range(4)] == [200, 200, 200, 429]
    refused = nurse.get("infusion")

    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= limits.WINDOW
    assert (refused.headers["Content-Type"], refused.json()["code"]) == ("application/problem+json", "throttled")
    assert manager.get("cases").status_code == 200


def test_a_second_token_is_no_second_allowance(nurse, rest, few):
    assert [nurse.get("cases").status_code for _request in range(3)] == [200] * 3
    assert rest(nurse.person).get("cases").status_code == 429


def test_nothing_is_stored_by_a_request_too_many(nurse, few):
    for _request in range(3):
        nurse.get("infusion/KYO-0001/1.1")
    tag = '"infusion-1-1"'
    assert nurse.patch("infusion/KYO-0001/1.1", {"inf_dose_total": 100}, tag=tag).status_code == 429


def test_while_redis_is_away_everybody_is_answered(nurse, few):
    few.REDIS_URL = "redis://127.0.0.1:1/0"
    assert [nurse.get("cases").status_code for _request in range(6)] == [200] * 6
    assert limits._quiet_until > 0
    limits._quiet_until = 0.0


def test_every_role_has_an_allowance():
    from registry.access.roles import ROLES

    assert set(base.REST_REQUESTS_PER_MINUTE) == {"", *ROLES}
